// Single rules of DUPLICATES.md: what a set and a multiset make of the same changes, where copies
// lie, what a delete takes, names, when a space may become a set again, and that a setting that was
// made before there were facts outlives a snapshot. working_set_model_test has them all at random.

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "core/base/string_views.h"
#include "core/facts/copy_mark.h"
#include "core/facts/facts_testing.h"
#include "core/facts/index_check.h"
#include "core/facts/keys.h"
#include "core/facts/multiset.h"
#include "core/facts/working_set.h"

namespace pathkb {
namespace {

using ::testing::HasSubstr;

Change Duplicates(bool keep) {
  Change change;
  change.kind = Change::Kind::kDuplicates;
  change.keeps_duplicates = keep;
  return change;
}

Change Delete(const std::string& term, bool all = false) {
  return {all ? Change::Kind::kDeleteCopies : Change::Kind::kDeleteTerm, Encoded(term), "", ""};
}

// A working set over a base, one space in it.
struct World {
  WorkingSet working;
  std::unique_ptr<MemoryBase> base;

  absl::StatusOr<ChangeCounts> Apply(std::vector<Change> changes) {
    Batch batch{"s", std::move(changes)};
    WorkingSet next = working;
    auto counts = next.Apply(batch, base.get());
    if (counts.ok()) working = next;
    return counts;
  }
  // Makes what there is the base.
  void Snapshot() {
    base = SnapshotOf(working, base.get());
    working = WorkingSet();
  }
  // The confidences of the copies of a fact, in their order.
  std::vector<double> Copies(const std::string& term) const {
    std::vector<double> copies;
    const std::string prefix = TermKey("s", Encoded(term), "");
    for (const auto& [key, entry] : Contents(working, base.get())) {
      if (!key.starts_with(prefix)) continue;
      if (!FactNameOf(std::string_view(key).substr(prefix.size())).empty()) continue;
      copies.push_back(DecodeEntry(entry)->confidence);
    }
    return copies;
  }
  bool Has(const std::string& key) const { return Contents(working, base.get()).contains(key); }
};

TEST(DuplicatesTest, TwoSpacesTwoModes) {
  World set, multiset;
  EXPECT_EQ(*multiset.Apply({Duplicates(true)}), ChangeCounts());
  for (World* world : {&set, &multiset}) {
    for (const double confidence : {0.1, 0.2, 0.2}) {
      ASSERT_TRUE(world->Apply({Insert("(f 1)", "", confidence)}).ok());
    }
  }
  EXPECT_EQ(set.Copies("(f 1)"), std::vector<double>{0.2});
  EXPECT_EQ(multiset.Copies("(f 1)"), (std::vector<double>{0.1, 0.2, 0.2}));
  EXPECT_TRUE(multiset.Has(TermKey("s", Encoded("(f 1)"), CopyMark(3))));
  EXPECT_FALSE(multiset.Has(TermKey("s", Encoded("(f 1)"), CopyMark(4))));
  // The one that came last.
  EXPECT_EQ(*multiset.Apply({Delete("(f 1)")}), ChangeCounts{.deleted = 1});
  EXPECT_EQ(multiset.Copies("(f 1)"), (std::vector<double>{0.1, 0.2}));
  EXPECT_EQ(*multiset.Apply({Insert("(f 1)", "", 0.3), Delete("(f 1)"), Delete("(f 1)")}),
            (ChangeCounts{.inserted = 1, .deleted = 2}));
  EXPECT_EQ(multiset.Copies("(f 1)"), std::vector<double>{0.1});
  EXPECT_EQ(*multiset.Apply({Delete("(f 1)"), Delete("(f 1)")}),
            (ChangeCounts{.deleted = 1, .not_found = 1}));
  EXPECT_EQ(*set.Apply({Delete("(f 1)", true), Delete("(f 1)", true)}),
            (ChangeCounts{.deleted = 1, .not_found = 1}));
}

TEST(DuplicatesTest, AllOfThemAtOnceAndOverABase) {
  World world;
  ASSERT_TRUE(world.Apply({Duplicates(true), Insert("(f 1)"), Insert("(f 1)")}).ok());
  world.Snapshot();
  ASSERT_TRUE(world.Apply({Insert("(f 1)"), Insert("(f 2)")}).ok());
  EXPECT_EQ(world.Copies("(f 1)").size(), 3u);
  EXPECT_EQ(*world.Apply({Delete("(f 1)", true)}), ChangeCounts{.deleted = 3});
  EXPECT_EQ(world.Copies("(f 1)").size(), 0u);
  EXPECT_EQ(world.Copies("(f 2)").size(), 1u);
  EXPECT_EQ(*world.Apply({Insert("(f 1)")}), ChangeCounts{.inserted = 1});
  EXPECT_FALSE(world.Has(CopiedTermKey("s", Encoded("(f 1)"))));
}

TEST(DuplicatesTest, ManyCopiesAreCountedByFewLooks) {
  World world;
  ASSERT_TRUE(world.Apply({Duplicates(true)}).ok());
  std::vector<Change> inserts(5'000, Insert("(f 1)"));
  EXPECT_EQ(world.Apply(inserts)->inserted, 5'000u);
  world.Snapshot();
  EXPECT_EQ(world.Apply({Insert("(f 1)")})->inserted, 1u);
  EXPECT_EQ(world.Copies("(f 1)").size(), 5'001u);
  EXPECT_TRUE(world.Has(TermKey("s", Encoded("(f 1)"), CopyMark(5'001))));
}

TEST(DuplicatesTest, ANameIsThereOnce) {
  World world;
  ASSERT_TRUE(world.Apply({Duplicates(true), Insert("(f 1)"), Insert("(f 1)", "n")}).ok());
  EXPECT_EQ(*world.Apply({Insert("(f 1)", "n")}), ChangeCounts{.unchanged = 1});
  EXPECT_EQ(*world.Apply({Insert("(f 1)", "n", 0.5)}), ChangeCounts{.updated = 1});
  EXPECT_EQ(*world.Apply({Insert("(f 1)")}), ChangeCounts{.inserted = 1});
  EXPECT_EQ(*world.Apply({Delete("(f 1)", true)}), ChangeCounts{.deleted = 2});
  EXPECT_TRUE(world.Has(NameKey("s", "n")));
}

TEST(DuplicatesTest, ASetAgainOnceNothingIsThereTwice) {
  World world;
  ASSERT_TRUE(world.Apply({Duplicates(true), Insert("(f 1)"), Insert("(f 1)")}).ok());
  for (int round = 0; round < 2; ++round) {
    const auto refused = world.Apply({Duplicates(false)});
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(ToStd(refused.status().message())), HasSubstr("2 facts (f 1)"));
    world.Snapshot();
  }
  ASSERT_TRUE(world.Apply({Delete("(f 1)"), Duplicates(false)}).ok());
  EXPECT_EQ(*world.Apply({Insert("(f 1)")}), ChangeCounts{.unchanged = 1});
  EXPECT_EQ(world.working.changed_facts(), 1u);
  // What is so already is no change.
  Batch batch{"s", {Duplicates(false)}};
  ASSERT_TRUE(world.working.Apply(batch, world.base.get()).ok());
  EXPECT_TRUE(batch.changes.empty());
}

TEST(DuplicatesTest, TheSettingComesBeforeTheFactsAndGoesWithTheSpace) {
  World world;
  ASSERT_TRUE(world.Apply({Duplicates(true)}).ok());
  world.Snapshot();
  ASSERT_TRUE(world.Apply({Insert("(f 1)"), Insert("(f 1)")}).ok());
  EXPECT_EQ(world.Copies("(f 1)").size(), 2u);
  EXPECT_EQ(
      *world.Apply({{Change::Kind::kDropSpace, "", "", ""}, Insert("(f 1)"), Insert("(f 1)")}),
      (ChangeCounts{.inserted = 1, .unchanged = 1, .deleted = 2}));
  EXPECT_EQ(Contents(world.working, world.base.get()).size(), 1u);
}

TEST(DuplicatesTest, AChangeMaySayWhichCopyItMeans) {
  const auto set_copy = [](uint32_t copy, double confidence) {
    Change change = Insert("(f 1)", "", confidence);
    change.name = CopyMark(copy);
    return change;
  };
  World world;
  ASSERT_TRUE(world.Apply({Duplicates(true), Insert("(f 1)"), Insert("(f 1)")}).ok());
  EXPECT_EQ(*world.Apply({set_copy(1, 0.1), set_copy(2, 1), set_copy(9, 0.9)}),
            (ChangeCounts{.inserted = 1, .updated = 1, .unchanged = 1}));
  EXPECT_EQ(world.Copies("(f 1)"), (std::vector<double>{0.1, 1, 0.9}));
  World set;
  EXPECT_EQ(*set.Apply({set_copy(3, 0.3), set_copy(2, 0.2)}),
            (ChangeCounts{.inserted = 1, .updated = 1}));
  EXPECT_EQ(set.Copies("(f 1)"), std::vector<double>{0.2});
}

TEST(DuplicatesTest, CopiesAreIndexed) {
  World world;
  Change index;
  index.kind = Change::Kind::kIndexArguments;
  index.index.begun = index.index.whole = *IndexedArguments::FromText("1,2");
  ASSERT_TRUE(world.Apply({Duplicates(true), index}).ok());
  ASSERT_TRUE(world.Apply({Insert("(f 1 2)"), Insert("(f 1 2)", "", 0.5), Insert("(f 1 2)")}).ok());
  const auto check = [&] {
    OverlayZipper zipper(std::make_unique<ReadZipper>(world.working.trie()),
                         world.base == nullptr ? nullptr : world.base->NewZipper());
    return CheckIndex(zipper, [&](uint64_t value, int layer, std::string& scratch) {
      return layer == 0 ? absl::StatusOr<std::string_view>(world.working.entries().Find(value))
                        : world.base->FindEntry(value, scratch);
    });
  };
  EXPECT_TRUE(check().ok()) << check();
  world.Snapshot();
  ASSERT_TRUE(world.Apply({Delete("(f 1 2)"), Insert("(f 2 3)"), Insert("(f 2 3)")}).ok());
  EXPECT_TRUE(check().ok()) << check();
}

}  // namespace
}  // namespace pathkb
