// The table in algebra.h, line by line; who is asked for values and when; which input a result
// equals and shares its nodes with. The random comparison with maps is in trie_model_test.cc.

#include "core/trie/algebra.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"

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

struct Equals {
  bool left;
  bool right;
};

void ExpectEquals(const AlgebraResult& result, const PathTrie& left, const PathTrie& right,
                  Equals equals) {
  EXPECT_EQ(result.equals_left, equals.left) << Text(result.trie);
  EXPECT_EQ(result.equals_right, equals.right) << Text(result.trie);
  EXPECT_EQ(result.trie.EqualTo(left), equals.left);
  EXPECT_EQ(result.trie.EqualTo(right), equals.right);
  if (equals.left) {
    EXPECT_TRUE(result.trie.SharesRootWith(left));
  } else if (equals.right) {
    EXPECT_TRUE(result.trie.SharesRootWith(right));
  }
}

TEST(AlgebraTest, ResultsThatEqualAnInputShareItsRoot) {
  // Longer than what fits beside a reference, so that no root is shared by chance.
  const PathTrie small = TrieOf({{"a long path", 1}, {"another long path", 2}});
  const PathTrie again = TrieOf({{"a long path", 1}, {"another long path", 2}});
  const PathTrie large = TrieOf({{"a long path", 1}, {"another long path", 2}, {"b", 3}});
  const PathTrie other = TrieOf({{"c", 4}});
  const PathTrie none;
  const auto join = [](const PathTrie& left, const PathTrie& right, Equals equals) {
    ExpectEquals(Join(left, right, LeftValue), left, right, equals);
  };
  join(large, small, {.left = true, .right = false});
  join(small, large, {.left = false, .right = true});
  join(small, again, {.left = true, .right = true});
  join(small, other, {.left = false, .right = false});
  join(small, none, {.left = true, .right = false});
  join(none, small, {.left = false, .right = true});
  join(none, none, {.left = true, .right = true});
  const auto meet = [](const PathTrie& left, const PathTrie& right, Equals equals) {
    ExpectEquals(Meet(left, right, LeftValue), left, right, equals);
  };
  meet(small, large, {.left = true, .right = false});
  meet(large, small, {.left = false, .right = true});
  meet(small, again, {.left = true, .right = true});
  meet(small, other, {.left = false, .right = false});
  meet(small, none, {.left = false, .right = true});
  const auto subtract = [](const PathTrie& left, const PathTrie& right, Equals equals) {
    ExpectEquals(Subtract(left, right), left, right, equals);
  };
  subtract(small, other, {.left = true, .right = false});
  subtract(small, again, {.left = false, .right = false});
  subtract(none, small, {.left = true, .right = false});
  subtract(none, none, {.left = true, .right = true});
  const auto restrict = [](const PathTrie& left, const PathTrie& right, Equals equals) {
    ExpectEquals(Restrict(left, right), left, right, equals);
  };
  restrict(small, TrieOf({{"a", 9}}), {.left = true, .right = false});
  restrict(small, TrieOf({{"", 9}}), {.left = true, .right = false});  // All paths begin with it.
  restrict(large, small, {.left = false, .right = true});
  restrict(small, again, {.left = true, .right = true});
  restrict(small, none, {.left = false, .right = true});
  const auto differ = [](const PathTrie& left, const PathTrie& right, Equals equals) {
    ExpectEquals(SymmetricDifference(left, right), left, right, equals);
  };
  differ(small, none, {.left = true, .right = false});
  differ(none, small, {.left = false, .right = true});
  differ(small, again, {.left = false, .right = false});
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
  EXPECT_TRUE(Restrict(right, left).trie.empty());
}

// x, xx, xxx and so on, each with `value`; built from the bottom, as every step from the top would
// go all the way down.
PathTrie DeepTrie(size_t depth, uint64_t value) {
  PathTrie trie;
  for (; depth > 0; --depth) {
    PathTrie above;
    above.Graft("x", std::move(trie));
    above.Set("x", value);
    trie = std::move(above);
  }
  return trie;
}

TEST(AlgebraTest, DeepTries) {
  constexpr size_t kDepth = 100'000;
  const PathTrie ones = DeepTrie(kDepth, 1);
  const PathTrie twos = DeepTrie(kDepth / 2, 2);
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

}  // namespace
}  // namespace pathkb
