// Fills a directory with files that are named, that are strays, on their way, or none of ours, and
// checks for each moment exactly which of them go.

#include "storage/directory/retention.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/directory/file_names.h"
#include "tests/support/crash_file_system.h"

namespace pathkb {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

SnapshotRecord MakeSnapshot(int64_t created_unix_ms, uint64_t revision) {
  SnapshotRecord record;
  record.id = SnapshotId(created_unix_ms, revision);
  record.revision = revision;
  record.created_unix_ms = created_unix_ms;
  return record;
}

// Manifest 8 stood on a snapshot at 100 and a delta; manifest 9 stands on one at 200, and keeps an
// older one for readers.
class RetentionTest : public ::testing::Test {
 protected:
  RetentionTest() {
    previous_.number = 8;
    previous_.base = MakeSnapshot(1000, 100);
    previous_.deltas = {{100, 150, 0, 0}};
    previous_.wal_first_revision = 151;
    previous_.wal_segments = {140, 160};
    current_.number = 9;
    current_.base = MakeSnapshot(2000, 200);
    current_.older = {MakeSnapshot(500, 50)};
    current_.wal_first_revision = 201;
    current_.wal_segments = {190, 210};
    EXPECT_EQ(CheckManifest(previous_), absl::OkStatus());
    EXPECT_EQ(CheckManifest(current_), absl::OkStatus());
    Put({"LOCK", "CURRENT", "notes.txt", "quarantine/" + SnapshotId(1, 1) + ".tree",
         "wal/notes.txt", "wal/r7.log", "snapshots/x.tree", "deltas/x", "manifests/9~",
         "tmp/manifests-10"});
    for (uint64_t number : {7, 8, 9, 10}) Put({ManifestName(number)});
    for (const SnapshotRecord& record :
         {MakeSnapshot(500, 50), MakeSnapshot(700, 70), MakeSnapshot(1000, 100),
          MakeSnapshot(2000, 200), MakeSnapshot(2000, 199), MakeSnapshot(3000, 220)}) {
      Put({SnapshotTreeName(record.id), SnapshotTermsName(record.id), SnapshotSumsName(record.id)});
    }
    Put({DeltaName(50, 60), DeltaName(100, 150), DeltaName(150, 200), DeltaName(200, 220)});
    for (uint64_t first : {1, 100, 140, 160, 170, 190, 210, 230}) Put({WalSegmentName(first)});
  }

  void Put(const std::vector<std::string>& names) {
    for (const std::string& name : names) files_.PutFile("d/" + name, "x");
  }

  std::vector<std::string> NotNeeded(const Manifest* previous, RetentionNeeds::Moment moment,
                                     std::set<std::string> in_use = {}) {
    const auto names = FilesNotNeeded(files_, "d", {&current_, previous, moment, in_use});
    EXPECT_TRUE(names.ok()) << names.status();
    return *names;
  }

  CrashFileSystem files_;
  Manifest previous_;
  Manifest current_;
};

TEST_F(RetentionTest, WhileRunning) {
  EXPECT_THAT(
      NotNeeded(&previous_, RetentionNeeds::Moment::kRunning),
      ElementsAre(DeltaName(50, 60), DeltaName(150, 200), ManifestName(7),
                  SnapshotSumsName(SnapshotId(700, 70)), SnapshotTermsName(SnapshotId(700, 70)),
                  SnapshotTreeName(SnapshotId(700, 70)), SnapshotSumsName(SnapshotId(2000, 199)),
                  SnapshotTermsName(SnapshotId(2000, 199)), SnapshotTreeName(SnapshotId(2000, 199)),
                  WalSegmentName(1), WalSegmentName(100)));
}

TEST_F(RetentionTest, AtTheStartWhatIsUnnamedIsAStray) {
  EXPECT_THAT(
      NotNeeded(&previous_, RetentionNeeds::Moment::kStart),
      ElementsAre(DeltaName(50, 60), DeltaName(150, 200), DeltaName(200, 220), ManifestName(7),
                  SnapshotSumsName(SnapshotId(700, 70)), SnapshotTermsName(SnapshotId(700, 70)),
                  SnapshotTreeName(SnapshotId(700, 70)), SnapshotSumsName(SnapshotId(2000, 199)),
                  SnapshotTermsName(SnapshotId(2000, 199)), SnapshotTreeName(SnapshotId(2000, 199)),
                  SnapshotSumsName(SnapshotId(3000, 220)), SnapshotTermsName(SnapshotId(3000, 220)),
                  SnapshotTreeName(SnapshotId(3000, 220)), "tmp/manifests-10", WalSegmentName(1),
                  WalSegmentName(100)));
}

TEST_F(RetentionTest, WithoutAPreviousManifest) {
  const auto names = NotNeeded(nullptr, RetentionNeeds::Moment::kRunning);
  const std::set<std::string> set(names.begin(), names.end());
  EXPECT_TRUE(set.count(ManifestName(8)));
  EXPECT_TRUE(set.count(SnapshotTreeName(SnapshotId(1000, 100))));
  EXPECT_TRUE(set.count(DeltaName(100, 150)));
  EXPECT_TRUE(set.count(WalSegmentName(170)));
  EXPECT_FALSE(set.count(WalSegmentName(190)));
  EXPECT_FALSE(set.count(SnapshotTreeName(SnapshotId(500, 50)))) << "the manifest keeps it";
}

TEST_F(RetentionTest, InUseStays) {
  const std::string name = SnapshotTreeName(SnapshotId(700, 70));
  const auto names = NotNeeded(&previous_, RetentionNeeds::Moment::kStart, {name});
  EXPECT_EQ(std::count(names.begin(), names.end(), name), 0);
  EXPECT_EQ(names.size(), 15u);
}

TEST_F(RetentionTest, RemovesDurablyAndOnlyThose) {
  const auto before = files_.AllFiles();
  const auto names = NotNeeded(&previous_, RetentionNeeds::Moment::kStart);
  ASSERT_EQ(RemoveFiles(files_, "d", names), absl::OkStatus());
  EXPECT_EQ(files_.AllFiles().size(), before.size() - names.size());
  EXPECT_EQ(files_.AfterPowerCut(CrashKeep::kSynced)->AllFiles(), files_.AllFiles());
  EXPECT_THAT(NotNeeded(&previous_, RetentionNeeds::Moment::kStart), IsEmpty());
  EXPECT_EQ(RemoveFiles(files_, "d", names), absl::OkStatus()) << "gone already";
}

TEST_F(RetentionTest, OtherNamesAreNotRemoved) {
  const auto before = files_.AllFiles();
  for (const char* name : {"LOCK", "CURRENT", "notes.txt", "wal/notes.txt", "wal/../notes.txt",
                           "tmp/..", "/etc/passwd", ""}) {
    EXPECT_EQ(RemoveFiles(files_, "d", {name}).code(), absl::StatusCode::kInvalidArgument) << name;
  }
  const std::string quarantined = "quarantine/" + SnapshotId(1, 1) + ".tree";
  EXPECT_EQ(RemoveFiles(files_, "d", {quarantined}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(files_.AllFiles(), before);
}

TEST_F(RetentionTest, OneErrorDoesNotStopTheRest) {
  files_.FailCall(files_.calls() + 1, absl::PermissionDeniedError("no"));
  const absl::Status status = RemoveFiles(files_, "d", {WalSegmentName(1), WalSegmentName(100)});
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(files_.Exists("d/" + WalSegmentName(1)).value());
  EXPECT_FALSE(files_.Exists("d/" + WalSegmentName(100)).value());
}

}  // namespace
}  // namespace pathkb
