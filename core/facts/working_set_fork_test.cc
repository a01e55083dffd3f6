// What a fork costs, and what it does not: nothing is copied or counted where that can be spared,
// and what is shared counts once as memory. What forks show is for working_set_model_test.

#include <string>

#include "gtest/gtest.h"

#include "core/facts/facts_testing.h"
#include "core/facts/keys.h"
#include "core/facts/working_set.h"

namespace pathkb {
namespace {

// Counts how often it is asked for a number of facts.
class CountedBase final : public MemoryBase {
 public:
  absl::StatusOr<uint64_t> CountBelow(std::string_view prefix,
                                      const Interrupt& interrupt = nullptr) const override {
    ++counts;
    return MemoryBase::CountBelow(prefix, interrupt);
  }
  mutable int counts = 0;
};

Batch Fork(const std::string& source, const std::string& space) {
  return {space, {{Change::Kind::kForkSpace, "", source, ""}}};
}

Batch Facts(const std::string& space, int facts) {
  Batch batch{space, {}};
  for (int i = 0; i < facts; ++i) batch.changes.push_back(Insert("(r " + std::to_string(i) + ")"));
  return batch;
}

TEST(WorkingSetForkTest, ABaseIsCountedOnceAndNotByAReplay) {
  CountedBase base;
  for (int i = 0; i < 10; ++i) {
    base.Set(TermKey("a", Encoded("(r " + std::to_string(i) + ")"), ""), "");
  }
  WorkingSet working;
  Batch first = Fork("a", "b"), second = Fork("a", "c"), third = Fork("b", "d");
  for (Batch* const batch : {&first, &second, &third}) {
    const auto counts = working.Apply(*batch, &base);
    ASSERT_TRUE(counts.ok()) << counts.status();
    EXPECT_EQ(counts->forked, 10u);
    EXPECT_EQ(batch->changes[0].entry, std::string(1, 10));
  }
  EXPECT_EQ(base.counts, 1);
  WorkingSet replayed;
  for (Batch* const batch : {&first, &second, &third}) {
    EXPECT_EQ(replayed.Apply(*batch, &base)->forked, 10u);
  }
  EXPECT_EQ(base.counts, 1);
  EXPECT_EQ(Contents(replayed, &base), Contents(working, &base));
  EXPECT_EQ(Contents(working, &base).size(), 40u);
  EXPECT_EQ(working.fact_counts().Find("d"), 10u);
  // Only marks are in memory, whatever the base has.
  EXPECT_EQ(working.trie().size(), 3u);
  // A number that is none is not believed.
  third.changes[0].entry = "\xFF";
  third.space = "e";
  EXPECT_EQ(working.Apply(third, &base).status().code(), absl::StatusCode::kDataLoss);
}

TEST(WorkingSetForkTest, WhatIsSharedCountsOnceAsMemory) {
  WorkingSet working;
  Batch facts = Facts("a", 1000);
  ASSERT_TRUE(working.Apply(facts, nullptr).ok());
  const uint64_t alone = working.MemoryBytes();
  for (int i = 0; i < 20; ++i) {
    Batch fork = Fork("a", "fork" + std::to_string(i));
    ASSERT_TRUE(working.Apply(fork, nullptr).ok());
  }
  EXPECT_LT(working.MemoryBytes(), 2 * alone);
  EXPECT_TRUE(working.forks().empty());
  // What a fork changes is its own.
  const uint64_t shared = working.MemoryBytes();
  Batch changes = Facts("fork0", 1000);
  for (Change& change : changes.changes) change.kind = Change::Kind::kDeleteTerm;
  ASSERT_TRUE(working.Apply(changes, nullptr).ok());
  EXPECT_GE(working.MemoryBytes(), shared + alone / 2);
  // Dropped, all of it goes again.
  for (int i = 0; i < 20; ++i) {
    Batch drop{"fork" + std::to_string(i), {{Change::Kind::kDropSpace, "", "", ""}}};
    ASSERT_TRUE(working.Apply(drop, nullptr).ok());
  }
  EXPECT_GE(working.MemoryBytes(), alone);
}

}  // namespace
}  // namespace pathkb
