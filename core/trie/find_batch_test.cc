// FindBatch() answers like Find(), path by path, for batches of all sizes around the number of
// walks that go side by side.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

#include "core/trie/path_trie.h"
#include "core/trie/trie_model.h"
#include "core/trie/zipper_testing.h"

namespace pathkb {
namespace {

void ExpectLikeFind(const PathTrie& trie, const std::vector<std::string_view>& paths) {
  // What is there before must not be left.
  std::vector<std::optional<uint64_t>> values(paths.size(), 4711);
  trie.FindBatch(paths, values);
  for (size_t i = 0; i < paths.size(); ++i) {
    EXPECT_EQ(values[i], trie.Find(paths[i])) << ReadablePath(paths[i]);
  }
}

// In batches of all sizes, again and again from the front if there are not enough paths.
void ExpectLikeFindInBatches(const PathTrie& trie, const std::vector<std::string>& paths) {
  for (const size_t size : {0, 1, 15, 16, 17, 64, 1000}) {
    std::vector<std::string_view> batch;
    for (size_t i = 0; i < size; ++i) batch.push_back(paths[i % paths.size()]);
    ExpectLikeFind(trie, batch);
  }
}

TEST(FindBatchTest, HitsMissesPrefixesAndExtensions) {
  const PathTrie trie = TrieOf({{"te", 1}, {"team", 2}, {"test", 3}, {"to", 0}});
  const std::vector<std::string_view> paths = {"team", "to", "", "t", "te", "tea", "teams", "x"};
  std::vector<std::optional<uint64_t>> values(paths.size());
  trie.FindBatch(paths, values);
  EXPECT_EQ(values,
            (std::vector<std::optional<uint64_t>>{2, 0, std::nullopt, std::nullopt, 1, std::nullopt,
                                                  std::nullopt, std::nullopt}));
}

TEST(FindBatchTest, EmptyTriesAndEmptyPaths) {
  const std::vector<std::string> paths = {"", "a", std::string(70'000, 'k')};
  ExpectLikeFindInBatches(PathTrie(), paths);
  ExpectLikeFindInBatches(TrieOf({{"", 5}}), paths);
  ExpectLikeFindInBatches(TrieOf({{"", 5}, {"a", 6}}), paths);
  ExpectLikeFindInBatches(TrieOf({{"a", 6}}), paths);
  ExpectLikeFind(TrieOf({{"", 5}, {"a", 6}}), {std::string_view(), "a"});  // No bytes at all.
}

// All walks end at different depths, and those that end make room for others.
TEST(FindBatchTest, PathsOfAllLengths) {
  PathTrie trie;
  std::vector<std::string> paths;
  for (size_t bytes = 0; bytes <= 500; ++bytes) {
    paths.emplace_back(bytes, 'p');
    if (bytes % 3 != 0) trie.Set(paths.back(), bytes);
    paths.push_back(paths.back() + "q");
  }
  std::mt19937_64 random(TestSeed());
  std::shuffle(paths.begin(), paths.end(), random);
  ExpectLikeFindInBatches(trie, paths);
}

TEST(FindBatchTest, RandomPaths) {
  std::mt19937_64 random(TestSeed());
  for (int kind = 0; kind < PathSource::kKinds && !HasFailure(); ++kind) {
    const PathSource source(static_cast<PathSource::Kind>(kind), 3000);
    for (int round = 0; round < 10 && !HasFailure(); ++round) {
      PathTrie trie;
      std::vector<std::string> paths;  // Half of them in the trie, and what is near to those.
      for (int i = 0; i < 300; ++i) {
        std::string path = source.Draw(random);
        if (i % 2 == 0) trie.Set(path, RandomValue(random));
        paths.push_back(path.substr(0, random() % (path.size() + 1)));
        paths.push_back(path + static_cast<char>(random()));
        if (!path.empty()) {
          std::string other = path;
          ++other[random() % other.size()];
          paths.push_back(std::move(other));
        }
        paths.push_back(std::move(path));
      }
      std::shuffle(paths.begin(), paths.end(), random);
      ExpectLikeFindInBatches(trie, paths);
    }
  }
}

}  // namespace
}  // namespace pathkb
