// Each of 1,000 snapshots that are made while two threads go on writing is what the log comes to at
// its revision, no batch more or less. Method: writers note every answered batch with its revision;
// at the end these are replayed in a std::map, and each snapshot, read back from its files when it
// was made, is compared with the map of its revision.

#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

#include "storage/directory/manifest_store.h"
#include "storage/snapshot/snapshot.h"
#include "tests/crash/script.h"
#include "tests/crash/test_seed.h"

namespace pathkb {
namespace {

constexpr size_t kSnapshots = 1000;
constexpr int kWriters = 2;

// Everything that a snapshot holds.
Contents ContentsOfSnapshot(const Snapshot& snapshot) {
  Contents contents;
  std::string scratch;
  const std::unique_ptr<Zipper> zipper = snapshot.NewZipper();
  while (zipper->NextValue()) {
    std::string& entry = contents[std::string(zipper->path())];
    if (*zipper->value() != 0) entry = *snapshot.FindEntry(*zipper->value(), scratch);
  }
  EXPECT_EQ(zipper->status(), absl::OkStatus());
  return contents;
}

// What the writers were answered.
struct Answers {
  std::mutex mutex;
  std::map<uint64_t, Batch> batches;  // By revision.
};

void WriteUntil(const std::atomic<bool>& stop, uint64_t seed, Engine& engine, Answers& answers) {
  std::mt19937_64 random(seed);
  while (!stop) {
    const Batch batch = RandomBatch(random);
    const absl::StatusOr<Commit> commit = engine.Commit(batch);
    ASSERT_TRUE(commit.ok()) << commit.status();
    if (commit->counts.changed() == 0) continue;
    std::lock_guard<std::mutex> lock(answers.mutex);
    EXPECT_TRUE(answers.batches.emplace(commit->revision, batch).second);
  }
}

TEST(SnapshotsDuringWritesTest, EachIsTheLogUpToItsRevision) {
  const uint64_t seed = TestSeed();
  CrashFileSystem files;
  HandClock clock;
  auto engine = Engine::Open(files, kScriptDir, clock);
  ASSERT_TRUE(engine.ok()) << engine.status();
  const DatabaseId database_id = ReadCurrent(files, kScriptDir)->database_id;
  Answers answers;
  std::atomic<bool> stop = false;
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back(
        [&, i] { WriteUntil(stop, seed + static_cast<uint64_t>(i), **engine, answers); });
  }
  std::map<uint64_t, Contents> snapshots;  // By revision.
  while (snapshots.size() < kSnapshots) {
    clock.Advance(absl::Seconds(1));
    const auto made = (*engine)->Snapshot();
    if (!made.ok()) {
      ADD_FAILURE() << made.status();
      break;
    }
    const auto snapshot = Snapshot::Open(files, kScriptDir, database_id, made->snapshot, {});
    if (!snapshot.ok()) {
      ADD_FAILURE() << snapshot.status();
      break;
    }
    if (made->snapshot.revision > 0) {
      snapshots.emplace(made->snapshot.revision, ContentsOfSnapshot(**snapshot));
    }
  }
  stop = true;
  for (std::thread& writer : writers) writer.join();

  Model model;
  size_t compared = 0;
  for (const auto& [revision, batch] : answers.batches) {
    ASSERT_TRUE(model.Apply(batch));
    ASSERT_EQ(model.revision(), revision) << "every revision is somebody's";
    const auto snapshot = snapshots.find(revision);
    if (snapshot == snapshots.end()) continue;
    ++compared;
    ASSERT_TRUE(snapshot->second == model.contents()) << "revision " << revision;
  }
  EXPECT_EQ(model.revision(), (*engine)->View().revision);
  EXPECT_EQ(Differences((*engine)->View(), model), "");
  EXPECT_EQ(compared, kSnapshots);
  std::printf("%zu snapshots during %zu commits\n", compared, answers.batches.size());
}

}  // namespace
}  // namespace pathkb
