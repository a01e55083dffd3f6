// Holds the code to the page: reads the dump in FORMAT.md, writes the log that the page describes,
// and compares the bytes; then reads the dump back through WalReader.

#include "storage/wal/wal_format.h"

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "storage/wal/wal_reader.h"
#include "storage/wal/wal_writer.h"
#include "tests/support/crash_file_system.h"

namespace pathkb {
namespace {

const DatabaseId kId = *DatabaseId::FromHex("000102030405060708090a0b0c0d0e0f");

// The bytes of the block behind "```hexdump": an offset, up to 16 bytes, then anything behind a
// bar.
std::string DumpFromPage() {
  std::ifstream page("storage/wal/FORMAT.md");
  std::string bytes;
  std::string line;
  bool inside = false;
  while (std::getline(page, line)) {
    if (line.starts_with("```")) {
      inside = line == "```hexdump";
      continue;
    }
    if (!inside || line.empty()) continue;
    std::istringstream fields(line.substr(0, line.find('|')));
    std::string field;
    fields >> field;
    EXPECT_EQ(std::stoul(field, nullptr, 16), bytes.size()) << line;
    while (fields >> field) bytes.push_back(static_cast<char>(std::stoul(field, nullptr, 16)));
  }
  return bytes;
}

TEST(WalFormatTest, WriterWritesThePage) {
  CrashFileSystem files;
  auto writer = WalWriter::Create(files, "log", kId, 7);
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->AppendGroup(std::vector<WalRecord>{{7, 1, "(parent Tom Bob)"}}).ok());
  ASSERT_TRUE((*writer)->AppendGroup(std::vector<WalRecord>{{8, 2, ""}, {9, 1, "x"}}).ok());
  const std::string written = files.AllFiles()["log"];
  std::string dump;
  for (size_t at = 0; at < written.size(); ++at) {
    char text[32];
    if (at % 16 == 0) {
      std::snprintf(text, sizeof(text), "\n%08zx ", at);
      dump += text;
    }
    std::snprintf(text, sizeof(text), " %02x", static_cast<unsigned char>(written[at]));
    dump += text;
  }
  EXPECT_TRUE(written == DumpFromPage()) << dump;
}

TEST(WalFormatTest, ReaderReadsThePage) {
  CrashFileSystem files;
  files.PutFile("log", DumpFromPage());
  auto reader = WalReader::Open(files, "log", {.database_id = kId, .first_revision = 7});
  ASSERT_TRUE(reader.ok()) << reader.status();
  for (const WalRecord& expected :
       {WalRecord{7, 1, "(parent Tom Bob)"}, WalRecord{8, 2, ""}, WalRecord{9, 1, "x"}}) {
    const auto next = (*reader)->Next();
    ASSERT_TRUE(next.ok() && next->has_value());
    EXPECT_EQ((*next)->revision, expected.revision);
    EXPECT_EQ((*next)->kind, expected.kind);
    EXPECT_EQ((*next)->payload, expected.payload);
  }
  EXPECT_FALSE((*reader)->Next()->has_value());
  EXPECT_EQ((*reader)->tail().kind, WalTail::Kind::kClean);
}

TEST(WalFormatTest, HeadersComeBackAsTheyWent) {
  std::string bytes;
  const uint64_t seed = AppendWalSegmentHeader(
      {.format_version = 3, .database_id = kId, .first_revision = 1ull << 60}, bytes);
  ASSERT_EQ(bytes.size(), kWalSegmentHeaderBytes);
  const auto header = ParseWalSegmentHeader(bytes);
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->format_version, 3u);
  EXPECT_EQ(header->database_id, kId);
  EXPECT_EQ(header->first_revision, 1ull << 60);
  EXPECT_EQ(header->checksum, seed);
  EXPECT_FALSE(ParseWalSegmentHeader(std::string_view(bytes).substr(0, 47)).has_value());

  std::string record;
  const uint64_t checksum =
      AppendWalRecord({.previous_checksum = seed, .revision = 5, .synced_revision = 4, .kind = 9},
                      "abc", seed, record);
  ASSERT_EQ(record.size(), kWalRecordHeaderBytes + 3);
  EXPECT_TRUE(WalRecordHeaderIsSound(record, seed));
  EXPECT_FALSE(WalRecordHeaderIsSound(record, seed + 1));
  const WalRecordHeader loaded = LoadWalRecordHeader(record);
  EXPECT_EQ(loaded.checksum, checksum);
  EXPECT_EQ(loaded.previous_checksum, seed);
  EXPECT_EQ(loaded.revision, 5u);
  EXPECT_EQ(loaded.synced_revision, 4u);
  EXPECT_EQ(loaded.payload_bytes, 3u);
  EXPECT_EQ(loaded.kind, 9u);
}

}  // namespace
}  // namespace pathkb
