// Goal: laid over what an older working set showed, the changes since show what the newer one does,
// drops and facts written again after a drop included. Method: single cases that a plain difference
// gets wrong, then random edits beside a std::map, looked at through overlays of overlays.

#include "core/facts/changes_since.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>

#include "gtest/gtest.h"

#include "core/trie/overlay_zipper.h"
#include "core/trie/read_zipper.h"
#include "core/trie/tombstone.h"

namespace pathkb {
namespace {

using Model = std::map<std::string, uint64_t>;

constexpr uint64_t kDropped = kDeletedBit | kHidesBelowBit;

// A base and the changes over it, as one trie without tombstones.
PathTrie Laid(const PathTrie& upper, const PathTrie& lower) {
  OverlayZipper zipper(std::make_unique<ReadZipper>(upper), std::make_unique<ReadZipper>(lower));
  PathTrie result;
  bool at_value = zipper.value().has_value() || zipper.NextValue();
  for (; at_value; at_value = zipper.NextValue()) result.Set(zipper.path(), *zipper.value());
  return result;
}

Model AsMap(const PathTrie& trie) {
  Model result;
  ReadZipper zipper(trie);
  bool at_value = zipper.value().has_value() || zipper.NextValue();
  for (; at_value; at_value = zipper.NextValue()) {
    result[std::string(zipper.path())] = *zipper.value();
  }
  return result;
}

// Makes `path` and all below it deleted in a working set.
void Drop(PathTrie& working, const std::string& path, uint64_t number) {
  working.RemoveBelow(path);
  working.Set(path, kDropped | number);
}

TEST(ChangesSince, WithoutDropsItIsTheDifference) {
  PathTrie older;
  older.Set("a", 1);
  older.Set("b", 2);
  PathTrie newer = older;
  newer.Set("b", 3);
  newer.Set("c", kDeletedBit);
  EXPECT_EQ(AsMap(ChangesSince(newer, older)), (Model{{"b", 3}, {"c", kDeletedBit}}));
  EXPECT_TRUE(ChangesSince(newer, newer).empty());
  EXPECT_EQ(AsMap(ChangesSince(newer, PathTrie())), AsMap(newer));
  EXPECT_TRUE(ChangesSince(PathTrie(), PathTrie()).empty());
}

TEST(ChangesSince, AFactWrittenAgainAfterADropIsThere) {
  PathTrie older;
  older.Set("s/a", 1);
  older.Set("s/b", 2);
  older.Set("t/x", 3);
  PathTrie newer = older;
  Drop(newer, "s/", 0);
  newer.Set("s/a", 1);
  EXPECT_EQ(AsMap(ChangesSince(newer, older)), (Model{{"s/", kDropped}, {"s/a", 1}}));
  // Dropped again, and the same fact written again: all of it is new once more.
  PathTrie newest = newer;
  Drop(newest, "s/", 1);
  newest.Set("s/a", 1);
  EXPECT_EQ(AsMap(ChangesSince(newest, newer)), (Model{{"s/", kDropped | 1}, {"s/a", 1}}));
  // What was dropped before both is not.
  newer.Set("s/c", 4);
  PathTrie after = newer;
  after.Set("s/d", 5);
  EXPECT_EQ(AsMap(ChangesSince(after, newer)), (Model{{"s/d", 5}}));
}

TEST(ChangesSince, DropsWithinDrops) {
  PathTrie older;
  older.Set("", 9);
  older.Set("s/a/1", 1);
  older.Set("s/b", 2);
  PathTrie newer = older;
  Drop(newer, "s/a/", 0);
  newer.Set("s/a/1", 1);
  Drop(newer, "s/", 0);
  newer.Set("s/b", 2);
  Drop(newer, "s/a/", 1);
  newer.Set("s/a/1", 1);
  EXPECT_EQ(AsMap(ChangesSince(newer, older)),
            (Model{{"s/", kDropped}, {"s/a/", kDropped | 1}, {"s/a/1", 1}, {"s/b", 2}}));
  // The whole of it, from the root.
  PathTrie all = newer;
  Drop(all, "", 0);
  all.Set("s/b", 2);
  EXPECT_EQ(AsMap(ChangesSince(all, newer)), (Model{{"", kDropped}, {"s/b", 2}}));
}

// Edits a working set over a base that never changes; from time to time a delta is taken, and the
// base with all deltas laid over it one after the other must be what the model says.
TEST(ChangesSince, DeltasInOrderGiveTheWhole) {
  const char* given = std::getenv("PATHKB_TEST_SEED");
  const uint64_t seed =
      given == nullptr ? std::random_device()() : std::strtoull(given, nullptr, 10);
  std::printf("PATHKB_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  // Keys end in a letter; what is dropped ends in a slash, as a space does.
  const auto some_prefix = [&] {
    std::string path;
    for (uint64_t bytes = random() % 4; bytes > 0; --bytes) path += random() % 2 ? "a/" : "b/";
    return path;
  };
  const auto some_path = [&] { return some_prefix() + "ab"[random() % 2]; };
  for (int round = 0; round < 200; ++round) {
    Model model;
    PathTrie base;
    for (int i = 0; i < 30; ++i) {
      const std::string path = some_path();
      model[path] = random() % 3;
      base.Set(path, model[path]);
    }
    PathTrie working, last, restored = base;
    uint64_t drops = 0;
    for (int step = 0; step < 120; ++step) {
      const uint64_t what = random() % 10;
      if (what < 5) {
        const std::string path = some_path();
        model[path] = random() % 3;
        working.Set(path, model[path]);
      } else if (what < 7) {
        const std::string path = some_path();
        model.erase(path);
        working.Set(path, kDeletedBit);
      } else if (what < 8) {
        const std::string path = some_prefix();
        std::erase_if(model, [&](const auto& item) { return item.first.starts_with(path); });
        Drop(working, path, ++drops);
      } else if (what < 9) {
        restored = Laid(ChangesSince(working, last), restored);
        last = working;
        ASSERT_EQ(AsMap(restored), model) << "round " << round << ", step " << step;
      } else if (random() % 3 == 0) {
        // A snapshot of an earlier moment becomes the base.
        base = Laid(last, base);
        working = ChangesSince(working, last);
        last = PathTrie();
      }
      if (step % 10 == 0) {
        ASSERT_EQ(AsMap(Laid(working, base)), model) << "round " << round << ", step " << step;
      }
    }
  }
}

}  // namespace
}  // namespace pathkb
