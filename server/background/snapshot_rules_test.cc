// Each rule by itself, at its bound and one step before it, and what wins where several apply.

#include "server/background/snapshot_rules.h"

#include <optional>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

// 500 of 100,000 facts have changed, in three deltas, but for the last hundred.
SnapshotFigures SomeChanges() {
  SnapshotFigures figures;
  figures.changes = 100;
  figures.changes_since_base = 500;
  figures.base_facts = 100'000;
  figures.deltas = 3;
  figures.working_set_bytes = 1 << 20;
  figures.differs_from_base = true;
  figures.differs_from_deltas = true;
  return figures;
}

TEST(SnapshotRules, FewChangesAreADelta) {
  const SnapshotRules rules;
  SnapshotFigures figures = SomeChanges();
  EXPECT_EQ(KindToWrite(rules, figures), SnapshotKind::kDelta);
  figures.changes_since_base = 9'999;
  EXPECT_EQ(KindToWrite(rules, figures), SnapshotKind::kDelta);
  figures.changes_since_base = 10'000;
  EXPECT_EQ(KindToWrite(rules, figures), SnapshotKind::kPair);
}

TEST(SnapshotRules, WhatElseMakesAPair) {
  SnapshotRules rules;
  SnapshotFigures figures = SomeChanges();
  figures.deltas = 15;
  EXPECT_EQ(KindToWrite(rules, figures), SnapshotKind::kDelta);
  figures.deltas = 16;
  EXPECT_EQ(KindToWrite(rules, figures), SnapshotKind::kPair);
  figures = SomeChanges();
  figures.deltas_whole = false;
  EXPECT_EQ(KindToWrite(rules, figures), SnapshotKind::kPair);
  figures = SomeChanges();
  figures.entry_bytes = (uint64_t{512} << 20) + 1;
  EXPECT_EQ(KindToWrite(rules, figures), SnapshotKind::kPair);
  figures = SomeChanges();
  figures.base_facts = 0;
  EXPECT_EQ(KindToWrite(rules, figures), SnapshotKind::kPair) << "there is no base";
  figures = SomeChanges();
  figures.deltas = 0;
  rules.delta_max_files = 0;
  EXPECT_EQ(KindToWrite(rules, figures), SnapshotKind::kPair) << "no deltas are wanted";
  rules = {};
  rules.min_ratio = 0;
  EXPECT_EQ(KindToWrite(rules, figures), SnapshotKind::kPair);
}

TEST(SnapshotRules, ByChanges) {
  SnapshotRules rules;
  SnapshotFigures figures = SomeChanges();
  figures.changes = rules.max_changes - 1;
  EXPECT_EQ(DueNow(rules, figures, absl::Seconds(1)), std::nullopt);
  figures.changes = rules.max_changes;
  EXPECT_EQ(DueNow(rules, figures, absl::Seconds(1)), SnapshotKind::kDelta);
  figures.changes_since_base = 20'000;
  EXPECT_EQ(DueNow(rules, figures, absl::Seconds(1)), SnapshotKind::kPair);
  rules.max_changes = 0;
  EXPECT_EQ(DueNow(rules, figures, absl::Seconds(1)), std::nullopt) << "off";
}

TEST(SnapshotRules, ByTime) {
  SnapshotRules rules;
  SnapshotFigures figures = SomeChanges();
  EXPECT_EQ(DueNow(rules, figures, rules.interval - absl::Nanoseconds(1)), std::nullopt);
  EXPECT_EQ(DueNow(rules, figures, rules.interval), SnapshotKind::kDelta);
  figures.differs_from_deltas = false;
  EXPECT_EQ(DueNow(rules, figures, rules.interval), std::nullopt) << "nothing changed";
  figures = SomeChanges();
  rules.interval = absl::ZeroDuration();
  EXPECT_EQ(DueNow(rules, figures, absl::Hours(1)), std::nullopt) << "off";
}

TEST(SnapshotRules, ByMemory) {
  SnapshotRules rules;
  SnapshotFigures figures = SomeChanges();
  // All of it is in deltas, which does not make it smaller.
  figures.changes = 0;
  figures.differs_from_deltas = false;
  figures.working_set_bytes = rules.working_set_high_bytes - 1;
  EXPECT_EQ(DueNow(rules, figures, absl::ZeroDuration()), std::nullopt);
  figures.working_set_bytes = rules.working_set_high_bytes;
  EXPECT_EQ(DueNow(rules, figures, absl::ZeroDuration()), SnapshotKind::kPair);
  EXPECT_EQ(KindToWrite(rules, figures), SnapshotKind::kPair);
  figures.differs_from_base = false;
  EXPECT_EQ(DueNow(rules, figures, absl::ZeroDuration()), std::nullopt) << "a pair would not help";
  figures.differs_from_base = true;
  rules.working_set_high_bytes = 0;
  EXPECT_EQ(DueNow(rules, figures, absl::ZeroDuration()), std::nullopt) << "off";
}

TEST(RetryBackoff, DoublesUpToItsBound) {
  RetryBackoff backoff;
  for (const int seconds : {10, 20, 40, 80, 160, 300, 300}) {
    EXPECT_EQ(backoff.Failed(), absl::Seconds(seconds));
  }
  backoff.Succeeded();
  EXPECT_EQ(backoff.Failed(), absl::Seconds(10));
}

}  // namespace
}  // namespace pathkb
