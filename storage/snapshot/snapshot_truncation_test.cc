// Goal: while the files of a mapped pair are cut short, or cut and filled up with zeros again, no
// process dies, and each call whose CheckIntact() is OK has given right answers only; the others
// get DataLoss or Unavailable. Method: 1,000 pairs, each read by eight threads from before the cut
// until each of them has made some calls after it.

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
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
#include "storage/directory/file_names.h"
#include "storage/file/mapped_file.h"
#include "storage/file/posix_file_system.h"
#include "tests/support/test_pairs.h"
#include "tests/support/test_terms.h"

namespace pathkb {
namespace {

constexpr uint64_t kPageBytes = 4096;
constexpr int kThreads = 8;
constexpr uint64_t kRounds = 1000;
constexpr int kCallsAfterwards = 3;
// Both files are then above kMapBytesMin.
constexpr uint64_t kPaths = 85'000;

// What is going to happen to a file, and has happened.
struct Round {
  std::shared_ptr<const Snapshot> snapshot;
  std::string path;            // Of the file that is cut ...
  uint64_t bytes = 0;          // ... how long it is ...
  uint64_t bytes_left = 0;     // ... and is after the cut.
  bool filled_up = false;      // Whether zeros follow then, up to the old length.
  std::atomic<int> begun = 0;  // Threads that have made a call.
  std::atomic<bool> cut = false;
};

// Hands rounds to all threads and waits for them, without a clock.
class Rounds {
 public:
  // Gives the next round out, null to end the threads; returns when all threads have done with it.
  void Run(std::shared_ptr<Round> round) {
    std::unique_lock<std::mutex> lock(mutex_);
    const bool is_end = round == nullptr;
    present_ = std::move(round);
    ended_ = 0;
    ++number_;
    changed_.notify_all();
    if (!is_end) changed_.wait(lock, [&] { return ended_ == kThreads; });
  }

  // For a reading thread: round `number`, from 1, as soon as it is there; null at the end.
  std::shared_ptr<Round> Wait(uint64_t number) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return number_ >= number; });
    return present_;
  }
  // For a reading thread: it has done with the present round.
  void End() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (++ended_ == kThreads) changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<Round> present_;
  uint64_t number_ = 0;
  int ended_ = 0;
};

// What came of all calls.
struct Counts {
  std::atomic<uint64_t> intact = 0;  // With right answers, or refused where damage was met.
  std::atomic<uint64_t> right_answers = 0;
  std::atomic<uint64_t> right_after_filling = 0;  // Of these in calls that began after the zeros.
  std::atomic<uint64_t> lost = 0;                 // DataLoss.
  std::atomic<uint64_t> changed = 0;              // Unavailable.
  std::atomic<uint64_t> wrong_calls = 0;
  std::atomic<uint64_t> untold = 0;  // OK although part of a file was missing all the time.
  std::atomic<uint64_t> other_errors = 0;
};

class SnapshotTruncationTest : public ::testing::Test {
 protected:
  SnapshotTruncationTest()
      : seed_(TestSeed()),
        dir_(::testing::TempDir() + "/cut_pairs" + std::to_string(::getpid())),
        contents_(SomeFacts(kPaths, 1)),
        pair_(WritePair(contents_, TestDatabase())) {
    for (const auto& [path, entry] : contents_) paths_.push_back(path);
    std::filesystem::create_directories(dir_ + "/snapshots");
    WriteNew(SnapshotTreeName(pair_.record.id), pair_.tree);
    WriteNew(SnapshotTermsName(pair_.record.id), pair_.terms);
    WriteNew(SnapshotSumsName(pair_.record.id), pair_.sums);
  }
  ~SnapshotTruncationTest() override { std::filesystem::remove_all(dir_); }

  // Puts a new file there, made long ago: two changes within a tick of the file system's clock
  // look like one, and these would be that fast.
  void WriteNew(const std::string& name, const std::string& bytes) {
    const std::string path = dir_ + "/" + name;
    ::unlink(path.c_str());
    std::ofstream(path, std::ios::binary) << bytes;
    const timespec long_ago = {1'700'000'000, 0};
    const timespec times[] = {long_ago, long_ago};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }

  // A pair as it should be, opened, and a way to damage it.
  std::shared_ptr<Round> NewRound(uint64_t number, std::mt19937_64& random) {
    const auto round = std::make_shared<Round>();
    const bool is_tree = number % 2 == 0;
    const std::string& bytes = is_tree ? pair_.tree : pair_.terms;
    const std::string name =
        is_tree ? SnapshotTreeName(pair_.record.id) : SnapshotTermsName(pair_.record.id);
    round->path = dir_ + "/" + name;
    round->bytes = bytes.size();
    // Everything, up to the end of a page, to the middle of one, or only a part of the last page.
    const uint64_t lengths[] = {0, random() % bytes.size() / kPageBytes * kPageBytes,
                                random() % bytes.size(), bytes.size() - 1 - random() % 16};
    round->bytes_left = lengths[number / 2 % 4];
    round->filled_up = number / 8 % 2 == 1;
    auto opened = Snapshot::Open(RealFileSystem(), dir_, TestDatabase(), pair_.record);
    EXPECT_TRUE(opened.ok()) << opened.status();
    round->snapshot = *std::move(opened);
    return round;
  }
  void Repair(const Round& round) {
    const bool is_tree = round.path.ends_with(".tree");
    WriteNew(round.path.substr(dir_.size() + 1), is_tree ? pair_.tree : pair_.terms);
  }

  static void Cut(Round& round) {
    EXPECT_EQ(::truncate(round.path.c_str(), static_cast<off_t>(round.bytes_left)), 0);
    if (round.filled_up) {
      EXPECT_EQ(::truncate(round.path.c_str(), static_cast<off_t>(round.bytes)), 0);
    }
    round.cut.store(true);
  }

  // One call, as a server makes it. True if it began after the cut.
  bool Call(const Round& round, std::mt19937_64& random) {
    const bool cut = round.cut.load();
    const Snapshot& snapshot = *round.snapshot;
    const uint64_t changes_before = snapshot.OutsideChanges();
    Answers answers;
    AskForPath(snapshot, contents_, paths_[random() % paths_.size()], answers);
    AskForPath(snapshot, contents_, paths_[random() % paths_.size()] + "?", answers);
    AskByWalking(snapshot, contents_, paths_[random() % paths_.size()], 5, answers);
    const absl::Status status = snapshot.CheckIntact(changes_before);
    if (status.ok()) {
      ++counts_.intact;
      counts_.right_answers += answers.right;
      if (cut) counts_.right_after_filling += answers.right;
      if (answers.wrong > 0) ++counts_.wrong_calls;
      if (cut && !round.filled_up) ++counts_.untold;
    } else if (status.code() == absl::StatusCode::kDataLoss) {
      ++counts_.lost;
    } else if (status.code() == absl::StatusCode::kUnavailable && round.filled_up) {
      ++counts_.changed;
    } else {
      ++counts_.other_errors;
    }
    return cut;
  }

  // What each thread does.
  void Read(Rounds& rounds, int thread) {
    std::mt19937_64 random(seed_ + static_cast<uint64_t>(thread));
    // A round is held while it is read and no longer, so any thread may be the last that has it.
    for (uint64_t number = 1; const std::shared_ptr<Round> round = rounds.Wait(number); ++number) {
      Call(*round, random);
      // By whoever comes last, while the others read.
      if (++round->begun == kThreads) Cut(*round);
      for (int calls = 0; calls < kCallsAfterwards;) {
        if (Call(*round, random)) {
          ++calls;
        } else {
          std::this_thread::yield();
        }
      }
      rounds.End();
    }
  }

  const uint64_t seed_;
  const std::string dir_;
  const PairContents contents_;
  const WrittenPair pair_;
  std::vector<std::string> paths_;
  Counts counts_;
};

TEST_F(SnapshotTruncationTest, NoCallDiesOrBelievesWhatIsNotThere) {
  ASSERT_GT(pair_.tree.size(), kMapBytesMin);
  ASSERT_GT(pair_.terms.size(), kMapBytesMin);
  std::mt19937_64 random(seed_);
  Rounds rounds;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([this, &rounds, thread] { Read(rounds, thread); });
  }
  for (uint64_t number = 0; number < kRounds; ++number) {
    const std::shared_ptr<Round> round = NewRound(number, random);
    rounds.Run(round);
    Repair(*round);
  }
  rounds.Run(nullptr);
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(counts_.wrong_calls.load(), 0u);
  EXPECT_EQ(counts_.untold.load(), 0u);
  EXPECT_EQ(counts_.other_errors.load(), 0u);
  // Each thread makes a call before the cut, and those after it in a file that stays short get
  // DataLoss, each; one call at least is told of each change.
  EXPECT_GE(counts_.intact.load(), kRounds * kThreads / 2);
  EXPECT_GE(counts_.lost.load(), kRounds / 2 * kThreads * kCallsAfterwards);
  EXPECT_GT(counts_.changed.load(), 0u);
  EXPECT_GT(counts_.right_after_filling.load(), 0u);
  const auto number = [](uint64_t n) { return static_cast<unsigned long long>(n); };
  std::printf(
      "%llu cuts; calls: %llu intact, %llu DataLoss, %llu Unavailable; %llu right answers, %llu of "
      "them from what was left of a file with zeros\n",
      number(kRounds), number(counts_.intact.load()), number(counts_.lost.load()),
      number(counts_.changed.load()), number(counts_.right_answers.load()),
      number(counts_.right_after_filling.load()));
}

}  // namespace
}  // namespace pathkb
