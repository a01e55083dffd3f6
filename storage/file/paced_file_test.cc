// Goal: PacedFile keeps to its speed over every span of time, is not slower than it must be, and
// passes everything through. Method: a clock that only the waiting moves, and writes of fixed and
// random sizes, each recorded with its time.

#include "storage/file/paced_file.h"

#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"

#include "storage/act/test_files.h"

namespace pathkb {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kMiB = uint64_t{1} << 20;

// A clock that stands still but for waits, and counts them.
class HeldClock {
 public:
  Pace At(uint64_t bytes_per_second) {
    return {bytes_per_second, [this] { return now_; },
            [this](uint64_t nanoseconds) {
              ++waits_;
              if (waits_ == stop_at_) return absl::CancelledError("stop");
              now_ += nanoseconds;
              return absl::OkStatus();
            }};
  }
  void Advance(uint64_t nanoseconds) { now_ += nanoseconds; }
  // Makes the `n`th wait from the start an error.
  void StopAt(uint64_t n) { stop_at_ = n; }

  uint64_t now() const { return now_; }
  uint64_t waits() const { return waits_; }

 private:
  uint64_t now_ = 12345;  // Not 0: a clock starts anywhere.
  uint64_t waits_ = 0;
  uint64_t stop_at_ = 0;
};

// Records when how much was written.
class RecordingFile final : public WritableFile {
 public:
  struct Write {
    uint64_t at;  // By the clock.
    uint64_t bytes;
  };

  explicit RecordingFile(const HeldClock& clock) : clock_(clock) {}

  absl::Status Append(std::string_view bytes) override {
    writes_.push_back({clock_.now(), bytes.size()});
    return file_.Append(bytes);
  }
  absl::Status WriteAt(uint64_t offset, std::string_view bytes) override {
    writes_.push_back({clock_.now(), bytes.size()});
    return file_.WriteAt(offset, bytes);
  }
  absl::Status Sync() override { return absl::UnknownError("synced"); }
  absl::Status Close() override { return absl::UnknownError("closed"); }

  const std::vector<Write>& writes() const { return writes_; }
  const std::string& bytes() const { return file_.bytes(); }

 private:
  const HeldClock& clock_;
  MemoryWritableFile file_;
  std::vector<Write> writes_;
};

// The most bytes above the speed in any span from one write to another.
double LargestExcess(const std::vector<RecordingFile::Write>& writes, uint64_t bytes_per_second) {
  double largest = 0;
  double excess = 0;  // Of the worst span that ends with this write.
  for (size_t i = 0; i < writes.size(); ++i) {
    if (i > 0) {
      excess -= static_cast<double>(writes[i].at - writes[i - 1].at) *
                static_cast<double>(bytes_per_second) / kSecond;
    }
    excess = std::max(excess, 0.0) + static_cast<double>(writes[i].bytes);
    largest = std::max(largest, excess);
  }
  return largest;
}

TEST(PacedFile, TakesAsLongAsItMust) {
  struct Case {
    uint64_t bytes_per_second;
    uint64_t burst_bytes;
    uint64_t bytes;
  };
  for (const Case& c : {Case{1, 1, 5}, Case{1000, 1000, 12'345}, Case{kMiB, kMiB, 5 * kMiB},
                        Case{10'000'000, kMiB, 50'000'000}, Case{3'000'000'000, kMiB, 9'000'001}}) {
    HeldClock clock;
    RecordingFile file(clock);
    PacedFile paced(file, clock.At(c.bytes_per_second));
    const uint64_t start = clock.now();
    const std::string bytes(c.bytes, 'x');
    ASSERT_EQ(paced.Append(bytes), absl::OkStatus());
    EXPECT_TRUE(file.bytes() == bytes);
    const double must = static_cast<double>(c.bytes - c.burst_bytes) * kSecond /
                        static_cast<double>(c.bytes_per_second);
    EXPECT_NEAR(static_cast<double>(clock.now() - start), must, 2) << c.bytes_per_second;
    for (const RecordingFile::Write& write : file.writes()) {
      EXPECT_LE(write.bytes, c.burst_bytes);
    }
  }
}

TEST(PacedFile, WhatWasWrittenIsReadBackWithoutAWait) {
  HeldClock clock;
  MemoryWritableFile file;
  PacedFile paced(file, clock.At(1000));
  ASSERT_EQ(paced.Append("0123456789"), absl::OkStatus());
  const uint64_t before = clock.now();
  EXPECT_EQ(paced.ReadAt(3, 4).value(), "3456");
  EXPECT_EQ(paced.ReadAt(8, 4).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(clock.now(), before);
}

TEST(PacedFile, OneByteAtATimeIsAsFastAsAllAtOnce) {
  for (const uint64_t speed : {uint64_t{1000}, uint64_t{7'000'000}, uint64_t{5'000'000'000}}) {
    HeldClock clock;
    RecordingFile file(clock);
    PacedFile paced(file, clock.At(speed));
    const uint64_t start = clock.now();
    const uint64_t bytes = std::min(speed, kMiB) + 3000;
    for (uint64_t i = 0; i < bytes; ++i) ASSERT_EQ(paced.Append("x"), absl::OkStatus());
    const double must = 3000.0 * kSecond / static_cast<double>(speed);
    EXPECT_NEAR(static_cast<double>(clock.now() - start), must, 2) << speed;
  }
}

TEST(PacedFile, NoSpanIsFasterThanTheSpeedAndABurst) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < 50; ++round) {
    HeldClock clock;
    RecordingFile file(clock);
    const uint64_t speed = 1 + random() % (uint64_t{1} << (1 + random() % 32));
    PacedFile paced(file, clock.At(speed));
    const uint64_t burst = std::min(speed, kMiB);
    uint64_t written = 0;
    for (int i = 0; i < 200; ++i) {
      if (random() % 3 == 0) clock.Advance(random() % (2 * kSecond));
      const std::string bytes(random() % (2 * std::min(burst, uint64_t{20'000})), 'x');
      if (random() % 4 == 0 && bytes.size() <= written) {
        ASSERT_EQ(paced.WriteAt(written - bytes.size(), bytes), absl::OkStatus());
      } else {
        ASSERT_EQ(paced.Append(bytes), absl::OkStatus());
        written += bytes.size();
      }
    }
    EXPECT_EQ(file.bytes().size(), written);
    // What two nanoseconds are worth, for their rounding.
    const double slack = 1 + 2e-9 * static_cast<double>(speed);
    EXPECT_LE(LargestExcess(file.writes(), speed), static_cast<double>(burst) + slack) << speed;
  }
}

TEST(PacedFile, APauseIsWorthOneBurst) {
  HeldClock clock;
  RecordingFile file(clock);
  PacedFile paced(file, clock.At(1000));
  ASSERT_EQ(paced.Append(std::string(1000, 'x')), absl::OkStatus());
  EXPECT_EQ(clock.waits(), 0u);
  ASSERT_EQ(paced.Append("x"), absl::OkStatus());
  EXPECT_EQ(clock.waits(), 1u);
  clock.Advance(3600 * kSecond);
  ASSERT_EQ(paced.Append(std::string(1000, 'x')), absl::OkStatus());
  EXPECT_EQ(clock.waits(), 1u);
  ASSERT_EQ(paced.Append("x"), absl::OkStatus());
  EXPECT_EQ(clock.waits(), 2u);
}

TEST(PacedFile, NoLimitAsksNoClock) {
  HeldClock clock;
  RecordingFile file(clock);
  PacedFile paced(file, Pace{});
  const std::string bytes(3 * kMiB, 'x');
  ASSERT_EQ(paced.Append(bytes), absl::OkStatus());
  ASSERT_EQ(paced.WriteAt(5, "abc"), absl::OkStatus());
  EXPECT_EQ(file.writes().size(), 2u);
  EXPECT_EQ(file.bytes().substr(4, 5), "xabcx");
}

TEST(PacedFile, AStopEndsTheWait) {
  HeldClock clock;
  clock.StopAt(3);
  RecordingFile file(clock);
  PacedFile paced(file, clock.At(100));
  EXPECT_EQ(paced.Append(std::string(1000, 'x')), absl::CancelledError("stop"));
  EXPECT_EQ(file.bytes().size(), 300u);
}

TEST(PacedFile, WhatIsNotPacedIsPassedOn) {
  HeldClock clock;
  RecordingFile file(clock);
  PacedFile paced(file, clock.At(1));
  EXPECT_EQ(paced.Append(""), absl::OkStatus());
  EXPECT_EQ(file.writes().size(), 1u);
  EXPECT_EQ(paced.Sync(), absl::UnknownError("synced"));
  EXPECT_EQ(paced.Close(), absl::UnknownError("closed"));

  MemoryWritableFile full(1500);
  PacedFile short_of_room(full, clock.At(1000));
  EXPECT_EQ(short_of_room.Append(std::string(3000, 'x')).code(),
            absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace pathkb
