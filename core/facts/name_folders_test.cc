// Goal: names are shown as folders, in order and with right counts, wherever a walk is interrupted,
// and what lies in a folder is not walked over to show what stands beside it.
// Method: small tries of names that are hard to tell apart, random names against folders made with
// a std::map, and a cursor that counts its moves over a folder of 300,000 names.

#include "core/facts/name_folders.h"

#include <cstdlib>
#include <map>
#include <random>
#include <vector>

#include "fmt/format.h"
#include "gtest/gtest.h"

#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"

namespace pathkb {
namespace {

constexpr FolderWalk::Bounds kNoBounds = {~uint64_t{0} - 1, ~uint64_t{0}};

PathTrie TrieOf(const std::vector<std::string>& names) {
  PathTrie trie;
  for (const std::string& name : names) trie.Set("n/" + name, 7);
  // Neighbours on both sides.
  trie.Set("n", 1);
  trie.Set("n.", 1);
  trie.Set("n0", 1);
  return trie;
}

// "name facts" of each entry, with a + behind a count that has no end. A new walk for each entry if
// `in_pieces`.
std::vector<std::string> Show(const PathTrie& trie, const std::string& folder,
                              FolderWalk::Bounds bounds = kNoBounds, bool in_pieces = false) {
  ReadZipper zipper(trie);
  std::vector<std::string> shown;
  std::string place;
  for (bool more = true; more;) {
    FolderWalk walk(zipper, "n/" + folder, place, bounds);
    FolderEntry entry;
    while ((more = walk.Next(entry))) {
      shown.push_back(
          fmt::format("{} {}{}", entry.name, entry.facts, entry.counted_to_end ? "" : "+"));
      place = walk.place();
      if (in_pieces) break;
    }
    EXPECT_TRUE(walk.status().ok());
    if (!more) EXPECT_FALSE(walk.HasNext());
  }
  return shown;
}

using Lines = std::vector<std::string>;

TEST(NameFoldersTest, OneLevelAtATime) {
  const PathTrie trie =
      TrieOf({"facts/math/addition", "facts/math/zero", "facts/logic", "rules/r1", "zero"});
  EXPECT_EQ(Show(trie, ""), (Lines{"facts/ 3", "rules/ 1", "zero 1"}));
  EXPECT_EQ(Show(trie, "facts/"), (Lines{"logic 1", "math/ 2"}));
  EXPECT_EQ(Show(trie, "facts/math/"), (Lines{"addition 1", "zero 1"}));
  EXPECT_EQ(Show(trie, "facts/mat/"), Lines());
  EXPECT_EQ(Show(trie, "facts/logic/"), Lines());
  EXPECT_EQ(Show(TrieOf({}), ""), Lines());
}

TEST(NameFoldersTest, ANameMayBeAFactAndAFolder) {
  const PathTrie trie = TrieOf({"a", "a-b", "a/", "a/b", "a//c", "a0", "/x", "\xff/y", "\xff"});
  const Lines top = {"/ 1", "a 1", "a-b 1", "a/ 3", "a0 1", "\xff 1", "\xff/ 1"};
  EXPECT_EQ(Show(trie, ""), top);
  EXPECT_EQ(Show(trie, "", kNoBounds, /*in_pieces=*/true), top);
  const Lines inside = {" 1", "/ 1", "b 1"};
  EXPECT_EQ(Show(trie, "a/"), inside);
  EXPECT_EQ(Show(trie, "a/", kNoBounds, /*in_pieces=*/true), inside);
  EXPECT_EQ(Show(trie, "/"), (Lines{"x 1"}));
  EXPECT_EQ(Show(trie, "a//"), (Lines{"c 1"}));
}

TEST(NameFoldersTest, CountsEndAtTheirBounds) {
  std::vector<std::string> names;
  for (const char* folder : {"a", "b", "c"}) {
    for (int i = 0; i < 10; ++i) names.push_back(fmt::format("{}/{}", folder, i));
  }
  const PathTrie trie = TrieOf(names);
  EXPECT_EQ(Show(trie, "", {10, 100}), (Lines{"a/ 10", "b/ 10", "c/ 10"}));
  EXPECT_EQ(Show(trie, "", {9, 100}), (Lines{"a/ 9+", "b/ 9+", "c/ 9+"}));
  EXPECT_EQ(Show(trie, "", {10, 14}), (Lines{"a/ 10", "b/ 4+", "c/ 1+"}));
  EXPECT_EQ(Show(trie, "", {0, 0}), (Lines{"a/ 1+", "b/ 1+", "c/ 1+"}));
}

TEST(NameFoldersTest, RandomNames) {
  const char* const given = std::getenv("PATHKB_TEST_SEED");
  const unsigned seed = given != nullptr ? static_cast<unsigned>(std::atoi(given)) : 20251;
  RecordProperty("seed", std::to_string(seed));
  std::printf("PATHKB_TEST_SEED=%u\n", seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> names;
    for (unsigned i = 0, count = random() % 40; i < count; ++i) {
      std::string name;
      for (unsigned j = 0, bytes = 1 + random() % 6; j < bytes; ++j) name += "/ab.0"[random() % 5];
      names.push_back(std::move(name));
    }
    const PathTrie trie = TrieOf(names);
    const std::string folder = std::vector<std::string>{"", "a/", "a/b/", "/"}[random() % 4];
    std::map<std::string, std::map<std::string, int>> entries;
    for (const std::string& name : names) {
      if (!name.starts_with(folder)) continue;
      const std::string rest = name.substr(folder.size());
      const size_t slash = rest.find('/');
      ++entries[slash == std::string::npos ? rest : rest.substr(0, slash + 1)][rest];
    }
    Lines expected;
    for (const auto& [name, facts] : entries) {
      expected.push_back(fmt::format("{} {}", name, facts.size()));
    }
    ASSERT_EQ(Show(trie, folder, kNoBounds, random() % 2 == 0), expected) << "round " << round;
  }
}

// Counts what is asked of a ReadZipper.
class CountingZipper final : public Zipper {
 public:
  explicit CountingZipper(const PathTrie& trie) : zipper_(trie) {}

  std::unique_ptr<Zipper> Fork() const override { return zipper_.Fork(); }
  std::string_view path() const override { return zipper_.path(); }
  std::optional<uint64_t> value() const override { return zipper_.value(); }
  ByteMask child_mask() const override { return zipper_.child_mask(); }
  void Reset() override { zipper_.Reset(); }
  bool DescendByte(uint8_t byte) override { return zipper_.DescendByte(byte); }
  bool Ascend(size_t count) override { return zipper_.Ascend(count); }
  bool SeekValue(std::string_view target) override {
    ++seeks;
    return zipper_.SeekValue(target);
  }
  uint64_t CountValues(uint64_t limit) const override {
    counted += limit;
    return zipper_.CountValues(limit);
  }

  int seeks = 0;
  mutable uint64_t counted = 0;

 private:
  ReadZipper zipper_;
};

TEST(NameFoldersTest, AFolderOfManyIsNotWalked) {
  PathTrie trie;
  for (int i = 0; i < 300'000; ++i) trie.Set(fmt::format("n/cache/{:06}", i), 1);
  for (const char* name : {"n/a", "n/rules/r1", "n/z"}) trie.Set(name, 1);
  CountingZipper zipper(trie);
  FolderWalk walk(zipper, "n/", "", {10'000, 1'000'000});
  Lines shown;
  for (FolderEntry entry; walk.Next(entry);) {
    shown.push_back(
        fmt::format("{} {}{}", entry.name, entry.facts, entry.counted_to_end ? "" : "+"));
  }
  EXPECT_EQ(shown, (Lines{"a 1", "cache/ 10000+", "rules/ 1", "z 1"}));
  EXPECT_EQ(zipper.seeks, 5);
  EXPECT_EQ(zipper.counted, 2u * 10'001);
}

}  // namespace
}  // namespace pathkb
