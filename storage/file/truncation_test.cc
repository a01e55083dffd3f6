// Goal: a file cut short while threads read its mapping ends no process, every byte that was cut
// off reads as zero, every other as it was, and each cut is told by poisoned() or CheckIntact().
// Method: 1,000 files, each read by eight threads, cut at a random length in the middle of it, and
// read once more; an untouched file beside them must notice nothing.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/file/mapped_file.h"
#include "storage/file/posix_mapped_file.h"

namespace pathkb {
namespace {

constexpr uint64_t kPageBytes = 4096;
constexpr uint64_t kFileBytes = kMapBytesMin + 3 * kPageBytes + 17;
constexpr uint64_t kNotCut = ~uint64_t{0};
constexpr int kThreads = 8;
constexpr uint64_t kRounds = 1000;

// The byte that every file has there; never 0.
char Expected(uint64_t offset) { return static_cast<char>(offset % 255 + 1); }

// One file, read by all threads again and again until each has read it once after the cut.
struct Round {
  std::unique_ptr<const MappedFile> file;
  uint64_t cut_at = 0;                  // Where it is going to be cut.
  std::atomic<uint64_t> cut = kNotCut;  // Where it has been cut.
  int begun = 0;                        // Threads that have read it once; guarded by Rounds.
  int ended = 0;                        // Threads that have read it after the cut, too.
};

// Hands rounds to all threads and waits for them, without a clock.
class Rounds {
 public:
  // Gives the next round out; null ends the threads.
  void Start(std::shared_ptr<Round> round) {
    const std::lock_guard<std::mutex> lock(mutex_);
    present_ = std::move(round);
    ++number_;
    changed_.notify_all();
  }
  // Waits until all threads have ended the round.
  void WaitUntilEnded(const Round& round) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return round.ended == kThreads; });
  }

  // For a reading thread: round `number`, from 1, as soon as it is there; null at the end.
  std::shared_ptr<Round> Wait(uint64_t number) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return number_ >= number; });
    return present_;
  }
  // For a reading thread: one more has begun, or ended. True for the last of them.
  bool IsLast(int& threads) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (++threads == kThreads) changed_.notify_all();
    return threads == kThreads;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<Round> present_;
  uint64_t number_ = 0;
};

class TruncationTest : public ::testing::Test {
 protected:
  TruncationTest() : path_(::testing::TempDir() + "/cut" + std::to_string(::getpid())) {
    content_.resize(kFileBytes);
    for (uint64_t i = 0; i < kFileBytes; ++i) content_[i] = Expected(i);
  }
  ~TruncationTest() override { ::unlink(path_.c_str()); }

  // A new file under `path`, mapped.
  std::unique_ptr<const MappedFile> MapNew(const std::string& path,
                                           const MapOptions& options = {}) {
    ::unlink(path.c_str());
    std::FILE* file = std::fopen(path.c_str(), "wb");
    EXPECT_EQ(std::fwrite(content_.data(), 1, content_.size(), file), content_.size());
    std::fclose(file);
    auto mapped = MapPosixFile(path, options);
    EXPECT_TRUE(mapped.ok()) << mapped.status();
    return std::move(mapped).value();
  }

  void Cut(Round& round) {
    EXPECT_EQ(::truncate(path_.c_str(), static_cast<off_t>(round.cut_at)), 0);
    round.cut.store(round.cut_at);
  }

  // Reads the file of `round` here and there. What it finds must be as it was or, from the place of
  // the cut on, zeros; and zeros must be explained afterwards. True if it had been cut before.
  bool ReadOnce(const Round& round, uint64_t start) {
    const uint64_t cut = round.cut.load();  // Before reading: what is cut later may be seen or not.
    const std::string_view bytes = round.file->bytes();
    bool zeros = false;
    for (uint64_t offset = start; offset < bytes.size(); offset += 509) {
      const char byte = *static_cast<const volatile char*>(bytes.data() + offset);
      const bool is_cut = cut != kNotCut && offset >= cut;
      const bool right =
          is_cut ? byte == '\0' : byte == Expected(offset) || (byte == '\0' && cut == kNotCut);
      if (!right) ++wrong_bytes_;
      zeros |= byte == '\0';
    }
    if (zeros) {
      ++reads_of_zeros_;
      if (!round.file->poisoned() && round.file->CheckIntact().ok()) ++untold_;
    }
    return cut != kNotCut;
  }

  const std::string path_;
  std::string content_;
  std::atomic<uint64_t> wrong_bytes_ = 0;
  std::atomic<uint64_t> reads_of_zeros_ = 0;
  std::atomic<uint64_t> untold_ = 0;  // Reads of zeros that nothing explained.
};

TEST_F(TruncationTest, NoReadDiesAndEveryCutIsTold) {
  std::mt19937_64 random(TestSeed());
  const std::string untouched_path = path_ + "untouched";
  const auto untouched = MapNew(untouched_path);
  Rounds rounds;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      // A round is held while it is read and no longer, so any thread may be the last that has it.
      for (uint64_t number = 1; const std::shared_ptr<Round> round = rounds.Wait(number);
           ++number) {
        const uint64_t start = static_cast<uint64_t>(thread) * 61;
        ReadOnce(*round, start);
        // By whoever comes last, while the others read.
        if (rounds.IsLast(round->begun)) Cut(*round);
        while (!ReadOnce(*round, start)) std::this_thread::yield();
        rounds.IsLast(round->ended);
      }
    });
  }

  uint64_t poisoned_by_reads = 0;
  for (uint64_t number = 1; number <= kRounds; ++number) {
    const auto round = std::make_shared<Round>();
    round->file = MapNew(path_);
    // The whole file, the end of a page, the middle of one, or only a part of the last page.
    const uint64_t lengths[] = {0, random() % kFileBytes / kPageBytes * kPageBytes,
                                random() % kFileBytes, kFileBytes - 1 - random() % 16};
    round->cut_at = lengths[number % 4];
    rounds.Start(round);
    rounds.WaitUntilEnded(*round);
    if (round->file->poisoned()) ++poisoned_by_reads;
    EXPECT_EQ(round->file->CheckIntact().code(), absl::StatusCode::kDataLoss) << number;
    EXPECT_TRUE(round->file->poisoned());
  }
  rounds.Start(nullptr);
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(wrong_bytes_.load(), 0u);
  EXPECT_EQ(untold_.load(), 0u);
  // All but those in the last page are seen by some read, if each thread reads every page.
  EXPECT_GE(poisoned_by_reads, kRounds / 2);
  EXPECT_GE(reads_of_zeros_.load(), kRounds / 2 * kThreads);
  EXPECT_FALSE(untouched->poisoned());
  EXPECT_EQ(untouched->CheckIntact(), absl::OkStatus());
  EXPECT_TRUE(untouched->bytes() == content_);
  ::unlink(untouched_path.c_str());
  std::printf("%d cuts, %d of them met by a read before anybody asked; %d reads of zeros\n",
              static_cast<int>(kRounds), static_cast<int>(poisoned_by_reads),
              static_cast<int>(reads_of_zeros_.load()));
}

TEST_F(TruncationTest, EverythingElseWorksOnWhatIsLeft) {
  const MapOptions all_options[] = {
      {}, {.populate = true}, {.lock = true}, {.populate = true, .huge_pages = true}};
  for (const MapOptions& options : all_options) {
    // Long enough for pages of 2 MiB, if there are any.
    content_.resize(5 * kMapBytesMin + 17);
    for (uint64_t i = 0; i < content_.size(); ++i) content_[i] = Expected(i);
    const auto mapped = MapNew(path_, options);
    ASSERT_EQ(::truncate(path_.c_str(), 5000), 0);
    const absl::Status status = mapped->Prewarm(0, content_.size());
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_TRUE(mapped->poisoned());
    mapped->Advise(MapAccess::kWillNeed);
    EXPECT_EQ(mapped->Evict().ok(), !options.lock || !mapped->Report().note.empty());
    EXPECT_EQ(mapped->Report().mapped_bytes, content_.size());
    std::string left = content_;
    std::fill(left.begin() + 5000, left.end(), '\0');
    EXPECT_TRUE(mapped->bytes() == left);
    EXPECT_EQ(mapped->CheckIntact().code(), absl::StatusCode::kDataLoss);
    // A new mapping is of the file as it is now, and knows nothing of the other.
    const auto again = MapPosixFile(path_, {.always_map = true});
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ((*again)->bytes(), std::string_view(content_).substr(0, 5000));
    EXPECT_EQ((*again)->CheckIntact(), absl::OkStatus());
  }
}

}  // namespace
}  // namespace pathkb
