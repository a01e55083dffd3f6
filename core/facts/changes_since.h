// What a newer trie of a working set has to say that an older one had not: the content of a delta,
// and what is left of a working set when a snapshot has become the base.
//
//   older                  newer                         changes since
//   s/a = 1                s/  = dropped (2nd time)      s/  = dropped (2nd time)
//   s/b = 2                s/a = 1                       s/a = 1     the same in both, but the drop
//   t/x = 3                t/x = 3                                   above it would take it away

#ifndef PATHKB_CORE_FACTS_CHANGES_SINCE_H_
#define PATHKB_CORE_FACTS_CHANGES_SINCE_H_

#include "core/trie/path_trie.h"

namespace pathkb {

// Difference(newer, older), and for each path of it whose value says that what was below it was
// taken away or replaced (dropped_space.h) everything that `newer` has below it as well. Laid over
// what `older` shows, it shows what `newer` does, provided that `newer` came from `older` by
// setting values, and by removing them only below a path that got such a value at that moment,
// another one each time.
//
// Shares what is only in `newer`. Costs O(changes): each is looked at, whole subtries are not.
PathTrie ChangesSince(const PathTrie& newer, const PathTrie& older);

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_CHANGES_SINCE_H_
