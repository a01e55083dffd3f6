// Commits over the crash file system when nothing fails: what is visible and what is durable in
// each mode, how batches share a sync, and that a write with a request id is done once, also across
// restarts, snapshots of the request table's bound, and within one group.

#include "server/knowledge_base/commit_queue.h"

#include <future>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "core/base/string_views.h"
#include "server/knowledge_base/retry_after.h"
#include "tests/support/queue_under_test.h"

namespace pathkb {
namespace {

using ::testing::HasSubstr;

uint64_t Syncs(const CrashFileSystem& files) {
  uint64_t syncs = 0;
  for (const RecordedCall& call : files.recorded()) syncs += call.operation == "Sync";
  return syncs;
}

CommitQueue::Options WithSync(const char* policy) {
  CommitQueue::Options options;
  options.sync = *ParseSyncPolicy(policy);
  return options;
}

// Holds up the thread between two groups for as long as it lives.
class Hold {
 public:
  explicit Hold(QueueUnderTest& test) {
    // An answer is given on the thread, so a callback that waits holds it.
    test.queue().Submit(InsertOf({9999}), [shared = shared_](const absl::StatusOr<Commit>&) {
      shared->held.set_value();
      shared->released.get_future().wait();
    });
    shared_->held.get_future().wait();
  }
  ~Hold() { shared_->released.set_value(); }

 private:
  // Of both threads, as one may still be leaving set_value() when the other goes on.
  struct Shared {
    std::promise<void> held;
    std::promise<void> released;
  };
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

TEST(CommitQueueTest, WhatIsAnsweredIsVisibleAndOnDisk) {
  CrashFileSystem files;
  QueueUnderTest test(files, WithSync("always"));
  ASSERT_TRUE(test.status().ok()) << test.status();
  for (int i = 1; i <= 5; ++i) {
    const auto commit = test.Insert({i, i + 100});
    ASSERT_TRUE(commit.ok()) << commit.status();
    EXPECT_EQ(commit->revision, static_cast<uint64_t>(i));
    EXPECT_EQ(commit->durable_revision, commit->revision);
    EXPECT_EQ(commit->counts.inserted, 2u);
    EXPECT_EQ(test.Visible().count(i), 1u);
    const Found found = FindAfterRestart(*files.AfterPowerCut(CrashKeep::kSynced));
    EXPECT_EQ(found.facts, test.Visible());
  }
  const auto nothing = test.Insert({1});
  EXPECT_EQ(nothing->revision, 5u);
  EXPECT_EQ(nothing->counts.unchanged, 1u);
  EXPECT_EQ(test.Delete({1, 7})->counts.deleted, 1u);
  EXPECT_EQ(test.queue().durable_revision(), 6u);
}

TEST(CommitQueueTest, BatchesThatWaitShareOneSync) {
  CrashFileSystem files;
  QueueUnderTest test(files, WithSync("always"));
  std::vector<std::future<absl::StatusOr<Commit>>> answers;
  uint64_t before = 0;
  {
    Hold hold(test);
    before = Syncs(files);
    for (int i = 0; i < 50; ++i) answers.push_back(test.Start(InsertOf({i})));
  }
  for (size_t i = 0; i < answers.size(); ++i) {
    const auto commit = answers[i].get();
    ASSERT_TRUE(commit.ok());
    EXPECT_EQ(commit->revision, 2 + i);
    EXPECT_EQ(commit->durable_revision, 51u);
  }
  EXPECT_EQ(Syncs(files), before + 1);
}

TEST(CommitQueueTest, IntervalSyncsWhenItHasPassed) {
  CrashFileSystem files;
  HandClock clock;
  CommitQueue::Options options = WithSync("interval:200ms");
  options.clock = &clock;
  QueueUnderTest test(files, options);
  ASSERT_TRUE(test.status().ok());
  for (int i = 1; i <= 3; ++i) {
    const auto commit = test.Insert({i});
    ASSERT_TRUE(commit.ok());
    EXPECT_EQ(commit->revision, static_cast<uint64_t>(i));
    EXPECT_EQ(commit->durable_revision, 0u);
    clock.Advance(absl::Milliseconds(60));
  }
  EXPECT_EQ(test.Visible(), (std::set<int>{1, 2, 3}));
  EXPECT_EQ(FindAfterRestart(*files.AfterPowerCut(CrashKeep::kSynced)).revision, 0u);
  // Also when nobody writes.
  clock.Advance(absl::Milliseconds(20));
  while (test.queue().durable_revision() != 3) std::this_thread::yield();
  EXPECT_EQ(FindAfterRestart(*files.AfterPowerCut(CrashKeep::kSynced)).revision, 3u);
  // A caller may ask for more.
  EXPECT_EQ(test.Insert({4})->durable_revision, 3u);
  EXPECT_EQ(test.Insert({5}, "", SyncWish::kAlways)->durable_revision, 5u);
  // And does not get it late because he asks for what has been done already.
  EXPECT_EQ(test.Insert({6}, "six")->durable_revision, 5u);
  EXPECT_EQ(test.Insert({6}, "six", SyncWish::kAlways)->durable_revision, 6u);
  EXPECT_EQ(FindAfterRestart(*files.AfterPowerCut(CrashKeep::kSynced)).revision, 6u);
}

TEST(CommitQueueTest, NoneSyncsOnlyWhereItMust) {
  CrashFileSystem files;
  CommitQueue::Options options = WithSync("none");
  options.segment_bytes_max = 400;
  {
    QueueUnderTest test(files, options);
    ASSERT_TRUE(test.status().ok());
    // A segment ends after a few of these, and is synced then.
    uint64_t durable = 0;
    for (int i = 1; i <= 20; ++i) {
      durable = test.Insert({i})->durable_revision;
      const Found found = FindAfterRestart(*files.AfterPowerCut(CrashKeep::kSynced));
      ASSERT_TRUE(found.status.ok()) << found.status;
      EXPECT_EQ(found.revision, durable);
    }
    EXPECT_GT(durable, 10u);
    EXPECT_LT(durable, 20u);
    // A snapshot holds nothing that the log could still lose.
    const auto view = test.queue().ViewAtSegmentStart();
    ASSERT_TRUE(view.ok());
    EXPECT_EQ(view->revision, 20u);
    EXPECT_EQ(test.queue().durable_revision(), 20u);
    EXPECT_TRUE(test.Insert({21}).ok());
    EXPECT_EQ(test.queue().durable_revision(), 20u);
  }
  EXPECT_EQ(FindAfterRestart(*files.AfterPowerCut(CrashKeep::kSynced)).revision, 21u)
      << "a clean stop syncs";
}

TEST(CommitQueueTest, AfterACleanStopTheLogProvesItself) {
  for (const char* policy : {"always", "interval:1h", "none"}) {
    CrashFileSystem files;
    for (int start = 0; start < 3; ++start) {
      QueueUnderTest test(files, WithSync(policy));
      ASSERT_TRUE(test.status().ok()) << test.status();
      const RecoveredState& state = test.recovered();
      EXPECT_EQ(state.revision, static_cast<uint64_t>(start));
      EXPECT_EQ(state.proven_revision, state.revision);
      EXPECT_TRUE(state.notes.empty());
      ASSERT_TRUE(test.Insert({start}).ok());
    }
  }
}

TEST(CommitQueueTest, ARepeatedRequestIsDoneOnce) {
  CrashFileSystem files;
  Commit first;
  Commit removed;
  for (int start = 0; start < 3; ++start) {
    QueueUnderTest test(files, {});
    ASSERT_TRUE(test.status().ok()) << test.status();
    if (start == 0) {
      first = *test.Insert({1, 2}, "a");
      removed = *test.Delete({1, 5}, "b");
      EXPECT_EQ(first.revision, 1u);
      EXPECT_EQ(removed.revision, 2u);
      EXPECT_EQ(removed.counts.not_found, 1u);
    }
    for (int again = 0; again < 2; ++again) {
      const auto repeated = test.Insert({1, 2}, "a");
      ASSERT_TRUE(repeated.ok()) << repeated.status();
      EXPECT_EQ(repeated->revision, first.revision);
      EXPECT_EQ(repeated->counts, first.counts);
      EXPECT_GE(repeated->durable_revision, first.revision);
      const auto removed_again = test.Delete({1, 5}, "b");
      EXPECT_EQ(removed_again->revision, removed.revision);
      EXPECT_EQ(removed_again->counts, removed.counts);
      EXPECT_EQ(test.Visible(), std::set<int>{2}) << "the fact that was deleted since stays so";
    }
    EXPECT_EQ(test.knowledge_base().View().revision, 2u);
    EXPECT_EQ(test.knowledge_base().View().facts, 1u);
    // The same id for something else.
    for (const auto& other : {test.Insert({1, 3}, "a"), test.Delete({1, 2}, "a")}) {
      EXPECT_EQ(other.status().code(), absl::StatusCode::kInvalidArgument);
      EXPECT_THAT(std::string(ToStd(other.status().message())), HasSubstr("revision 1"));
      EXPECT_THAT(std::string(ToStd(other.status().message())), HasSubstr("revision 2"));
    }
  }
}

TEST(CommitQueueTest, ARequestThatChangesNothingIsRememberedToo) {
  CrashFileSystem files;
  {
    QueueUnderTest test(files, {});
    ASSERT_TRUE(test.Insert({1}).ok());
    const uint64_t changes = test.knowledge_base().View().changes;
    const auto commit = test.Insert({1}, "again");
    EXPECT_EQ(commit->revision, 2u);
    EXPECT_EQ(commit->counts.unchanged, 1u);
    EXPECT_GT(test.knowledge_base().View().changes, changes) << "else no snapshot would be due";
    ASSERT_TRUE(test.Delete({1}).ok());
  }
  QueueUnderTest test(files, {});
  const auto commit = test.Insert({1}, "again");
  EXPECT_EQ(commit->revision, 2u);
  EXPECT_EQ(commit->counts.unchanged, 1u);
  EXPECT_TRUE(test.Visible().empty());
}

TEST(CommitQueueTest, TwoOfOneIdInOneGroup) {
  CrashFileSystem files;
  QueueUnderTest test(files, {});
  std::future<absl::StatusOr<Commit>> first, second, other;
  {
    Hold hold(test);
    first = test.Start(InsertOf({1}, "id"));
    other = test.Start(InsertOf({2}, "id"));
    second = test.Start(InsertOf({1}, "id"));
  }
  const auto one = first.get();
  const auto two = second.get();
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_EQ(one->revision, two->revision);
  EXPECT_EQ(one->counts, two->counts);
  EXPECT_EQ(other.get().status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(test.Visible(), (std::set<int>{1, 9999}));
}

TEST(CommitQueueTest, IdsAreBounded) {
  CrashFileSystem files;
  QueueUnderTest test(files, {});
  EXPECT_TRUE(test.Insert({1}, std::string(kRequestIdBytesMax, '\xff')).ok());
  EXPECT_EQ(test.Insert({1}, std::string(kRequestIdBytesMax + 1, 'x')).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(CommitQueueTest, TheGateRefusesGrowthOnlyAndOpensAgain) {
  CrashFileSystem files;
  HandClock clock;
  CommitQueue::Options options;
  options.clock = &clock;
  options.gate.disk_low_bytes = 1000;
  QueueUnderTest test(files, options);
  ASSERT_TRUE(test.Insert({1, 2}, "early").ok());
  files.SetFreeBytes(999);
  clock.Advance(absl::Seconds(1));
  const auto refused = test.Insert({3});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(RetryAfterOf(refused.status()).has_value());
  EXPECT_FALSE(test.queue().growth_status().ok());
  EXPECT_TRUE(test.queue().write_status().ok());
  EXPECT_TRUE(test.Delete({1}).ok());
  EXPECT_EQ(test.Insert({1, 2}, "early")->revision, 1u) << "it is done already";
  files.SetFreeBytes(1250);
  EXPECT_FALSE(test.Insert({3}).ok()) << "the disk is asked once a second";
  clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(test.Insert({3}).ok());
  EXPECT_EQ(test.Visible(), (std::set<int>{2, 3}));
}

TEST(CommitQueueTest, MemoryIsBoundedUntilASnapshotIsInstalled) {
  CrashFileSystem files;
  CommitQueue::Options options;
  options.gate.memory_hard_bytes = 4096;
  QueueUnderTest test(files, options);
  absl::Status status;
  int inserted = 0;
  for (; status.ok() && inserted < 1000; ++inserted) status = test.Insert({inserted}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << inserted;
  EXPECT_TRUE(test.Delete({0}).ok());
  const auto view = test.queue().ViewAtSegmentStart();
  ASSERT_TRUE(view.ok());
  test.queue().Install(nullptr, *view);  // As if what the view shows were on disk.
  EXPECT_TRUE(test.queue().growth_status().ok());
  EXPECT_TRUE(test.Insert({5000}).ok());
}

}  // namespace
}  // namespace pathkb
