// ForkedZipper shows what a map shows in which the keys of forked spaces were written out: random
// walks of all kinds of moves over random spaces and forks, which share beginnings of their names,
// replace spaces of the base and lie between, before and behind them.

#include "core/facts/forked_zipper.h"

#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "core/facts/keys.h"
#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"
#include "core/trie/zipper_testing.h"

namespace pathkb {
namespace {

const std::vector<std::string> kNames = {"a", "ab", "abc", "b", "b-", "c0", "c"};

TEST(ForkedZipperTest, WalksAsOverAWrittenOutMap) {
  const uint64_t seed = TestSeed();
  std::mt19937_64 random(seed);
  for (int round = 0; round < 400; ++round) {
    std::map<std::string, uint64_t> base;
    const auto name = [&] { return kNames[random() % kNames.size()]; };
    for (uint64_t count = random() % 40; count > 0; --count) {
      std::string key = RandomPath(random);
      if (random() % 8 != 0) key = SpacePrefix(name()) + key;
      if (random() % 8 == 0) key = SpacePrefix("").substr(0, random() % 8) + key;
      base[key] = random() % 100;
    }
    SpaceForks forks;
    std::map<std::string, std::string> sources;
    for (uint64_t count = random() % 5; count > 0; --count) {
      const std::string source = name();
      const auto first = base.lower_bound(SpacePrefix(source));
      if (first == base.end() || !first->first.starts_with(SpacePrefix(source))) continue;
      const std::string space = name();
      forks.Set(space, source, source);
      sources[space] = source;
    }
    NaivePaths expected;
    PathTrie trie;
    for (const auto& [key, value] : base) {
      trie.Set(key, value);
      const std::string_view prefix = SpacePrefixOf(key);
      if (prefix.empty() || !sources.contains(std::string(SpaceNameOf(prefix)))) {
        expected[key] = {value, 0};
      }
      for (const auto& [space, source] : sources) {
        if (prefix != SpacePrefix(source)) continue;
        expected[SpacePrefix(space) + key.substr(prefix.size())] = {value, 0};
      }
    }
    ForkedZipper scan(std::make_unique<ReadZipper>(trie), forks);
    ExpectScan(scan, expected);
    scan.Reset();
    ExpectScanBack(scan, expected);
    WalkTogether(std::make_unique<ForkedZipper>(std::make_unique<ReadZipper>(trie), forks),
                 std::make_unique<NaiveZipper>(expected), expected, 400, random);
    if (HasFailure()) {
      std::cout << "round " << round << "\n";
      return;
    }
  }
}

TEST(ForkedZipperTest, AForkWhoseSourceTheBaseLacksIsEmpty) {
  PathTrie trie;
  trie.Set("spaces/a/terms/x", 1);
  trie.Set("spaces/c/terms/x", 2);
  SpaceForks forks;
  forks.Set("b", "gone", "gone");
  ForkedZipper zipper(std::make_unique<ReadZipper>(trie), forks);
  ASSERT_TRUE(zipper.NextValue());
  EXPECT_EQ(zipper.path(), "spaces/a/terms/x");
  ASSERT_TRUE(zipper.NextValue());
  EXPECT_EQ(zipper.path(), "spaces/c/terms/x");
  EXPECT_FALSE(zipper.NextValue());
  EXPECT_EQ(zipper.path(), "spaces/c/terms/x");
  zipper.Reset();
  EXPECT_FALSE(zipper.Descend("spaces/b/"));
  EXPECT_FALSE(zipper.SeekValue("spaces/c0"));
}

}  // namespace
}  // namespace pathkb
