// The bytes of a .sums file as constants; FORMAT.md beside this file is the whole description.
//
//   0          72                          72 + 8 n            88 + 8 n
//   +----------+---------------------------+-------------------+
//   |  header  | sum 0 | ... | sum n - 1   |  footer           |
//   +----------+---------------------------+-------------------+

#ifndef PATHKB_STORAGE_SUMS_SUMS_FORMAT_H_
#define PATHKB_STORAGE_SUMS_SUMS_FORMAT_H_

#include <cstdint>
#include <string_view>

#include "storage/file/block_sums.h"
#include "storage/file/database_id.h"

namespace pathkb {

inline constexpr uint32_t kSumsVersion = 1;

// Header: magic, version u32, bytes of a block u32, database id, revision u64, covered bytes u64,
// covered digest u64, count of sums u64, checksum u64 of the header up to there.
inline constexpr std::string_view kSumsMagic = "PKBSUMSH";
inline constexpr uint64_t kSumsVersionOffset = 8;
inline constexpr uint64_t kSumsBlockBytesOffset = 12;
inline constexpr uint64_t kSumsDatabaseIdOffset = 16;
inline constexpr uint64_t kSumsRevisionOffset = kSumsDatabaseIdOffset + kDatabaseIdBytes;
inline constexpr uint64_t kSumsCoveredBytesOffset = kSumsRevisionOffset + 8;
inline constexpr uint64_t kSumsCoveredDigestOffset = kSumsCoveredBytesOffset + 8;
inline constexpr uint64_t kSumsCountOffset = kSumsCoveredDigestOffset + 8;
inline constexpr uint64_t kSumsHeaderChecksumOffset = kSumsCountOffset + 8;
inline constexpr uint64_t kSumsHeaderBytes = kSumsHeaderChecksumOffset + 8;

// Footer: checksum u64 of everything before it, magic. Places count from the footer's start.
inline constexpr std::string_view kSumsFooterMagic = "PKBSUMSE";
inline constexpr uint64_t kSumsFooterMagicOffset = 8;
inline constexpr uint64_t kSumsFooterBytes = 16;

inline constexpr uint64_t kSumsFileBytesMin = kSumsHeaderBytes + kSumsFooterBytes;

static_assert(kSumsMagic.size() == kSumsVersionOffset);
static_assert(kSumsHeaderBytes == 72);
static_assert(kSumsFooterMagic.size() == kSumsFooterBytes - kSumsFooterMagicOffset);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_SUMS_SUMS_FORMAT_H_
