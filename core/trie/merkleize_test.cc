// Merkleize() makes many versions of one space about as small as one; changes no content and not
// its input; finds nothing where nothing is equal, nor the second time; and the result, in which
// one node stands for many places, is edited like any other trie.

#include "core/trie/merkleize.h"

#include <cstdint>
#include <random>
#include <string>

#include "gtest/gtest.h"

#include "core/trie/trie_model.h"
#include "core/trie/zipper_testing.h"

namespace pathkb {
namespace {

constexpr int kVersions = 10;
constexpr uint64_t kFacts = 10'000;
constexpr int kOwnFacts = 5;

std::string Version(int version) { return "v" + std::to_string(version) + "/"; }

// The same facts below each version, which are inserted one by one: no node is shared. Some facts
// of its own for each, if `own_facts`.
ModelPaths Versions(std::mt19937_64& random, int own_facts) {
  ModelPaths paths;
  for (uint64_t i = 0; i < kFacts; ++i) {
    const std::string fact =
        "parent/" + std::to_string(random() % 3000) + "/" + std::to_string(random() % 3000);
    const uint64_t value = random() % 3;
    for (int version = 0; version < kVersions; ++version) paths[Version(version) + fact] = value;
  }
  for (int version = 0; version < kVersions; ++version) {
    for (int i = 0; i < own_facts; ++i) {
      paths[Version(version) + "parent/" + std::to_string(random() % 3000) + "/me"] = random();
    }
  }
  return paths;
}

TEST(MerkleizeTest, VersionsShrinkToWhatDiffers) {
  std::mt19937_64 random(TestSeed());
  const ModelPaths paths = Versions(random, kOwnFacts);
  const PathTrie trie = TrieOf(paths);
  const std::string before = trie.Dump();
  MerkleizeStats one;
  Merkleize(trie.Subtrie(Version(0)), &one);
  MerkleizeStats all;
  const PathTrie small = Merkleize(trie, &all);
  EXPECT_GT(all.distinct_nodes_before, 9 * one.distinct_nodes_before);
  // One version, and the way to each own fact.
  EXPECT_LE(all.distinct_nodes_after, one.distinct_nodes_after + kVersions * (kOwnFacts * 6 + 5));
  EXPECT_LE(all.distinct_nodes_after, all.distinct_nodes_before / 5);
  // Nothing else is seen from outside: nodes in several places count in each.
  EXPECT_TRUE(small.IsValid().ok()) << small.IsValid();
  EXPECT_EQ(FirstDifference(small, paths), "");
  EXPECT_TRUE(small.EqualTo(trie));
  EXPECT_EQ(small.Dump(), before);
  EXPECT_LE(small.MemoryBytes(), trie.MemoryBytes());
  EXPECT_GE(small.MemoryBytes(), trie.MemoryBytes() / 2);
  EXPECT_EQ(trie.Dump(), before);
  EXPECT_TRUE(trie.IsValid().ok()) << trie.IsValid();
}

TEST(MerkleizeTest, EqualVersionsBecomeOneNode) {
  std::mt19937_64 random(TestSeed());
  const PathTrie trie = TrieOf(Versions(random, 0));
  EXPECT_FALSE(trie.Subtrie("v3").SharesRootWith(trie.Subtrie("v7")));
  const PathTrie small = Merkleize(trie);
  EXPECT_TRUE(small.Subtrie("v3").SharesRootWith(small.Subtrie("v7")));
}

TEST(MerkleizeTest, TheSecondTimeFindsNothing) {
  std::mt19937_64 random(TestSeed());
  MerkleizeStats first;
  const PathTrie once = Merkleize(TrieOf(Versions(random, kOwnFacts)), &first);
  MerkleizeStats second;
  const PathTrie twice = Merkleize(once, &second);
  EXPECT_EQ(second.distinct_nodes_before, first.distinct_nodes_after);
  EXPECT_EQ(second.distinct_nodes_after, first.distinct_nodes_after);
  EXPECT_TRUE(twice.SharesRootWith(once));
}

TEST(MerkleizeTest, RandomPathsGainNothing) {
  std::mt19937_64 random(TestSeed());
  ModelPaths paths;
  for (int i = 0; i < 20'000; ++i) {
    const uint64_t bytes[] = {random(), random()};
    paths[{reinterpret_cast<const char*>(bytes), sizeof(bytes)}] = 0;
  }
  MerkleizeStats stats;
  const PathTrie result = Merkleize(TrieOf(paths), &stats);
  EXPECT_GT(stats.distinct_nodes_before, 1000u);
  EXPECT_EQ(stats.distinct_nodes_after, stats.distinct_nodes_before);
  EXPECT_EQ(FirstDifference(result, paths), "");
}

TEST(MerkleizeTest, SmallTries) {
  MerkleizeStats stats;
  EXPECT_TRUE(Merkleize(PathTrie(), &stats).empty());
  EXPECT_EQ(stats.distinct_nodes_before, 0u);
  EXPECT_EQ(stats.distinct_nodes_after, 0u);
  for (const ModelPaths& paths :
       {ModelPaths{{"", 1}}, ModelPaths{{"run", 1}}, ModelPaths{{std::string(70'000, 'k'), 1}},
        ModelPaths{{"a", 1}, {"b", 1}}, ModelPaths{{"a/x", 1}, {"a/y", 2}, {"b/x", 1}, {"b/y", 2}},
        // Equal but for a value, a run, a byte.
        ModelPaths{{"a/x", 1}, {"a/y", 2}, {"b/x", 1}, {"b/y", 3}},
        ModelPaths{{"a/x", 1}, {"a/y", 2}, {"b:x", 1}, {"b:y", 2}},
        ModelPaths{{"a/x", 1}, {"a/y", 2}, {"b/x", 1}, {"b/z", 2}}}) {
    const PathTrie result = Merkleize(TrieOf(paths), &stats);
    EXPECT_EQ(FirstDifference(result, paths), "");
    EXPECT_TRUE(result.IsValid().ok()) << result.IsValid();
    EXPECT_LE(stats.distinct_nodes_after, stats.distinct_nodes_before);
  }
}

TEST(MerkleizeTest, AnEditOfOneVersionIsSeenInNoOther) {
  std::mt19937_64 random(TestSeed());
  ModelPaths paths = Versions(random, 0);
  const PathTrie small = Merkleize(TrieOf(paths));
  const ModelPaths before = paths;
  PathTrie edited = small;
  for (int version = 0; version < kVersions; ++version) {
    // An old fact, where all versions are one node, and a new one.
    auto old = paths.lower_bound(Version(version) + "parent/" + std::to_string(random() % 2000));
    edited.Set(old->first, 77);
    old->second = 77;
    edited.Set(Version(version) + "new", 78);
    paths[Version(version) + "new"] = 78;
    auto gone = paths.lower_bound(Version(version) + "parent/" + std::to_string(random() % 2000));
    edited.Remove(gone->first);
    paths.erase(gone);
  }
  edited.RemoveBelow("v4/parent/1");
  ModelRemoveBelow(paths, "v4/parent/1");
  EXPECT_EQ(FirstDifference(edited, paths), "");
  EXPECT_TRUE(edited.IsValid().ok()) << edited.IsValid();
  EXPECT_EQ(FirstDifference(small, before), "");
  EXPECT_TRUE(small.IsValid().ok()) << small.IsValid();
}

}  // namespace
}  // namespace pathkb
