// Goal: the weights of random ways add up to how many paths there are, and every path is found.
// Method: tries of different shapes; a mean over many ways.

#include "core/trie/random_descent.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"

namespace pathkb {
namespace {

struct Sampled {
  double mean_weight = 0;
  std::set<std::string> paths;
};

Sampled Sample(const PathTrie& trie, int ways) {
  ReadZipper zipper(trie);
  RandomDescent descent(zipper);
  Sampled sampled;
  for (int i = 0; i < ways; ++i) {
    zipper.Reset();
    descent.Begin();
    if (!descent.GoDownToValue([] { return true; })) continue;
    EXPECT_TRUE(zipper.value().has_value());
    sampled.mean_weight += descent.weight() / ways;
    sampled.paths.emplace(zipper.path());
  }
  return sampled;
}

TEST(RandomDescentTest, WeightsAddUpToTheNumberOfPaths) {
  PathTrie even, uneven;
  for (int i = 0; i < 10'000; ++i) even.Set(std::to_string(100'000 + i), 1);
  // Short ones that begin long ones, and one branch that holds nearly all.
  for (const char* path : {"a", "ab", "abc", "b", "c"}) uneven.Set(path, 1);
  for (int i = 0; i < 100; ++i) uneven.Set("d" + std::to_string(i), 1);
  EXPECT_NEAR(Sample(even, 1'000).mean_weight, 10'000, 1);
  const Sampled sampled = Sample(uneven, 20'000);
  EXPECT_NEAR(sampled.mean_weight, 105, 5);
  EXPECT_EQ(sampled.paths.size(), 105u);
}

TEST(RandomDescentTest, NothingToFind) {
  const PathTrie none;
  EXPECT_TRUE(Sample(none, 10).paths.empty());
  PathTrie one;
  one.Set("", 1);
  EXPECT_EQ(Sample(one, 1).paths, (std::set<std::string>{""}));
  EXPECT_EQ(Sample(one, 1).mean_weight, 1);
}

TEST(RandomDescentTest, StepsMayBeRefused) {
  PathTrie trie;
  for (const char* path : {"ax", "ay", "bx"}) trie.Set(path, 1);
  ReadZipper zipper(trie);
  RandomDescent descent(zipper);
  EXPECT_FALSE(descent.GoDownToValue([] { return false; }));
}

}  // namespace
}  // namespace pathkb
