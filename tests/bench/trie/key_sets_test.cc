// The key sets: that keys are what key_sets.h draws, distinct and always the same ones; that misses
// miss; and the arithmetic of KeyList on a list small enough to count by hand.

#include "tests/bench/trie/key_sets.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

#include "tests/bench/trie/key_list.h"

namespace pathkb::bench {
namespace {

TEST(KeySetsTest, KeysAreDistinctAndAlwaysTheSame) {
  for (const KeySet set : kKeySets) {
    const KeyList keys = MakeKeys(set, 3000);
    const KeyList again = MakeKeys(set, 3000);
    ASSERT_EQ(keys.size(), 3000);
    std::set<std::string_view> seen;
    for (size_t i = 0; i < keys.size(); ++i) {
      EXPECT_TRUE(seen.insert(keys.key(i)).second) << keys.key(i);
      EXPECT_EQ(keys.key(i), again.key(i));
      EXPECT_EQ(keys.value(i), i);
    }
  }
}

TEST(KeySetsTest, KeysLookAsDrawn) {
  EXPECT_TRUE(MakeKeys(KeySet::kFacts, 1).key(0).starts_with("spaces/s"));
  EXPECT_TRUE(MakeKeys(KeySet::kSexpr, 1).key(0).ends_with(")"));
  EXPECT_EQ(MakeKeys(KeySet::kLong, 1).key(0).size(), 300);
  EXPECT_EQ(DenseKey(0x0102), std::string("\0\0\0\0\0\0\1\2", 8));
  const KeyList dense = MakeKeys(KeySet::kDense, 100).Sorted();
  for (size_t i = 0; i < dense.size(); ++i) EXPECT_EQ(dense.key(i), DenseKey(i));
}

TEST(KeySetsTest, MissesMiss) {
  for (const KeySet set : kKeySets) {
    const KeyList keys = MakeKeys(set, 3000);
    std::set<std::string_view> present;
    for (size_t i = 0; i < keys.size(); ++i) present.insert(keys.key(i));
    const KeyList misses = MakeMisses(set, keys);
    ASSERT_EQ(misses.size(), keys.size());
    for (size_t i = 0; i < misses.size(); ++i) {
      EXPECT_FALSE(present.contains(misses.key(i))) << misses.key(i);
      EXPECT_EQ(misses.key(i).size(), keys.key(i).size());
    }
  }
}

TEST(KeySetsTest, ListsAreReordered) {
  KeyList list;
  list.Add("abc", 1);
  list.Add("b", 2);
  list.Add("abd", 3);
  EXPECT_EQ(list.total_bytes(), 7);
  EXPECT_EQ(list.key(1).data()[1], '\0');

  const KeyList sorted = list.Sorted();
  EXPECT_EQ(sorted.key(1), "abd");
  EXPECT_EQ(sorted.value(1), 3);
  // a b c, d, b.
  EXPECT_EQ(sorted.DistinctPathBytes(), 5);

  const KeyList slice = list.Slice(1, 3);
  ASSERT_EQ(slice.size(), 2);
  EXPECT_EQ(slice.key(0), "b");
  EXPECT_EQ(list.Shuffled(1).Sorted().key(2), "b");
}

}  // namespace
}  // namespace pathkb::bench
