// Leases and the commit queue together, over the crash file system: threads that write without a
// lease while one is taken and let go, again and again. Behind the moment that Acquire answers with
// no write of theirs may have a revision until the lease has ended. And what the queue says to a
// write whose lease has ended, or that needs none.

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

#include "server/knowledge_base/commit_queue.h"
#include "server/knowledge_base/lease_table.h"
#include "tests/support/queue_under_test.h"

namespace pathkb {
namespace {

constexpr absl::Duration kMinute = absl::Seconds(60);

CommitQueue::Options WithLeases(LeaseTable& leases) {
  CommitQueue::Options options;
  options.sync = *ParseSyncPolicy("none");
  options.leases = &leases;
  return options;
}

// Commits `batch` by the lease `id` and waits for the answer.
absl::StatusOr<Commit> Write(CommitQueue& queue, Batch batch, const std::string& id = "") {
  std::promise<absl::StatusOr<Commit>> answer;
  queue.Submit(std::move(batch),
               [&](absl::StatusOr<Commit> commit) { answer.set_value(std::move(commit)); },
               {.lease_id = id});
  return answer.get_future().get();
}

absl::StatusOr<Commit> WaitForThoseWaiting(CommitQueue& queue) {
  std::promise<absl::StatusOr<Commit>> answer;
  queue.AfterThoseWaiting(
      [&](absl::StatusOr<Commit> commit) { answer.set_value(std::move(commit)); });
  return answer.get_future().get();
}

TEST(CommitLeaseTest, AWriteNeedsWhatTheTableSays) {
  HandClock clock;
  LeaseTable leases(clock);
  CrashFileSystem files;
  QueueUnderTest test(files, WithLeases(leases));
  ASSERT_TRUE(test.status().ok()) << test.status();
  EXPECT_EQ(WaitForThoseWaiting(test.queue())->revision, 0u);
  const std::string id = *leases.Take({"s", std::nullopt}, "x", kMinute);
  ASSERT_TRUE(leases.Renew(id, kMinute).ok());
  const auto refused = absl::StatusCode::kFailedPrecondition;
  EXPECT_EQ(Write(test.queue(), InsertOf({1})).status().code(), refused);
  EXPECT_EQ(Write(test.queue(), InsertOf({1}), "no lease").status().code(), refused);
  EXPECT_EQ(Write(test.queue(), InsertOf({1}), id)->revision, 1u);
  EXPECT_EQ(WaitForThoseWaiting(test.queue())->revision, 1u);
  clock.Advance(kMinute);
  EXPECT_EQ(Write(test.queue(), InsertOf({2}), id).status().code(), refused);
  EXPECT_EQ(Write(test.queue(), InsertOf({2}))->revision, 2u);
  EXPECT_EQ(leases.held(), 0u);
}

TEST(CommitLeaseTest, NothingComesBetween) {
  constexpr int kWriters = 3;
  constexpr int kRounds = 300;
  RealClock clock;
  LeaseTable leases(clock);
  CrashFileSystem files;
  QueueUnderTest test(files, WithLeases(leases));
  ASSERT_TRUE(test.status().ok()) << test.status();
  CommitQueue& queue = test.queue();
  std::atomic<bool> done = false;
  std::atomic<uint64_t> refused = 0;
  std::atomic<uint64_t> written = 0;
  std::vector<std::vector<uint64_t>> revisions(kWriters);
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; !done; ++i) {
        // Each does what the one before has undone, so that each has a revision.
        const int number = 10 * (i / 2 % 100) + writer;
        const auto commit = Write(queue, i % 2 == 0 ? InsertOf({number}) : DeleteOf({number}));
        if (commit.ok()) {
          if (commit->counts.changed() == 1) revisions[writer].push_back(commit->revision);
          ++written;
        } else {
          EXPECT_EQ(commit.status().code(), absl::StatusCode::kFailedPrecondition);
          ++refused;
        }
      }
    });
  }
  std::vector<std::pair<uint64_t, uint64_t>> leased;  // What was answered, and written last.
  for (int round = 0; round < kRounds; ++round) {
    // So that the lease meets writes on their way.
    const uint64_t written_before = written;
    while (written == written_before) std::this_thread::yield();
    const std::string id = *leases.Take({"s", std::nullopt}, "x", kMinute);
    const auto acquired = WaitForThoseWaiting(queue);
    ASSERT_TRUE(acquired.ok() && leases.Renew(id, kMinute).ok());
    uint64_t last = acquired->revision;
    EXPECT_GE(test.knowledge_base().View().revision, last);
    for (const bool insert : {true, false}) {
      const auto commit = Write(queue, insert ? InsertOf({9998}) : DeleteOf({9998}), id);
      ASSERT_TRUE(commit.ok()) << commit.status();
      EXPECT_EQ(commit->revision, last + 1) << "somebody else has written, round " << round;
      last = commit->revision;
    }
    leased.emplace_back(acquired->revision, last);
    ASSERT_TRUE(leases.Release(id).ok());
  }
  done = true;
  for (std::thread& writer : writers) writer.join();
  for (const auto& of_writer : revisions) {
    for (const uint64_t revision : of_writer) {
      for (const auto& [first, last] : leased) EXPECT_FALSE(revision > first && revision <= last);
    }
  }
  std::cout << written << " writes without a lease, " << refused << " refused\n";
  EXPECT_GT(refused, 0u);
}

}  // namespace
}  // namespace pathkb
