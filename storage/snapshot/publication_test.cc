// What each manifest names when snapshots, deltas and pins follow one another: the one that can be
// fallen back to with its deltas and log, the log that no delta holds, and nothing that nobody
// needs. Method: a directory with log segments in name only, and manifests published one after the
// other.

#include "storage/snapshot/publication.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/directory/data_directory.h"
#include "storage/directory/file_names.h"
#include "storage/directory/manifest_store.h"
#include "tests/support/crash_file_system.h"

namespace pathkb {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kDir[] = "/db";
constexpr int64_t kDayMs = 24 * 60 * 60 * 1000;

class PublicationTest : public ::testing::Test {
 protected:
  PublicationTest() {
    EXPECT_TRUE(DataDirectory::CreateOrOpen(files_, kDir).ok());
    manifest_ = *ReadCurrent(files_, kDir);
    Segment(1);
  }

  // The next commit begins a segment at this revision.
  void Segment(uint64_t first) {
    files_.PutFile(std::string(kDir) + "/" + WalSegmentName(first), "x");
  }

  // A snapshot of `revision` becomes the base; the log goes on behind it.
  void Snapshot(uint64_t revision, RetentionPolicy retention = {}) {
    now_ms_ += 1000;
    SnapshotRecord record;
    record.revision = revision;
    record.created_unix_ms = now_ms_;
    record.id = SnapshotId(now_ms_, revision);
    Segment(revision + 1);
    Take(PublishSnapshot(files_, kDir, manifest_,
                         {record, manifest_.number + 1, retention, now_ms_}));
  }

  void Delta(uint64_t to) {
    DeltaRecord record;
    record.from_revision = manifest_.CoveredRevision();
    record.to_revision = to;
    Segment(to + 1);
    Take(PublishDelta(files_, kDir, manifest_, record, manifest_.number + 1));
  }

  void Take(const absl::StatusOr<Manifest>& next) {
    ASSERT_TRUE(next.ok()) << next.status();
    EXPECT_EQ(*ReadCurrent(files_, kDir), *next);
    manifest_ = *next;
  }

  std::vector<uint64_t> Older() const {
    std::vector<uint64_t> revisions;
    for (const SnapshotRecord& record : manifest_.older) revisions.push_back(record.revision);
    return revisions;
  }
  std::vector<uint64_t> DeltaEnds() const {
    std::vector<uint64_t> revisions;
    for (const DeltaRecord& record : manifest_.deltas) revisions.push_back(record.to_revision);
    return revisions;
  }

  CrashFileSystem files_;
  Manifest manifest_;
  int64_t now_ms_ = 100 * kDayMs;
};

TEST_F(PublicationTest, TheFirstSnapshotKeepsAllOfTheLog) {
  Snapshot(10);
  EXPECT_EQ(manifest_.wal_first_revision, 1u);
  EXPECT_THAT(manifest_.wal_segments, ElementsAre(1, 11));
  Snapshot(20);
  EXPECT_EQ(manifest_.wal_first_revision, 11u);
  EXPECT_THAT(manifest_.wal_segments, ElementsAre(11, 21));
  EXPECT_THAT(Older(), ElementsAre(10));
}

TEST_F(PublicationTest, DeltasFreeTheLogButForTheNewest) {
  Snapshot(42);
  Delta(50);
  EXPECT_THAT(manifest_.wal_segments, ElementsAre(1, 43, 51)) << "nothing older than 42: all";
  Delta(60);
  EXPECT_THAT(manifest_.wal_segments, ElementsAre(1, 51, 61));
  Snapshot(65);
  EXPECT_EQ(manifest_.wal_first_revision, 43u);
  EXPECT_THAT(DeltaEnds(), ElementsAre(50, 60));
  EXPECT_THAT(manifest_.wal_segments, ElementsAre(51, 61, 66));
  Delta(70);
  Delta(80);
  EXPECT_THAT(manifest_.wal_segments, ElementsAre(61, 71, 81)) << "61 leads from delta to base";
  EXPECT_THAT(DeltaEnds(), ElementsAre(50, 60, 70, 80));
  Snapshot(90);
  EXPECT_THAT(Older(), ElementsAre(65));
  EXPECT_THAT(DeltaEnds(), ElementsAre(70, 80)) << "those of 42 went with it";
  EXPECT_THAT(manifest_.wal_segments, ElementsAre(71, 81, 91));
}

TEST_F(PublicationTest, ASnapshotThatIsNotForFallingBackNeedsNoLog) {
  Snapshot(10);
  Snapshot(20);
  Delta(25);
  Snapshot(30, {.keep_last = 3});
  EXPECT_THAT(Older(), ElementsAre(20, 10));
  EXPECT_EQ(manifest_.wal_first_revision, 21u);
  EXPECT_THAT(DeltaEnds(), ElementsAre(25));
  Snapshot(40, {.keep_last = 1});
  EXPECT_THAT(Older(), IsEmpty());
  EXPECT_THAT(DeltaEnds(), IsEmpty());
  EXPECT_EQ(manifest_.wal_first_revision, 41u);
  EXPECT_THAT(manifest_.wal_segments, ElementsAre(41));
  Snapshot(50);
  EXPECT_EQ(manifest_.wal_first_revision, 41u) << "from the one before on it is there again";
}

TEST_F(PublicationTest, AStartWithoutABaseIsFallenBackToAsLongAsTheLogIsWhole) {
  Delta(5);
  Delta(9);
  Snapshot(12);
  EXPECT_TRUE(manifest_.CanStartFrom(0));
  EXPECT_THAT(DeltaEnds(), ElementsAre(5, 9));
  EXPECT_THAT(manifest_.wal_segments, ElementsAre(6, 10, 13));
}

TEST_F(PublicationTest, Pins) {
  Snapshot(10);
  const std::string first = manifest_.base->id;
  const auto pin = [&](const std::string& id, bool pinned) {
    return PublishPin(files_, kDir, manifest_, {id, pinned, manifest_.number + 1, {}, now_ms_});
  };
  EXPECT_EQ(pin("20261121T111000.007Z-r30", true).status().code(), absl::StatusCode::kNotFound);
  Take(pin(first, true));
  EXPECT_TRUE(manifest_.base->pinned);
  for (uint64_t revision = 20; revision <= 60; revision += 10) Snapshot(revision);
  EXPECT_THAT(Older(), ElementsAre(50, 10));
  EXPECT_FALSE(manifest_.CanStartFrom(10)) << "kept for readers, without its log";
  Take(pin(first, true));
  EXPECT_THAT(Older(), ElementsAre(50, 10));
  Take(pin(first, false));
  EXPECT_THAT(Older(), ElementsAre(50)) << "nothing else keeps it";
}

TEST_F(PublicationTest, ThereIsAMostOfPins) {
  Snapshot(1);
  for (uint64_t i = 0; i < kPinnedMax; ++i) {
    SnapshotRecord record;
    record.created_unix_ms = static_cast<int64_t>(i) + 1;
    record.id = SnapshotId(record.created_unix_ms, 0);
    record.pinned = true;
    manifest_.older.push_back(record);
  }
  const auto pinned = PublishPin(files_, kDir, manifest_, {manifest_.base->id, true, 100, {}, 0});
  EXPECT_EQ(pinned.status().code(), absl::StatusCode::kResourceExhausted) << pinned.status();
}

TEST_F(PublicationTest, TheSameSnapshotAgainChangesOnlyWhatIsKept) {
  Snapshot(10);
  Snapshot(20);
  const SnapshotRecord base = *manifest_.base;
  Take(PublishSnapshot(files_, kDir, manifest_, {base, manifest_.number + 1, {}, now_ms_}));
  EXPECT_THAT(Older(), ElementsAre(10));
  EXPECT_EQ(manifest_.wal_first_revision, 11u);
  Take(PublishSnapshot(files_, kDir, manifest_,
                       {base, manifest_.number + 1, {.keep_last = 1}, now_ms_}));
  EXPECT_THAT(Older(), IsEmpty());
  EXPECT_EQ(manifest_.wal_first_revision, 21u);
}

}  // namespace
}  // namespace pathkb
