// What a newer trie has that an older one had not: the heart of deltas and of installing a
// snapshot.

#ifndef PATHKB_CORE_TRIE_DIFFERENCE_H_
#define PATHKB_CORE_TRIE_DIFFERENCE_H_

#include <cstdint>

#include "core/trie/path_trie.h"

namespace pathkb {

// The paths of `newer` whose value is absent in `older` or another one there, with their values in
// `newer`. Paths that only `older` has are not reported: who wants to see deletes leaves tombstone
// values (tombstone.h), which are values like any other here.
//
// Nodes that both tries hold at the same path are skipped with all below them, so after k edits of
// a copy it visits O(k * path bytes) pairs of nodes, whatever the size of the tries; parts that
// only `newer` has are not visited either but shared with the result. If `visited_pairs` is given,
// it is set to the number of pairs of nodes looked at.
PathTrie Difference(const PathTrie& newer, const PathTrie& older,
                    uint64_t* visited_pairs = nullptr);

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_DIFFERENCE_H_
