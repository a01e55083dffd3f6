#include "core/trie/algebra.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <utility>
#include <vector>

#include "core/trie/algebra_walk.h"

namespace pathkb {
namespace {

AlgebraResult Run(const AlgebraRules& rules, const PathTrie& left, const PathTrie& right) {
  return TrieAlgebra(rules).Run(left, right);
}

}  // namespace

AlgebraResult Join(const PathTrie& left, const PathTrie& right, ValuePolicy policy) {
  return Run({.keep_left = true,
              .keep_right = true,
              .both = AlgebraRules::Both::kPolicy,
              .policy = &policy},
             left, right);
}

AlgebraResult Meet(const PathTrie& left, const PathTrie& right, ValuePolicy policy) {
  return Run({.both = AlgebraRules::Both::kPolicy, .policy = &policy}, left, right);
}

AlgebraResult Subtract(const PathTrie& left, const PathTrie& right) {
  return Run({.keep_left = true}, left, right);
}

AlgebraResult SymmetricDifference(const PathTrie& left, const PathTrie& right) {
  return Run({.keep_left = true, .keep_right = true}, left, right);
}

AlgebraResult Restrict(const PathTrie& left, const PathTrie& right) {
  ValuePolicy policy = LeftValue;
  AlgebraResult result =
      Run({.both = AlgebraRules::Both::kPolicy, .right_value_keeps_left = true, .policy = &policy},
          left, right);
  // What was kept whole was not compared with the right one.
  result.equals_right = result.trie.EqualTo(right);
  if (result.equals_right && !result.equals_left) result.trie = right;
  return result;
}

PathTrie JoinAll(std::span<const PathTrie> tries, ValuePolicy policy, int threads) {
  std::vector<PathTrie> level(tries.begin(), tries.end());
  while (level.size() > 1) {
    const size_t pairs = level.size() / 2;
    std::vector<PathTrie> next(pairs);
    std::atomic<size_t> started = 0;
    const auto join_pairs = [&] {
      for (size_t i = started++; i < pairs; i = started++) {
        next[i] = Join(level[2 * i], level[2 * i + 1], policy).trie;
      }
    };
    std::vector<std::future<void>> helpers;
    for (size_t i = 1; i < std::min(pairs, static_cast<size_t>(std::max(threads, 1))); ++i) {
      helpers.push_back(std::async(std::launch::async, join_pairs));
    }
    join_pairs();
    for (std::future<void>& helper : helpers) helper.get();
    if (level.size() % 2 != 0) next.push_back(std::move(level.back()));
    level = std::move(next);
  }
  return level.empty() ? PathTrie() : std::move(level.front());
}

}  // namespace pathkb
