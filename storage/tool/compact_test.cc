// Goal: a compacted directory holds the same facts in one pair and nothing else, and nothing is
// lost where that cannot be done. Method: directories with log, snapshots and deletes, compared
// before and after; locks and damage.

#include "storage/tool/compact.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "storage/directory/directory_lock.h"
#include "storage/file/posix_file_system.h"
#include "storage/tool/directory_verifier.h"
#include "storage/tool/fact_pair.h"
#include "storage/tool/test_directory.h"

namespace pathkb {
namespace {

constexpr int64_t kNow = 1'800'000'000'000;

std::vector<std::string> Problems(const std::string& path) {
  std::vector<std::string> problems;
  Verifier verifier(RealFileSystem(), {.on_problem = [&](const FileProblem& problem) {
                      problems.push_back(problem.Line());
                    }});
  const absl::Status status = VerifyDirectory(verifier, path);
  EXPECT_TRUE(status.ok()) << status;
  return problems;
}

// Two snapshots, a log behind each, a named fact, a delete, a second space.
TestDirectory FullDirectory(const std::string& name) {
  TestDirectory directory(name);
  directory.Commit("{\"fact\":\"(a 1)\"}\n{\"fact\":\"(a 2)\",\"confidence\":0.5}\n");
  directory.Commit("{\"fact\":\"(= (f $x) $x)\",\"name\":\"rule\",\"source\":\"us\"}\n");
  directory.Snapshot();
  directory.Commit("{\"fact\":\"(b 1)\",\"metadata\":{\"k\":\"v\"}}\n");
  directory.Commit("{\"fact\":\"(other)\"}\n", "second");
  directory.Snapshot();
  directory.Commit("{\"fact\":\"(c 1)\"}\n");
  Change gone;
  gone.kind = Change::Kind::kDeleteTerm;
  gone.encoded_term = std::string("\x02\xC1") + "a" + "\x49\x01";
  directory.Commit(gone);
  return directory;
}

const std::vector<std::string> kNone;

TEST(Compact, LeavesOnePairWithTheSameFacts) {
  TestDirectory directory = FullDirectory("compact_full");
  const std::string before = directory.Facts();
  const std::string before_second = directory.Facts("second");
  ASSERT_NE(before.find("(c 1)"), std::string::npos);
  ASSERT_EQ(before.find("(a 1)"), std::string::npos) << "deleted";
  EXPECT_EQ(Problems(directory.path()), kNone);

  const auto result = CompactDirectory(RealFileSystem(), directory.path(), {.now_unix_ms = kNow});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(result->written);
  EXPECT_EQ(result->snapshot.revision, 6u);
  EXPECT_GT(result->files_removed, 0u);
  EXPECT_EQ(directory.Facts(), before);
  EXPECT_EQ(directory.Facts("second"), before_second);
  EXPECT_EQ(Problems(directory.path()), kNone);
  EXPECT_EQ(directory.Names("snapshots").size(), 3u) << ".tree, .terms, .sums";
  EXPECT_EQ(directory.Names("wal"), kNone);
  EXPECT_EQ(directory.Names("manifests").size(), 1u);
  EXPECT_TRUE(directory.manifest().older.empty());

  // Again there is nothing to do, unless that is asked for.
  const auto again =
      CompactDirectory(RealFileSystem(), directory.path(), {.now_unix_ms = kNow + 1});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_FALSE(again->written);
  EXPECT_EQ(again->snapshot.id, result->snapshot.id);
  const auto anew =
      CompactDirectory(RealFileSystem(), directory.path(),
                       {.now_unix_ms = kNow + 2, .compress_terms = true, .rewrite = true});
  ASSERT_TRUE(anew.ok()) << anew.status();
  EXPECT_TRUE(anew->written);
  EXPECT_EQ(directory.Facts(), before);
  EXPECT_EQ(directory.Names("snapshots").size(), 3u);
  // Life goes on after it.
  directory.NewSegment();
  directory.Commit("{\"fact\":\"(after)\"}\n");
  EXPECT_NE(directory.Facts().find("(after)"), std::string::npos);
  EXPECT_EQ(Problems(directory.path()), kNone);
}

// Deltas of two generations, with a delete in one of them, and log between and behind them.
TestDirectory DirectoryWithDeltas(const std::string& name) {
  TestDirectory directory(name);
  directory.Commit("{\"fact\":\"(a 1)\"}\n{\"fact\":\"(a 2)\",\"confidence\":0.5}\n");
  directory.Snapshot();
  directory.Commit("{\"fact\":\"(b 1)\"}\n");
  directory.Delta();
  directory.Commit("{\"fact\":\"(= (f $x) $x)\",\"name\":\"rule\",\"source\":\"us\"}\n");
  directory.Snapshot();
  Change gone;
  gone.kind = Change::Kind::kDeleteTerm;
  gone.encoded_term = std::string("\x02\xC1") + "a" + "\x49\x01";
  directory.Commit(gone);
  directory.Delta();
  directory.Commit("{\"fact\":\"(c 1)\"}\n");
  directory.Delta();
  directory.Commit("{\"fact\":\"(d 1)\"}\n");
  directory.Delta();
  directory.Commit("{\"fact\":\"(e 1)\"}\n");
  return directory;
}

TEST(Compact, FoldsDeltasIn) {
  TestDirectory directory = DirectoryWithDeltas("compact_deltas");
  const std::string before = directory.Facts();
  ASSERT_EQ(before.find("(a 1)"), std::string::npos) << "deleted";
  ASSERT_NE(before.find("(e 1)"), std::string::npos);
  ASSERT_EQ(directory.Names("deltas").size(), 4u);
  EXPECT_EQ(Problems(directory.path()), kNone);
  const auto result = CompactDirectory(RealFileSystem(), directory.path(), {.now_unix_ms = kNow});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->snapshot.revision, 7u);
  EXPECT_EQ(directory.Facts(), before);
  EXPECT_EQ(directory.Names("deltas"), kNone);
  EXPECT_EQ(directory.Names("wal"), kNone);
  EXPECT_EQ(directory.Names("snapshots").size(), 3u);
  EXPECT_EQ(Problems(directory.path()), kNone);
}

TEST(Compact, VerifyChecksDeltasAndWhatLiesBetween) {
  TestDirectory directory = DirectoryWithDeltas("compact_verify_deltas");
  for (const std::string& name : directory.Names("deltas")) {
    const std::string sound = directory.Read(name);
    for (const size_t at : {size_t{3}, size_t{60}, sound.size() - 1}) {
      std::string bytes = sound;
      bytes[at] = static_cast<char>(bytes[at] ^ 0x20);
      directory.Write(name, bytes);
      const std::vector<std::string> problems = Problems(directory.path());
      ASSERT_FALSE(problems.empty()) << name << " byte " << at;
      EXPECT_TRUE(problems[0].starts_with(directory.path() + "/" + name)) << problems[0];
    }
    ASSERT_TRUE(RealFileSystem().Remove(directory.path() + "/" + name).ok());
    EXPECT_FALSE(Problems(directory.path()).empty());
    directory.Write(name, sound);
  }
  // Revision 3 lies between the last delta of the older snapshot and the base, in the log only.
  const std::string between = "wal/r00000000000000000003.log";
  const std::string sound = directory.Read(between);
  ASSERT_TRUE(RealFileSystem().Remove(directory.path() + "/" + between).ok());
  const std::vector<std::string> problems = Problems(directory.path());
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_NE(problems[1].find("revisions 3 to 3 are in no"), std::string::npos) << problems[1];
  directory.Write(between, sound);
  EXPECT_EQ(Problems(directory.path()), kNone);
}

TEST(Compact, AnEmptyDirectoryAndALogAlone) {
  TestDirectory empty("compact_empty");
  const auto nothing = CompactDirectory(RealFileSystem(), empty.path(), {.now_unix_ms = kNow});
  ASSERT_TRUE(nothing.ok()) << nothing.status();
  EXPECT_EQ(nothing->snapshot.facts, 0u);
  EXPECT_EQ(Problems(empty.path()), kNone);
  TestDirectory log_only("compact_log");
  log_only.Commit("{\"fact\":\"(a)\"}\n{\"fact\":\"(b)\"}\n");
  const auto two = CompactDirectory(RealFileSystem(), log_only.path(), {.now_unix_ms = kNow});
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_EQ(two->snapshot.facts, 2u);
  EXPECT_EQ(log_only.Names("wal"), kNone);
}

TEST(Compact, RefusesWhatItMustNotTouch) {
  FileSystem& files = RealFileSystem();
  TestDirectory directory = FullDirectory("compact_locked");
  const std::vector<std::string> before = directory.Names("snapshots");
  {
    const auto lock = DirectoryLock::Acquire(files, directory.path());
    ASSERT_TRUE(lock.ok());
    const auto locked = CompactDirectory(files, directory.path(), {.now_unix_ms = kNow});
    EXPECT_EQ(locked.status().code(), absl::StatusCode::kUnavailable) << locked.status();
    EXPECT_NE(locked.status().message().find("pid"), absl::string_view::npos) << locked.status();
  }
  EXPECT_EQ(CompactDirectory(files, ::testing::TempDir(), {}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  // A flipped byte in the base.
  const std::string facts = directory.Facts();
  const std::string tree = "snapshots/" + directory.manifest().base->id + ".tree";
  std::string bytes = directory.Read(tree);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  directory.Write(tree, bytes);
  const auto damaged = CompactDirectory(files, directory.path(), {.now_unix_ms = kNow});
  // The pair before it serves, with its longer log.
  ASSERT_TRUE(damaged.ok()) << damaged.status();
  EXPECT_FALSE(damaged->notes.empty());
  EXPECT_EQ(directory.Facts(), facts);
  EXPECT_EQ(Problems(directory.path()), kNone);
  EXPECT_EQ(directory.Names("quarantine").size(), 3u) << "for a human to look at";
}

TEST(Compact, VerifyFindsWhatIsWrongWithADirectory) {
  TestDirectory directory = FullDirectory("compact_verify");
  const std::string id = directory.manifest().base->id;
  const auto flipped = [&](const std::string& name, size_t at) {
    std::string bytes = directory.Read(name);
    const std::string sound = bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x20);
    directory.Write(name, bytes);
    const std::vector<std::string> problems = Problems(directory.path());
    directory.Write(name, sound);
    return problems;
  };
  for (const std::string folder : {"snapshots", "manifests", "wal"}) {
    for (const std::string& name : directory.Names(folder)) {
      // Of manifests and the log only what counts is looked at.
      const bool counts = folder == "snapshots" ||
                          name == "manifests/" + std::to_string(directory.manifest().number) ||
                          name > "wal/r00000000000000000002.log";
      if (!counts) continue;
      for (const size_t at : {size_t{3}, directory.Read(name).size() / 2}) {
        const std::vector<std::string> problems = flipped(name, at);
        ASSERT_FALSE(problems.empty()) << name << " byte " << at;
        EXPECT_TRUE(problems[0].starts_with(directory.path())) << problems[0];
      }
    }
  }
  EXPECT_FALSE(flipped("CURRENT", 2).empty());
  EXPECT_EQ(Problems(directory.path()), kNone) << "all is as it was";
  // A missing file of a snapshot.
  ASSERT_TRUE(RealFileSystem().Remove(directory.path() + "/snapshots/" + id + ".sums").ok());
  EXPECT_EQ(Problems(directory.path()).size(), 1u);
}

}  // namespace
}  // namespace pathkb
