// The bytes of a .terms file as constants; FORMAT.md beside this file is the whole description.
//
//   0          40                                index_offset                          size
//   +----------+---------------------------------+------------------------+-----------+
//   |  header  | entry 1 | entry 2 | ... entry n | n + 1 offsets, u64 each |  footer   |
//   +----------+---------------------------------+------------------------+-----------+
//
// Offset i (from 0) is where entry i + 1 starts; the last one is where the entries end.

#ifndef PATHKB_STORAGE_TERMS_TERMS_FORMAT_H_
#define PATHKB_STORAGE_TERMS_TERMS_FORMAT_H_

#include <cstdint>
#include <string_view>

#include "storage/file/database_id.h"

namespace pathkb {

inline constexpr uint32_t kTermsVersion = 1;

// Header: magic, version u32, flags u32 (0), database id, revision u64.
inline constexpr std::string_view kTermsMagic = "PKBTERMS";
inline constexpr uint64_t kTermsVersionOffset = 8;
inline constexpr uint64_t kTermsFlagsOffset = 12;
inline constexpr uint64_t kTermsDatabaseIdOffset = 16;
inline constexpr uint64_t kTermsRevisionOffset = kTermsDatabaseIdOffset + kDatabaseIdBytes;
inline constexpr uint64_t kTermsHeaderBytes = kTermsRevisionOffset + 8;

// Footer: index offset u64, entry count u64, file size u64, checksum u64, magic. The checksum is
// XXH3 of everything before it. Places count from the footer's start.
inline constexpr std::string_view kTermsFooterMagic = "PKBTERME";
inline constexpr uint64_t kTermsFooterCountOffset = 8;
inline constexpr uint64_t kTermsFooterFileBytesOffset = 16;
inline constexpr uint64_t kTermsFooterChecksumOffset = 24;
inline constexpr uint64_t kTermsFooterMagicOffset = 32;
inline constexpr uint64_t kTermsFooterBytes = 40;

inline constexpr uint64_t kTermsIndexEntryBytes = 8;
inline constexpr uint64_t kTermsFileBytesMin =
    kTermsHeaderBytes + kTermsIndexEntryBytes + kTermsFooterBytes;

static_assert(kTermsMagic.size() == kTermsVersionOffset);
static_assert(kTermsHeaderBytes == 40);
static_assert(kTermsFooterMagic.size() == kTermsFooterBytes - kTermsFooterMagicOffset);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TERMS_TERMS_FORMAT_H_
