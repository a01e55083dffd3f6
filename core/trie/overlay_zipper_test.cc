// OverlayZipper shows what a naive merge of two maps shows, with tombstones of every kind: in
// tables made by hand, and in random walks over random layers, which may be bare cursors, overlays
// or damaged.

#include "core/trie/overlay_zipper.h"

#include "gtest/gtest.h"

#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"
#include "core/trie/tombstone.h"
#include "core/trie/zipper_testing.h"

namespace pathkb {
namespace {

using Paths = std::map<std::string, uint64_t>;

PathTrie TrieOf(const Paths& paths) {
  PathTrie trie;
  for (const auto& [path, value] : paths) trie.Set(path, value);
  return trie;
}

std::unique_ptr<Zipper> ZipperOver(const Paths& paths) {
  return std::make_unique<ReadZipper>(TrieOf(paths));
}

// True if a proper prefix of `path` hides what is below it.
bool Hidden(const Paths& upper, const std::string& path) {
  for (size_t bytes = 0; bytes < path.size(); ++bytes) {
    const auto found = upper.find(path.substr(0, bytes));
    if (found != upper.end() && HidesBelow(found->second)) return true;
  }
  return false;
}

NaivePaths Merge(const Paths& upper, const Paths& lower) {
  NaivePaths merged;
  for (const auto& [path, value] : lower) {
    if (!Hidden(upper, path)) merged[path] = {value, 1};
  }
  for (const auto& [path, value] : upper) {
    merged[path] = {};
    if (!IsDeleted(value)) merged[path].value = UpperValue(value);
  }
  return merged;
}

Paths RandomLower(std::mt19937_64& random) {
  Paths paths;
  for (uint64_t count = random() % 50; count > 0; --count) paths[RandomPath(random)] = random();
  return paths;
}

// About half of its paths are of `lower` or go on from there.
Paths RandomUpper(const Paths& lower, std::mt19937_64& random) {
  Paths paths;
  const uint64_t hides_one_in = 1 + random() % 16;
  for (uint64_t count = random() % 40; count > 0; --count) {
    std::string path = RandomPath(random);
    if (!lower.empty() && random() % 2 == 0) {
      path = std::next(lower.begin(), static_cast<int>(random() % lower.size()))->first;
      if (random() % 4 == 0) path += RandomPath(random);
      if (random() % 4 == 0) path.resize(path.size() / 2);
    }
    uint64_t value = random() % 3 == 0 ? kDeletedBit : random() & kUpperValueMax;
    if (random() % hides_one_in == 0) value |= kHidesBelowBit;
    paths[path] = value;
  }
  return paths;
}

TEST(OverlayZipperTest, TombstonesOfEveryKind) {
  const Paths lower = {
      {"a", 1}, {"ab", 2}, {"ac", ~uint64_t{0}}, {"b", 4}, {"bx", 5}, {"c", 6}, {"cx", 7},
      {"d", 8}, {"dx", 9}, {"dxy", 10}};
  const Paths upper = {{"a", kDeletedBit},
                       {"ab", 20},
                       {"b", kDeletedBit | kHidesBelowBit},
                       {"bz", 21},
                       {"c", 22 | kHidesBelowBit},
                       {"dx", kHidesBelowBit},
                       {"e", kDeletedBit}};
  OverlayZipper zipper(ZipperOver(upper), ZipperOver(lower));
  ExpectScan(zipper, {{"ab", {20, 0}},
                      {"ac", {~uint64_t{0}, 1}},
                      {"bz", {21, 0}},
                      {"c", {22, 0}},
                      {"d", {8, 1}},
                      {"dx", {0, 0}}});
  EXPECT_TRUE(zipper.status().ok());
  zipper.Reset();
  EXPECT_TRUE(zipper.Descend("e"));  // A path, but one without a value.
  EXPECT_EQ(zipper.value(), std::nullopt);
  EXPECT_FALSE(zipper.Descend("x"));
  zipper.Reset();
  EXPECT_FALSE(zipper.Descend("bx"));
  EXPECT_FALSE(zipper.Descend("dxy"));
  EXPECT_EQ(zipper.CountValues(), 6u);
}

TEST(OverlayZipperTest, WithoutALowerLayer) {
  OverlayZipper zipper(ZipperOver({{"a", 1}, {"b", kDeletedBit}, {"c", 3}}), nullptr);
  ExpectScan(zipper, {{"a", {1, 0}}, {"c", {3, 0}}});
  OverlayZipper nothing(ZipperOver({}), nullptr);
  ExpectScan(nothing, {});
}

TEST(OverlayZipperTest, AHidingRootHidesAllOfTheLowerLayer) {
  OverlayZipper zipper(ZipperOver({{"", kDeletedBit | kHidesBelowBit}, {"b", 1}}),
                       ZipperOver({{"", 1}, {"a", 2}, {"b", 3}, {"bc", 4}}));
  ExpectScan(zipper, {{"b", {1, 0}}});
}

TEST(OverlayZipperTest, WalksLikeTheModel) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < 400 && !HasFailure(); ++round) {
    const Paths lower = RandomLower(random);
    const Paths upper = RandomUpper(lower, random);
    const NaivePaths merged = Merge(upper, lower);
    std::unique_ptr<Zipper> lower_zipper = ZipperOver(lower);
    if (round % 4 == 1) lower_zipper = std::make_unique<BareZipper>(std::move(lower_zipper));
    if (round % 4 == 2) {
      lower_zipper = std::make_unique<OverlayZipper>(ZipperOver({}), std::move(lower_zipper));
    }
    OverlayZipper zipper(ZipperOver(upper), std::move(lower_zipper));
    if (round % 4 != 2) ExpectScan(zipper, merged);
    ExpectScanBack(zipper, merged);
    zipper.Reset();
    WalkTogether(zipper.Fork(), std::make_unique<NaiveZipper>(merged), merged, 400, random);
    // Zipper's own moves must agree with the faster ones.
    WalkTogether(std::make_unique<BareZipper>(zipper.Fork()), std::make_unique<NaiveZipper>(merged),
                 merged, 100, random);
    if (HasFailure()) {
      for (const auto& [path, value] : lower) ADD_FAILURE() << "lower " << path << " " << value;
      for (const auto& [path, value] : upper) ADD_FAILURE() << "upper " << path << " " << value;
    }
  }
}

// An overlay whose upper layer stands for a snapshot's delta may itself be the lower layer.
TEST(OverlayZipperTest, ThreeLayers) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < 100 && !HasFailure(); ++round) {
    const Paths bottom = RandomLower(random);
    const Paths middle = RandomUpper(bottom, random);
    const Paths top = RandomUpper(middle, random);
    Paths shown;  // What the lower two show.
    for (const auto& [path, entry] : Merge(middle, bottom)) {
      if (entry.value.has_value()) shown[path] = *entry.value;
    }
    OverlayZipper zipper(ZipperOver(top),
                         std::make_unique<OverlayZipper>(ZipperOver(middle), ZipperOver(bottom)));
    ExpectScan(zipper, Merge(top, shown));
  }
}

// Fails as soon as it has left the root.
class FailingZipper final : public Zipper {
 public:
  std::unique_ptr<Zipper> Fork() const override { return std::make_unique<FailingZipper>(*this); }
  std::string_view path() const override { return {}; }
  std::optional<uint64_t> value() const override { return std::nullopt; }
  ByteMask child_mask() const override { return ByteMask::Range('m', 'm'); }
  absl::Status status() const override { return status_; }
  void Reset() override {}
  bool DescendByte(uint8_t byte) override {
    if (byte == 'm') status_ = absl::DataLossError("node at offset 17 ends outside the file");
    return false;
  }
  bool Ascend(size_t count) override { return count == 0; }

 private:
  absl::Status status_;
};

TEST(OverlayZipperTest, PassesOnDamageOfTheLowerLayer) {
  OverlayZipper zipper(ZipperOver({{"a", 1}, {"z", 2}}), std::make_unique<FailingZipper>());
  EXPECT_TRUE(zipper.status().ok());
  ASSERT_TRUE(zipper.NextValue());
  EXPECT_EQ(zipper.path(), "a");
  ASSERT_TRUE(zipper.NextValue());
  EXPECT_EQ(zipper.path(), "z");
  EXPECT_FALSE(zipper.NextValue());
  EXPECT_EQ(zipper.status().code(), absl::StatusCode::kDataLoss);
  zipper.Reset();
  EXPECT_EQ(zipper.status().code(), absl::StatusCode::kDataLoss);
}

// Counts the moves that reach a layer.
class CountingZipper final : public Zipper {
 public:
  CountingZipper(std::unique_ptr<Zipper> zipper, uint64_t* moves)
      : zipper_(std::move(zipper)), moves_(moves) {}
  std::unique_ptr<Zipper> Fork() const override {
    return std::make_unique<CountingZipper>(zipper_->Fork(), moves_);
  }
  std::string_view path() const override { return zipper_->path(); }
  std::optional<uint64_t> value() const override { return zipper_->value(); }
  ByteMask child_mask() const override { return zipper_->child_mask(); }
  void Reset() override { zipper_->Reset(); }
  bool DescendByte(uint8_t byte) override { return ++*moves_, zipper_->DescendByte(byte); }
  bool Ascend(size_t count) override { return ++*moves_, zipper_->Ascend(count); }
  bool NextValueWithin(size_t prefix_bytes) override {
    return ++*moves_, zipper_->NextValueWithin(prefix_bytes);
  }
  bool NextValueBehind(size_t prefix_bytes) override {
    return ++*moves_, zipper_->NextValueBehind(prefix_bytes);
  }

 private:
  std::unique_ptr<Zipper> zipper_;
  uint64_t* moves_;
};

TEST(OverlayZipperTest, AScanCostsOneMoveAValue) {
  Paths lower;
  for (int i = 0; i < 10'000; ++i) lower["spaces/s/terms/" + std::to_string(i)] = 0;
  const Paths upper = {{"spaces/s/terms/5", kDeletedBit}, {"spaces/s/terms/77x", 1}};
  uint64_t upper_moves = 0;
  uint64_t lower_moves = 0;
  OverlayZipper zipper(std::make_unique<CountingZipper>(ZipperOver(upper), &upper_moves),
                       std::make_unique<CountingZipper>(ZipperOver(lower), &lower_moves));
  uint64_t values = 0;
  while (zipper.NextValue()) ++values;
  EXPECT_EQ(values, 10'000u);
  EXPECT_LE(upper_moves, 5u);
  EXPECT_LE(lower_moves, 10'005u);
}

// A dropped subtree of the lower layer is stepped over, not walked through.
TEST(OverlayZipperTest, AHiddenSubtreeIsNotWalked) {
  Paths lower = {{"z", 1}};
  for (int i = 0; i < 10'000; ++i) lower["spaces/s/terms/" + std::to_string(i)] = 0;
  uint64_t moves = 0;
  OverlayZipper zipper(
      ZipperOver({{"spaces/s/", kDeletedBit | kHidesBelowBit}, {"spaces/s/terms/x", 2}}),
      std::make_unique<CountingZipper>(ZipperOver(lower), &moves));
  ExpectScan(zipper, {{"spaces/s/terms/x", {2, 0}}, {"z", {1, 1}}});
  EXPECT_LE(moves, 10u);
}

TEST(OverlayZipperTest, DeepLayers) {
  const std::string deep(70'000, 'd');
  OverlayZipper zipper(ZipperOver({{deep + "a", 1}, {deep, kDeletedBit}}),
                       ZipperOver({{deep, 2}, {deep + "b", 3}}));
  ASSERT_TRUE(zipper.NextValue());
  EXPECT_EQ(zipper.path(), deep + "a");
  ASSERT_TRUE(zipper.NextValue());
  EXPECT_EQ(zipper.path(), deep + "b");
  EXPECT_TRUE(zipper.Ascend(deep.size() + 1));
  EXPECT_EQ(zipper.DescendRun(), deep.size());
  EXPECT_TRUE(zipper.SeekValue(deep + "aa"));
  EXPECT_EQ(zipper.path(), deep + "b");
}

}  // namespace
}  // namespace pathkb
