// Lets each call fail, and cuts the power before each call, while one file replaces another: the
// name must stand for the old bytes or the new ones, never for a mixture, and never for nothing.

#include "storage/file/atomic_file.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/support/crash_file_system.h"

namespace pathkb {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

class AtomicFileTest : public ::testing::Test {
 protected:
  AtomicFileTest() { Prepare(files_); }

  static void Prepare(CrashFileSystem& files) {
    files.PutFile("d/name", "old bytes");
    files.PutFile("d/tmp/other", "not ours");
  }

  static absl::Status Replace(FileSystem& files) {
    return WriteFileAtomically(files, "d/tmp/name", "d/name", "the new bytes");
  }

  CrashFileSystem files_;
};

TEST_F(AtomicFileTest, Replaces) {
  ASSERT_EQ(Replace(files_), absl::OkStatus());
  EXPECT_THAT(files_.AllFiles(),
              ElementsAre(Pair("d/name", "the new bytes"), Pair("d/tmp/other", "not ours")));
  for (CrashKeep keep : kAllCrashKeeps) {
    EXPECT_EQ(files_.AfterPowerCut(keep)->AllFiles(), files_.AllFiles());
  }
}

TEST_F(AtomicFileTest, DestructorRemovesWhatWasNotCommitted) {
  auto file = AtomicFile::Create(files_, "d/tmp/name", "d/name");
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ((*file)->file().Append("x"), absl::OkStatus());
  EXPECT_TRUE(files_.Exists("d/tmp/name").value());
  file->reset();
  EXPECT_FALSE(files_.Exists("d/tmp/name").value());
  EXPECT_EQ(files_.AllFiles()["d/name"], "old bytes");
}

TEST_F(AtomicFileTest, StrayOfAnEarlierAttemptIsReplaced) {
  files_.PutFile("d/tmp/name", "stray");
  ASSERT_EQ(Replace(files_), absl::OkStatus());
  EXPECT_EQ(files_.AllFiles()["d/name"], "the new bytes");
}

TEST_F(AtomicFileTest, AnyFailedCallLeavesOldOrNew) {
  uint64_t failures = 0;
  for (uint64_t n = 1;; ++n) {
    CrashFileSystem files;
    Prepare(files);
    files.FailCall(n, absl::ResourceExhaustedError("full"));
    const absl::Status status = Replace(files);
    const std::string bytes = files.AllFiles()["d/name"];
    EXPECT_TRUE(bytes == "old bytes" || bytes == "the new bytes") << bytes;
    EXPECT_EQ(files.AllFiles().count("d/tmp/name"), 0u);
    if (status.ok()) break;
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    ++failures;
    ASSERT_EQ(Replace(files), absl::OkStatus()) << "the next attempt is not hindered";
  }
  EXPECT_EQ(failures, 6u) << "create, append, sync, close, rename, sync directory";
}

TEST_F(AtomicFileTest, PowerCutAnywhereLeavesOldOrNew) {
  for (uint64_t n = 1;; ++n) {
    CrashFileSystem files;
    Prepare(files);
    files.FailCall(n, absl::UnavailableError("power cut"), /*from_then_on=*/true);
    const absl::Status status = Replace(files);
    for (CrashKeep keep : kAllCrashKeeps) {
      for (uint64_t seed = 0; seed < 20; ++seed) {
        const std::string bytes = files.AfterPowerCut(keep, seed)->AllFiles()["d/name"];
        if (status.ok()) {
          EXPECT_EQ(bytes, "the new bytes");
        } else {
          EXPECT_TRUE(bytes == "old bytes" || bytes == "the new bytes") << bytes;
        }
      }
    }
    if (status.ok()) break;
  }
}

}  // namespace
}  // namespace pathkb
