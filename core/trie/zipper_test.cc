// Zipper's own moves, made of the ones each cursor must have, do the same as a naive model: random
// walks over random sets of paths, some of which hold no value and lead nowhere.

#include "core/trie/zipper.h"

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
    ExpectScan(*std::make_unique<BareZipper>(std::make_unique<NaiveZipper>(paths)), paths);
    WalkTogether(std::make_unique<BareZipper>(std::make_unique<NaiveZipper>(paths)),
                 std::make_unique<NaiveZipper>(paths), paths, 400, random);
  }
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
}

}  // namespace
}  // namespace pathkb
