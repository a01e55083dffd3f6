// Whether the argument index is what the facts make of it: for files that came from elsewhere, and
// for tests.

#ifndef PATHKB_CORE_FACTS_INDEX_CHECK_H_
#define PATHKB_CORE_FACTS_INDEX_CHECK_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/trie/zipper.h"

namespace pathkb {

// Bytes of the entry that a cursor's value stands for, in `scratch` or elsewhere; see
// Zipper::value_layer(). Not asked for value 0.
using EntryBytesOf = std::function<absl::StatusOr<std::string_view>(uint64_t value, int layer,
                                                                    std::string& scratch)>;

// Compares the index of every space with its facts: a walk over either. Where they are not plainly
// the same, one lookup for each fact and indexed argument, and another walk over the index; entries
// are read only where values differ. Memory is constant. `at_root` is at its root,
// and is again there afterwards.
//   DataLoss   naming the key: a fact that a whole family has not, one in any family with another
//              entry, more keys than facts, a family that no setting speaks of; or what
//              the cursor says
absl::Status CheckIndex(Zipper& at_root, const EntryBytesOf& entry_bytes);

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_INDEX_CHECK_H_
