// ScanValues() visits exactly what a cursor's NextValue() stops at, in the same order, whatever
// kinds of leaves and branches the paths and values make.

#include "core/trie/scan.h"

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "gtest/gtest.h"

#include "core/trie/read_zipper.h"
#include "core/trie/trie_model.h"
#include "core/trie/zipper_testing.h"

namespace pathkb {
namespace {

// Scans and walks together.
void ExpectScansLikeAWalk(const PathTrie& trie) {
  ReadZipper zipper(trie);
  bool found = zipper.value().has_value() || zipper.NextValue();
  uint64_t visits = 0;
  ScanValues(trie, [&](std::string_view path, uint64_t value) {
    ++visits;
    EXPECT_TRUE(found);
    EXPECT_EQ(ReadablePath(path), ReadablePath(zipper.path()));
    EXPECT_TRUE(path == zipper.path());
    EXPECT_EQ(value, zipper.value());
    found = zipper.NextValue();
  });
  EXPECT_FALSE(found);
  EXPECT_EQ(visits, trie.size());
}

TEST(ScanTest, InPathOrder) {
  const PathTrie trie = TrieOf({{"b", 3}, {"a", 1}, {"ab", 2}, {"\xFF", 4}, {"", 0}});
  std::string text;
  ScanValues(trie, [&](std::string_view path, uint64_t value) {
    text += ReadablePath(path) + "=" + std::to_string(value) + " ";
  });
  EXPECT_EQ(text, ReadablePath("") + "=0 " + ReadablePath("a") + "=1 " + ReadablePath("ab") +
                      "=2 " + ReadablePath("b") + "=3 " + ReadablePath("\xFF") + "=4 ");
}

TEST(ScanTest, FewPaths) {
  ScanValues(PathTrie(), [](std::string_view, uint64_t) { FAIL(); });
  for (const ModelPaths& paths :
       {ModelPaths{}, ModelPaths{{"", 7}}, ModelPaths{{"run", 7}}, ModelPaths{{"", 7}, {"run", 8}},
        ModelPaths{{"te", 1}, {"team", 2}, {"test", 3}, {"to", 4}},
        ModelPaths{{std::string(70'000, 'k'), 7}}}) {
    ExpectScansLikeAWalk(TrieOf(paths));
  }
}

// Runs of all lengths around those where leaves change their kind, with values of all widths.
TEST(ScanTest, LeavesOfAllKinds) {
  PathTrie trie;
  for (const size_t run_bytes :
       {0, 1, 2, 5, 6, 7, 8, 9, 14, 15, 16, 17, 18, 100, 254, 255, 256, 257, 1000, 70'000}) {
    const std::string run(run_bytes, 'r');
    for (uint64_t bits = 0; bits <= 64; ++bits) {
      const uint64_t value = bits == 0 ? 0 : ~uint64_t{0} >> (64 - bits);
      // Two or three under each branch, and long runs of branches too.
      const std::string head = std::to_string(run_bytes) + "/" + std::to_string(bits) + "/";
      trie.Set(head + "a" + run, value);
      trie.Set(head + "b" + run, uint64_t{1} << (bits % 64));
      if (bits % 2 == 0) trie.Set(head + run + "a", uint64_t{3} << 62);
    }
  }
  ExpectScansLikeAWalk(trie);
}

TEST(ScanTest, BranchesOfAllWidths) {
  PathTrie trie;
  for (unsigned width = 1; width <= 256; ++width) {
    const std::string head = {static_cast<char>(width), static_cast<char>(width >> 8)};
    for (unsigned i = 0; i < width; ++i) {
      trie.Set(head + static_cast<char>(i * 255 / width) + (i % 3 == 0 ? "" : "more"), i);
    }
    if (width % 2 == 0) trie.Set(head, width);
  }
  ExpectScansLikeAWalk(trie);
}

TEST(ScanTest, RandomPaths) {
  std::mt19937_64 random(TestSeed());
  for (int kind = 0; kind < PathSource::kKinds && !HasFailure(); ++kind) {
    const PathSource source(static_cast<PathSource::Kind>(kind), 3000);
    for (int round = 0; round < 20 && !HasFailure(); ++round) {
      PathTrie trie;
      for (uint64_t count = random() % 500; count > 0; --count) {
        trie.Set(source.Draw(random), RandomValue(random));
      }
      ExpectScansLikeAWalk(trie);
    }
  }
}

TEST(ScanTest, DeepTries) {
  constexpr uint64_t kDepth = 100'000;
  const PathTrie trie = DeepTrie(kDepth, [](size_t bytes) -> uint64_t { return bytes; });
  uint64_t visits = 0;
  std::string deepest;
  ScanValues(trie, [&](std::string_view path, uint64_t value) {
    ++visits;
    ASSERT_EQ(path.size(), visits);
    ASSERT_EQ(value, visits);
    if (visits == kDepth) deepest = path;
  });
  EXPECT_EQ(visits, kDepth);
  EXPECT_TRUE(deepest == std::string(kDepth, 'x'));
}

}  // namespace
}  // namespace pathkb
