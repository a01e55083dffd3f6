// Goal: TermsReader refuses what it should with the right code, and no damage goes unnoticed by
// both Open() and Verify(). Method: every cut and every bit flip of a small file, in a heap block
// of exactly its size for the address sanitizer, and forged files whose checksum is right.

#include "storage/terms/terms_reader.h"

#include <string>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"
#include "storage/terms/terms_format.h"
#include "storage/terms/terms_writer.h"

namespace pathkb {
namespace {

std::string SmallFile() {
  MemoryWritableFile file;
  TermsWriter writer(file, *DatabaseId::FromHex("00112233445566778899aabbccddeeff"), 123);
  for (const char* entry : {"alpha", "", "beta", "a longer entry than the others"}) {
    EXPECT_TRUE(writer.Intern(entry).ok());
  }
  EXPECT_TRUE(writer.Finish().ok());
  return file.bytes();
}

// Puts the right checksum under whatever `bytes` now says.
std::string Sealed(std::string bytes) {
  const size_t at = bytes.size() - kTermsFooterBytes + kTermsFooterChecksumOffset;
  StoreU64(Checksum(std::string_view(bytes).substr(0, at)), bytes.data() + at);
  return bytes;
}

// Opens, looks up every id and some more; returns what Open() or else Verify() says.
absl::Status ReadInEveryWay(std::string_view bytes) {
  const auto reader = TermsReader::Open(MapBytes(bytes));
  if (!reader.ok()) return reader.status();
  for (uint64_t id : {0u, 1u, 2u, 3u, 4u, 5u, 1000u}) {
    const auto entry = (*reader)->Find(id);
    if (entry.ok()) Checksum(*entry);  // Touches all its bytes.
  }
  (*reader)->Find(~uint64_t{0}).status().IgnoreError();
  return (*reader)->Verify();
}

TEST(TermsReader, TellsWhoseFileItIs) {
  const auto reader = TermsReader::Open(MapBytes(SmallFile()));
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->database_id().ToHex(), "00112233445566778899aabbccddeeff");
  EXPECT_EQ((*reader)->revision(), 123u);
  EXPECT_EQ((*reader)->entry_count(), 4u);
  EXPECT_EQ((*reader)->file_bytes(), SmallFile().size());
  EXPECT_EQ((*reader)->Find(3).value(), "beta");
  EXPECT_EQ((*reader)->Find(2).value(), "");
  EXPECT_EQ((*reader)->Find(0).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ((*reader)->Find(5).status().message(), "memory: no entry with id 5, there are 4");
}

TEST(TermsReader, NoticesEveryCut) {
  const std::string bytes = SmallFile();
  for (size_t length = 0; length < bytes.size(); ++length) {
    const absl::Status status = ReadInEveryWay(std::string_view(bytes).substr(0, length));
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << length << ": " << status;
  }
}

TEST(TermsReader, NoticesEveryChangeOfOneByte) {
  std::string bytes = SmallFile();
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int change = 1; change < 256; ++change) {
      bytes[at] = static_cast<char>(bytes[at] ^ change);
      const absl::Status status = ReadInEveryWay(bytes);
      EXPECT_TRUE(status.code() == absl::StatusCode::kDataLoss ||
                  status.code() == absl::StatusCode::kFailedPrecondition)
          << "byte " << at << ": " << status;
      bytes[at] = static_cast<char>(bytes[at] ^ change);
    }
  }
  EXPECT_TRUE(ReadInEveryWay(bytes).ok());
}

TEST(TermsReader, NamesBothVersions) {
  std::string bytes = SmallFile();
  bytes[kTermsVersionOffset] = 2;
  EXPECT_EQ(TermsReader::Open(MapBytes(bytes)).status().message(),
            "memory: the file has format version 2, this program reads up to version 1");
  bytes[kTermsVersionOffset] = 0;
  EXPECT_EQ(TermsReader::Open(MapBytes(bytes)).status().code(), absl::StatusCode::kDataLoss);
  bytes = SmallFile();
  bytes[kTermsFlagsOffset] = 1;
  EXPECT_EQ(TermsReader::Open(MapBytes(bytes)).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(TermsReader, ForgedIndexesWithARightChecksumAreRefused) {
  const std::string right = SmallFile();
  ASSERT_TRUE(ReadInEveryWay(Sealed(right)).ok());
  const uint64_t index_offset = LoadU64(right.data() + right.size() - kTermsFooterBytes);
  for (uint64_t position = 0; position <= 4; ++position) {
    const uint64_t now = LoadU64(right.data() + index_offset + position * 8);
    for (uint64_t forged : {uint64_t{0}, uint64_t{39}, now - 6, now + 31, index_offset + 1,
                            uint64_t{1} << 63, ~uint64_t{0}}) {
      std::string bytes = right;
      StoreU64(forged, bytes.data() + index_offset + position * 8);
      EXPECT_EQ(ReadInEveryWay(Sealed(bytes)).code(), absl::StatusCode::kDataLoss)
          << position << " " << forged;
    }
  }
}

TEST(TermsReader, ForgedFootersWithARightChecksumAreRefused) {
  const std::string right = SmallFile();
  const uint64_t footer = right.size() - kTermsFooterBytes;
  for (uint64_t field = 0; field < kTermsFooterChecksumOffset; field += 8) {
    const uint64_t now = LoadU64(right.data() + footer + field);
    for (uint64_t forged :
         {uint64_t{0}, uint64_t{1}, now - 8, now - 1, now + 1, now + 8, uint64_t{1} << 61,
          (uint64_t{1} << 61) + now, uint64_t{1} << 63, ~uint64_t{0}, ~uint64_t{0} - 7}) {
      std::string bytes = right;
      StoreU64(forged, bytes.data() + footer + field);
      EXPECT_EQ(ReadInEveryWay(Sealed(bytes)).code(), absl::StatusCode::kDataLoss)
          << "field " << field << ": " << forged;
    }
  }
}

}  // namespace
}  // namespace pathkb
