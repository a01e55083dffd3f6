// The scrub thread finds damage by time and on request, tells of it, goes on, and stops at once,
// also in the middle of a slow one.

#include "server/background/scrubber.h"

#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/directory/file_names.h"
#include "storage/file/checksum.h"
#include "tests/support/crash_file_system.h"

namespace pathkb {
namespace {

using ::testing::HasSubstr;

constexpr char kDir[] = "/db";

class ScrubberTest : public ::testing::Test {
 protected:
  ScrubberTest() {
    const std::string bytes(2 << 20, 'd');
    manifest_.deltas.push_back(
        {.from_revision = 0, .to_revision = 5, .bytes = bytes.size(), .digest = Checksum(bytes)});
    Put(bytes);
    options_.data_dir = kDir;
    options_.manifest = [this] { return manifest_; };
  }
  void Put(const std::string& bytes) {
    files_.PutFile(std::string(kDir) + "/" + DeltaName(0, 5), bytes);
  }
  // Waits until so many runs have ended, in any way.
  WorkerStatus AfterRuns(const Scrubber& scrubber, uint64_t count) {
    while (true) {
      const WorkerStatus status = scrubber.report().Get();
      if (status.runs + status.failed >= count && status.doing.empty()) return status;
      std::this_thread::yield();
    }
  }

  CrashFileSystem files_;
  RealClock clock_;
  Manifest manifest_;
  Scrubber::Options options_;
};

TEST_F(ScrubberTest, OnRequest) {
  Scrubber scrubber(options_, files_, clock_);
  scrubber.Request();
  EXPECT_EQ(AfterRuns(scrubber, 1).runs, 1u);
  Put("something else");
  scrubber.Request();
  const WorkerStatus status = AfterRuns(scrubber, 2);
  EXPECT_EQ(status.failed, 1u);
  EXPECT_THAT(status.last_error, HasSubstr("1 of 1 files are damaged: /db/deltas/"));
}

TEST_F(ScrubberTest, ByTimeAgainAndAgain) {
  options_.interval = absl::Milliseconds(1);
  Scrubber scrubber(options_, files_, clock_);
  EXPECT_GE(AfterRuns(scrubber, 3).runs, 3u);
}

TEST_F(ScrubberTest, ASlowOneDoesNotDelayAStop) {
  options_.bytes_per_second = 1;  // Three weeks.
  Scrubber scrubber(options_, files_, clock_);
  scrubber.Request();
  while (scrubber.report().Get().doing.empty()) std::this_thread::yield();
  scrubber.Stop();
  EXPECT_EQ(scrubber.report().Get().runs + scrubber.report().Get().failed, 0u);
  scrubber.Stop();
}

}  // namespace
}  // namespace pathkb
