// Single rules of the working set: a dropped copy, tombstones, deletes by prefix and of a space.
// working_set_model_test.cc has the random ones.

#include "core/facts/working_set.h"

#include "gtest/gtest.h"

#include "core/facts/facts_testing.h"
#include "core/facts/keys.h"
#include "core/trie/tombstone.h"

namespace pathkb {
namespace {

TEST(WorkingSetTest, DroppingAStagedCopyUndoesIt) {
  WorkingSet working;
  Batch first{"s", {Insert("(a 1)")}};
  ASSERT_TRUE(working.Apply(first, nullptr).ok());
  const auto before = Contents(working, nullptr);
  {
    WorkingSet staged = working;
    Batch second{"s", {Insert("(a 2)", "name", 0.5)}};
    ASSERT_TRUE(staged.Apply(second, nullptr).ok());
    EXPECT_EQ(Contents(staged, nullptr).size(), 3u);
  }
  EXPECT_EQ(Contents(working, nullptr), before);
  EXPECT_EQ(working.changed_facts(), 1u);
}

TEST(WorkingSetTest, ADeleteHidesTheBaseAndLeavesATombstone) {
  MemoryBase base;
  base.Set(TermKey("s", Encoded("(a 1)"), ""), "");
  WorkingSet working;
  Batch batch{"s", {{Change::Kind::kDeleteTerm, Encoded("(a 1)"), "", ""}}};
  EXPECT_EQ(working.Apply(batch, &base)->deleted, 1u);
  EXPECT_TRUE(Contents(working, &base).empty());
  EXPECT_EQ(working.trie().Find(TermKey("s", Encoded("(a 1)"), "")), kDeletedBit);
  Batch again{"s", {{Change::Kind::kDeleteTerm, Encoded("(a 1)"), "", ""}}};
  EXPECT_EQ(working.Apply(again, &base)->not_found, 1u);
  EXPECT_TRUE(again.changes.empty());
}

constexpr uint64_t kDrop = kDeletedBit | kHidesBelowBit;

Batch DropSpace(const std::string& space) {
  return {space, {{Change::Kind::kDropSpace, "", "", ""}}};
}

Batch DeleteNames(const std::string& space, const std::string& prefix) {
  return {space, {{Change::Kind::kDeleteNamesBelow, "", prefix, ""}}};
}

TEST(WorkingSetTest, DroppingASpaceIsOneChangeOfTheTrie) {
  MemoryBase base;
  for (int i = 0; i < 100; ++i) {
    base.Set(TermKey("s", Encoded("(a " + std::to_string(i) + ")"), ""), "");
    base.Set(TermKey("other", Encoded("(a " + std::to_string(i) + ")"), ""), "");
  }
  WorkingSet working;
  Batch added{"s", {Insert("(b 1)"), Insert("(b 2)", "name", 0.5)}};
  ASSERT_TRUE(working.Apply(added, &base).ok());
  Batch drop = DropSpace("s");
  const auto counts = working.Apply(drop, &base);
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(*counts, ChangeCounts{.deleted = 102});
  EXPECT_EQ(drop, DropSpace("s"));
  EXPECT_EQ(working.trie().size(), 1u);
  EXPECT_EQ(working.trie().Find("spaces/s/"), kDrop | 1);
  EXPECT_EQ(working.changed_facts(), 1u);
  EXPECT_EQ(Contents(working, &base).size(), 100u);
  // There is nothing left to drop, and what the base has is not found either.
  Batch again = DropSpace("s");
  EXPECT_EQ(*working.Apply(again, &base), ChangeCounts{.not_found = 1});
  EXPECT_TRUE(again.changes.empty());
  Batch gone{"s", {{Change::Kind::kDeleteTerm, Encoded("(a 1)"), "", ""}}};
  EXPECT_EQ(*working.Apply(gone, &base), ChangeCounts{.not_found = 1});
  // What comes after it is there, and the second drop is another value than the first.
  Batch back{"s", {Insert("(a 1)")}};
  EXPECT_EQ(*working.Apply(back, &base), ChangeCounts{.inserted = 1});
  EXPECT_EQ(Contents(working, &base).size(), 101u);
  EXPECT_EQ(working.changed_facts(), 2u);
  EXPECT_EQ(*working.Apply(drop, &base), ChangeCounts{.deleted = 1});
  EXPECT_EQ(working.trie().Find("spaces/s/"), kDrop | 2);
  EXPECT_EQ(Contents(working, &base).size(), 100u);
}

TEST(WorkingSetTest, DroppingASpaceLeavesThoseWhoseNamesBeginAlike) {
  MemoryBase base;
  for (const char* space : {"s", "s-", "s0", "ss"}) base.Set(TermKey(space, Encoded("a"), ""), "");
  WorkingSet working;
  Batch drop = DropSpace("s");
  EXPECT_EQ(working.Apply(drop, &base)->deleted, 1u);
  EXPECT_EQ(Contents(working, &base).size(), 3u);
}

TEST(WorkingSetTest, DroppingAndFillingASpaceInOneBatchReplacesIt) {
  MemoryBase base;
  base.Set(TermKey("s", Encoded("old"), ""), "");
  WorkingSet working;
  Batch batch = DropSpace("s");
  batch.changes.push_back(Insert("new"));
  EXPECT_EQ(*working.Apply(batch, &base), (ChangeCounts{.inserted = 1, .deleted = 1}));
  EXPECT_EQ(batch.changes.size(), 2u);
  EXPECT_EQ(Contents(working, &base),
            (std::map<std::string, std::string>{{TermKey("s", Encoded("new"), ""), ""}}));
}

TEST(WorkingSetTest, DeletingNamesByTheirBeginningTakesBothKeysOfEach) {
  WorkingSet before;
  Batch named{"s",
              {Insert("(a 1)", "math/add"), Insert("(a 2)", "math/mul"), Insert("(a 3)", "maths"),
               Insert("(a 4)", "logic"), Insert("(a 5)")}};
  ASSERT_TRUE(before.Apply(named, nullptr).ok());
  const auto base = SnapshotOf(before, nullptr);
  WorkingSet working;
  Batch changes{"s", {Insert("(a 6)", "math/new"), Insert("(a 7)", "math/mul")}};
  ASSERT_TRUE(working.Apply(changes, base.get()).ok());
  Batch deletes = DeleteNames("s", "math/");
  EXPECT_EQ(*working.Apply(deletes, base.get()), ChangeCounts{.deleted = 3});
  EXPECT_EQ(deletes, DeleteNames("s", "math/"));  // The log holds the one small change.
  EXPECT_EQ(Contents(working, base.get()).size(), 5u);
  EXPECT_EQ(*working.Apply(deletes, base.get()), ChangeCounts{.not_found = 1});
  EXPECT_TRUE(deletes.changes.empty());
  Batch all = DeleteNames("s", "");
  EXPECT_EQ(*working.Apply(all, base.get()), ChangeCounts{.deleted = 2});
  EXPECT_EQ(Contents(working, base.get()).size(), 1u);  // (a 5) has no name.
}

TEST(WorkingSetTest, ADamagedBaseStopsDeletesOfMany) {
  // Entries that are none: a delete by name must not go on with half of what it should do.
  MemoryBase base;
  base.Set(NameKey("s", "n"), "\x09");
  WorkingSet working;
  Batch deletes = DeleteNames("s", "");
  EXPECT_EQ(working.Apply(deletes, &base).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace pathkb
