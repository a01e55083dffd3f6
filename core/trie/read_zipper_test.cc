// ReadZipper does the same as a naive model over the same paths, in random walks; it keeps to the
// trie it was made for; and a very deep trie is walked like any other.

#include "core/trie/read_zipper.h"

#include "gtest/gtest.h"

#include "core/trie/zipper_testing.h"

namespace pathkb {
namespace {

TEST(ReadZipperTest, WalksLikeTheModel) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < 120 && !HasFailure(); ++round) {
    NaivePaths paths;
    PathTrie trie;
    for (uint64_t count = random() % 60; count > 0; --count) {
      const std::string path = RandomPath(random);
      const uint64_t value = random();
      paths[path] = {value};
      trie.Set(path, value);
    }
    ReadZipper scan(trie);
    ExpectScan(scan, paths);
    ExpectScanBack(scan, paths);
    WalkTogether(std::make_unique<ReadZipper>(trie), std::make_unique<NaiveZipper>(paths), paths,
                 400, random);
  }
}

TEST(ReadZipperTest, EmptyTrie) {
  PathTrie trie;
  ReadZipper zipper(trie);
  EXPECT_EQ(zipper.value(), std::nullopt);
  EXPECT_TRUE(zipper.child_mask().empty());
  EXPECT_FALSE(zipper.NextValue());
  EXPECT_FALSE(zipper.SeekValue(""));
  EXPECT_FALSE(zipper.DescendFirst());
  EXPECT_EQ(zipper.DescendRun(), 0u);
  EXPECT_TRUE(zipper.Ascend(0));
  EXPECT_FALSE(zipper.Ascend(1));
  EXPECT_EQ(zipper.CountValues(), 0u);
}

TEST(ReadZipperTest, KeepsTheTrieItWasMadeFor) {
  auto trie = std::make_unique<PathTrie>();
  trie->Set("ab", 1);
  trie->Set("ac", 2);
  ReadZipper zipper(*trie);
  trie->Set("ab", 3);
  trie->Remove("ac");
  trie.reset();
  ASSERT_TRUE(zipper.NextValue());
  EXPECT_EQ(zipper.value(), 1u);
  ASSERT_TRUE(zipper.NextValue());
  EXPECT_EQ(zipper.path(), "ac");
  EXPECT_FALSE(zipper.NextValue());
  EXPECT_EQ(zipper.path(), "ac");
}

TEST(ReadZipperTest, CountsWithoutWalking) {
  PathTrie trie;
  for (uint64_t i = 0; i < 1000; ++i) trie.Set("item/" + std::to_string(i), i);
  ReadZipper zipper(trie);
  EXPECT_EQ(zipper.CountValues(), 1000u);
  EXPECT_EQ(zipper.CountValues(10), 10u);
  ASSERT_TRUE(zipper.Descend("ite"));
  EXPECT_EQ(zipper.CountValues(), 1000u);
  ASSERT_TRUE(zipper.Descend("m/99"));
  EXPECT_EQ(zipper.CountValues(), 11u);
}

TEST(ReadZipperTest, WalksATrieOfAHundredThousandNodesDepth) {
  // From the bottom, as each step from the top would go all the way down.
  const std::string longest(100'000, 'x');
  PathTrie trie;
  for (size_t bytes = longest.size(); bytes > 0; --bytes) {
    PathTrie above;
    above.Graft("x", trie);
    above.Set("x", bytes);
    trie = std::move(above);
  }
  ReadZipper zipper(trie);
  uint64_t count = 0;
  while (zipper.NextValue()) ++count;
  EXPECT_EQ(count, trie.size());
  EXPECT_EQ(zipper.path(), longest);
  const std::unique_ptr<Zipper> fork = zipper.Fork();
  EXPECT_TRUE(zipper.Ascend(longest.size() - 7));
  EXPECT_EQ(zipper.value(), 7u);
  EXPECT_EQ(zipper.CountValues(), trie.size() - 6);
  EXPECT_EQ(fork->path().size(), longest.size());
  EXPECT_TRUE(fork->SeekValue("x"));
  EXPECT_FALSE(fork->SeekValue("y"));
  EXPECT_EQ(fork->path(), "x");
}

}  // namespace
}  // namespace pathkb
