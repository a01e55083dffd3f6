// Zipper's own moves, made of the ones each cursor must have, do the same as a naive model: random
// walks over random sets of paths, some of which hold no value and lead nowhere.

#include "core/trie/zipper.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "core/trie/zipper_testing.h"

namespace pathkb {
namespace {

TEST(ZipperTest, WalksLikeTheModel) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < 60 && !HasFailure(); ++round) {
    NaivePaths paths;
    for (uint64_t count = random() % 50; count > 0; --count) {
      NaiveEntry entry;
      if (random() % 4 != 0) entry.value = random();
      paths[RandomPath(random)] = entry;
    }
    BareZipper zipper(std::make_unique<NaiveZipper>(paths));
    ExpectScan(zipper, paths);
    ExpectScanBack(zipper, paths);
    WalkTogether(std::make_unique<BareZipper>(std::make_unique<NaiveZipper>(paths)),
                 std::make_unique<NaiveZipper>(paths), paths, 400, random);
  }
}

using Strings = std::vector<std::string>;

// All paths that are `count` bytes longer than `prefix`.
Strings KPaths(Zipper& zipper, const std::string& prefix, size_t count) {
  Strings found;
  zipper.Reset();
  EXPECT_TRUE(zipper.Descend(prefix));
  for (bool more = zipper.DescendFirstKPath(count); more; more = zipper.NextKPath(count)) {
    found.emplace_back(zipper.path());
  }
  // The cursor stays at the last one, or where it was if there is none.
  EXPECT_EQ(zipper.path(), found.empty() ? prefix : found.back());
  zipper.Reset();
  zipper.Descend(prefix);
  return found;
}

std::unique_ptr<Zipper> BareOver(const NaivePaths& paths) {
  return std::make_unique<BareZipper>(std::make_unique<NaiveZipper>(paths));
}

TEST(ZipperTest, PreviousValueGoesBackThroughPrefixes) {
  // "ac" and "b" exist, but hold nothing.
  const std::unique_ptr<Zipper> zipper =
      BareOver({{"a", {1}}, {"ab", {2}}, {"aba", {3}}, {"acx", {}}, {"b", {}}});
  ASSERT_TRUE(zipper->Descend("b"));
  EXPECT_TRUE(zipper->PreviousValue());
  EXPECT_EQ(zipper->path(), "aba");
  EXPECT_TRUE(zipper->PreviousValue());
  EXPECT_EQ(zipper->path(), "ab");
  EXPECT_TRUE(zipper->PreviousValue());
  EXPECT_EQ(zipper->path(), "a");
  EXPECT_FALSE(zipper->PreviousValue());
  EXPECT_EQ(zipper->path(), "a");
  // From a path without a value.
  zipper->Reset();
  ASSERT_TRUE(zipper->Descend("ac"));
  EXPECT_TRUE(zipper->PreviousValue());
  EXPECT_EQ(zipper->path(), "aba");
  // What is below the present path comes after it.
  zipper->Reset();
  EXPECT_FALSE(zipper->PreviousValue());
  EXPECT_EQ(zipper->path(), "");
}

TEST(ZipperTest, PreviousValueReachesTheRoot) {
  const std::unique_ptr<Zipper> zipper = BareOver({{"", {1}}, {"x/y", {2}}});
  ASSERT_TRUE(zipper->Descend("x/y"));
  EXPECT_TRUE(zipper->PreviousValue());
  EXPECT_EQ(zipper->path(), "");
  EXPECT_EQ(zipper->value(), 1u);
}

TEST(ZipperTest, KPathsAreAllPathsOfOneLength) {
  const std::unique_ptr<Zipper> zipper = BareOver(
      {{"ab", {1}}, {"abc", {2}}, {"abdef", {3}}, {"abdeg", {4}}, {"abfg", {5}}, {"ac", {6}}});
  EXPECT_EQ(KPaths(*zipper, "ab", 1), Strings({"abc", "abd", "abf"}));
  EXPECT_EQ(KPaths(*zipper, "ab", 2), Strings({"abde", "abfg"}));  // "abc" ends too early.
  EXPECT_EQ(KPaths(*zipper, "ab", 3), Strings({"abdef", "abdeg"}));
  EXPECT_EQ(KPaths(*zipper, "ab", 4), Strings());
  EXPECT_EQ(KPaths(*zipper, "ab", 0), Strings({"ab"}));
  EXPECT_EQ(KPaths(*zipper, "", 2), Strings({"ab", "ac"}));
  // The last `count` bytes are what may change: with one more, "ab" may become "ac".
  ASSERT_TRUE(zipper->Descend("abf"));
  EXPECT_FALSE(zipper->NextKPath(1));
  EXPECT_FALSE(zipper->NextKPath(2));  // "ac" has nothing below.
  EXPECT_EQ(zipper->path(), "abf");
  // More bytes than the path has, or than anything could have.
  EXPECT_FALSE(zipper->NextKPath(4));
  EXPECT_FALSE(zipper->DescendFirstKPath(~size_t{0}));
  EXPECT_EQ(zipper->path(), "abf");
}

TEST(ZipperTest, AscendToForkGoesUpOneRun) {
  const std::unique_ptr<Zipper> zipper =
      BareOver({{"spaces/a/long", {1}}, {"spaces/a/long/er", {2}}, {"spaces/b", {3}}});
  ASSERT_TRUE(zipper->Descend("spaces/a/long/er"));
  EXPECT_EQ(zipper->AscendToFork(), 3u);  // A value.
  EXPECT_EQ(zipper->path(), "spaces/a/long");
  EXPECT_EQ(zipper->AscendToFork(), 6u);  // Two children.
  EXPECT_EQ(zipper->path(), "spaces/");
  EXPECT_EQ(zipper->AscendToFork(), 7u);  // The root.
  EXPECT_EQ(zipper->path(), "");
  EXPECT_EQ(zipper->AscendToFork(), 0u);
}

TEST(ZipperTest, RestorePositionComesBack) {
  const NaivePaths paths = {{"abc", {1}}, {"abd", {2}}, {"x", {3}}};
  const std::unique_ptr<Zipper> zipper = BareOver(paths);
  ASSERT_TRUE(zipper->Descend("abd"));
  const Zipper::Position place = zipper->SavePosition();
  zipper->Reset();
  ASSERT_TRUE(zipper->Descend("x"));
  EXPECT_TRUE(zipper->RestorePosition(place));
  EXPECT_EQ(zipper->path(), "abd");
  EXPECT_EQ(zipper->value(), 2u);
  // Another cursor with the same content.
  const std::unique_ptr<Zipper> other = BareOver(paths);
  EXPECT_TRUE(other->RestorePosition(place));
  EXPECT_EQ(other->path(), "abd");
  // One that has no such path.
  const std::unique_ptr<Zipper> without = BareOver({{"abx", {1}}});
  ASSERT_TRUE(without->Descend("abx"));
  EXPECT_FALSE(without->RestorePosition(place));
  EXPECT_EQ(without->path(), "abx");
}

// Claims a child under 'x' everywhere that cannot be entered, like a file that contradicts itself.
class DamagedZipper final : public Zipper {
 public:
  explicit DamagedZipper(NaivePaths paths) : zipper_(std::move(paths)) {}
  std::unique_ptr<Zipper> Fork() const override { return std::make_unique<DamagedZipper>(*this); }
  std::string_view path() const override { return zipper_.path(); }
  std::optional<uint64_t> value() const override { return zipper_.value(); }
  ByteMask child_mask() const override { return zipper_.child_mask() | ByteMask::Range('x', 'x'); }
  void Reset() override { zipper_.Reset(); }
  bool DescendByte(uint8_t byte) override { return byte != 'x' && zipper_.DescendByte(byte); }
  bool Ascend(size_t count) override { return zipper_.Ascend(count); }

 private:
  NaiveZipper zipper_;
};

TEST(ZipperTest, UnreadableChildrenCountAsAbsent) {
  const NaivePaths paths = {{"ab", {1}}, {"abz", {2}}, {"z", {3}}};
  DamagedZipper zipper(paths);
  ExpectScan(zipper, paths);
  ExpectScanBack(zipper, paths);
  zipper.Reset();
  EXPECT_TRUE(zipper.DescendLast());
  EXPECT_EQ(zipper.path(), "z");
  EXPECT_FALSE(zipper.DescendFirst());
  EXPECT_TRUE(zipper.PreviousSibling());
  EXPECT_EQ(zipper.path(), "a");
  EXPECT_TRUE(zipper.NextSibling());
  EXPECT_EQ(zipper.path(), "z");
  EXPECT_TRUE(zipper.SeekValue("abx"));
  EXPECT_EQ(zipper.path(), "abz");
  EXPECT_FALSE(zipper.SeekValue("zz"));
  EXPECT_EQ(zipper.path(), "abz");
  zipper.Reset();
  EXPECT_EQ(zipper.CountValues(), 3u);
  EXPECT_EQ(KPaths(zipper, "", 2), Strings({"ab"}));
  EXPECT_EQ(KPaths(zipper, "a", 1), Strings({"ab"}));
  EXPECT_FALSE(zipper.RestorePosition({"abx"}));
  EXPECT_EQ(zipper.path(), "a");
}

}  // namespace
}  // namespace pathkb
