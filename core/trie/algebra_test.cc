// The table in algebra.h, line by line; who is asked for values and when; which input a result
// equals and shares its nodes with. The random comparison with maps is in trie_model_test.cc.

#include "core/trie/algebra.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

#include "core/trie/difference.h"
#include "core/trie/read_zipper.h"
#include "core/trie/trie_model.h"

namespace pathkb {
namespace {

// "a=1 b=2" for short tries.
std::string Text(const PathTrie& trie) {
  EXPECT_TRUE(trie.IsValid().ok()) << trie.IsValid();
  std::string text;
  ReadZipper zipper(trie);
  for (bool found = zipper.value().has_value() || zipper.NextValue(); found;
       found = zipper.NextValue()) {
    if (!text.empty()) text += " ";
    text += std::string(zipper.path()) + "=" + std::to_string(*zipper.value());
  }
  return text;
}

uint64_t MaxValue(uint64_t left, uint64_t right) { return std::max(left, right); }

TEST(AlgebraTest, TheTable) {
  const PathTrie left = TrieOf({{"a", 1}, {"ab", 2}, {"b", 3}});
  const PathTrie right = TrieOf({{"a", 7}, {"c", 9}});
  EXPECT_EQ(Text(Join(left, right, LeftValue).trie), "a=1 ab=2 b=3 c=9");
  EXPECT_EQ(Text(Join(left, right, RightValue).trie), "a=7 ab=2 b=3 c=9");
  EXPECT_EQ(Text(Meet(left, right, LeftValue).trie), "a=1");
  EXPECT_EQ(Text(Meet(left, right, RightValue).trie), "a=7");
  EXPECT_EQ(Text(Subtract(left, right).trie), "ab=2 b=3");
  EXPECT_EQ(Text(Restrict(left, right).trie), "a=1 ab=2");
  EXPECT_EQ(Text(SymmetricDifference(left, right).trie), "ab=2 b=3 c=9");
  // The inputs are as they were.
  EXPECT_EQ(Text(left), "a=1 ab=2 b=3");
  EXPECT_EQ(Text(right), "a=7 c=9");
}

TEST(AlgebraTest, PoliciesSeeLeftAndRight) {
  const PathTrie left = TrieOf({{"a", 1}, {"b", 8}});
  const PathTrie right = TrieOf({{"a", 7}, {"b", 2}});
  EXPECT_EQ(Text(Join(left, right, MaxValue).trie), "a=7 b=8");
  const auto both = [](uint64_t a, uint64_t b) { return 10 * a + b; };  // What neither has.
  EXPECT_EQ(Text(Meet(left, right, both).trie), "a=17 b=82");
}

TEST(AlgebraTest, PoliciesAreNotAskedForSharedOrEqualValues) {
  uint64_t calls = 0;
  const auto count = [&](uint64_t, uint64_t right) {
    ++calls;
    return right;
  };
  ModelPaths paths;
  for (uint64_t i = 0; i < 10'000; ++i) paths["item/" + std::to_string(i)] = i;
  const PathTrie older = TrieOf(paths);
  PathTrie newer = older;
  newer.Set("item/5555", 0);
  EXPECT_EQ(Join(older, newer, count).trie.Find("item/5555"), 0u);
  EXPECT_EQ(calls, 1u);
  EXPECT_TRUE(Meet(older, TrieOf(paths), count).equals_left);  // Equal, but not one node shared.
  EXPECT_EQ(calls, 1u);
}

using Operation = AlgebraResult (*)(const PathTrie& left, const PathTrie& right);

// Says which input a result equals, if that is true and the root is the one that it must be.
std::string EqualInput(Operation operation, const PathTrie& left, const PathTrie& right) {
  const AlgebraResult result = operation(left, right);
  EXPECT_EQ(result.trie.EqualTo(left), result.equals_left);
  EXPECT_EQ(result.trie.EqualTo(right), result.equals_right);
  if (result.equals_left) {
    EXPECT_TRUE(result.trie.SharesRootWith(left));
    return result.equals_right ? "both" : "left";
  }
  if (!result.equals_right) return "neither";
  EXPECT_TRUE(result.trie.SharesRootWith(right));
  return "right";
}

TEST(AlgebraTest, AResultThatEqualsAnInputSharesItsRoot) {
  const ModelPaths paths = {{"a long path", 1}, {"another long path", 2}};
  const PathTrie small = TrieOf(paths);
  const PathTrie again = TrieOf(paths);
  ASSERT_FALSE(small.SharesRootWith(again));
  PathTrie large = TrieOf(paths);
  large.Set("b", 3);
  const PathTrie other = TrieOf({{"c", 4}});
  const PathTrie none;

  const Operation join = [](const PathTrie& l, const PathTrie& r) { return Join(l, r, LeftValue); };
  EXPECT_EQ(EqualInput(join, large, small), "left");
  EXPECT_EQ(EqualInput(join, small, large), "right");
  EXPECT_EQ(EqualInput(join, small, again), "both");
  EXPECT_EQ(EqualInput(join, small, other), "neither");
  EXPECT_EQ(EqualInput(join, small, none), "left");
  EXPECT_EQ(EqualInput(join, none, small), "right");
  EXPECT_EQ(EqualInput(join, none, none), "both");

  const Operation meet = [](const PathTrie& l, const PathTrie& r) { return Meet(l, r, LeftValue); };
  EXPECT_EQ(EqualInput(meet, small, large), "left");
  EXPECT_EQ(EqualInput(meet, large, small), "right");
  EXPECT_EQ(EqualInput(meet, small, again), "both");
  EXPECT_EQ(EqualInput(meet, small, other), "neither");
  EXPECT_EQ(EqualInput(meet, small, none), "right");

  EXPECT_EQ(EqualInput(Subtract, small, other), "left");
  EXPECT_EQ(EqualInput(Subtract, small, again), "neither");
  EXPECT_EQ(EqualInput(Subtract, none, none), "both");

  EXPECT_EQ(EqualInput(Restrict, small, TrieOf({{"a", 9}})), "left");
  EXPECT_EQ(EqualInput(Restrict, small, TrieOf({{"", 9}})), "left");  // All begin with that.
  EXPECT_EQ(EqualInput(Restrict, large, small), "right");
  EXPECT_EQ(EqualInput(Restrict, small, again), "both");
  EXPECT_EQ(EqualInput(Restrict, large, other), "neither");

  EXPECT_EQ(EqualInput(SymmetricDifference, small, none), "left");
  EXPECT_EQ(EqualInput(SymmetricDifference, none, small), "right");
  EXPECT_EQ(EqualInput(SymmetricDifference, small, again), "neither");
  EXPECT_EQ(EqualInput(SymmetricDifference, none, none), "both");
}

TEST(AlgebraTest, PartsOfAnInputAreSharedWithIt) {
  PathTrie left;
  PathTrie right;
  for (uint64_t i = 0; i < 1000; ++i) {
    left.Set("left/" + std::to_string(i), i);
    right.Set("right/" + std::to_string(i), i);
    left.Set("values/" + std::to_string(i), i);
    right.Set("values/" + std::to_string(i), i < 100 ? i : 0);
  }
  const PathTrie joined = Join(left, right, MaxValue).trie;
  EXPECT_EQ(joined.size(), 3000u);
  EXPECT_TRUE(joined.Subtrie("left/5").SharesRootWith(left.Subtrie("left/5")));
  EXPECT_TRUE(joined.Subtrie("right/5").SharesRootWith(right.Subtrie("right/5")));
  EXPECT_TRUE(joined.Subtrie("values/5").SharesRootWith(left.Subtrie("values/5")));
}

// 2^40 paths and one more: what is shared is not even looked at.
TEST(AlgebraTest, SharedPartsAreNotVisited) {
  PathTrie huge = TrieOf({{"", 1}});
  for (int i = 0; i < 39; ++i) {
    const PathTrie half = huge;
    huge.Clear();
    huge.Graft("0", half);
    huge.Graft("1", half);
  }
  PathTrie edited = huge;
  edited.Set("01010", 5);
  EXPECT_TRUE(Join(huge, edited, LeftValue).equals_right);
  EXPECT_TRUE(Meet(huge, edited, LeftValue).equals_left);
  EXPECT_EQ(Text(Subtract(edited, huge).trie), "01010=5");
  EXPECT_EQ(Text(SymmetricDifference(huge, edited).trie), "01010=5");
  EXPECT_EQ(Restrict(edited, TrieOf({{"010", 1}})).trie.size(), (uint64_t{1} << 36) + 1);
}

TEST(AlgebraTest, LongPaths) {
  const std::string path(70'000, 'k');
  const PathTrie left = TrieOf({{path, 1}, {path + "a", 2}});
  const PathTrie right = TrieOf({{path + "b", 3}, {path.substr(0, 35'000), 4}});
  const ModelPaths joined = {
      {path, 1}, {path + "a", 2}, {path + "b", 3}, {path.substr(0, 35'000), 4}};
  EXPECT_EQ(FirstDifference(Join(left, right, LeftValue).trie, joined), "");
  EXPECT_TRUE(Meet(left, right, LeftValue).trie.empty());
  EXPECT_TRUE(Subtract(left, right).equals_left);
  EXPECT_TRUE(Restrict(left, right).equals_left);
  EXPECT_EQ(FirstDifference(Restrict(right, left).trie, {{path + "b", 3}}), "");
}

// Up to 256 children a node, in the shapes that are merged all at once and beside those that are
// not: inline leaves, leaves of other sizes, branches.
TEST(AlgebraTest, WideNodes) {
  const auto wide = [](unsigned step, unsigned from, uint64_t value, bool deep) {
    ModelPaths paths;
    for (unsigned byte = from; byte < 256; byte += step) {
      const std::string path = std::string("wide/") + static_cast<char>(byte);
      paths[path] = value + byte;
      if (deep && byte % 16 == 0) paths[path + "/below"] = value;
    }
    return paths;
  };
  const std::vector<ModelPaths> sets = {
      wide(1, 0, 0, false), wide(1, 0, 1000, false), wide(2, 0, 0, false),
      wide(2, 1, 7, false), wide(3, 0, 0, false),    wide(1, 0, uint64_t{1} << 60, false),
      wide(2, 0, 0, true),  wide(1, 100, 0, true),   wide(9, 0, 3, false),
  };
  const auto larger = [](uint64_t left, uint64_t right) { return std::max(left, right); };
  for (const ModelPaths& l : sets) {
    for (const ModelPaths& r : sets) {
      const PathTrie left = TrieOf(l);
      const PathTrie right = TrieOf(r);
      const AlgebraResult join = Join(left, right, larger);
      EXPECT_EQ(FirstDifference(join.trie, ModelJoin(l, r, larger)), "");
      EXPECT_EQ(join.equals_left, ModelJoin(l, r, larger) == l);
      EXPECT_EQ(join.equals_right, ModelJoin(l, r, larger) == r);
      EXPECT_EQ(FirstDifference(Meet(left, right, larger).trie, ModelMeet(l, r, larger)), "");
      EXPECT_EQ(FirstDifference(Subtract(left, right).trie, ModelSubtract(l, r)), "");
      EXPECT_EQ(FirstDifference(Restrict(left, right).trie, ModelRestrict(l, r)), "");
      EXPECT_EQ(
          FirstDifference(SymmetricDifference(left, right).trie, ModelSymmetricDifference(l, r)),
          "");
      EXPECT_EQ(FirstDifference(Difference(left, right), ModelDifference(l, r)), "");
      for (const PathTrie& trie : {join.trie, Meet(left, right, larger).trie,
                                   Subtract(left, right).trie, Difference(left, right)}) {
        EXPECT_TRUE(trie.IsValid().ok()) << trie.IsValid();
      }
    }
  }
}

TEST(AlgebraTest, DeepTries) {
  constexpr size_t kDepth = 100'000;
  const PathTrie ones = DeepTrie(kDepth, [](size_t) -> uint64_t { return 1; });
  const PathTrie twos = DeepTrie(kDepth / 2, [](size_t) -> uint64_t { return 2; });
  const PathTrie run = TrieOf({{std::string(kDepth, 'x'), 3}});
  const AlgebraResult joined = Join(ones, twos, RightValue);
  EXPECT_TRUE(joined.trie.IsValid().ok()) << joined.trie.IsValid();
  EXPECT_EQ(joined.trie.size(), kDepth);
  EXPECT_EQ(joined.trie.Find(std::string(kDepth / 2, 'x')), 2u);
  EXPECT_EQ(joined.trie.Find(std::string(kDepth / 2 + 1, 'x')), 1u);
  EXPECT_TRUE(Meet(ones, twos, RightValue).equals_right);
  EXPECT_EQ(Subtract(ones, twos).trie.size(), kDepth / 2);
  EXPECT_EQ(SymmetricDifference(twos, ones).trie.size(), kDepth / 2);
  EXPECT_TRUE(Restrict(ones, twos).equals_left);
  EXPECT_TRUE(Meet(ones, run, RightValue).equals_right);
  EXPECT_EQ(Subtract(ones, run).trie.size(), kDepth - 1);
}

TEST(AlgebraTest, JoinAllIsLikeJoiningOneByOne) {
  std::vector<PathTrie> tries;
  EXPECT_TRUE(JoinAll(tries, LeftValue).empty());
  for (uint64_t i = 1; i <= 7; ++i) {
    tries.push_back(TrieOf({{"all", i}, {std::to_string(i), i}}));
  }
  const std::span<const PathTrie> seven(tries);
  EXPECT_TRUE(JoinAll(seven.first(1), LeftValue).SharesRootWith(tries[0]));
  EXPECT_EQ(Text(JoinAll(seven.first(2), LeftValue)), "1=1 2=2 all=1");
  EXPECT_EQ(Text(JoinAll(seven, LeftValue)), "1=1 2=2 3=3 4=4 5=5 6=6 7=7 all=1");
  EXPECT_EQ(Text(JoinAll(seven, RightValue)), "1=1 2=2 3=3 4=4 5=5 6=6 7=7 all=7");
  EXPECT_EQ(Text(JoinAll(seven.first(5), MaxValue)), "1=1 2=2 3=3 4=4 5=5 all=5");
}

TEST(AlgebraTest, JoinAllByManyThreads) {
  std::vector<PathTrie> tries;
  ModelPaths expected;
  for (uint64_t i = 0; i < 33; ++i) {
    ModelPaths paths;
    for (uint64_t j = 0; j < 300; ++j) paths[std::to_string((i * 100 + j) * 7919)] = j;
    expected = ModelJoin(expected, paths, MaxValue);
    tries.push_back(TrieOf(paths));
  }
  for (const int threads : {0, 1, 2, 5, 100}) {
    EXPECT_EQ(FirstDifference(JoinAll(tries, MaxValue, threads), expected), "") << threads;
  }
}

}  // namespace
}  // namespace pathkb
