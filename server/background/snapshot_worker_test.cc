// How a snapshot is written is as the options and the request say, what it holds is the same
// whatever they say, and one that is written slowly does not hold up a stop. Method: the worker
// over a real directory; where it waits, a clock whose hands the test holds.

#include "server/background/snapshot_worker.h"

#include <filesystem>
#include <future>
#include <map>
#include <optional>
#include <string>

#include "fmt/format.h"
#include "gtest/gtest.h"

#include "core/facts/batch.h"
#include "core/facts/entry.h"
#include "core/facts/keys.h"
#include "storage/directory/data_directory.h"
#include "storage/file/posix_file_system.h"
#include "storage/recovery/recovery.h"

namespace pathkb {
namespace {

using Result = absl::StatusOr<SnapshotWorker::Result>;

// Stands still but for waits, each of which takes as long as it was meant to, and no time at all.
class HandClock : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixSeconds(1'800'000'000); }
  absl::Duration Monotonic() const override { return absl::Nanoseconds(waited_ns_.load()); }
  void Wait(std::unique_lock<std::mutex>&, std::condition_variable&,
            absl::Duration duration) const override {
    waited_ns_ += absl::ToInt64Nanoseconds(duration);
  }

  // The sum of all waits.
  double waited_s() const { return static_cast<double>(waited_ns_.load()) / 1e9; }

 private:
  mutable std::atomic<int64_t> waited_ns_ = 0;
};

// Stands still for good: a wait ends only when somebody is notified.
class StoppedClock : public HandClock {
 public:
  void Wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
            absl::Duration) const override {
    if (!std::exchange(waiting_, true)) first_wait_.set_value();
    changed.wait(lock);
  }

  // Returns once somebody waits. Once only.
  void UntilFirstWait() { first_wait_.get_future().wait(); }

 private:
  mutable bool waiting_ = false;  // Under the lock of whoever waits; there is one worker.
  mutable std::promise<void> first_wait_;
};

Batch SomeFacts() {
  Batch batch;
  batch.space = "s";
  // Ten relations over the same 300 symbols: nine of the ten subtries need not be written.
  for (int i = 0; i < 3000; ++i) {
    batch.changes.emplace_back().encoded_term =
        fmt::format("\x02\xC2r{}\xC4s{:03}", i / 300, i % 300);
  }
  for (int i = 0; i < 2000; ++i) {
    Entry entry;
    entry.source = fmt::format("a source like many others, number {}", i);
    Change& change = batch.changes.emplace_back();
    change.encoded_term = fmt::format("\xC5t{:04}", i);
    change.entry = EncodeEntry(entry);
  }
  return batch;
}

// Every key of SomeFacts() with its entry bytes.
std::map<std::string, std::string> ExpectedContents() {
  std::map<std::string, std::string> contents;
  for (const Change& change : SomeFacts().changes) {
    contents[TermKey("s", change.encoded_term, "")] = change.entry;
  }
  return contents;
}

std::map<std::string, std::string> ContentsOf(const FactBase& base) {
  std::map<std::string, std::string> contents;
  std::string scratch;
  const std::unique_ptr<Zipper> zipper = base.NewZipper();
  while (zipper->NextValue()) {
    std::string& entry = contents[std::string(zipper->path())];
    if (*zipper->value() != 0) entry = *base.FindEntry(*zipper->value(), scratch);
  }
  EXPECT_TRUE(zipper->status().ok()) << zipper->status();
  return contents;
}

class SnapshotWorkerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = ::testing::TempDir() + "/" +
           ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(dir_);
    auto directory = DataDirectory::CreateOrOpen(files_, dir_);
    ASSERT_TRUE(directory.ok()) << directory.status();
    directory_ = *std::move(directory);
    auto recovered = Recover(files_, dir_);
    ASSERT_TRUE(recovered.ok()) << recovered.status();
    manifest_ = recovered->manifest;
    knowledge_base_ = std::make_unique<KnowledgeBase>(ReadView());
    CommitQueue::Options options;
    options.data_dir = dir_;
    options.database_id = manifest_.database_id;
    commits_ = std::make_unique<CommitQueue>(options, files_, *knowledge_base_,
                                             std::move(recovered->working));
    // Shared, for the other thread may still be leaving set_value() when this one has its answer.
    const auto committed = std::make_shared<std::promise<absl::Status>>();
    commits_->Submit(SomeFacts(), [committed](const absl::StatusOr<Commit>& commit) {
      committed->set_value(commit.status());
    });
    ASSERT_EQ(committed->get_future().get(), absl::OkStatus());
  }

  // A worker that writes no snapshot but those asked for. Once for each test.
  SnapshotWorker& Start(SnapshotWorker::Options options, const Clock& clock) {
    options.data_dir = dir_;
    options.server_version = "test";
    options.interval = absl::ZeroDuration();
    options.max_changes = 0;
    worker_ = std::make_unique<SnapshotWorker>(std::move(options), files_, clock, *knowledge_base_,
                                               *commits_, manifest_);
    return *worker_;
  }

  static std::future<Result> Ask(SnapshotWorker& worker, std::optional<bool> deduplicate) {
    auto promise = std::make_shared<std::promise<Result>>();
    worker.Request(deduplicate, [promise](const Result& result) { promise->set_value(result); });
    return promise->get_future();
  }

  // Checks that the directory holds SomeFacts() in its base, as a start after this would find it.
  void ExpectRecovered(const MapOptions& map = {}) {
    RecoveryOptions options;
    options.map = map;
    const auto recovered = Recover(files_, dir_, options);
    ASSERT_TRUE(recovered.ok()) << recovered.status();
    ASSERT_NE(recovered->base, nullptr);
    EXPECT_EQ(recovered->notes, std::vector<std::string>());
    EXPECT_EQ(recovered->base->Verify(), absl::OkStatus());
    EXPECT_TRUE(ContentsOf(*recovered->base) == ExpectedContents());
    const bool mapped = recovered->base->tree_file()->Report().mapped_bytes > 0;
    EXPECT_EQ(mapped, map.always_map);
    EXPECT_EQ(recovered->base->terms_file()->Report().mapped_bytes > 0, map.always_map);
  }

  FileSystem& files_ = RealFileSystem();
  std::string dir_;
  DataDirectory directory_;
  Manifest manifest_;
  HandClock hand_clock_;
  StoppedClock stopped_clock_;
  std::unique_ptr<KnowledgeBase> knowledge_base_;
  std::unique_ptr<CommitQueue> commits_;
  std::unique_ptr<SnapshotWorker> worker_;  // Last: it uses all of the above.
};

TEST_F(SnapshotWorkerTest, CompressedTermsHoldTheSame) {
  SnapshotWorker::Options options;
  options.compress_terms = true;
  const Result made = Ask(Start(options, hand_clock_), std::nullopt).get();
  ASSERT_TRUE(made.ok()) << made.status();
  uint64_t source_bytes = 0;
  for (const auto& [key, entry] : ExpectedContents()) source_bytes += entry.size();
  EXPECT_EQ(made->snapshot.entries, 2000u);
  EXPECT_LT(made->snapshot.terms_bytes, source_bytes);
  ExpectRecovered();
}

TEST_F(SnapshotWorkerTest, PlainTermsAreLarger) {
  const Result made = Ask(Start({}, hand_clock_), std::nullopt).get();
  ASSERT_TRUE(made.ok()) << made.status();
  uint64_t source_bytes = 0;
  for (const auto& [key, entry] : ExpectedContents()) source_bytes += entry.size();
  EXPECT_GT(made->snapshot.terms_bytes, source_bytes);
  EXPECT_EQ(hand_clock_.waited_s(), 0);
  ExpectRecovered();
}

TEST_F(SnapshotWorkerTest, ALimitOfSpeedIsKept) {
  constexpr double kBytesPerSecond = 1000;
  SnapshotWorker::Options options;
  options.max_bytes_per_second = static_cast<uint64_t>(kBytesPerSecond);
  const Result made = Ask(Start(options, hand_clock_), std::nullopt).get();
  ASSERT_TRUE(made.ok()) << made.status();
  const auto tree_bytes = static_cast<double>(made->snapshot.tree_bytes);
  const auto terms_bytes = static_cast<double>(made->snapshot.terms_bytes);
  // The first second's worth of each file is free. The larger one alone takes at least so long;
  // if they are not written at a time, it takes both to be done, and some bytes are written twice.
  EXPECT_GE(hand_clock_.waited_s(), std::max(tree_bytes, terms_bytes) / kBytesPerSecond - 1);
  EXPECT_LE(hand_clock_.waited_s(), (tree_bytes + terms_bytes) / kBytesPerSecond + 10);
  ExpectRecovered();
}

TEST_F(SnapshotWorkerTest, AStopEndsTheWait) {
  SnapshotWorker::Options options;
  options.max_bytes_per_second = 1000;
  SnapshotWorker& worker = Start(options, stopped_clock_);
  std::future<Result> asked = Ask(worker, std::nullopt);
  std::future<Result> next = Ask(worker, false);
  stopped_clock_.UntilFirstWait();
  EXPECT_TRUE(worker.running());
  worker.Stop();
  EXPECT_EQ(asked.get().status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(next.get().status().code(), absl::StatusCode::kAborted);
  EXPECT_FALSE(worker.running());
  EXPECT_TRUE(files_.List(dir_ + "/snapshots")->empty());
  EXPECT_TRUE(files_.List(dir_ + "/tmp")->empty());
  // The last snapshot does not wait; with this clock it would for ever.
  const Result last = worker.SnapshotAfterStop();
  ASSERT_TRUE(last.ok()) << last.status();
  EXPECT_TRUE(last->created);
  ExpectRecovered();
}

TEST_F(SnapshotWorkerTest, EqualSubtriesAreWrittenOnceUnlessAskedOtherwise) {
  SnapshotWorker& worker = Start({}, hand_clock_);
  const Result first = Ask(worker, std::nullopt).get();
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_TRUE(first->created && first->snapshot.deduplicated);
  ExpectRecovered();
  // Nothing has changed, but the snapshot that is there is of another kind. The clock stands still,
  // yet no file is replaced.
  const Result plain = Ask(worker, false).get();
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_TRUE(plain->created && !plain->snapshot.deduplicated);
  EXPECT_EQ(plain->snapshot.revision, first->snapshot.revision);
  EXPECT_NE(plain->snapshot.id, first->snapshot.id);
  EXPECT_GT(plain->snapshot.tree_bytes, 2 * first->snapshot.tree_bytes);
  ExpectRecovered();
  // Either of these will do with what there is.
  for (const std::optional<bool> wish : {std::optional<bool>(), std::optional<bool>(false)}) {
    const Result same = Ask(worker, wish).get();
    ASSERT_TRUE(same.ok()) << same.status();
    EXPECT_FALSE(same->created);
    EXPECT_EQ(same->snapshot.id, plain->snapshot.id);
  }
  const Result shared = Ask(worker, true).get();
  ASSERT_TRUE(shared.ok()) << shared.status();
  EXPECT_TRUE(shared->created);
  EXPECT_EQ(shared->snapshot.tree_bytes, first->snapshot.tree_bytes);
  ExpectRecovered();
}

TEST_F(SnapshotWorkerTest, TheOptionCountsWhereTheRequestSaysNothing) {
  SnapshotWorker::Options options;
  options.deduplicate = false;
  const Result made = Ask(Start(options, hand_clock_), std::nullopt).get();
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_FALSE(made->snapshot.deduplicated);
}

TEST_F(SnapshotWorkerTest, EachOfManyRequestsGetsWhatItAskedFor) {
  SnapshotWorker& worker = Start({}, hand_clock_);
  std::vector<std::pair<std::optional<bool>, std::future<Result>>> asked;
  for (int i = 0; i < 30; ++i) {
    std::optional<bool> wish;
    if (i % 3 != 0) wish = i % 3 == 1;
    asked.emplace_back(wish, Ask(worker, wish));
  }
  for (auto& [wish, result] : asked) {
    const Result made = result.get();
    ASSERT_TRUE(made.ok()) << made.status();
    if (wish.has_value()) {
      EXPECT_EQ(made->snapshot.deduplicated, *wish);
    }
  }
  ExpectRecovered();
}

TEST_F(SnapshotWorkerTest, NewBasesAreMappedAsToldAndShown) {
  std::vector<std::shared_ptr<const MappedFile>> shown;
  SnapshotWorker::Options options;
  options.map.always_map = true;  // These files are small: they would be read.
  options.installed = [&](const Snapshot& base) { shown = {base.tree_file(), base.terms_file()}; };
  SnapshotWorker& worker = Start(options, hand_clock_);
  const Result made = Ask(worker, std::nullopt).get();
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_EQ(shown.size(), 2u);
  EXPECT_EQ(shown[0]->Report().mapped_bytes, made->snapshot.tree_bytes);
  EXPECT_EQ(shown[1]->Report().mapped_bytes, made->snapshot.terms_bytes);
  // Nothing was made, so nothing is shown.
  shown.clear();
  ASSERT_TRUE(Ask(worker, std::nullopt).get().ok());
  worker.Stop();
  EXPECT_TRUE(shown.empty());
  ExpectRecovered(options.map);
}

}  // namespace
}  // namespace pathkb
