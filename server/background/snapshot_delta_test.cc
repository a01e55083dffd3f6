// Goal: changes are written as deltas and as pairs when the rules say so, what is written is what a
// restart finds, and a failure leaves everything as it was and is tried again. Method: the worker
// over the crash file system, with a clock whose hands the test holds; a pin of nothing, asked for
// twice, tells when the thread has looked whether something is due.

#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "core/facts/batch.h"
#include "core/facts/entry.h"
#include "server/background/snapshot_worker.h"
#include "storage/directory/data_directory.h"
#include "storage/directory/file_names.h"
#include "storage/recovery/recovery.h"
#include "tests/support/crash_file_system.h"

namespace pathkb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Contents = std::map<std::string, std::string>;

constexpr char kDir[] = "/db";

// Stands still unless the test moves it.
class HandClock : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixSeconds(1'800'000'000) + Monotonic(); }
  absl::Duration Monotonic() const override { return absl::Nanoseconds(passed_ns_.load()); }
  void Wait(std::unique_lock<std::mutex>&, std::condition_variable&,
            absl::Duration) const override {}

  void Advance(absl::Duration duration) { passed_ns_ += absl::ToInt64Nanoseconds(duration); }

 private:
  std::atomic<int64_t> passed_ns_ = 0;
};

Change Fact(const std::string& symbol, const std::string& source = "") {
  Entry entry;
  entry.source = source;
  Change change;
  change.encoded_term = std::string(1, static_cast<char>(0xC0 + symbol.size())) + symbol;
  change.entry = EncodeEntry(entry);
  return change;
}

class SnapshotDeltaTest : public ::testing::Test {
 protected:
  SnapshotDeltaTest() {
    EXPECT_TRUE(files_.CreateDirectory("/").ok());
    options_.data_dir = kDir;
    options_.server_version = "test";
    options_.interval = absl::ZeroDuration();
    options_.max_changes = 0;
    options_.finished = [this](const absl::StatusOr<SnapshotMaker::Result>& result) {
      std::lock_guard<std::mutex> lock(mutex_);
      results_.push_back(result);
    };
  }
  ~SnapshotDeltaTest() override { Stop(); }

  // Starts as the daemon does.
  void Start() {
    auto directory = DataDirectory::CreateOrOpen(files_, kDir);
    ASSERT_TRUE(directory.ok()) << directory.status();
    directory_ = *std::move(directory);
    auto recovered = Recover(files_, kDir);
    ASSERT_TRUE(recovered.ok()) << recovered.status();
    ASSERT_THAT(recovered->notes, IsEmpty());
    ASSERT_TRUE(PrepareForWriting(files_, kDir, *recovered).ok());
    ReadView view;
    view.working = recovered->working.trie();
    view.entries = recovered->working.entries();
    view.base = recovered->base;
    view.revision = recovered->revision;
    view.facts = recovered->facts;
    view.working_set_facts = recovered->working.changed_facts();
    view.changes = recovered->changes;
    knowledge_base_ = std::make_unique<KnowledgeBase>(view);
    CommitQueue::Options commit_options;
    commit_options.data_dir = kDir;
    commit_options.database_id = recovered->manifest.database_id;
    commits_ = std::make_unique<CommitQueue>(commit_options, files_, *knowledge_base_,
                                             std::move(recovered->working));
    worker_ =
        std::make_unique<SnapshotWorker>(options_, files_, clock_, *knowledge_base_, *commits_,
                                         recovered->manifest, recovered->working_at_delta);
  }

  void Stop() {
    if (worker_ != nullptr) worker_->Stop();
    if (commits_ != nullptr) commits_->Stop();
    worker_ = nullptr;
    commits_ = nullptr;
    knowledge_base_ = nullptr;
    directory_ = DataDirectory();
  }

  // Stops without a last snapshot and starts again; all must be there.
  void Restart() {
    const ReadView before = knowledge_base_->View();
    const Contents contents = ContentsOf(before);
    Stop();
    Start();
    const ReadView after = knowledge_base_->View();
    EXPECT_EQ(ContentsOf(after), contents);
    EXPECT_EQ(after.revision, before.revision);
    EXPECT_EQ(after.facts, before.facts);
  }

  static Contents ContentsOf(const ReadView& view) {
    Contents contents;
    std::string scratch;
    const std::unique_ptr<Zipper> zipper = view.NewZipper();
    while (zipper->NextValue()) {
      contents[std::string(zipper->path())] =
          *view.EntryBytes(*zipper->value(), zipper->value_layer(), scratch);
    }
    return contents;
  }

  void Commit(std::vector<Change> changes) {
    const auto done = std::make_shared<std::promise<absl::Status>>();
    commits_->Submit(
        {"s", std::move(changes)},
        [done](const absl::StatusOr<pathkb::Commit>& commit) { done->set_value(commit.status()); });
    const absl::Status status = done->get_future().get();
    ASSERT_TRUE(status.ok()) << status;
  }
  // `count` new facts in one commit.
  void CommitFacts(int count) {
    std::vector<Change> changes;
    for (int i = 0; i < count; ++i) changes.push_back(Fact(fmt::format("f{:07}", next_fact_++)));
    Commit(std::move(changes));
  }

  SnapshotWorker::Result MakePair() {
    return Value([this](auto done) { worker_->Request({}, done); });
  }
  SnapshotWorker::Result MakeDelta() {
    return Value([this](auto done) { worker_->RequestDelta(done); });
  }
  template <typename Ask>
  SnapshotWorker::Result Value(Ask ask) {
    const auto done = std::make_shared<std::promise<absl::StatusOr<SnapshotWorker::Result>>>();
    ask([done](const absl::StatusOr<SnapshotWorker::Result>& result) { done->set_value(result); });
    const auto result = done->get_future().get();
    EXPECT_TRUE(result.ok()) << result.status();
    return result.value_or(SnapshotWorker::Result());
  }
  absl::Status Pin(const std::string& id, bool pinned) {
    const auto done = std::make_shared<std::promise<absl::Status>>();
    worker_->RequestPin(id, pinned, [done](const absl::StatusOr<SnapshotRecord>& record) {
      done->set_value(record.status());
    });
    return done->get_future().get();
  }

  // Returns when the thread has looked whether something is due, and has made it.
  void Look() {
    for (int round = 0; round < 2; ++round) EXPECT_TRUE(absl::IsNotFound(Pin("nothing", false)));
  }

  // What was made or has failed since the last call.
  std::vector<absl::StatusOr<SnapshotMaker::Result>> Results() {
    std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(results_, {});
  }

  std::vector<std::string> Names(const std::string& folder) {
    return *files_.List(std::string(kDir) + "/" + folder);
  }

  CrashFileSystem files_;
  HandClock clock_;
  SnapshotWorker::Options options_;
  DataDirectory directory_;
  std::unique_ptr<KnowledgeBase> knowledge_base_;
  std::unique_ptr<CommitQueue> commits_;
  std::unique_ptr<SnapshotWorker> worker_;
  int next_fact_ = 0;
  std::mutex mutex_;
  std::vector<absl::StatusOr<SnapshotMaker::Result>> results_;
};

TEST_F(SnapshotDeltaTest, ADeltaOfTenChangesIsSmallWhateverTheBase) {
  Start();
  CommitFacts(100'000);
  EXPECT_FALSE(MakeDelta().snapshot.facts != 0) << "there is no base";
  MakePair();
  EXPECT_THAT(Names("deltas"), ElementsAre(DeltaName(0, 1).substr(7)));
  std::vector<Change> changes;
  for (int i = 0; i < 9; ++i) changes.push_back(Fact(fmt::format("g{}", i), "somebody"));
  changes.push_back({Change::Kind::kDeleteTerm, Fact("f0000007").encoded_term, "", ""});
  Commit(changes);
  const SnapshotWorker::Result made = MakeDelta();
  ASSERT_TRUE(made.created && made.delta.has_value());
  EXPECT_LT(made.delta->bytes, 1000u);
  EXPECT_EQ(made.delta->facts, 100'008u);
  EXPECT_EQ(made.delta->from_revision, 1u);
  EXPECT_EQ(made.delta->to_revision, 2u);
  EXPECT_EQ(worker_->ChangesSinceSnapshot(knowledge_base_->View()), 0u);
  EXPECT_FALSE(MakeDelta().created) << "nothing changed";
  Restart();
  EXPECT_EQ(worker_->ChangesSinceSnapshot(knowledge_base_->View()), 0u);
  // The next one holds only what came after it, also behind a restart.
  CommitFacts(1);
  EXPECT_LT(MakeDelta().delta->bytes, made.delta->bytes);
  Restart();
}

TEST_F(SnapshotDeltaTest, AllKindsOfChangesThroughDeltasAndPairs) {
  Start();
  const Change drop = {Change::Kind::kDropSpace, "", "", ""};
  Commit({Fact("a", "1"), Fact("b"), Fact("c")});
  MakePair();
  Commit({Fact("a", "2")});
  Commit({drop});
  Commit({Fact("a", "2")});
  MakeDelta();
  Restart();
  Commit({drop});
  Commit({Fact("a", "2")});
  Commit({Fact("d")});
  MakeDelta();
  Restart();
  MakePair();
  Commit({{Change::Kind::kDeleteTerm, Fact("d").encoded_term, "", ""}});
  MakeDelta();
  Commit({Fact("e")});
  MakeDelta();
  Restart();
  EXPECT_EQ(knowledge_base_->View().facts, 2u);
  MakePair();
  Restart();
  EXPECT_EQ(knowledge_base_->View().working_set_facts, 0u);
}

TEST_F(SnapshotDeltaTest, TheTriggerIsExactAndWritesWhatTheRulesSay) {
  options_.max_changes = 100;
  options_.delta_max_files = 3;
  Start();
  CommitFacts(10'000);
  Look();
  ASSERT_EQ(Results().size(), 1u);
  EXPECT_EQ(worker_->manifest().base->facts, 10'000u) << "the first is a pair";
  for (int delta = 1; delta <= 3; ++delta) {
    CommitFacts(99);
    Look();
    EXPECT_THAT(Results(), IsEmpty()) << "one change is missing";
    CommitFacts(1);
    Look();
    const auto results = Results();
    ASSERT_EQ(results.size(), 1u);
    ASSERT_TRUE(results[0].ok() && results[0]->delta.has_value());
    EXPECT_EQ(results[0]->delta->facts, 10'000u + 100u * static_cast<unsigned>(delta));
  }
  EXPECT_EQ(worker_->manifest().deltas.size(), 3u);
  CommitFacts(100);
  Look();
  EXPECT_EQ(worker_->manifest().base->facts, 10'400u) << "there were as many deltas as may be";
  // And by their share of the base.
  CommitFacts(1039);
  Look();
  EXPECT_EQ(worker_->manifest().base->facts, 10'400u);
  CommitFacts(100);
  Look();
  EXPECT_EQ(worker_->manifest().base->facts, 11'539u);
  Restart();
}

TEST_F(SnapshotDeltaTest, ManyChangesAtOnceAreFewTriggers) {
  options_.max_changes = 10'000;
  Start();
  for (int i = 0; i < 500; ++i) CommitFacts(100);
  Look();
  const auto results = Results();
  EXPECT_GE(results.size(), 1u);
  EXPECT_LE(results.size(), 5u);
  for (const auto& result : results) EXPECT_TRUE(result.ok()) << result.status();
  EXPECT_LT(worker_->ChangesSinceSnapshot(knowledge_base_->View()), 10'000u);
  Restart();
}

TEST_F(SnapshotDeltaTest, ByTime) {
  options_.interval = absl::Minutes(5);
  Start();
  clock_.Advance(absl::Minutes(5));
  Look();
  EXPECT_THAT(Results(), IsEmpty()) << "nothing to write";
  CommitFacts(1000);
  Look();
  EXPECT_EQ(Results().size(), 1u);
  CommitFacts(1);
  clock_.Advance(absl::Minutes(5) - absl::Nanoseconds(1));
  Look();
  EXPECT_THAT(Results(), IsEmpty());
  clock_.Advance(absl::Nanoseconds(1));
  Look();
  const auto results = Results();
  ASSERT_EQ(results.size(), 1u);
  EXPECT_TRUE(results[0]->delta.has_value());
}

TEST_F(SnapshotDeltaTest, ByMemory) {
  options_.working_set_high_bytes = 200'000;
  Start();
  CommitFacts(10);
  Look();
  EXPECT_THAT(Results(), IsEmpty());
  CommitFacts(20'000);
  Look();
  ASSERT_EQ(Results().size(), 1u);
  EXPECT_EQ(worker_->manifest().base->facts, 20'010u);
  EXPECT_TRUE(knowledge_base_->View().working.empty());
  Look();
  EXPECT_THAT(Results(), IsEmpty()) << "once is enough";
}

TEST_F(SnapshotDeltaTest, AFailureLeavesAllAsItWasAndIsTriedAgain) {
  options_.interval = absl::Minutes(5);
  Start();
  CommitFacts(1000);
  MakePair();
  for (const bool delta : {true, false}) {
    const Manifest before = worker_->manifest();
    CommitFacts(delta ? 10 : 1000);
    files_.FailWrites(absl::ResourceExhaustedError("No space left on device"));
    Look();
    Results();
    clock_.Advance(options_.interval);
    Look();
    auto results = Results();
    ASSERT_EQ(results.size(), 1u);
    EXPECT_TRUE(absl::IsResourceExhausted(results[0].status())) << results[0].status();
    EXPECT_EQ(worker_->manifest(), before);
    EXPECT_THAT(Names("tmp"), IsEmpty());
    // The waits between attempts, by this clock.
    for (const int seconds : {10, 20, 40}) {
      clock_.Advance(absl::Seconds(seconds) - absl::Nanoseconds(1));
      Look();
      EXPECT_THAT(Results(), IsEmpty());
      clock_.Advance(absl::Nanoseconds(1));
      Look();
      results = Results();
      ASSERT_EQ(results.size(), 1u);
      EXPECT_FALSE(results[0].ok());
    }
    EXPECT_THAT(worker_->report().Get().last_error, HasSubstr("No space left"));
    files_.FailWrites(absl::OkStatus());
    // On request it is tried at once, and from then on all is well.
    EXPECT_TRUE((delta ? MakeDelta() : MakePair()).created);
    Look();
    EXPECT_EQ(Results().size(), 1u);
    EXPECT_EQ(worker_->report().Get().last_error, "");
    Restart();
  }
  EXPECT_EQ(worker_->manifest().base->facts, 2010u);
}

// Each call of making a delta and a pair fails, once or from then on: what was there is there.
TEST_F(SnapshotDeltaTest, EachCallMayFail) {
  Start();
  CommitFacts(100);
  MakePair();
  uint64_t failed = 0;
  for (const bool delta : {true, false}) {
    bool done = false;
    for (uint64_t n = 1; !done; ++n) {
      CommitFacts(1);
      files_.FailCall(files_.calls() + n, absl::DataLossError("Input/output error"));
      const auto promise = std::make_shared<std::promise<absl::Status>>();
      const auto answer = [promise](const absl::StatusOr<SnapshotWorker::Result>& result) {
        promise->set_value(result.status());
      };
      const uint64_t calls_before = files_.calls();
      delta ? worker_->RequestDelta(answer) : worker_->Request({}, answer);
      const absl::Status status = promise->get_future().get();
      if (!status.ok()) ++failed;
      // Past its last call.
      done = status.ok() && files_.calls() < calls_before + n;
      files_.FailCall(0, absl::OkStatus());
      const auto disk = files_.AfterPowerCut(CrashKeep::kSynced);
      const auto recovered = Recover(*disk, kDir);
      ASSERT_TRUE(recovered.ok()) << recovered.status() << " call " << n;
      EXPECT_EQ(recovered->revision, knowledge_base_->View().revision);
      EXPECT_EQ(recovered->facts, knowledge_base_->View().facts);
      ASSERT_FALSE(HasFailure()) << "call " << n << (delta ? " of a delta" : " of a pair");
    }
  }
  EXPECT_GT(failed, 20u);
  Restart();
}

TEST_F(SnapshotDeltaTest, TheLastOneFollowsTheSameRule) {
  Start();
  CommitFacts(1000);
  worker_->Stop();
  EXPECT_FALSE(worker_->SnapshotAfterStop()->delta.has_value());
  Restart();
  CommitFacts(3);
  worker_->Stop();
  EXPECT_TRUE(worker_->SnapshotAfterStop()->delta.has_value());
  Restart();
  worker_->Stop();
  EXPECT_FALSE(worker_->SnapshotAfterStop()->created);
}

TEST_F(SnapshotDeltaTest, PinnedSnapshotsStay) {
  Start();
  std::vector<std::string> ids;
  for (int i = 0; i < 4; ++i) {
    CommitFacts(10);
    clock_.Advance(absl::Seconds(1));
    ids.push_back(MakePair().snapshot.id);
    if (i == 0) EXPECT_TRUE(Pin(ids[0], true).ok());
  }
  Restart();
  const auto there = [&](const std::string& id) {
    return *files_.Exists(std::string(kDir) + "/" + SnapshotTreeName(id));
  };
  EXPECT_TRUE(there(ids[0]) && there(ids[2]) && there(ids[3]));
  EXPECT_TRUE(worker_->manifest().older.back().pinned);
  EXPECT_TRUE(Pin(ids[0], false).ok());
  // What the manifest before it names stays one manifest longer.
  CommitFacts(1);
  MakeDelta();
  EXPECT_FALSE(there(ids[0]) || there(ids[1]));
  EXPECT_TRUE(there(ids[2]) && there(ids[3]));
  EXPECT_TRUE(absl::IsNotFound(Pin(ids[0], true)));
  Restart();
}

TEST_F(SnapshotDeltaTest, KeepsTheNewestOfEachDay) {
  options_.retention = {.keep_last = 1, .keep_daily = 3};
  Start();
  for (int hour = 0; hour < 5 * 24; hour += 6) {
    CommitFacts(1);
    MakePair();
    clock_.Advance(absl::Hours(6));
  }
  // 2027-01-15T08:00Z and every six hours: the last of a day is at 20:00.
  std::vector<std::string> ids;
  for (const SnapshotRecord& record : worker_->manifest().older) ids.push_back(record.id);
  EXPECT_THAT(ids, ElementsAre(HasSubstr("20270119T200000"), HasSubstr("20270118T200000")));
  EXPECT_THAT(worker_->manifest().base->id, HasSubstr("20270120T020000"));
  Restart();
}

TEST_F(SnapshotDeltaTest, AfterAStopNothingIsTaken) {
  Start();
  worker_->Stop();
  EXPECT_TRUE(absl::IsAborted(Pin("x", true)));
  const auto done = std::make_shared<std::promise<absl::Status>>();
  worker_->RequestDelta([done](const absl::StatusOr<SnapshotWorker::Result>& result) {
    done->set_value(result.status());
  });
  EXPECT_TRUE(absl::IsAborted(done->get_future().get()));
}

}  // namespace
}  // namespace pathkb
