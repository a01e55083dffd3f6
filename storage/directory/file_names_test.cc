// Makes each kind of name and parses it back; then tries names that are nearly right.

#include "storage/directory/file_names.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

TEST(FileNamesTest, SnapshotIds) {
  EXPECT_EQ(SnapshotId(1795259700123, 42), "20261121T111500.123Z-r42");
  EXPECT_EQ(SnapshotId(0, 0), "19700101T000000.000Z-r0");
  EXPECT_EQ(SnapshotId(-5, 1), "19700101T000000.000Z-r1");
  EXPECT_EQ(SnapshotId(INT64_MAX, 1), "99991231T235959.999Z-r1");
  for (int64_t ms : {int64_t{0}, int64_t{999}, int64_t{951826154321}, int64_t{253402300799999}}) {
    for (uint64_t revision : {uint64_t{0}, uint64_t{10}, UINT64_MAX}) {
      EXPECT_EQ(ParseSnapshotId(SnapshotId(ms, revision)), (ParsedSnapshotId{ms, revision}));
    }
  }
  for (const char* id :
       {"", "20261121T111500.123Z-r", "20261121T111500.123Z-r042", "20261121T111500.123Z-r42x",
        "20261121T111500.123Z-r-2", "20260231T111500.123Z-r42", "20261121T241500.123Z-r42",
        "20261121T111560.123Z-r42", "20261121T111500.12Z-r42", "20261121T111500Z-r42",
        "2026-121T111500.123Z-r42", "20261121t111500.123Z-r42", "99999999T999999.999Z-r1",
        "20261121T111500.123Z-r18446744073709551616", " 20261121T111500.123Z-r42"}) {
    EXPECT_EQ(ParseSnapshotId(id), std::nullopt) << id;
  }
}

TEST(FileNamesTest, EachKind) {
  const std::string id = SnapshotId(1795259700123, 42);
  EXPECT_EQ(ManifestName(12), "manifests/12");
  EXPECT_EQ(SnapshotTreeName(id), "snapshots/20261121T111500.123Z-r42.tree");
  EXPECT_EQ(SnapshotTermsName(id), "snapshots/20261121T111500.123Z-r42.terms");
  EXPECT_EQ(SnapshotSumsName(id), "snapshots/20261121T111500.123Z-r42.sums");
  EXPECT_EQ(DeltaName(42, 50), "deltas/r00000000000000000042-r00000000000000000050.paths");
  EXPECT_EQ(WalSegmentName(51), "wal/r00000000000000000051.log");
  EXPECT_EQ(TmpName(ManifestName(12)), "tmp/manifests-12");
  EXPECT_EQ(TmpName(kCurrentName), "tmp/CURRENT");

  EXPECT_EQ(ParseFileName("LOCK")->kind, FileKind::kLock);
  EXPECT_EQ(ParseFileName("CURRENT")->kind, FileKind::kCurrent);
  EXPECT_EQ(ParseFileName(ManifestName(12))->kind, FileKind::kManifest);
  EXPECT_EQ(ParseFileName(ManifestName(UINT64_MAX))->number, UINT64_MAX);
  EXPECT_EQ(ParseFileName(SnapshotTreeName(id))->kind, FileKind::kSnapshotTree);
  EXPECT_EQ(ParseFileName(SnapshotTermsName(id))->kind, FileKind::kSnapshotTerms);
  EXPECT_EQ(ParseFileName(SnapshotSumsName(id))->kind, FileKind::kSnapshotSums);
  EXPECT_EQ(ParseFileName(SnapshotTermsName(id))->snapshot_id, id);
  EXPECT_EQ(ParseFileName(SnapshotTermsName(id))->snapshot.revision, 42u);
  EXPECT_EQ(ParseFileName(DeltaName(42, UINT64_MAX))->kind, FileKind::kDelta);
  EXPECT_EQ(ParseFileName(DeltaName(42, UINT64_MAX))->from_revision, 42u);
  EXPECT_EQ(ParseFileName(DeltaName(42, UINT64_MAX))->to_revision, UINT64_MAX);
  EXPECT_EQ(ParseFileName(WalSegmentName(51))->kind, FileKind::kWalSegment);
  EXPECT_EQ(ParseFileName(WalSegmentName(51))->first_revision, 51u);
  EXPECT_EQ(ParseFileName("tmp/anything")->kind, FileKind::kTmp);
  EXPECT_EQ(ParseFileName("quarantine/anything")->kind, FileKind::kQuarantine);
}

TEST(FileNamesTest, NamesSort) {
  EXPECT_LT(WalSegmentName(9), WalSegmentName(10));
  EXPECT_LT(DeltaName(9, 10), DeltaName(10, 11));
  EXPECT_LT(SnapshotId(999, 7), SnapshotId(1000, 6));
}

TEST(FileNamesTest, OthersAreNotOurs) {
  for (const char* name : {"",
                           "LOCK ",
                           "lock",
                           "current",
                           "CURRENT/",
                           "manifests",
                           "manifests/",
                           "manifests/012",
                           "manifests/-1",
                           "manifests/12x",
                           "manifests/a/12",
                           "manifests/18446744073709551616",
                           "snapshots/20261121T111500.123Z-r42",
                           "snapshots/20261121T111500.123Z-r42.trees",
                           "snapshots/20261121T111500.123Z-r42.tree.tree",
                           "snapshots/.tree",
                           "deltas/r42-r50.paths",
                           "deltas/r00000000000000000042-r00000000000000000050.path",
                           "deltas/r00000000000000000042-00000000000000000050.paths",
                           "wal/r51.log",
                           "wal/r000000000000000000051.log",
                           "wal/r00000000000000000051.log~",
                           "other/r00000000000000000051.log",
                           "tmp",
                           "tmp/",
                           "tmp/a/b",
                           "tmp/..",
                           "quarantine/.",
                           "/wal/r00000000000000000051.log",
                           "../LOCK"}) {
    EXPECT_FALSE(ParseFileName(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace pathkb
