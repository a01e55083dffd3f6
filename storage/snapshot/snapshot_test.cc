// A pair is written, opened and read back; equal entries are stored once; every way in which the
// two files and their record can disagree is found.

#include "storage/snapshot/snapshot.h"

#include <filesystem>
#include <fstream>
#include <map>

#include "gtest/gtest.h"

#include "core/facts/entry_store.h"
#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"
#include "storage/directory/data_directory.h"
#include "storage/directory/file_names.h"
#include "storage/file/posix_file_system.h"
#include "storage/snapshot/snapshot_writer.h"

namespace pathkb {
namespace {

class SnapshotTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = ::testing::TempDir() + "/" +
           ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(dir_);
    ASSERT_TRUE(DataDirectory::CreateOrOpen(files_, dir_).ok());
    for (int i = 0; i < 2000; ++i) {
      const std::string key = "spaces/s/terms/" + std::to_string(i);
      const std::string entry = i % 3 == 0 ? "" : "entry " + std::to_string(i % 7);
      trie_.Set(key, entries_.Intern(entry));
      contents_[key] = entry;
    }
    trie_.Set("spaces/s/facts/name", entries_.Intern("named"));
    contents_["spaces/s/facts/name"] = "named";
    database_id_ = DatabaseId::Random();
  }

  absl::StatusOr<SnapshotRecord> Write(uint64_t revision) {
    ReadZipper zipper(trie_);
    SnapshotSource source;
    source.zipper = &zipper;
    source.entry_bytes = [this](uint64_t id, int) -> absl::StatusOr<std::string_view> {
      return entries_.Find(id);
    };
    source.revision = revision;
    source.created_unix_ms = 1'795'000'000'123;
    source.database_id = database_id_;
    source.compress_terms = compress_terms_;
    source.interrupt = [this] { return interrupt_; };
    return WriteSnapshot(files_, dir_, source);
  }

  FileSystem& files_ = RealFileSystem();
  std::string dir_;
  DatabaseId database_id_;
  PathTrie trie_;
  EntryStore entries_;
  std::map<std::string, std::string> contents_;
  absl::Status interrupt_;
  bool compress_terms_ = false;
};

TEST_F(SnapshotTest, WhatIsWrittenIsRead) {
  for (const bool compress : {false, true}) {
    compress_terms_ = compress;
    const auto record = Write(compress ? 8 : 7);
    ASSERT_TRUE(record.ok()) << record.status();
    EXPECT_EQ(record->facts, 2000u);
    EXPECT_EQ(record->paths, 2001u);
    EXPECT_EQ(record->entries, 8u);
    const auto snapshot = Snapshot::Open(files_, dir_, database_id_, *record);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    EXPECT_TRUE((*snapshot)->Verify().ok());
    std::map<std::string, std::string> read;
    std::string scratch;
    const auto zipper = (*snapshot)->NewZipper();
    while (zipper->NextValue()) {
      read.emplace(zipper->path(), *(*snapshot)->FindEntry(*zipper->value(), scratch));
    }
    EXPECT_EQ(read, contents_);
    for (const auto& [key, entry] : contents_) {
      const auto id = (*snapshot)->Find(key);
      ASSERT_TRUE(id.ok() && id->has_value());
      EXPECT_EQ(*(*snapshot)->FindEntry(**id, scratch), entry);
    }
    EXPECT_FALSE((*snapshot)->Find("spaces/s/terms/none")->has_value());
  }
}

TEST_F(SnapshotTest, CompressedTermsAreSmallerAndTakenForAPair) {
  for (int i = 0; i < 3000; ++i) {
    trie_.Set("spaces/s/terms/more" + std::to_string(i),
              entries_.Intern("an entry like many others, number " + std::to_string(i)));
  }
  const auto plain = Write(7);
  compress_terms_ = true;
  const auto compressed = Write(8);
  ASSERT_TRUE(plain.ok() && compressed.ok());
  EXPECT_EQ(plain->entries, compressed->entries);
  EXPECT_LT(compressed->terms_bytes, plain->terms_bytes / 2);
  const auto snapshot = Snapshot::Open(files_, dir_, database_id_, *compressed);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  EXPECT_TRUE((*snapshot)->Verify().ok());
}

TEST_F(SnapshotTest, BothFilesAreMappedAsTold) {
  const SnapshotRecord record = *Write(7);
  for (const bool map : {false, true}) {
    // They are small: without being told to map them, they are read.
    const auto snapshot = Snapshot::Open(files_, dir_, database_id_, record, {.always_map = map});
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    EXPECT_EQ((*snapshot)->tree_file()->Report().mapped_bytes, map ? record.tree_bytes : 0);
    EXPECT_EQ((*snapshot)->terms_file()->Report().mapped_bytes, map ? record.terms_bytes : 0);
  }
}

// Of more entries than the writer keeps in memory, it reads back what it wrote, to compare.
TEST_F(SnapshotTest, EqualEntriesFarApartAreStoredOnce) {
  constexpr uint64_t kEntries = 40;
  const auto entry_of = [](uint64_t number) { return std::string(1 << 20, 'a' + number % 64); };
  PathTrie trie;
  for (uint64_t id = 1; id <= 2 * kEntries; ++id) trie.Set(std::string(1, ' ' + id), id);
  ReadZipper zipper(trie);
  SnapshotSource source;
  source.zipper = &zipper;
  source.entry_bytes = [&, entry = std::string()](uint64_t id, int) mutable {
    entry = entry_of(id % kEntries);
    return absl::StatusOr<std::string_view>(entry);
  };
  source.revision = 7;
  source.database_id = database_id_;
  const auto record = WriteSnapshot(files_, dir_, source);
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->paths, 2 * kEntries);
  EXPECT_EQ(record->entries, kEntries);
  const auto snapshot = Snapshot::Open(files_, dir_, database_id_, *record);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  std::string scratch;
  for (const uint64_t id : {uint64_t{1}, kEntries + 1}) {
    const auto found = (*snapshot)->Find(std::string(1, ' ' + id));
    ASSERT_TRUE(found.ok() && found->has_value());
    EXPECT_TRUE(*(*snapshot)->FindEntry(**found, scratch) == entry_of(1));
  }
}

TEST_F(SnapshotTest, AnInterruptLeavesNothing) {
  // The interrupt is asked every 4,096 paths.
  for (int i = 0; i < 5000; ++i) trie_.Set("spaces/s/terms/more" + std::to_string(i), 0);
  interrupt_ = absl::AbortedError("stop");
  EXPECT_EQ(Write(7).status(), absl::AbortedError("stop"));
  EXPECT_TRUE(files_.List(dir_ + "/snapshots")->empty());
  EXPECT_TRUE(files_.List(dir_ + "/tmp")->empty());
}

TEST_F(SnapshotTest, MixedPairsAreRefused) {
  const SnapshotRecord record = *Write(7);
  SnapshotRecord other = record;
  ++other.entries;
  EXPECT_EQ(Snapshot::Open(files_, dir_, database_id_, other).status().code(),
            absl::StatusCode::kDataLoss);
  other = record;
  ++other.tree_bytes;
  EXPECT_EQ(Snapshot::Open(files_, dir_, database_id_, other).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(Snapshot::Open(files_, dir_, DatabaseId::Random(), record).status().code(),
            absl::StatusCode::kDataLoss);
  other = *Write(8);
  std::filesystem::copy_file(dir_ + "/" + SnapshotTermsName(record.id),
                             dir_ + "/" + SnapshotTermsName(other.id),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(Snapshot::Open(files_, dir_, database_id_, other).status().code(),
            absl::StatusCode::kDataLoss);
  std::filesystem::remove(dir_ + "/" + SnapshotTreeName(record.id));
  EXPECT_EQ(Snapshot::Open(files_, dir_, database_id_, record).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(SnapshotTest, VerifyFindsAChangedByteInEitherFile) {
  const SnapshotRecord record = *Write(7);
  for (const std::string& name : {SnapshotTreeName(record.id), SnapshotTermsName(record.id)}) {
    std::fstream file(dir_ + "/" + name, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(100);
    const char byte = static_cast<char>(file.get());
    file.seekp(100);
    file.put(static_cast<char>(byte ^ 1));
    file.flush();
    const auto snapshot = Snapshot::Open(files_, dir_, database_id_, record);
    EXPECT_FALSE(snapshot.ok() && (*snapshot)->Verify().ok()) << name;
    file.seekp(100);
    file.put(byte);
  }
  EXPECT_TRUE((*Snapshot::Open(files_, dir_, database_id_, record))->Verify().ok());
}

TEST_F(SnapshotTest, CountsWhatIsBelowAPrefix) {
  const auto record = Write(42);
  ASSERT_TRUE(record.ok()) << record.status();
  const auto snapshot = Snapshot::Open(files_, dir_, database_id_, *record);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  for (int asked = 0; asked < 2; ++asked) {
    EXPECT_EQ(*(*snapshot)->CountBelow("spaces/s/terms/"), 2000u);
    EXPECT_EQ(*(*snapshot)->CountBelow("spaces/s/terms/199"), 10u) << "199 itself is not below";
    EXPECT_EQ(*(*snapshot)->CountBelow("spaces/t/"), 0u);
  }
  // More prefixes than are remembered.
  for (int i = 0; i < 1500; ++i) {
    const std::string prefix = "spaces/s/terms/" + std::to_string(i % 10);
    EXPECT_EQ(*(*snapshot)->CountBelow(prefix + std::string(i / 10, 'x')), i / 10 != 0 ? 0u
                                                                           : i == 0    ? 0u
                                                                           : i == 1    ? 1110u
                                                                                       : 110u);
  }
}

}  // namespace
}  // namespace pathkb
