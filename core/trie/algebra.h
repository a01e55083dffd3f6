// Set algebra over tries: which paths of two tries the result has, and with whose values.
//
//   left       right       join       meet      subtract   restrict   symmetric difference
//   a = 1      a = 7       a          a                    a
//   ab = 2                 ab = 2               ab = 2     ab = 2     ab = 2
//   b = 3                  b = 3                b = 3                 b = 3
//              c = 9       c = 9                                      c = 9
//
// Where both have a path, join and meet ask the value policy (a = 1 or 7 above).

#ifndef PATHKB_CORE_TRIE_ALGEBRA_H_
#define PATHKB_CORE_TRIE_ALGEBRA_H_

#include <cstdint>
#include <span>

#include "absl/functional/function_ref.h"

#include "core/trie/path_trie.h"

namespace pathkb {

// The value of a path that both tries have, from the left one's and the right one's. Not asked for
// two equal values, which stay as they are, so that shared parts need no visit; for others perhaps
// twice.
using ValuePolicy = absl::FunctionRef<uint64_t(uint64_t left, uint64_t right)>;

inline uint64_t LeftValue(uint64_t left, uint64_t /*right*/) { return left; }
inline uint64_t RightValue(uint64_t /*left*/, uint64_t right) { return right; }

// A result, and whether it has exactly the paths and values of an input; it then shares its root
// with that input (with the left one, if both).
struct AlgebraResult {
  PathTrie trie;
  bool equals_left = false;
  bool equals_right = false;
};

// All functions: parts that both tries share are not visited; whatever ends up in the result
// unchanged is shared with its input; neither input changes. O(pairs of nodes that differ), at most
// O(nodes of both). No recursion. Throws std::bad_alloc if there is no memory.

// The paths that either has.
AlgebraResult Join(const PathTrie& left, const PathTrie& right, ValuePolicy policy);
// The paths that both have.
AlgebraResult Meet(const PathTrie& left, const PathTrie& right, ValuePolicy policy);
// The left one's paths that the right one does not have, whatever the values.
AlgebraResult Subtract(const PathTrie& left, const PathTrie& right);
// The left one's paths that begin with, or are, a path of the right one.
AlgebraResult Restrict(const PathTrie& left, const PathTrie& right);
// The paths that exactly one of them has.
AlgebraResult SymmetricDifference(const PathTrie& left, const PathTrie& right);

// The paths that any of `tries` has, as if joined from left to right: the policy must be
// associative, as it is asked for neighbours first. Empty for no tries. With `threads` above 1,
// neighbours are joined by so many threads at once; the policy must allow that.
PathTrie JoinAll(std::span<const PathTrie> tries, ValuePolicy policy, int threads = 1);

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_ALGEBRA_H_
