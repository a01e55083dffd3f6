// Goal: WriteSums writes what FORMAT.md says, and nothing it cannot stand for. Method: the dumps of
// that page, files of all sizes around a block read back, and files that run out of room.

#include "storage/sums/sums_writer.h"

#include <string>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/file/block_sums.h"
#include "storage/file/checksum.h"
#include "storage/sums/sums_reader.h"

namespace pathkb {
namespace {

DatabaseId CountedId() {
  DatabaseId id;
  for (size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = static_cast<uint8_t>(i);
  return id;
}

// The sums of `covered`.
std::string SumsOf(const std::string& covered) {
  BlockSummer summer(CountedId());
  summer.Update(covered);
  return summer.Finish();
}

SumsSubject SubjectOf(const std::string& covered) {
  return {CountedId(), 7, covered.size(), Checksum(covered)};
}

// The .sums file of a file that holds `covered`.
std::string SumsFileOf(const std::string& covered) {
  MemoryWritableFile file;
  const auto totals = WriteSums(file, SubjectOf(covered), SumsOf(covered));
  EXPECT_TRUE(totals.ok()) << totals.status();
  EXPECT_EQ(totals->file_bytes, file.bytes().size());
  EXPECT_EQ(totals->digest, Checksum(file.bytes()));
  return file.bytes();
}

TEST(SumsWriter, WritesTheDumpsOfTheFormatPage) {
  EXPECT_EQ(SumsFileOf(std::string(70000, 'x')),
            ReadHexDump("storage/sums/FORMAT.md", "two blocks"));
  EXPECT_EQ(SumsFileOf(""), ReadHexDump("storage/sums/FORMAT.md", "no block"));
}

TEST(SumsWriter, WhatIsWrittenIsRead) {
  for (const size_t size : {0, 1, 65535, 65536, 65537, 1000000}) {
    const std::string covered(size, 'y');
    const auto reader = SumsReader::Open(MapBytes(SumsFileOf(covered)));
    ASSERT_TRUE(reader.ok()) << reader.status();
    EXPECT_EQ((*reader)->Verify(), absl::OkStatus());
    EXPECT_EQ((*reader)->covered_bytes(), size);
    EXPECT_EQ((*reader)->covered_digest(), Checksum(covered));
    EXPECT_EQ((*reader)->database_id(), CountedId());
    EXPECT_EQ((*reader)->revision(), 7u);
    EXPECT_EQ((*reader)->sums(), SumsOf(covered));
    const BlockGuard guard(covered, (*reader)->sums(), (*reader)->database_id());
    EXPECT_EQ(guard.FirstWrongBlock(), std::nullopt);
  }
}

TEST(SumsWriter, RefusesSumsOfAnotherSize) {
  const std::string covered(70000, 'x');
  const std::string sums = SumsOf(covered);
  for (const std::string& wrong :
       {sums.substr(0, 8), sums.substr(0, 15), sums + "x", sums + sums, std::string()}) {
    MemoryWritableFile file;
    EXPECT_EQ(WriteSums(file, SubjectOf(covered), wrong).status().code(),
              absl::StatusCode::kInternal);
    EXPECT_EQ(file.bytes(), "");
  }
}

TEST(SumsWriter, AFullDiskIsAnError) {
  const std::string covered(70000, 'x');
  const uint64_t file_bytes = SumsFileOf(covered).size();
  for (uint64_t room = 0; room < file_bytes; ++room) {
    MemoryWritableFile file(room);
    EXPECT_EQ(WriteSums(file, SubjectOf(covered), SumsOf(covered)).status().code(),
              absl::StatusCode::kResourceExhausted)
        << room;
  }
}

}  // namespace
}  // namespace pathkb
