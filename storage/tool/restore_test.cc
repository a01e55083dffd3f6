// Goal: a restored snapshot is a sound data directory with exactly the facts of that moment, the
// old one stays as it was, and nothing is written where anything is in the way or wrong. Method:
// directories with two snapshots; damage, targets in use, dry runs.

#include "storage/tool/restore.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "core/facts/arg_index.h"
#include "core/facts/keys.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"
#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"
#include "storage/act/act_writer.h"
#include "storage/directory/file_names.h"
#include "storage/directory/manifest_store.h"
#include "storage/file/atomic_file.h"
#include "storage/file/posix_file_system.h"
#include "storage/recovery/recovery.h"
#include "storage/tool/build_pair.h"
#include "storage/tool/directory_verifier.h"
#include "storage/tool/fact_set.h"
#include "storage/tool/test_directory.h"

namespace pathkb {
namespace {

class RestoreTest : public ::testing::Test {
 protected:
  RestoreTest() : directory_("restore_from"), target_(::testing::TempDir() + "/restore_to") {
    std::filesystem::remove_all(target_);
    std::filesystem::remove_all(target_ + ".partial");
    directory_.Commit("{\"fact\":\"(a 1)\"}\n{\"fact\":\"(a 2)\",\"confidence\":0.5}\n");
    directory_.Commit("{\"fact\":\"(= (f $x) $x)\",\"name\":\"rule\",\"source\":\"us\"}\n");
    directory_.Snapshot();
    facts_then_ = directory_.Facts();
    directory_.Commit("{\"fact\":\"(b 1)\"}\n");
    directory_.Snapshot();
    directory_.Commit("{\"fact\":\"(c 1)\"}\n");
  }

  absl::StatusOr<SnapshotRecord> Restore(const RestoreOptions& options) {
    return RestoreSnapshot(RealFileSystem(), directory_.path(), target_, options);
  }
  bool TargetIsThere() const {
    return std::filesystem::exists(target_) || std::filesystem::exists(target_ + ".partial");
  }

  // All facts of the default space of a data directory, as JSON lines.
  static std::string FactsOf(const std::string& path) {
    const auto state = Recover(RealFileSystem(), path);
    EXPECT_TRUE(state.ok()) << state.status();
    FactsOverBase content(state->working, state->base.get());
    std::string lines;
    const auto count = ForEachFact(content.zipper(), content.entry_bytes(), "default",
                                   [&](const StoredFact& fact) {
                                     return AppendFactLine(FactForm::kJsonLines, fact.encoded_term,
                                                           fact.name, fact.entry, lines);
                                   });
    EXPECT_TRUE(count.ok()) << count.status();
    return lines;
  }

  TestDirectory directory_;
  const std::string target_;
  std::string facts_then_;
};

TEST_F(RestoreTest, MakesADirectoryWithTheFactsOfThatMoment) {
  const std::string facts_now = directory_.Facts();
  const auto record = Restore({.revision = 2});
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->revision, 2u);
  EXPECT_EQ(record->facts, 3u);
  EXPECT_EQ(FactsOf(target_), facts_then_);
  EXPECT_EQ(directory_.Facts(), facts_now);
  EXPECT_FALSE(std::filesystem::exists(target_ + ".partial"));

  std::vector<std::string> problems;
  Verifier verifier(RealFileSystem(), {.on_problem = [&](const FileProblem& problem) {
                      problems.push_back(problem.Line());
                    }});
  ASSERT_TRUE(VerifyDirectory(verifier, target_).ok());
  EXPECT_EQ(problems, std::vector<std::string>());
  const auto manifest = ReadCurrent(RealFileSystem(), target_);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_NE(manifest->database_id, directory_.manifest().database_id);
  EXPECT_EQ(manifest->wal_first_revision, 3u);
  EXPECT_TRUE(manifest->older.empty());
}

TEST_F(RestoreTest, TakesAnIdAndAnEmptyDirectory) {
  std::filesystem::create_directory(target_);
  const auto record = Restore({.id = directory_.manifest().base->id});
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->revision, 3u);
  EXPECT_NE(FactsOf(target_).find("(b 1)"), std::string::npos);
  EXPECT_EQ(FactsOf(target_).find("(c 1)"), std::string::npos);
}

TEST_F(RestoreTest, ADryRunWritesNothing) {
  const auto record = Restore({.revision = 2, .dry_run = true});
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->facts, 3u);
  EXPECT_FALSE(TargetIsThere());
}

TEST_F(RestoreTest, WhatIsNotThereIsNotFoundAndWhatIsThereIsListed) {
  for (const RestoreOptions& options :
       {RestoreOptions{.revision = 1}, RestoreOptions{.revision = 4}, RestoreOptions{.id = "x"}}) {
    const absl::Status status = Restore(options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
    EXPECT_NE(status.message().find(directory_.manifest().base->id), absl::string_view::npos);
  }
  EXPECT_EQ(Restore({}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Restore({.id = "x", .revision = 2}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(RestoreSnapshot(RealFileSystem(), ::testing::TempDir(), target_, {.revision = 2})
                .status()
                .code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(TargetIsThere());
}

TEST_F(RestoreTest, NothingIsWrittenOverWhatIsThere) {
  for (const std::string& path : {target_, target_ + ".partial"}) {
    std::filesystem::create_directory(path);
    std::filesystem::create_directory(path + "/mine");
    EXPECT_EQ(Restore({.revision = 2}).status().code(), absl::StatusCode::kAlreadyExists);
    std::filesystem::remove_all(path);
  }
  directory_.Write("file", "x");
  EXPECT_EQ(RestoreSnapshot(RealFileSystem(), directory_.path(), directory_.path() + "/file",
                            {.revision = 2})
                .status()
                .code(),
            absl::StatusCode::kAlreadyExists);
}

TEST_F(RestoreTest, DamageAnywhereInTheSnapshotIsFoundBeforeAnythingIsWritten) {
  const std::string id = directory_.manifest().older.front().id;
  int flips = 0;
  for (const std::string& name :
       {SnapshotTreeName(id), SnapshotTermsName(id), SnapshotSumsName(id)}) {
    const std::string bytes = directory_.Read(name);
    for (size_t at = 0; at < bytes.size(); at += 1 + bytes.size() / 100) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
      directory_.Write(name, damaged);
      for (const bool dry_run : {true, false}) {
        EXPECT_FALSE(Restore({.revision = 2, .dry_run = dry_run}).ok()) << name << " " << at;
      }
      ++flips;
    }
    directory_.Write(name, bytes);
  }
  EXPECT_GT(flips, 100);
  EXPECT_FALSE(TargetIsThere());
  EXPECT_TRUE(Restore({.revision = 2}).ok());
}

// A file of facts, built, then loaded: what a server finds there.
class LoadPairTest : public RestoreTest {
 protected:
  void SetUp() override {
    stem_ = ::testing::TempDir() + "/load_pair";
    for (const char* ending : {".tree", ".terms", ".sums", ".metta"}) {
      std::filesystem::remove(stem_ + ending);
    }
  }
  absl::StatusOr<SnapshotRecord> Load(const std::string& tree_path) {
    return LoadPair(RealFileSystem(), tree_path, target_, 1'795'259'700'123, "test");
  }

  std::string stem_;
};

TEST_F(LoadPairTest, WhatWasBuiltIsServed) {
  {
    std::ofstream text(stem_ + ".metta");
    for (int i = 0; i < 1000; ++i) text << "(edge n" << i << " n" << i * 7 % 1000 << ")\n";
  }
  ASSERT_TRUE(BuildPair(RealFileSystem(), {stem_ + ".metta"}, stem_, BuildOptions()).ok());
  const auto loaded = Load(stem_ + ".tree");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->facts, 1000u);
  EXPECT_EQ(loaded->revision, 1u);
  EXPECT_EQ(loaded->created_unix_ms, 1'795'259'700'123);
  const std::string facts = FactsOf(target_);
  EXPECT_EQ(std::count(facts.begin(), facts.end(), '\n'), 1000);
  EXPECT_NE(facts.find("(edge n3 n21)"), facts.npos);
  // Not into what is there.
  EXPECT_TRUE(absl::IsAlreadyExists(Load(stem_ + ".tree").status()));
}

TEST_F(LoadPairTest, AnIndexThatDisagreesIsRefused) {
  std::string term;
  ASSERT_TRUE(EncodeTerm(*ParseTerm("(edge a b)"), term).ok());
  std::string permuted = ArgumentPrefix("default", 2);
  ASSERT_TRUE(AppendPermuted(term, 2, permuted));
  const std::string fact = TermKey("default", term, "");
  const auto write = [&](const std::vector<std::string>& keys) {
    PathTrie trie;
    for (const std::string& key : keys) trie.Set(key, 0);
    auto file = AtomicFile::Create(RealFileSystem(), stem_ + ".tree.partial", stem_ + ".tree");
    ASSERT_TRUE(file.ok());
    ReadZipper zipper(trie);
    ASSERT_TRUE(WriteAct(zipper, (*file)->file()).ok());
    ASSERT_TRUE((*file)->Commit().ok());
  };
  for (const std::vector<std::string>& keys : {
           std::vector<std::string>{IndexedKey("default", 2), fact},
           {fact, permuted},
           {IndexedKey("default", 2), fact, permuted, permuted + "x"},
       }) {
    ASSERT_NO_FATAL_FAILURE(write(keys));
    const auto refused = Load(stem_ + ".tree");
    EXPECT_TRUE(absl::IsDataLoss(refused.status())) << refused.status();
    EXPECT_NE(refused.status().message().find("disagrees"), refused.status().message().npos);
    EXPECT_FALSE(TargetIsThere());
  }
  ASSERT_NO_FATAL_FAILURE(write({IndexedKey("default", 2), fact, permuted}));
  const auto loaded = Load(stem_ + ".tree");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->facts, 1u);
}

TEST_F(LoadPairTest, OtherTreesAreRefused) {
  const auto refused = Load("tests/golden/common_prefix.tree");
  EXPECT_TRUE(absl::IsInvalidArgument(refused.status())) << refused.status();
  EXPECT_NE(refused.status().message().find("none of a fact"), refused.status().message().npos);
  EXPECT_FALSE(TargetIsThere());
  EXPECT_TRUE(absl::IsNotFound(Load(stem_ + ".tree").status()));
  EXPECT_FALSE(TargetIsThere());
}

}  // namespace
}  // namespace pathkb
