// A worker's report after each kind of run, with the hands of the clock held; and what a thread is
// called and may use once it has become a background thread.

#include "server/background/worker_report.h"

#include <algorithm>
#include <sys/resource.h>
#include <thread>

#include "gtest/gtest.h"

#include "server/background/background_thread.h"

namespace pathkb {
namespace {

class HeldClock : public Clock {
 public:
  absl::Time Now() const override { return absl::UnixEpoch() + passed; }
  absl::Duration Monotonic() const override { return passed; }
  void Wait(std::unique_lock<std::mutex>&, std::condition_variable&,
            absl::Duration) const override {}

  absl::Duration passed = absl::Seconds(1000);
};

TEST(WorkerReportTest, TellsWhatTheWorkerDoesAndHowItWent) {
  HeldClock clock;
  WorkerReport report("snapshots", clock);
  EXPECT_EQ(report.Get().name, "snapshots");
  EXPECT_EQ(report.Get().doing, "");
  EXPECT_EQ(report.Get().last_run_end, absl::InfinitePast());

  report.Progress(1, 2);  // Nothing is going on.
  EXPECT_EQ(report.Get().total, 0u);

  report.Begin("writing a pair");
  report.Progress(3, 10);
  EXPECT_EQ(report.Get().doing, "writing a pair");
  EXPECT_EQ(report.Get().done, 3u);
  EXPECT_EQ(report.Get().total, 10u);

  clock.passed += absl::Seconds(4);
  report.End(absl::OkStatus());
  EXPECT_EQ(report.Get().doing, "");
  EXPECT_EQ(report.Get().total, 0u);
  EXPECT_EQ(report.Get().runs, 1u);
  EXPECT_EQ(report.Get().last_run, absl::Seconds(4));
  EXPECT_EQ(report.Get().longest_run, absl::Seconds(4));
  EXPECT_EQ(report.Get().last_run_end, clock.Now());
}

TEST(WorkerReportTest, AFailureIsKeptUntilTheNextSuccess) {
  HeldClock clock;
  WorkerReport report("scrub", clock);
  report.Begin("reading");
  clock.passed += absl::Seconds(9);
  report.End(absl::DataLossError("block 7"));
  EXPECT_EQ(report.Get().failed, 1u);
  EXPECT_EQ(report.Get().last_error, "block 7");
  EXPECT_EQ(report.Get().last_run, absl::Seconds(9));
  EXPECT_EQ(report.Get().longest_run, absl::ZeroDuration());

  report.Begin("reading");
  report.End(absl::AbortedError("the server is shutting down"));
  EXPECT_EQ(report.Get().failed, 1u);
  EXPECT_EQ(report.Get().last_error, "block 7");

  report.Begin("reading");
  report.End(absl::OkStatus());
  EXPECT_EQ(report.Get().runs, 1u);
  EXPECT_EQ(report.Get().last_error, "");
}

TEST(BackgroundThreadTest, HasItsNameAndGivesWay) {
  const int usual = getpriority(PRIO_PROCESS, 0);
  std::thread thread([usual] {
    BecomeBackgroundThread("pathkb-scrub");
    char name[16] = "";
    ASSERT_EQ(pthread_getname_np(pthread_self(), name, sizeof(name)), 0);
    EXPECT_STREQ(name, "pathkb-scrub");
    EXPECT_EQ(getpriority(PRIO_PROCESS, 0), std::min(usual + 5, 19));
  });
  thread.join();
  // Only that thread.
  EXPECT_EQ(getpriority(PRIO_PROCESS, 0), usual);
}

}  // namespace
}  // namespace pathkb
