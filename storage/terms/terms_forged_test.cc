// Goal: a .terms file that was made wrong on purpose, every checksum right, does no harm: no read
// outside, no allocation by a claimed size, and Verify() tells. Method: each number of a small file
// replaced by hostile ones, every byte changed, and new checksums put over it.

#include <optional>
#include <string>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/file/block_sums.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"
#include "storage/terms/terms_block.h"
#include "storage/terms/terms_format.h"
#include "tests/support/test_terms.h"

namespace pathkb {
namespace {

uint64_t FooterNumber(const std::string& bytes, uint64_t place) {
  return LoadU64(bytes.data() + bytes.size() - kTermsFooterBytes + place);
}

// `bytes` with right sums, if the footer still says where these are, and right checksums.
std::string Sealed(std::string bytes) {
  const uint64_t footer_offset = bytes.size() - kTermsFooterBytes;
  char* const footer = bytes.data() + footer_offset;
  const uint64_t sums_offset = FooterNumber(bytes, kTermsFooterSumsOffset);
  if (sums_offset < footer_offset &&
      footer_offset - sums_offset == SumBlockCount(sums_offset) * kBlockSumBytes) {
    DatabaseId id;
    std::copy_n(bytes.data() + kTermsDatabaseIdOffset, kDatabaseIdBytes, id.bytes.begin());
    for (uint64_t block = 0; block < SumBlockCount(sums_offset); ++block) {
      const std::string_view summed = std::string_view(bytes).substr(0, sums_offset);
      StoreU64(BlockSum(summed.substr(block * kSumBlockBytes, kSumBlockBytes), block, id),
               bytes.data() + sums_offset + block * kBlockSumBytes);
    }
  }
  const std::string_view view = bytes;
  StoreU64(Checksum(view.substr(0, footer_offset + kTermsFooterChecksumOffset)),
           footer + kTermsFooterChecksumOffset);
  StoreU64(Checksum(bytes.substr(0, kTermsHeaderBytes) +
                    bytes.substr(footer_offset, kTermsFooterOwnChecksumOffset)),
           footer + kTermsFooterOwnChecksumOffset);
  return bytes;
}

// Asks for whatever there may be; what Open() or else Verify() says.
absl::Status AskAnything(const std::string& bytes) {
  const auto reader = TermsReader::Open(MapBytes(bytes));
  if (!reader.ok()) return reader.status();
  std::string scratch;
  for (uint64_t id = 0; id <= 8; ++id) {
    const auto entry = (*reader)->Find(id, scratch);
    if (entry.ok()) Checksum(*entry);  // Touches all its bytes.
  }
  for (const char* entry : {"red", "", "none"}) (*reader)->FindId(entry).status().IgnoreError();
  return (*reader)->Verify();
}

const std::vector<std::string>& Entries() {
  static const std::vector<std::string> entries = {"red", "green", "", std::string(300, 'b'),
                                                   "violet"};
  return entries;
}

std::string File(bool compress) {
  TermsOptions options;
  options.compress = compress;
  return WriteTerms(Entries(), options);
}

const uint64_t kHostile[] = {0,
                             1,
                             39,
                             kTermsHeaderBytes,
                             uint64_t{1} << 16,
                             uint64_t{1} << 17,
                             uint64_t{40} << 17 | 0xFFFF,
                             uint64_t{40} << 17 | uint64_t{1} << 16,
                             uint64_t{41} << 17,
                             uint64_t{1} << 36,
                             uint64_t{1} << 61,
                             uint64_t{1} << 63,
                             ~uint64_t{0} - 7,
                             ~uint64_t{0}};

TEST(TermsForged, SealingMakesNoDifferenceToARightFile) {
  for (const bool compress : {false, true}) {
    EXPECT_EQ(Sealed(File(compress)), File(compress));
    EXPECT_EQ(AskForEntries(File(compress), Entries()), absl::OkStatus());
  }
}

TEST(TermsForged, HostileNumbersBehindTheBlocksAreFound) {
  for (const bool compress : {false, true}) {
    const std::string right = File(compress);
    const uint64_t sums_offset = FooterNumber(right, kTermsFooterSumsOffset);
    for (uint64_t at = FooterNumber(right, kTermsFooterIndexOffset); at < sums_offset; at += 8) {
      const uint64_t now = LoadU64(right.data() + at);
      for (const uint64_t hostile : kHostile) {
        for (const uint64_t forged : {hostile, now + hostile, now - hostile}) {
          if (forged == now) continue;
          std::string bytes = right;
          StoreU64(forged, bytes.data() + at);
          EXPECT_EQ(AskAnything(Sealed(bytes)).code(), absl::StatusCode::kDataLoss)
              << at << " " << forged;
        }
      }
    }
  }
}

TEST(TermsForged, HostileBlockHeadersAreFound) {
  for (const bool compress : {false, true}) {
    const std::string right = File(compress);
    for (const uint64_t at : {kTermsHeaderBytes, kTermsHeaderBytes + 4}) {
      const uint32_t now = LoadU32(right.data() + at);
      for (const uint32_t forged :
           {uint32_t{0}, uint32_t{1}, now - 1, now + 1, now ^ kTermsBlockCompressedBit,
            uint32_t{1} << 16, uint32_t{64} << 20, (uint32_t{64} << 20) + 10,
            ~kTermsBlockCompressedBit, ~uint32_t{0}}) {
        std::string bytes = right;
        StoreU32(forged, bytes.data() + at);
        EXPECT_EQ(AskAnything(Sealed(bytes)).code(), absl::StatusCode::kDataLoss)
            << at << " " << forged;
      }
    }
  }
}

TEST(TermsForged, HostileFootersAreRefusedByOpen) {
  const std::string right = File(false);
  for (uint64_t place = 0; place < kTermsFooterChecksumOffset; place += 8) {
    const uint64_t now = FooterNumber(right, place);
    for (const uint64_t hostile : kHostile) {
      for (const uint64_t forged : {hostile, now + hostile, now - hostile, now + 8 * hostile}) {
        if (forged == now) continue;
        std::string bytes = right;
        StoreU64(forged, bytes.data() + bytes.size() - kTermsFooterBytes + place);
        const absl::Status status = TermsReader::Open(MapBytes(Sealed(bytes))).status();
        // Five blocks with one entry each would be possible as far as Open() can see.
        if (status.ok() && place == kTermsFooterBlocksOffset && forged <= Entries().size()) {
          EXPECT_EQ(AskAnything(Sealed(bytes)).code(), absl::StatusCode::kDataLoss);
          continue;
        }
        EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << place << " " << forged;
      }
    }
  }
}

TEST(TermsForged, WhatVerifyPassesIsRight) {
  for (const bool compress : {false, true}) {
    const std::string right = File(compress);
    const size_t sums_offset = FooterNumber(right, kTermsFooterSumsOffset);
    int passed = 0;
    for (size_t at = kTermsHeaderBytes; at < sums_offset; ++at) {
      for (int mask = 1; mask < 256; ++mask) {
        std::string bytes = right;
        bytes[at] = static_cast<char>(bytes[at] ^ mask);
        bytes = Sealed(bytes);
        if (!AskAnything(bytes).ok()) continue;
        ++passed;
        EXPECT_EQ(AskForEntries(bytes, Entries()), absl::OkStatus()) << at << " " << mask;
      }
    }
    // The bits that fill up the last byte of a compressed block mean nothing.
    EXPECT_LE(passed, compress ? 127 : 0);
  }
}

TEST(TermsForged, ACompressedBlockNeedsTheFlag) {
  std::string bytes = File(true);
  bytes[kTermsFlagsOffset] = 0;
  const absl::Status status = AskAnything(Sealed(bytes));
  EXPECT_EQ(status.message(),
            "memory: offset 40: a compressed block, but the header's flags say that there is none");
}

TEST(TermsForged, NewerVersionsAndFlagsAreNamed) {
  std::string bytes = File(false);
  StoreU32(3, bytes.data() + kTermsVersionOffset);
  const absl::Status version = AskAnything(Sealed(bytes));
  EXPECT_EQ(version.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(version.message(),
            "memory: the file has format version 3, this program reads up to version 2");

  bytes = File(false);
  StoreU32(6, bytes.data() + kTermsFlagsOffset);
  const absl::Status flags = AskAnything(Sealed(bytes));
  EXPECT_EQ(flags.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(flags.message(),
            "memory: the file has format version 2 with flags 0x6 of a newer program; this one "
            "reads up to version 2 and knows flags 0x1");

  bytes = ReadTestFile("tests/golden/terms/v1_small.terms");
  StoreU32(1, bytes.data() + kTermsFlagsOffset);
  EXPECT_EQ(AskAnything(bytes).code(), absl::StatusCode::kFailedPrecondition);

  for (const uint32_t version : {0u, 1u}) {
    bytes = File(false);
    StoreU32(version, bytes.data() + kTermsVersionOffset);
    EXPECT_EQ(AskAnything(Sealed(bytes)).code(), absl::StatusCode::kDataLoss) << version;
  }
}

// Sums and checksums are right, but for another database.
TEST(TermsForged, ABlockOfAnotherDatabaseIsNoticed) {
  std::string bytes = File(false);
  const std::string sums = bytes.substr(FooterNumber(bytes, kTermsFooterSumsOffset), 8);
  bytes[kTermsDatabaseIdOffset] = 0x77;
  bytes = Sealed(bytes);
  EXPECT_NE(bytes.substr(FooterNumber(bytes, kTermsFooterSumsOffset), 8), sums);
  bytes.replace(FooterNumber(bytes, kTermsFooterSumsOffset), 8, sums);
  const auto reader = *TermsReader::Open(MapBytes(bytes));
  std::string scratch;
  EXPECT_EQ(reader->Find(1, scratch).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace pathkb
