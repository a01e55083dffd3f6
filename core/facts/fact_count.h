// How many facts a space has, over a working set and the base beneath it.

#ifndef PATHKB_CORE_FACTS_FACT_COUNT_H_
#define PATHKB_CORE_FACTS_FACT_COUNT_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

#include "core/facts/fact_base.h"
#include "core/trie/path_trie.h"
#include "core/trie/zipper.h"

namespace pathkb {

// Facts of `space`. `base` (may be null) is as forks show it. O(what `working` has of the space),
// if the base remembers its own number; else the base's facts are walked over, too. DataLoss if the
// base contradicts itself, or the error of `interrupt`, which is called now and then.
absl::StatusOr<uint64_t> CountFacts(std::string_view space, const PathTrie& working,
                                    const FactBase* base, const Interrupt& interrupt = nullptr);

// Whether `space` has a fact; what is said of its index, or of copies in it, is none. Moves the
// cursor, which is at the root. DataLoss if its source contradicts itself.
absl::StatusOr<bool> HasFacts(Zipper& at_root, std::string_view space);

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_FACT_COUNT_H_
