#include "core/trie/difference.h"

#include "core/trie/algebra_walk.h"

namespace pathkb {

PathTrie Difference(const PathTrie& newer, const PathTrie& older, uint64_t* visited_pairs) {
  TrieAlgebra walk({.keep_left = true, .both = AlgebraRules::Both::kLeftIfDifferent});
  PathTrie result = walk.Run(newer, older).trie;
  if (visited_pairs != nullptr) *visited_pairs = walk.visited_pairs();
  return result;
}

}  // namespace pathkb
