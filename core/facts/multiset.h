// The keys by which a space says that it keeps duplicates, and of which facts it has any:
//
//   spaces/s/multiset = 0                      the space is a multiset (DUPLICATES.md)
//   spaces/s/multiset/<encoded term> = 0       there is more than one of this unnamed fact
//
// Both lie between index/ and terms/, stand for no fact, and go with a dropped space.

#ifndef PATHKB_CORE_FACTS_MULTISET_H_
#define PATHKB_CORE_FACTS_MULTISET_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "core/trie/zipper.h"

namespace pathkb {

// `spaces/<space>/multiset`
std::string MultisetKey(std::string_view space);
// `spaces/<space>/multiset/<encoded term>`; with an empty term, what they begin with.
std::string CopiedTermKey(std::string_view space, std::string_view encoded_term);
// True for either of them, of any space.
bool IsMultisetKey(std::string_view key);

// Whether a space is a multiset. `at_root` is at its root, and is again there afterwards. Fails as
// the cursor does.
absl::StatusOr<bool> ReadIsMultiset(Zipper& at_root, std::string_view space);

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_MULTISET_H_
