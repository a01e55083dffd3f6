// Goal: TermsWriter stores each distinct entry once, under ids that count from 1, in the bytes that
// FORMAT.md shows. Method: the page's dump, a plain vector and map as the model for random entries,
// a hash function that always collides, and files without room.

#include "storage/terms/terms_writer.h"

#include <map>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/terms/terms_reader.h"

namespace pathkb {
namespace {

DatabaseId SomeDatabase() { return *DatabaseId::FromHex("000102030405060708090a0b0c0d0e0f"); }

void ExpectEntries(std::string_view bytes, const std::vector<std::string>& entries) {
  const auto reader = TermsReader::Open(MapBytes(bytes));
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_TRUE((*reader)->Verify().ok()) << (*reader)->Verify();
  ASSERT_EQ((*reader)->entry_count(), entries.size());
  for (uint64_t id = 1; id <= entries.size(); ++id) {
    const auto found = (*reader)->Find(id);
    ASSERT_TRUE(found.ok()) << found.status();
    ASSERT_TRUE(*found == entries[id - 1]) << "entry " << id;
  }
}

TEST(TermsWriter, WritesTheDumpOfTheFormatPage) {
  MemoryWritableFile file;
  TermsWriter writer(file, SomeDatabase(), 7);
  EXPECT_EQ(writer.Intern("red").value(), 1u);
  EXPECT_EQ(writer.Intern("green").value(), 2u);
  EXPECT_EQ(writer.Intern("red").value(), 1u);
  const auto totals = writer.Finish();
  ASSERT_TRUE(totals.ok()) << totals.status();
  EXPECT_EQ(totals->entries, 2u);
  EXPECT_EQ(totals->file_bytes, file.bytes().size());
  EXPECT_EQ(totals->digest, Checksum(file.bytes()));
  EXPECT_EQ(file.bytes(), ReadHexDump("storage/terms/FORMAT.md", "two entries"));
  ExpectEntries(file.bytes(), {"red", "green"});
}

TEST(TermsWriter, WritesFilesWithoutEntriesAndEmptyEntries) {
  MemoryWritableFile empty;
  EXPECT_EQ(TermsWriter(empty, SomeDatabase(), 0).Finish().value().entries, 0u);
  ExpectEntries(empty.bytes(), {});

  MemoryWritableFile file;
  TermsWriter writer(file, SomeDatabase(), 0);
  EXPECT_EQ(writer.Intern("").value(), 1u);
  EXPECT_EQ(writer.Intern("x").value(), 2u);
  EXPECT_EQ(writer.Intern("").value(), 1u);
  ASSERT_TRUE(writer.Finish().ok());
  ExpectEntries(file.bytes(), {"", "x"});
}

// Random entries of up to `entry_bytes_max` bytes, many of them again and again.
void CompareWithModel(int count, uint64_t entry_bytes_max, TermsWriter::Hash hash) {
  std::mt19937_64 random(TestSeed());
  MemoryWritableFile file;
  TermsWriter writer(file, SomeDatabase(), 1, std::move(hash));
  std::vector<std::string> entries;
  std::map<std::string, uint64_t> ids;
  for (int i = 0; i < count; ++i) {
    std::string entry;
    if (!entries.empty() && random() % 2 == 0) {
      entry = entries[random() % entries.size()];
      if (!entry.empty() && random() % 2 == 0) entry[random() % entry.size()] ^= 1;
    } else {
      entry.assign(random() % (entry_bytes_max + 1), 'x');
      for (char& c : entry) c = static_cast<char>(random() % 3);
    }
    const auto [found, is_new] = ids.try_emplace(entry, entries.size() + 1);
    if (is_new) entries.push_back(entry);
    const auto id = writer.Intern(entry);
    ASSERT_TRUE(id.ok()) << id.status();
    ASSERT_EQ(*id, found->second);
  }
  ASSERT_TRUE(writer.Finish().ok());
  ExpectEntries(file.bytes(), entries);
}

TEST(TermsWriter, StoresEqualEntriesOnce) {
  CompareWithModel(20'000, 20, [](std::string_view entry) { return Checksum(entry); });
}

TEST(TermsWriter, StoresLargeEntriesThatCrossBlocks) {
  CompareWithModel(30, 900'000, [](std::string_view entry) { return Checksum(entry); });
}

TEST(TermsWriter, NeverTrustsTheHash) {
  CompareWithModel(1000, 20, [](std::string_view) { return uint64_t{42}; });
  CompareWithModel(3000, 20, [](std::string_view entry) { return entry.size() % 3; });
}

TEST(TermsWriter, KeepsTheFirstErrorOfTheFile) {
  for (uint64_t room : {0u, 39u, 40u, 50u, 1'500'000u}) {
    MemoryWritableFile file(room);
    TermsWriter writer(file, SomeDatabase(), 1);
    for (int i = 0; i < 3; ++i) {
      writer.Intern(std::string(700'000, static_cast<char>('a' + i))).status().IgnoreError();
    }
    EXPECT_EQ(writer.Finish().status().code(), absl::StatusCode::kResourceExhausted) << room;
    EXPECT_FALSE(TermsReader::Open(MapBytes(file.bytes())).ok());
  }
}

TEST(TermsWriter, IsOverAfterFinish) {
  MemoryWritableFile file;
  TermsWriter writer(file, SomeDatabase(), 1);
  ASSERT_TRUE(writer.Finish().ok());
  EXPECT_EQ(writer.Intern("x").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(writer.Finish().status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace pathkb
