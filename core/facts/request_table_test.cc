// Remembers requests, beside a plain list of them, and compares: what is found, what is pushed out,
// what is taken back, and that a table loaded from the working set is the same one.

#include "core/facts/request_table.h"

#include <memory>
#include <string>

#include "gtest/gtest.h"

#include "core/facts/entry.h"
#include "core/trie/overlay_zipper.h"
#include "core/trie/read_zipper.h"

namespace pathkb {
namespace {

RequestOutcome OutcomeOf(uint64_t revision) {
  RequestOutcome outcome;
  outcome.revision = revision;
  outcome.counts = {
      .inserted = revision, .updated = 2, .unchanged = 3, .deleted = 4, .not_found = 5};
  outcome.digest = revision * 0x9e3779b97f4a7c15;
  return outcome;
}

std::string IdOf(uint64_t revision) { return "request " + std::to_string(revision); }

absl::StatusOr<RequestTable> Loaded(const WorkingSet& working) {
  OverlayZipper zipper(std::make_unique<ReadZipper>(working.trie()), nullptr);
  RequestTable table;
  const absl::Status status =
      table.Load(zipper, [&](uint64_t value, int) -> absl::StatusOr<std::string> {
        return std::string(working.entries().Find(value));
      });
  if (!status.ok()) return status;
  return table;
}

void ExpectHoldsExactly(const RequestTable& table, uint64_t first, uint64_t last) {
  EXPECT_EQ(table.size(), last + 1 - first);
  for (uint64_t revision = 1; revision <= last + 1; ++revision) {
    const RequestOutcome* found = table.Find(IdOf(revision));
    ASSERT_EQ(found != nullptr, revision >= first && revision <= last) << revision;
    if (found != nullptr) ASSERT_EQ(*found, OutcomeOf(revision));
  }
}

TEST(RequestTableTest, OutcomesAreEntriesAndReadBack) {
  const RequestOutcome outcome = OutcomeOf(77);
  const std::string bytes = EncodeRequestOutcome(outcome);
  EXPECT_TRUE(DecodeEntry(bytes).ok());
  RequestOutcome expected = outcome;
  expected.revision = 0;
  EXPECT_EQ(*DecodeRequestOutcome(bytes), expected);
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    EXPECT_FALSE(DecodeRequestOutcome(bytes.substr(0, cut)).ok()) << cut;
  }
  Entry entry;
  for (const char* source : {"request 1 2 3 4 5 0", "request 1 2 3 4 5", "request -1 2 3 4 5 0"}) {
    entry.source = source;
    EXPECT_EQ(DecodeRequestOutcome(EncodeEntry(entry)).status().code(),
              absl::StatusCode::kDataLoss);
  }
  EXPECT_TRUE(CheckRequestId(std::string(kRequestIdBytesMax, 'x')).ok());
  EXPECT_FALSE(CheckRequestId(std::string(kRequestIdBytesMax + 1, 'x')).ok());
}

TEST(RequestTableTest, TheNewestAreKeptHereAndInTheWorkingSet) {
  RequestTable table;
  WorkingSet working;
  constexpr uint64_t kLast = kRequestsKept + 100;
  for (uint64_t revision = 1; revision <= kLast; ++revision) {
    table.Remember(IdOf(revision), OutcomeOf(revision), working);
  }
  table.Settle();
  ExpectHoldsExactly(table, 101, kLast);
  const auto again = Loaded(working);
  ASSERT_TRUE(again.ok()) << again.status();
  ExpectHoldsExactly(*again, 101, kLast);
  EXPECT_EQ(working.changed_facts(), 0u) << "requests are no facts";
}

TEST(RequestTableTest, WhatIsTakenBackWasNeverThere) {
  RequestTable table;
  WorkingSet working;
  for (uint64_t revision = 1; revision <= kRequestsKept; ++revision) {
    table.Remember(IdOf(revision), OutcomeOf(revision), working);
  }
  table.Settle();
  // More than the table holds, so that some of the new ones push out others of them.
  for (uint64_t count : {uint64_t{1}, uint64_t{10}, uint64_t{kRequestsKept + 5}}) {
    WorkingSet staged = working;
    for (uint64_t i = 1; i <= count; ++i) {
      table.Remember(IdOf(kRequestsKept + i), OutcomeOf(kRequestsKept + i), staged);
    }
    EXPECT_NE(table.Find(IdOf(kRequestsKept + count)), nullptr);
    table.TakeBack();
    ExpectHoldsExactly(table, 1, kRequestsKept);
  }
}

TEST(RequestTableTest, KeysThatAreNoRequestsAreRefused) {
  for (const std::string& rest :
       {std::string("x"), std::string(8, 'x'), std::string(9 + kRequestIdBytesMax, 'x')}) {
    WorkingSet working;
    working.ApplyKey(std::string(kRequestsPrefix) + rest, KeyChange::kSet,
                     EncodeRequestOutcome({}));
    EXPECT_EQ(Loaded(working).status().code(), absl::StatusCode::kDataLoss) << rest;
  }
  WorkingSet working;
  working.ApplyKey(RequestKey(1, "id"), KeyChange::kSet, "no entry");
  EXPECT_EQ(Loaded(working).status().code(), absl::StatusCode::kDataLoss);
  // What lies beside them is not looked at.
  WorkingSet others;
  others.ApplyKey("requestsX", KeyChange::kSet, "x");
  others.ApplyKey("request", KeyChange::kSet, "x");
  EXPECT_EQ(Loaded(others)->size(), 0u);
}

}  // namespace
}  // namespace pathkb
