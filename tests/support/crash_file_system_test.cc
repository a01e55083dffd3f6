// Runs one list of operations on the double and on the real disk and expects the same answers; then
// checks what a power cut leaves in each mode, and that ordered failures come when they should.

#include "tests/support/crash_file_system.h"

#include <algorithm>
#include <set>
#include <string>
#include <unistd.h>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/file/mapped_file.h"
#include "storage/file/posix_file_system.h"

namespace pathkb {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

// Everything that `files` answers to a fixed list of operations below `root`, one line each.
std::vector<std::string> Answers(FileSystem& files, const std::string& root) {
  std::vector<std::string> answers;
  const auto note = [&](const auto& result) {
    if constexpr (std::is_same_v<decltype(result), const absl::Status&>) {
      answers.push_back(result.ToString());
    } else {
      answers.push_back(result.status().ToString());
    }
    for (size_t at; (at = answers.back().find(root)) != std::string::npos;) {
      answers.back().replace(at, root.size(), "ROOT");
    }
  };
  note(files.CreateDirectory(root + "/d"));
  note(files.CreateDirectory(root + "/d/"));
  note(files.CreateDirectory(root + "/x/y"));
  auto file = files.Create(root + "/d//a");
  note(file);
  note(files.Create(root + "/d/a"));
  note(files.Create(root + "/d/a/b"));
  note(files.Create(root + "/x/b"));
  note((*file)->Append("12345"));
  note((*file)->WriteAt(1, "xyz"));
  note((*file)->WriteAt(3, "xyz"));
  note((*file)->ReadAt(1, 4));
  note((*file)->ReadAt(3, 3));
  note((*file)->Append(""));
  note((*file)->Sync());
  note((*file)->Close());
  note((*file)->Append("late"));
  note((*file)->ReadAt(0, 1));
  note((*file)->Close());
  note(files.CreateDirectory(root + "/d/a"));
  note(files.Map(root + "/d"));
  note(files.Map(root + "/none"));
  const auto mapped = files.Map(root + "/d/a");
  note(mapped);
  note(files.ReadFile(root + "/d/a", 4));
  note(files.ReadFile(root + "/d/none", 4));
  note(files.FileBytes(root + "/d"));
  note(files.FileBytes(root + "/none"));
  note(files.Rename(root + "/none", root + "/b"));
  note(files.Rename(root + "/d/a", root + "/x/b"));
  note(files.Rename(root + "/d/a", root + "/b"));
  note(files.Remove(root + "/d/a"));
  note(files.Remove(root + "/d"));
  note(files.List(root + "/none"));
  note(files.List(root + "/b"));
  note(files.SyncDirectory(root + "/d"));
  note(files.SyncDirectory(root + "/b"));
  note(files.SyncDirectory(root + "/none"));
  auto lock = files.Lock(root + "/LOCK", "me");
  note(lock);
  note(files.Lock(root + "/LOCK", "you"));
  lock->reset();
  note(files.Lock(root + "/LOCK", "you"));
  answers.emplace_back((*mapped)->bytes());
  answers.push_back(files.ReadFile(root + "/b", 5).value());
  answers.push_back(std::to_string(files.FileBytes(root + "/b").value()));
  const std::vector<std::string> listed = files.List(root).value();
  answers.insert(answers.end(), listed.begin(), listed.end());
  for (const char* name : {"/b", "/d", "/none", "/b/none"}) {
    answers.push_back(files.Exists(root + name).value() ? "there" : "not there");
  }
  return answers;
}

TEST(CrashFileSystemTest, AnswersLikeTheRealOne) {
  const std::string root = ::testing::TempDir() + "/contract" + std::to_string(::getpid());
  ASSERT_EQ(RealFileSystem().CreateDirectory(root), absl::OkStatus());
  CrashFileSystem files;
  ASSERT_EQ(files.CreateDirectory("/root"), absl::OkStatus());
  EXPECT_EQ(Answers(files, "/root"), Answers(RealFileSystem(), root));
}

// A file with three synced and two other bytes, under a name that is not durable unless `named`.
void WriteHalfSynced(CrashFileSystem& files, bool named) {
  const auto file = files.Create("a");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Append("abc").ok());
  ASSERT_TRUE((*file)->Sync().ok());
  ASSERT_TRUE((*file)->Append("de").ok());
  ASSERT_TRUE((*file)->WriteAt(0, "A").ok());
  if (named) ASSERT_TRUE(files.SyncDirectory(".").ok());
}

TEST(CrashFileSystemTest, PowerCutDropsUnsyncedBytes) {
  CrashFileSystem files;
  WriteHalfSynced(files, /*named=*/true);
  EXPECT_THAT(files.AfterPowerCut(CrashKeep::kSynced)->AllFiles(), ElementsAre(Pair("a", "abc")));
  EXPECT_THAT(files.AfterPowerCut(CrashKeep::kNames)->AllFiles(), ElementsAre(Pair("a", "abc")));
  EXPECT_THAT(files.AfterPowerCut(CrashKeep::kBytes)->AllFiles(), ElementsAre(Pair("a", "Abcde")));
  EXPECT_THAT(files.AfterPowerCut(CrashKeep::kAll)->AllFiles(), ElementsAre(Pair("a", "Abcde")));
  std::set<std::string> seen;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const std::string bytes = files.AfterPowerCut(CrashKeep::kSome, seed)->AllFiles()["a"];
    EXPECT_EQ(bytes, files.AfterPowerCut(CrashKeep::kSome, seed)->AllFiles()["a"]);
    EXPECT_EQ(bytes.substr(1, 2), "bc");
    seen.insert(bytes);
  }
  // Old and new first byte, each with a cut at 3, 4 and 5, and with the last one or two zeroed.
  using std::string_literals::operator""s;
  EXPECT_THAT(seen, UnorderedElementsAre("abc", "abcd", "abcde", "abcd\0"s, "abc\0\0"s,  //
                                         "Abc", "Abcd", "Abcde", "Abcd\0"s, "Abc\0\0"s));
}

TEST(CrashFileSystemTest, PowerCutDropsUnsyncedNames) {
  CrashFileSystem files;
  WriteHalfSynced(files, /*named=*/false);
  EXPECT_THAT(files.AfterPowerCut(CrashKeep::kSynced)->AllFiles(), ElementsAre());
  EXPECT_THAT(files.AfterPowerCut(CrashKeep::kBytes)->AllFiles(), ElementsAre());
  EXPECT_THAT(files.AfterPowerCut(CrashKeep::kNames)->AllFiles(), ElementsAre(Pair("a", "abc")));
  EXPECT_THAT(files.AfterPowerCut(CrashKeep::kAll)->AllFiles(), ElementsAre(Pair("a", "Abcde")));
}

TEST(CrashFileSystemTest, RenameAndRemoveAreUndoneUntilSynced) {
  CrashFileSystem files;
  files.PutFile("dir/old", "old");
  files.PutFile("tmp/new", "new");
  files.PutFile("dir/gone", "gone");
  ASSERT_TRUE(files.Rename("tmp/new", "dir/old").ok());
  ASSERT_TRUE(files.Remove("dir/gone").ok());
  EXPECT_THAT(files.AllFiles(), ElementsAre(Pair("dir/old", "new")));
  EXPECT_THAT(
      files.AfterPowerCut(CrashKeep::kSynced)->AllFiles(),
      ElementsAre(Pair("dir/gone", "gone"), Pair("dir/old", "old"), Pair("tmp/new", "new")));
  std::set<std::map<std::string, std::string>> seen;
  for (uint64_t seed = 0; seed < 64; ++seed) {
    seen.insert(files.AfterPowerCut(CrashKeep::kSome, seed)->AllFiles());
  }
  EXPECT_EQ(seen.size(), 4u) << "each of two changes, kept or not";
  ASSERT_TRUE(files.SyncDirectory("tmp").ok());
  EXPECT_EQ(files.AfterPowerCut(CrashKeep::kSynced)->AllFiles().size(), 3u);
  ASSERT_TRUE(files.SyncDirectory("dir").ok());
  for (CrashKeep keep : kAllCrashKeeps) {
    EXPECT_THAT(files.AfterPowerCut(keep)->AllFiles(), ElementsAre(Pair("dir/old", "new")));
  }
}

TEST(CrashFileSystemTest, DirectoriesAreNamesToo) {
  CrashFileSystem files;
  ASSERT_TRUE(files.CreateDirectory("/d").ok());
  ASSERT_TRUE(files.CreateDirectory("/d/e").ok());
  ASSERT_TRUE(files.Create("/d/e/f").ok());
  ASSERT_TRUE(files.SyncDirectory("/d/e").ok());
  ASSERT_TRUE(files.SyncDirectory("/d").ok());
  EXPECT_FALSE(files.AfterPowerCut(CrashKeep::kSynced)->Exists("/d/e/f").value());
  ASSERT_TRUE(files.SyncDirectory("/").ok());
  EXPECT_TRUE(files.AfterPowerCut(CrashKeep::kSynced)->Exists("/d/e/f").value());
}

TEST(CrashFileSystemTest, OldWorldGoesOnApart) {
  CrashFileSystem files;
  WriteHalfSynced(files, /*named=*/true);
  const auto lock = files.Lock("LOCK", "me");
  const auto after = files.AfterPowerCut(CrashKeep::kAll);
  ASSERT_TRUE(after->Remove("a").ok());
  EXPECT_TRUE(files.Exists("a").value());
  EXPECT_TRUE(after->Lock("LOCK", "the next").ok());
  EXPECT_EQ(after->calls(), 2u);
}

TEST(CrashFileSystemTest, NthCallFailsOnce) {
  CrashFileSystem files;
  files.FailCall(2, absl::ResourceExhaustedError("full"));
  const auto file = files.Create("a");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ((*file)->Append("1234"), absl::ResourceExhaustedError("Append a: full"));
  EXPECT_EQ(files.AllFiles()["a"], "12") << "half of it";
  EXPECT_TRUE((*file)->Append("5").ok());
  EXPECT_EQ(files.calls(), 3u);
  EXPECT_EQ(files.recorded()[1].operation, "Append");
  EXPECT_EQ(files.recorded()[1].bytes, 4u);
  EXPECT_FALSE(files.recorded()[1].status.ok());
  files.FailCall(files.calls() + 1, absl::UnknownError("x"), /*from_then_on=*/true);
  EXPECT_FALSE((*file)->Append("").ok());
  EXPECT_FALSE(files.Exists("a").ok());
  files.FailCall(0, absl::OkStatus());
  EXPECT_TRUE(files.Exists("a").ok());
}

TEST(CrashFileSystemTest, BytesOfAFailedSyncAreLostForEver) {
  CrashFileSystem files;
  const auto file = files.Create("a");
  ASSERT_TRUE(files.SyncDirectory(".").ok());
  ASSERT_TRUE((*file)->Append("12").ok());
  files.FailCall(files.calls() + 1, absl::DataLossError("EIO"));
  EXPECT_FALSE((*file)->Sync().ok());
  EXPECT_TRUE((*file)->Sync().ok()) << "as Linux does";
  EXPECT_EQ(files.AfterPowerCut(CrashKeep::kSynced)->AllFiles()["a"], "");
}

TEST(CrashFileSystemTest, EverySelectionOfNamesCanBeAskedFor) {
  CrashFileSystem files;
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(files.Create(name).ok());
  EXPECT_EQ(files.unsynced().names, 3u);
  EXPECT_EQ(files.unsynced().files, 0u);
  std::set<std::map<std::string, std::string>> seen;
  std::set<uint64_t> digests;
  for (uint64_t names = 0; names < 8; ++names) {
    const auto after = files.AfterPowerCut(PowerCut{UnsyncedBytes::kKept, names, 0});
    seen.insert(after->AllFiles());
    digests.insert(after->Digest());
    EXPECT_EQ(after->Exists("b").value(), (names & 2) != 0);
  }
  EXPECT_EQ(seen.size(), 8u);
  EXPECT_EQ(digests.size(), 8u);
}

TEST(CrashFileSystemTest, TornBytesAreCutZeroedOrThoseOfOtherFiles) {
  CrashFileSystem files;
  files.PutFile("other", std::string(2000, 'o'));
  WriteHalfSynced(files, /*named=*/true);
  EXPECT_EQ(files.unsynced().files, 1u);
  const auto bytes_after = [&](UnsyncedBytes bytes) {
    std::set<std::string> seen;
    for (uint64_t seed = 0; seed < 200; ++seed) {
      seen.insert(files.AfterPowerCut(PowerCut{bytes, 0, seed})->AllFiles()["a"].substr(1));
    }
    return seen;
  };
  using std::string_literals::operator""s;
  EXPECT_THAT(bytes_after(UnsyncedBytes::kDropped), UnorderedElementsAre("bc"));
  EXPECT_THAT(bytes_after(UnsyncedBytes::kKept), UnorderedElementsAre("bcde"));
  EXPECT_THAT(bytes_after(UnsyncedBytes::kCut), UnorderedElementsAre("bc", "bcd", "bcde"));
  EXPECT_THAT(bytes_after(UnsyncedBytes::kZeroed),
              UnorderedElementsAre("bcde", "bcd\0"s, "bc\0\0"s));
  // Where the seed chooses the file itself, its old bytes are those at the same place.
  EXPECT_THAT(bytes_after(UnsyncedBytes::kStale), UnorderedElementsAre("bcde", "bcoo"));
}

TEST(CrashFileSystemTest, AnObserverSeesTheDiskAfterEachCall) {
  CrashFileSystem files;
  std::vector<std::string> seen;
  files.Observe([&](const RecordedCall& call) {
    const auto after = files.AfterPowerCut(CrashKeep::kSynced);
    seen.push_back(call.operation + (after->AllFiles().empty() ? "" : " durable"));
  });
  const auto file = files.Create("a");
  EXPECT_TRUE(files.SyncDirectory(".").ok());
  EXPECT_EQ((*file)->Close(), absl::OkStatus());
  files.Observe(nullptr);
  EXPECT_TRUE(files.Exists("a").value());
  EXPECT_THAT(seen, ElementsAre("Create", "SyncDirectory durable", "Close durable"));
}

// What a process that is killed has written stays in memory, and the next one can sync it.
TEST(CrashFileSystemTest, AKilledProcessSpoilsNothing) {
  CrashFileSystem files;
  const auto file = files.Create("a");
  ASSERT_TRUE(files.SyncDirectory(".").ok());
  ASSERT_TRUE((*file)->Append("12").ok());
  files.KillAt(files.calls() + 1);
  EXPECT_EQ((*file)->Sync().code(), absl::StatusCode::kAborted);
  EXPECT_EQ((*file)->Append("3456").code(), absl::StatusCode::kAborted);
  EXPECT_EQ(files.Remove("a").code(), absl::StatusCode::kAborted);
  files.KillAt(0);
  EXPECT_EQ(files.AfterPowerCut(CrashKeep::kSynced)->AllFiles()["a"], "");
  EXPECT_TRUE((*file)->Sync().ok());
  EXPECT_EQ(files.AfterPowerCut(CrashKeep::kSynced)->AllFiles()["a"], "12");
  files.KillAt(files.calls() + 1);
  EXPECT_FALSE((*file)->Append("3456").ok());
  EXPECT_EQ(files.AllFiles()["a"], "1234") << "half of the one write that was under way";
}

TEST(CrashFileSystemTest, FullDiskStillReads) {
  CrashFileSystem files;
  files.PutFile("a", "1");
  files.FailWrites(absl::ResourceExhaustedError("full"));
  EXPECT_EQ(files.Create("b").status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(files.CreateDirectory("d").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(files.ReadFile("a", 1).value(), "1");
  EXPECT_TRUE(files.Rename("a", "c").ok());
  files.FailWrites(absl::OkStatus());
  EXPECT_TRUE(files.Create("b").ok());
}

}  // namespace
}  // namespace pathkb
