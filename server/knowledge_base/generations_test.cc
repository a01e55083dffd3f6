// Goal: every snapshot that the manifest names can be read, those that it no longer names cannot,
// and a view outlives the files it shows. Method: pairs written into a data directory, a manifest
// that the test changes as it likes.

#include "server/knowledge_base/generations.h"

#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "core/facts/keys.h"
#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"
#include "storage/directory/data_directory.h"
#include "storage/directory/file_names.h"
#include "storage/directory/manifest_store.h"
#include "storage/file/posix_file_system.h"
#include "storage/snapshot/snapshot_writer.h"

namespace pathkb {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kFirstMs = 1'750'000'000'000;

// A key that is in every pair, and one that is only in that of `revision`.
std::string KeyOf(uint64_t revision) { return "spaces/s/terms/r" + std::to_string(revision); }

class GenerationsTest : public ::testing::Test {
 protected:
  GenerationsTest()
      : dir_(::testing::TempDir() + "/" +
             ::testing::UnitTest::GetInstance()->current_test_info()->name()),
        knowledge_base_(ReadView()),
        generations_(RealFileSystem(), dir_, knowledge_base_, [this] { return manifest_; }) {
    std::filesystem::remove_all(dir_);
    EXPECT_TRUE(DataDirectory::CreateOrOpen(RealFileSystem(), dir_).ok());
    manifest_ = *ReadCurrent(RealFileSystem(), dir_);
  }

  SnapshotRecord WritePair(uint64_t revision, int64_t created_unix_ms) {
    PathTrie trie;
    trie.Set(KeyOf(revision), 0);
    ReadZipper zipper(trie);
    SnapshotSource source;
    source.zipper = &zipper;
    source.revision = revision;
    source.created_unix_ms = created_unix_ms;
    source.database_id = manifest_.database_id;
    const auto record = WriteSnapshot(RealFileSystem(), dir_, source);
    EXPECT_TRUE(record.ok()) << record.status();
    return *record;
  }
  // Makes a pair the base of the manifest and, if `live`, of the live view.
  void AddBase(uint64_t revision, bool live) {
    const SnapshotRecord record =
        WritePair(revision, kFirstMs + static_cast<int64_t>(revision) * 1000);
    if (manifest_.base.has_value()) {
      manifest_.older.insert(manifest_.older.begin(), *manifest_.base);
    }
    manifest_.base = record;
    if (!live) return;
    const auto snapshot = Snapshot::Open(RealFileSystem(), dir_, manifest_.database_id, record);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    knowledge_base_.Install(*snapshot, WorkingSet());
    knowledge_base_.Publish(WorkingSet(), revision + 1, 1, 1);
  }
  void RemoveFilesOf(const SnapshotRecord& record) {
    for (const std::string& name :
         {SnapshotTreeName(record.id), SnapshotTermsName(record.id), SnapshotSumsName(record.id)}) {
      std::filesystem::remove(dir_ + "/" + name);
    }
  }
  static bool Has(const ReadView& view, uint64_t revision) {
    const auto entry = view.FindKey(KeyOf(revision));
    EXPECT_TRUE(entry.ok()) << entry.status();
    return entry.ok() && entry->has_value();
  }

  const std::string dir_;
  Manifest manifest_;
  KnowledgeBase knowledge_base_;
  Generations generations_;
};

TEST_F(GenerationsTest, EachSnapshotIsReadByItsRevisionOrItsId) {
  for (uint64_t revision : {10, 20, 30}) AddBase(revision, /*live=*/revision == 30);
  for (uint64_t revision : {10, 20, 30}) {
    const auto view = generations_.AtRevision(revision);
    ASSERT_TRUE(view.ok()) << view.status();
    EXPECT_EQ(view->revision, revision);
    EXPECT_EQ(view->facts, 1u);
    EXPECT_TRUE(view->working.empty());
    for (uint64_t other : {10, 20, 30}) EXPECT_EQ(Has(*view, other), other == revision);
    EXPECT_EQ(generations_.Named(std::to_string(revision))->revision, revision);
  }
  EXPECT_EQ(generations_.Named(manifest_.older[0].id)->revision, 20u);
  for (const char* now : {"", "now", "31"}) EXPECT_EQ(generations_.Named(now)->revision, 31u);
  EXPECT_EQ(generations_.AtRevision(0)->revision, 31u);
  // The base is shared with the live view.
  EXPECT_EQ(generations_.AtRevision(30)->base, knowledge_base_.View().base);
  EXPECT_EQ(generations_.open_pairs(), 2u);
}

TEST_F(GenerationsTest, WhatIsNotKeptIsNotFoundAndTheRestIsListed) {
  EXPECT_EQ(generations_.AtRevision(7).status().message(),
            "there is no state 7 to read; there are those of revisions 0 (now)");
  for (uint64_t revision = 1; revision <= 15; ++revision) AddBase(revision, revision == 15);
  const absl::Status status = generations_.AtRevision(99).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("16 (now), 15 (2025-06-15T15:06:55Z), 14 (2025-06-15T15:06:54Z)"));
  EXPECT_THAT(std::string(status.message()), HasSubstr(" and 6 more"));
  for (const char* name : {"0", "99", "-1", "1x", "nothing", "99999999999999999999999"}) {
    EXPECT_EQ(generations_.Named(name).status().code(), absl::StatusCode::kNotFound) << name;
  }
}

TEST_F(GenerationsTest, AFewPairsStayOpenAndARemovedOneIsReadToTheEnd) {
  for (uint64_t revision = 1; revision <= 7; ++revision) AddBase(revision, revision == 7);
  for (uint64_t revision = 1; revision <= 6; ++revision) {
    ASSERT_TRUE(generations_.AtRevision(revision).ok());
  }
  EXPECT_EQ(generations_.open_pairs(), Generations::kOpenMax);
  // Asked for again, it is the same mapping.
  const auto view = generations_.AtRevision(6);
  EXPECT_EQ(generations_.AtRevision(6)->base, view->base);
  // Retention takes it; the view goes on, nobody else gets it.
  RemoveFilesOf(manifest_.older.front());
  manifest_.older.erase(manifest_.older.begin());
  EXPECT_TRUE(Has(*view, 6));
  EXPECT_EQ(generations_.AtRevision(6).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(generations_.open_pairs(), Generations::kOpenMax - 1);
  EXPECT_EQ(view->base.use_count(), 1);
  EXPECT_TRUE(Has(*view, 6));
  // A read of now lets go of them, too.
  manifest_.older.clear();
  EXPECT_TRUE(generations_.AtRevision(0).ok());
  EXPECT_EQ(generations_.open_pairs(), 0u);
}

TEST_F(GenerationsTest, ANamedPairThatIsGoneOrDamagedIsDataLoss) {
  for (uint64_t revision : {1, 2, 3}) AddBase(revision, revision == 3);
  RemoveFilesOf(manifest_.older[0]);
  EXPECT_EQ(generations_.AtRevision(2).status().code(), absl::StatusCode::kDataLoss);
  std::filesystem::resize_file(dir_ + "/" + SnapshotTreeName(manifest_.older[1].id), 5);
  EXPECT_EQ(generations_.AtRevision(1).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(generations_.AtRevision(3).ok());
}

TEST_F(GenerationsTest, OfOneRevisionTheNewestSnapshotIsTaken) {
  AddBase(1, true);
  manifest_.older.push_back(*manifest_.base);
  manifest_.base = WritePair(1, kFirstMs + 5000);
  const auto view = generations_.AtRevision(1);
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(std::dynamic_pointer_cast<const Snapshot>(view->base)->record().id, manifest_.base->id);
}

}  // namespace
}  // namespace pathkb
