// Starts in every kind of directory: absent, empty, half made by an interrupted start, ours,
// somebody else's. Interrupts the first start at each call, and cuts the power there; the next
// start must always succeed.

#include "storage/directory/data_directory.h"

#include <string>
#include <unistd.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/directory/file_names.h"
#include "storage/directory/manifest_store.h"
#include "storage/file/posix_file_system.h"
#include "tests/support/crash_file_system.h"

namespace pathkb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(DataDirectoryTest, MakesOneOnTheRealDiskAndFindsItAgain) {
  FileSystem& files = RealFileSystem();
  const std::string path = ::testing::TempDir() + "/data" + std::to_string(::getpid());
  DatabaseId id;
  {
    const auto directory = DataDirectory::CreateOrOpen(files, path);
    ASSERT_TRUE(directory.ok()) << directory.status();
    EXPECT_TRUE(directory->created);
    EXPECT_THAT(files.List(path).value(), ElementsAre("CURRENT", "LOCK", "deltas", "manifests",
                                                      "quarantine", "snapshots", "tmp", "wal"));
    id = ReadCurrent(files, path)->database_id;
    EXPECT_NE(id, DatabaseId());
    EXPECT_EQ(DataDirectory::CreateOrOpen(files, path).status().code(),
              absl::StatusCode::kUnavailable);
  }
  const auto directory = DataDirectory::CreateOrOpen(files, path);
  ASSERT_TRUE(directory.ok()) << directory.status();
  EXPECT_FALSE(directory->created);
  EXPECT_EQ(ReadCurrent(files, path)->database_id, id);
}

TEST(DataDirectoryTest, EmptyDirectoryWithLostAndFound) {
  CrashFileSystem files;
  ASSERT_TRUE(files.CreateDirectory("d").ok());
  ASSERT_TRUE(files.CreateDirectory("d/lost+found").ok());
  EXPECT_TRUE(DataDirectory::CreateOrOpen(files, "d")->created);
}

TEST(DataDirectoryTest, MissingFoldersComeBack) {
  CrashFileSystem files;
  ASSERT_TRUE(DataDirectory::CreateOrOpen(files, "d").ok());
  // A copy of the files without the folders that were empty.
  CrashFileSystem copy;
  for (const auto& [path, bytes] : files.AllFiles()) copy.PutFile(path, bytes);
  EXPECT_FALSE(copy.Exists("d/wal").value());
  EXPECT_FALSE(DataDirectory::CreateOrOpen(copy, "d")->created);
  EXPECT_TRUE(copy.Exists("d/wal").value());
}

TEST(DataDirectoryTest, OtherDirectoriesAreRefusedUntouched) {
  CrashFileSystem files;
  const auto expect_refused = [&](absl::StatusCode code, const std::string& message) {
    const auto before = files.AllFiles();
    const absl::Status status = DataDirectory::CreateOrOpen(files, "d").status();
    EXPECT_EQ(status, absl::Status(code, message));
    EXPECT_EQ(files.AllFiles(), before);
    EXPECT_FALSE(files.Exists("d/wal").value());
  };
  files.PutFile("d/letter.txt", "x");
  expect_refused(absl::StatusCode::kFailedPrecondition,
                 "d is not a PathKB data directory: it holds letter.txt and no CURRENT");
  for (const char* name : {"a", "b", "c"}) files.PutFile(std::string("d/") + name, "");
  expect_refused(absl::StatusCode::kFailedPrecondition,
                 "d is not a PathKB data directory: it holds a, b, c and 1 more and no CURRENT");
  files.PutFile("d/CURRENT", "MANIFEST-000001\n");
  expect_refused(absl::StatusCode::kFailedPrecondition,
                 "d is not a PathKB data directory: it holds CURRENT and no manifests/");
}

TEST(DataDirectoryTest, FileIsRefused) {
  CrashFileSystem files;
  files.PutFile("d", "a file");
  EXPECT_EQ(DataDirectory::CreateOrOpen(files, "d").status(),
            absl::FailedPreconditionError("d is a file; the data directory must be a directory"));
}

TEST(DataDirectoryTest, DirectoryAboveMustBeThere) {
  CrashFileSystem files;
  EXPECT_EQ(DataDirectory::CreateOrOpen(files, "a/b").status().code(), absl::StatusCode::kNotFound);
}

TEST(DataDirectoryTest, LostCurrentIsNotTakenForAFirstStart) {
  for (const std::string& name : {WalSegmentName(1), SnapshotTreeName(SnapshotId(0, 1)),
                                  ManifestName(2), std::string("quarantine/x")}) {
    CrashFileSystem files;
    ASSERT_TRUE(DataDirectory::CreateOrOpen(files, "d").ok());
    files.PutFile("d/" + name, "x");
    ASSERT_TRUE(files.Remove("d/CURRENT").ok());
    const absl::Status status = DataDirectory::CreateOrOpen(files, "d").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()), HasSubstr("has lost its CURRENT: it holds " + name));
    EXPECT_FALSE(files.Exists("d/CURRENT").value());
  }
}

TEST(DataDirectoryTest, InterruptedFirstStartIsTakenUpAgain) {
  for (uint64_t n = 1;; ++n) {
    CrashFileSystem files;
    files.FailCall(n, absl::UnavailableError("power cut"), /*from_then_on=*/true);
    const bool done = DataDirectory::CreateOrOpen(files, "d").ok();
    for (CrashKeep keep : kAllCrashKeeps) {
      for (uint64_t seed = 0; seed < (keep == CrashKeep::kSome ? 50u : 1u); ++seed) {
        const auto after = files.AfterPowerCut(keep, seed);
        const auto directory = DataDirectory::CreateOrOpen(*after, "d");
        ASSERT_TRUE(directory.ok()) << directory.status();
        const auto manifest = ReadCurrent(*after, "d");
        ASSERT_TRUE(manifest.ok()) << manifest.status();
        EXPECT_EQ(manifest->number, 1u);
        if (done) EXPECT_FALSE(directory->created);
        // And what this start has made is durable.
        const auto later = after->AfterPowerCut(CrashKeep::kSynced);
        EXPECT_EQ(ReadCurrent(*later, "d").value(), *manifest);
      }
    }
    if (done) break;
  }
}

// A process dies between renaming CURRENT and syncing the directory. The next one sees the new
// manifest, so it must make it durable before it removes what only the old one needs.
TEST(DataDirectoryTest, WhatAStartSeesIsDurable) {
  CrashFileSystem files;
  ASSERT_TRUE(DataDirectory::CreateOrOpen(files, "d").ok());
  Manifest manifest = ReadCurrent(files, "d").value();
  manifest.number = 2;
  for (uint64_t n = 1; ReadCurrent(files, "d")->number == 1; ++n) {
    files.FailCall(files.calls() + n, absl::CancelledError("killed"), /*from_then_on=*/true);
    PublishManifest(files, "d", manifest).IgnoreError();
    files.FailCall(0, absl::OkStatus());
  }
  EXPECT_EQ(ReadCurrent(*files.AfterPowerCut(CrashKeep::kSynced), "d")->number, 1u);
  ASSERT_TRUE(DataDirectory::CreateOrOpen(files, "d").ok());
  EXPECT_EQ(ReadCurrent(*files.AfterPowerCut(CrashKeep::kSynced), "d")->number, 2u);
}

}  // namespace
}  // namespace pathkb
