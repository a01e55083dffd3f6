// Makes equal subtries the same node: what holds many versions of the same thing shrinks to what
// differs, in memory and in the files written from it.

#ifndef PATHKB_CORE_TRIE_MERKLEIZE_H_
#define PATHKB_CORE_TRIE_MERKLEIZE_H_

#include <cstdint>

#include "core/trie/path_trie.h"

namespace pathkb {

// What Merkleize() found. Leaves that live in their branches are no nodes.
struct MerkleizeStats {
  uint64_t distinct_nodes_before = 0;  // Nodes that hang in several places count once.
  uint64_t distinct_nodes_after = 0;
};

// A trie with the same paths and values in which no two distinct nodes have the same run, value and
// all below. Hashes find candidates, bytes decide. Each distinct node of `trie` is visited once;
// memory for O(distinct nodes) entries of a table while it runs. Branches are copied to their exact
// size unless they are fit already; `trie` itself does not change.
PathTrie Merkleize(const PathTrie& trie, MerkleizeStats* stats = nullptr);

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_MERKLEIZE_H_
