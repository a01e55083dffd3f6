// What walks in path order ask for early. Nodes lie anywhere in memory, and such a walk would spend
// most of its time waiting for one after the other. Private to core/trie.
//
// All functions here are always inline: to gcc 12, a function that only asks has no effect, and
// calls of it are left out.

#ifndef PATHKB_CORE_TRIE_NODE_FETCH_H_
#define PATHKB_CORE_TRIE_NODE_FETCH_H_

#include <algorithm>

#include "core/trie/node.h"

namespace pathkb {

// So many children ahead.
constexpr int kFetchAhead = 8;
// So many children of the next sibling.
constexpr int kFetchBelowNext = 4;

// Asks for the nodes of the children from `first` to `last`, `last` not included, as far as there
// are so many.
[[gnu::always_inline]] inline void FetchChildren(const TrieBranch& branch, int first, int last) {
  last = std::min(last, branch.position_count());
  for (int i = first; i < last; ++i) branch.slot(i).Prefetch();
}

// Asks for what is below the child behind the one at `position`, which was asked for before.
[[gnu::always_inline]] inline void FetchAround(const TrieBranch& branch, int position) {
  if (position + 1 >= branch.position_count()) return;
  const TrieSlot& next = branch.slot(position + 1);
  if (next.is_branch()) FetchChildren(*next.branch(), 0, kFetchBelowNext);
}

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_NODE_FETCH_H_
