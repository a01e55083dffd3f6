// Goal: SumsReader believes a file only if every byte of it is as it was written, and opens a large
// one without reading it. Method: each byte of a small file changed with three masks, the file cut
// at each length, and headers that are sound by their checksum but contradict themselves.

#include "storage/sums/sums_reader.h"

#include <string>
#include <unistd.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/file/block_sums.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"
#include "storage/file/posix_file_system.h"
#include "storage/sums/sums_format.h"
#include "storage/sums/sums_writer.h"

namespace pathkb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr uint64_t kCoveredBytes = 150000;  // Three blocks.

std::string SmallFile() {
  const std::string covered(kCoveredBytes, 'x');
  BlockSummer summer(DatabaseId{});
  summer.Update(covered);
  MemoryWritableFile file;
  EXPECT_TRUE(
      WriteSums(file, {DatabaseId{}, 9, covered.size(), Checksum(covered)}, summer.Finish()).ok());
  return file.bytes();
}

// The first error of opening and verifying `bytes` under the name "s.sums".
absl::Status Check(const std::string& bytes) {
  const auto reader = SumsReader::Open(MapBytes(bytes, "s.sums"));
  return reader.ok() ? (*reader)->Verify() : reader.status();
}

// `bytes` with the checksum that its header should have.
std::string WithHeaderChecksum(std::string bytes) {
  const uint64_t sum = Checksum(std::string_view(bytes).substr(0, kSumsHeaderChecksumOffset));
  StoreU64(sum, bytes.data() + kSumsHeaderChecksumOffset);
  return bytes;
}

TEST(SumsReader, EveryChangedByteIsNoticed) {
  const std::string good = SmallFile();
  ASSERT_EQ(Check(good), absl::OkStatus());
  for (const int mask : {0x01, 0x80, 0xff}) {
    for (size_t at = 0; at < good.size(); ++at) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ mask);
      const absl::Status status = Check(bad);
      const bool is_version = at >= kSumsVersionOffset && at < kSumsBlockBytesOffset;
      const bool is_newer = is_version && LoadU32(bad.data() + kSumsVersionOffset) > kSumsVersion;
      EXPECT_EQ(status.code(),
                is_newer ? absl::StatusCode::kFailedPrecondition : absl::StatusCode::kDataLoss)
          << at << " with " << mask << ": " << status;
      EXPECT_THAT(std::string(status.message()), HasSubstr("s.sums: ")) << at;
    }
  }
}

TEST(SumsReader, EveryCutAndEveryAdditionIsNoticedWhenOpened) {
  const std::string good = SmallFile();
  for (size_t length = 0; length < good.size(); ++length) {
    const absl::Status status = SumsReader::Open(MapBytes(good.substr(0, length))).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << length;
    EXPECT_THAT(std::string(status.message()), HasSubstr("offset")) << length;
  }
  for (const size_t more : {1, 8, 100}) {
    EXPECT_EQ(SumsReader::Open(MapBytes(good + std::string(more, '\0'))).status().code(),
              absl::StatusCode::kDataLoss);
  }
}

TEST(SumsReader, ANewerVersionIsRefusedWithBothNamed) {
  std::string newer = SmallFile();
  StoreU32(kSumsVersion + 4, newer.data() + kSumsVersionOffset);
  // Whether its header has a checksum there or something else.
  for (const std::string& bytes : {newer, WithHeaderChecksum(newer)}) {
    const absl::Status status = Check(bytes);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("version 5"), HasSubstr("up to version 1")));
  }
}

// What no accident makes, but somebody may.
TEST(SumsReader, HeadersThatContradictThemselvesAreRefused) {
  const std::string good = SmallFile();
  ASSERT_EQ(Check(WithHeaderChecksum(good)), absl::OkStatus());
  const auto message_with = [&](uint64_t offset, uint64_t number, bool four_bytes) {
    std::string bytes = good;
    if (four_bytes) {
      StoreU32(static_cast<uint32_t>(number), bytes.data() + offset);
    } else {
      StoreU64(number, bytes.data() + offset);
    }
    const absl::Status status =
        SumsReader::Open(MapBytes(WithHeaderChecksum(bytes), "s.sums")).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    return std::string(status.message());
  };
  EXPECT_EQ(message_with(kSumsVersionOffset, 0, true),
            "s.sums: offset 8: format version 0 does not exist");
  EXPECT_EQ(message_with(kSumsBlockBytesOffset, 4096, true),
            "s.sums: offset 12: blocks of 4096 bytes, expected 65536");
  EXPECT_EQ(message_with(kSumsCountOffset, 2, false),
            "s.sums: offset 56: 2 sums, but 150000 bytes have 3 blocks");
  EXPECT_EQ(message_with(kSumsCountOffset, ~uint64_t{0}, false),
            "s.sums: offset 56: 18446744073709551615 sums, but 150000 bytes have 3 blocks");
  EXPECT_EQ(message_with(kSumsCoveredBytesOffset, ~uint64_t{0}, false),
            "s.sums: offset 56: 3 sums, but 18446744073709551615 bytes have 281474976710656 "
            "blocks");
  std::string huge = good;
  StoreU64(~uint64_t{0}, huge.data() + kSumsCoveredBytesOffset);
  StoreU64(uint64_t{1} << 48, huge.data() + kSumsCountOffset);
  EXPECT_EQ(std::string(
                SumsReader::Open(MapBytes(WithHeaderChecksum(huge), "s.sums")).status().message()),
            "s.sums: ends at offset 112, but with 281474976710656 sums has 2251799813685336 bytes");
}

TEST(SumsReader, OpensALargeFileWithoutReadingIt) {
  // Sums of a file of 1 TiB, all of them in a hole of the file: only the header is written.
  constexpr uint64_t kCovered = uint64_t{1} << 40;
  constexpr uint64_t kFileBytes = kSumsFileBytesMin + kCovered / kSumBlockBytes * kBlockSumBytes;
  std::string header = SmallFile().substr(0, kSumsHeaderBytes);
  StoreU64(kCovered, header.data() + kSumsCoveredBytesOffset);
  StoreU64(kCovered / kSumBlockBytes, header.data() + kSumsCountOffset);
  header = WithHeaderChecksum(header);
  const std::string path = ::testing::TempDir() + "/large" + std::to_string(::getpid()) + ".sums";
  FileSystem& files = RealFileSystem();
  auto file = files.Create(path);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE((*file)->Append(header).ok());
  ASSERT_EQ(::truncate(path.c_str(), kFileBytes), 0);

  std::shared_ptr<const MappedFile> mapped = files.Map(path, {.always_map = true}).value();
  const auto reader = SumsReader::Open(mapped);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->sums().size(), kCovered / kSumBlockBytes * kBlockSumBytes);
  EXPECT_LE(mapped->Report().resident_bytes, uint64_t{1} << 20) << "of " << kFileBytes;
  EXPECT_EQ((*reader)->Verify().code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(files.Remove(path).ok());
}

}  // namespace
}  // namespace pathkb
