// Fold() makes counts, sums and digests from the leaves up; shows of each subtrie what fold.h says;
// and combines what hangs in many places once.

#include "core/trie/fold.h"

#include <cstdint>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

#include "core/trie/trie_model.h"
#include "core/trie/zipper_testing.h"

namespace pathkb {
namespace {

// The example of fold.h.
uint64_t Count(const FoldNode<uint64_t>& node) {
  return std::accumulate(node.results.begin(), node.results.end(),
                         uint64_t{node.value.has_value()});
}

uint64_t Sum(const FoldNode<uint64_t>& node) {
  return std::accumulate(node.results.begin(), node.results.end(), node.value.value_or(0));
}

// The same for equal contents, however the nodes are shared.
uint64_t Digest(const FoldNode<uint64_t>& node) {
  uint64_t digest = node.value.has_value() ? *node.value * 31 + 1 : 0;
  const auto add = [&](uint64_t word) { digest = (digest ^ word) * 0x9E37'79B9'7F4A'7C15u; };
  add(node.run.size());
  for (const char byte : node.run) add(static_cast<uint8_t>(byte));
  for (size_t i = 0; i < node.bytes.size(); ++i) {
    add(node.bytes[i]);
    add(node.results[i]);
  }
  return digest;
}

TEST(FoldTest, NothingComesOfAnEmptyTrie) {
  EXPECT_EQ(Fold<uint64_t>(PathTrie(), Count), std::nullopt);
}

TEST(FoldTest, ShowsRunsBytesAndResults) {
  const PathTrie trie = TrieOf({{"te", 2}, {"team", 1}, {"test", 3}, {"test\xFF", 4}});
  std::vector<std::string> order;
  const std::optional<std::string> text =
      Fold<std::string>(trie, [&](const FoldNode<std::string>& node) {
        order.emplace_back(node.run);
        std::string text = "(" + std::string(node.run) + ")";
        if (node.value.has_value()) text += "=" + std::to_string(*node.value);
        EXPECT_EQ(node.bytes.size(), node.results.size());
        for (size_t i = 0; i < node.bytes.size(); ++i) {
          text += " " + std::to_string(node.bytes[i]) + "[" + node.results[i] + "]";
        }
        return text;
      });
  // The byte that leads to a subtrie is its parent's, not in its run; 97 is 'a', 115 is 's'.
  EXPECT_EQ(text, "(te)=2 97[(m)=1] 115[(t)=3 255[()=4]]");
  EXPECT_EQ(order, (std::vector<std::string>{"m", "", "t", "te"}));  // What is below comes first.
}

TEST(FoldTest, CountsSumsAndDigests) {
  std::mt19937_64 random(TestSeed());
  ModelPaths paths;
  uint64_t sum = 0;
  for (int i = 0; i < 3000; ++i) paths[RandomPath(random)] = RandomValue(random);
  for (const auto& [path, value] : paths) sum += value;
  const PathTrie trie = TrieOf(paths);
  EXPECT_EQ(Fold<uint64_t>(trie, Count), paths.size());
  EXPECT_EQ(Fold<uint64_t>(trie, Sum), sum);
  const std::optional<uint64_t> digest = Fold<uint64_t>(trie, Digest);
  EXPECT_EQ(Fold<uint64_t>(TrieOf(paths), Digest), digest);  // Not one node shared.
  PathTrie edited = trie;
  edited.Set("one more", 1);
  EXPECT_NE(Fold<uint64_t>(edited, Digest), digest);
  edited.Remove("one more");
  EXPECT_EQ(Fold<uint64_t>(edited, Digest), digest);
}

TEST(FoldTest, WhatHangsInManyPlacesIsCombinedOnce) {
  PathTrie part;
  for (uint64_t i = 1000; i < 2000; ++i) part.Set(std::to_string(i), i);
  PathTrie trie;
  for (int place = 0; place < 1000; ++place) trie.Graft(std::to_string(place) + "/", part);
  uint64_t values_seen = 0;
  const std::optional<uint64_t> count = Fold<uint64_t>(trie, [&](const FoldNode<uint64_t>& node) {
    values_seen += node.value.has_value();
    return Count(node);
  });
  EXPECT_EQ(count, 1'000'000u);
  EXPECT_EQ(values_seen, 1000u);
}

TEST(FoldTest, TwoToThe30PathsInFewNodes) {
  PathTrie trie = TrieOf({{"leaf", 3}});
  for (int i = 0; i < 30; ++i) {
    const PathTrie half = trie;
    trie.Clear();
    trie.Graft("0", half);
    trie.Graft("1", half);
  }
  uint64_t calls = 0;
  const std::optional<uint64_t> sum = Fold<uint64_t>(trie, [&](const FoldNode<uint64_t>& node) {
    ++calls;
    return Sum(node);
  });
  EXPECT_EQ(sum, uint64_t{3} << 30);
  EXPECT_LE(calls, 2u * 30 + 4);  // The top of one half is a copy.
}

TEST(FoldTest, DeepTries) {
  constexpr uint64_t kDepth = 100'000;
  const PathTrie trie = DeepTrie(kDepth, [](size_t bytes) -> uint64_t { return bytes; });
  EXPECT_EQ(Fold<uint64_t>(trie, Count), kDepth);
  EXPECT_EQ(Fold<uint64_t>(trie, Sum), kDepth * (kDepth + 1) / 2);
}

}  // namespace
}  // namespace pathkb
