// A script of commits with a failing file system: the nth call fails, once or from then on, for
// every n, with every kind of error, in every mode; then the power goes, with every choice of what
// survives. What was acknowledged as durable is found again, nothing is half there, nothing that is
// shown was refused, and a repeated request is done once. Then the full disk in detail.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "core/base/string_views.h"
#include "server/knowledge_base/commit_queue.h"
#include "server/knowledge_base/retry_after.h"
#include "tests/support/queue_under_test.h"

namespace pathkb {
namespace {

using ::testing::HasSubstr;

const absl::Status kNoSpace = absl::ResourceExhaustedError("No space left on device");
const absl::Status kInputOutput = absl::DataLossError("Input/output error");

// What the caller of one batch knows.
struct Asked {
  std::vector<int> numbers;
  bool insert = true;
  std::string id;
  absl::StatusOr<Commit> answer = absl::UnknownError("not asked");
};

// Twelve batches of three facts each, in pairs that overlap; some with a request id.
std::vector<Asked> Script() {
  std::vector<Asked> script;
  for (int i = 0; i < 12; ++i) {
    Asked& asked = script.emplace_back();
    asked.numbers = {10 * i, 10 * i + 1, 10 * i + 2};
    if (i % 4 == 3) {
      asked.numbers = {10 * (i - 1), 10 * (i - 1) + 1, 10 * (i - 1) + 2};
      asked.insert = false;
    }
    if (i % 3 == 1) asked.id = "request " + std::to_string(i);
  }
  return script;
}

void Ask(QueueUnderTest& test, std::vector<Asked>& script, HandClock& clock) {
  for (Asked& asked : script) {
    asked.answer =
        asked.insert ? test.Insert(asked.numbers, asked.id) : test.Delete(asked.numbers, asked.id);
    clock.Advance(absl::Milliseconds(400));
  }
}

// The facts after the batches whose revision is at most `revision`, by the answers; with `extra`,
// batches that were not acknowledged in their place may be there too, so this is checked batch by
// batch: all of its facts or none.
void ExpectNoHalves(const std::vector<Asked>& script, const std::set<int>& facts) {
  for (const Asked& asked : script) {
    const auto there = std::count_if(asked.numbers.begin(), asked.numbers.end(),
                                     [&](int number) { return facts.count(number) > 0; });
    EXPECT_TRUE(there == 0 || there == 3) << "of batch " << asked.numbers[0];
  }
}

// Every batch that was acknowledged with a revision up to `durable` is there, unless one that came
// after it, acknowledged or not, changed the same facts.
void ExpectKept(const std::vector<Asked>& script, uint64_t durable, const Found& found) {
  EXPECT_GE(found.revision, durable);
  std::map<int, const Asked*> last;  // Of those acknowledged and durable, by number.
  std::set<int> unsure;              // Changed later by a batch that is not.
  for (const Asked& asked : script) {
    const bool sure = asked.answer.ok() && asked.answer->revision <= durable;
    for (int number : asked.numbers) {
      if (sure) {
        last[number] = &asked;
        unsure.erase(number);
      } else {
        unsure.insert(number);
      }
    }
  }
  for (const auto& [number, asked] : last) {
    if (unsure.count(number) > 0) continue;
    EXPECT_EQ(found.facts.count(number) > 0, asked->insert) << "fact " << number;
  }
  for (const Asked& asked : script) {
    if (asked.id.empty() || !asked.answer.ok() || asked.answer->revision > durable) continue;
    const RequestOutcome* outcome = found.requests.Find(asked.id);
    ASSERT_NE(outcome, nullptr) << asked.id;
    EXPECT_EQ(outcome->revision, asked.answer->revision);
    EXPECT_EQ(outcome->counts, asked.answer->counts);
  }
}

struct Case {
  const char* sync;
  absl::Status error;
  bool from_then_on;
};

class CommitFailureTest : public ::testing::TestWithParam<Case> {};

TEST_P(CommitFailureTest, AtEveryCall) {
  const Case& which = GetParam();
  uint64_t states = 0;
  for (uint64_t n = 1;; ++n) {
    SCOPED_TRACE("call " + std::to_string(n));
    CrashFileSystem files;
    HandClock clock;
    CommitQueue::Options options;
    options.clock = &clock;
    options.sync = *ParseSyncPolicy(which.sync);
    options.segment_bytes_max = 700;  // A few of the batches.
    options.reserve_bytes = 100;
    std::vector<Asked> script = Script();
    uint64_t durable = 0;
    bool reached = false;
    {
      QueueUnderTest test(files, options);
      ASSERT_TRUE(test.status().ok()) << test.status();
      // Once this is through, the reserve has been made, so `n` counts from the script's first
      // call.
      ASSERT_TRUE(test.queue().ViewAtSegmentStart().ok());
      const uint64_t before = files.calls();
      files.FailCall(before + n, which.error, which.from_then_on);
      Ask(test, script, clock);
      reached = files.calls() >= before + n;
      durable = test.queue().durable_revision();
      // Readers see what was acknowledged, and nothing else.
      const ReadView view = test.knowledge_base().View();
      std::set<int> expected;
      uint64_t newest = 0;
      for (const Asked& asked : script) {
        if (!asked.answer.ok()) continue;
        newest = std::max(newest, asked.answer->revision);
        for (int number : asked.numbers) {
          if (asked.insert) expected.insert(number);
          if (!asked.insert) expected.erase(number);
        }
      }
      EXPECT_EQ(FactsOf(view), expected);
      EXPECT_EQ(view.revision, newest);
      EXPECT_EQ(view.facts, expected.size());
      if (options.sync.mode == SyncPolicy::Mode::kAlways) EXPECT_EQ(durable, newest);
      for (CrashKeep keep : kAllCrashKeeps) {
        for (uint64_t seed = 0; seed < (keep == CrashKeep::kSome ? 6 : 1); ++seed, ++states) {
          const auto disk = files.AfterPowerCut(keep, 100 * n + seed);
          const Found found = FindAfterRestart(*disk);
          ASSERT_TRUE(found.status.ok()) << found.status << " keep " << static_cast<int>(keep);
          ExpectNoHalves(script, found.facts);
          ExpectKept(script, durable, found);
          // What is there stays, when the next process has begun and lost its power, too.
          {
            QueueUnderTest next(*disk, {});
            ASSERT_TRUE(next.status().ok()) << next.status();
          }
          const Found later = FindAfterRestart(*disk->AfterPowerCut(CrashKeep::kSynced));
          EXPECT_EQ(later.revision, found.revision);
          EXPECT_EQ(later.facts, found.facts);
          ASSERT_FALSE(HasFailure()) << "keep " << static_cast<int>(keep) << " seed " << seed;
        }
      }
      files.FailCall(0, absl::OkStatus());
    }
    // Killed or stopped, the next process repeats what it has no answer for; that is done once.
    QueueUnderTest next(files, options);
    ASSERT_TRUE(next.status().ok()) << next.status();
    for (Asked& asked : script) {
      if (asked.id.empty()) continue;
      const auto again = asked.insert ? next.Insert(asked.numbers, asked.id)
                                      : next.Delete(asked.numbers, asked.id);
      ASSERT_TRUE(again.ok()) << again.status();
      if (asked.answer.ok()) {
        EXPECT_EQ(again->revision, asked.answer->revision);
        EXPECT_EQ(again->counts, asked.answer->counts);
      }
    }
    ASSERT_FALSE(HasFailure());
    if (!reached) break;
  }
  std::printf("%llu states\n", static_cast<unsigned long long>(states));
}

INSTANTIATE_TEST_SUITE_P(
    , CommitFailureTest,
    ::testing::Values(Case{"always", kInputOutput, false}, Case{"always", kInputOutput, true},
                      Case{"always", kNoSpace, false}, Case{"always", kNoSpace, true},
                      Case{"interval:500ms", kInputOutput, false},
                      Case{"interval:500ms", kInputOutput, true},
                      Case{"interval:500ms", kNoSpace, false},
                      Case{"interval:500ms", kNoSpace, true}, Case{"none", kInputOutput, true},
                      Case{"none", kNoSpace, false}),
    [](const auto& info) {
      std::string name = info.param.sync;
      name = name.substr(0, name.find(':'));
      name += absl::IsResourceExhausted(info.param.error) ? "NoSpace" : "InputOutput";
      return name + (info.param.from_then_on ? "FromThenOn" : "Once");
    });

class FullDiskTest : public ::testing::Test {
 protected:
  CommitQueue::Options Options(uint64_t reserve_bytes) {
    CommitQueue::Options options;
    options.clock = &clock_;
    options.reserve_bytes = reserve_bytes;
    return options;
  }
  bool ReserveIsThere() { return *files_.Exists(std::string(QueueUnderTest::kDir) + "/RESERVE"); }

  CrashFileSystem files_;
  HandClock clock_;
};

TEST_F(FullDiskTest, TheReserveLetsTheGroupFinish) {
  QueueUnderTest test(files_, Options(1000));
  ASSERT_TRUE(test.Insert({1}).ok());
  EXPECT_TRUE(ReserveIsThere());
  // The next write finds no room, once; and there is none to make the reserve anew.
  files_.SetFreeBytes(0);
  files_.FailCall(files_.calls() + 1, kNoSpace);
  ASSERT_TRUE(test.Insert({2}).ok());
  EXPECT_FALSE(ReserveIsThere());
  EXPECT_TRUE(test.queue().growth_status().ok());
  ASSERT_TRUE(test.Insert({3}).ok());
  EXPECT_EQ(FindAfterRestart(*files_.AfterPowerCut(CrashKeep::kSynced)).facts,
            (std::set<int>{1, 2, 3}));
  files_.SetFreeBytes(1 << 20);
  clock_.Advance(absl::Seconds(1));
  ASSERT_TRUE(test.Insert({4}).ok());
  EXPECT_TRUE(ReserveIsThere());
}

TEST_F(FullDiskTest, WritesAreRefusedUntilThereIsRoomAndGoOnByThemselves) {
  for (uint64_t reserve : {0, 1000}) {
    QueueUnderTest test(files_, Options(reserve));
    const std::set<int> before = test.Visible();
    const std::string id = "with a reserve of " + std::to_string(reserve);
    ASSERT_TRUE(test.Insert({1, 2}, id).ok());
    files_.FailWrites(kNoSpace);
    for (int i = 0; i < 3; ++i) {
      const auto refused = test.Insert({static_cast<int>(100 + reserve) + i});
      EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
      EXPECT_EQ(RetryAfterOf(refused.status()), absl::Seconds(1));
      EXPECT_THAT(std::string(ToStd(refused.status().message())), HasSubstr("disk is full"));
      clock_.Advance(absl::Seconds(2));
    }
    EXPECT_EQ(test.Delete({1}).status().code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(test.Insert({1, 2}, id)->revision, test.knowledge_base().View().revision)
        << "it is done already";
    EXPECT_TRUE(test.queue().write_status().ok());
    EXPECT_FALSE(test.queue().growth_status().ok());
    EXPECT_EQ(test.Visible().count(100), 0u);
    EXPECT_TRUE(test.queue().ViewAtSegmentStart().ok()) << "snapshots are how room is made";
    EXPECT_EQ(FindAfterRestart(*files_.AfterPowerCut(CrashKeep::kSynced)).facts, test.Visible());

    files_.FailWrites(absl::OkStatus());
    // Without a write, by the clock alone.
    clock_.Advance(absl::Seconds(1));
    while (!test.queue().growth_status().ok()) std::this_thread::yield();
    EXPECT_EQ(ReserveIsThere(), reserve != 0);
    ASSERT_TRUE(test.Insert({50}).ok());
    ASSERT_TRUE(test.Delete({1, 2, 50}).ok());
    EXPECT_EQ(FindAfterRestart(*files_.AfterPowerCut(CrashKeep::kSynced)).facts, before);
  }
}

TEST_F(FullDiskTest, WhatWasRefusedIsNotFoundLater) {
  for (const bool clean : {false, true}) {
    CrashFileSystem files;
    HandClock clock;
    CommitQueue::Options options;
    options.clock = &clock;
    std::unique_ptr<CrashFileSystem> disk;
    {
      QueueUnderTest test(files, options);
      ASSERT_TRUE(test.Insert({1}).ok());
      // Half of the group is written, with its first batch whole.
      std::future<absl::StatusOr<Commit>> small, large;
      std::promise<void> held, released;
      test.queue().Submit(InsertOf({9}), [&](const absl::StatusOr<Commit>&) {
        held.set_value();
        released.get_future().wait();
      });
      held.get_future().wait();
      small = test.Start(InsertOf({2}));
      std::vector<int> many;
      for (int i = 100; i < 200; ++i) many.push_back(i);
      large = test.Start(InsertOf(many));
      files.FailCall(files.calls() + 1, kNoSpace);
      released.set_value();
      EXPECT_FALSE(small.get().ok());
      EXPECT_FALSE(large.get().ok());
      clock.Advance(absl::Seconds(1));
      while (!test.queue().growth_status().ok()) std::this_thread::yield();
      if (!clean) disk = files.AfterPowerCut(CrashKeep::kAll);
    }
    if (clean) disk = files.AfterPowerCut(CrashKeep::kAll);
    for (int start = 0; start < 3; ++start) {
      EXPECT_EQ(FindAfterRestart(*disk).facts, (std::set<int>{1, 9})) << clean << start;
      QueueUnderTest next(*disk, {});
      ASSERT_TRUE(next.status().ok());
    }
  }
}

TEST_F(FullDiskTest, AFailedSyncEndsWritingAndSaysWhatIsShown) {
  CommitQueue::Options options = Options(0);
  options.sync = *ParseSyncPolicy("interval:200ms");
  QueueUnderTest test(files_, options);
  ASSERT_TRUE(test.Insert({1}, "", SyncWish::kAlways).ok());
  ASSERT_TRUE(test.Insert({2}).ok());
  ASSERT_TRUE(test.Insert({3}).ok());
  files_.FailCall(files_.calls() + 1, kInputOutput);
  clock_.Advance(absl::Milliseconds(200));
  while (test.queue().write_status().ok()) std::this_thread::yield();
  const absl::Status status = test.queue().write_status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(ToStd(status.message())), HasSubstr("Input/output error"));
  EXPECT_THAT(std::string(ToStd(status.message())), HasSubstr("revisions 2 to 3 are shown"));
  EXPECT_EQ(test.Visible(), (std::set<int>{1, 2, 3})) << "reads go on";
  EXPECT_EQ(test.queue().durable_revision(), 1u);
  EXPECT_EQ(test.Insert({4}).status(), status);
  EXPECT_EQ(test.queue().ViewAtSegmentStart().status(), status);
  const uint64_t calls = files_.calls();
  clock_.Advance(absl::Hours(1));
  test.queue().Stop();
  EXPECT_EQ(files_.calls(), calls) << "it is not tried again";
}

}  // namespace
}  // namespace pathkb
