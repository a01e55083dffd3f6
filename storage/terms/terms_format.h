// The bytes of a .terms file of version 2 as constants; FORMAT.md beside this file is the whole
// description. Version 1, which is only read, is in terms_reader_v1.
//
//   0        40                 index         find                   sums           footer    size
//   +--------+-------+-----+----+-------------+----------------------+--------------+---------+
//   | header | block | ... | .. | a word an   | directory | slots    | a sum for 64 | footer  |
//   |        |       |     |    | entry: where|   entry ids by hash  | KiB of file  |         |
//   +--------+-------+-----+----+-------------+----------------------+--------------+---------+
//
// Block: raw bytes u32, stored bytes u32 (its highest bit: through zlib), then the stored bytes.
// Raw are entries, back to back, each behind its length.

#ifndef PATHKB_STORAGE_TERMS_TERMS_FORMAT_H_
#define PATHKB_STORAGE_TERMS_TERMS_FORMAT_H_

#include <cstdint>
#include <string_view>

#include "core/base/varint.h"
#include "storage/file/database_id.h"
#include "storage/file/little_endian.h"

namespace pathkb {

inline constexpr uint32_t kTermsVersion = 2;

// Header: magic, version u32, flags u32, database id, revision u64. The same in version 1.
inline constexpr std::string_view kTermsMagic = "PKBTERMS";
inline constexpr uint64_t kTermsVersionOffset = 8;
inline constexpr uint64_t kTermsFlagsOffset = 12;
inline constexpr uint64_t kTermsDatabaseIdOffset = 16;
inline constexpr uint64_t kTermsRevisionOffset = kTermsDatabaseIdOffset + kDatabaseIdBytes;
inline constexpr uint64_t kTermsHeaderBytes = kTermsRevisionOffset + 8;

// Flags: some blocks may be compressed.
inline constexpr uint32_t kTermsFlagCompressed = 1;
inline constexpr uint32_t kTermsFlagsKnown = kTermsFlagCompressed;

// Blocks. An entry that does not fit into kTermsBlockBytes with its length has a block of its own.
inline constexpr uint64_t kTermsBlockBytes = uint64_t{64} << 10;  // Raw.
inline constexpr uint64_t kTermsBlockHeaderBytes = 8;
inline constexpr uint32_t kTermsBlockCompressedBit = uint32_t{1} << 31;
inline constexpr uint64_t kTermsEntryBytesMax = uint64_t{64} << 20;
inline constexpr uint64_t kTermsBlockRawBytesMax = kTermsEntryBytesMax + kVarintBytesMax;

// The index: a word for each entry says where it is.
//
//   bit 63                             17 16            15                       0
//       | offset of the block in the file | compressed? | place in its raw bytes |
inline constexpr uint64_t kTermsIndexWordBytes = 8;
inline constexpr int kTermsPlaceBits = 16;
inline constexpr uint64_t kTermsOffsetMax = (uint64_t{1} << 47) - 1;

// A word of the index, taken apart. A value type.
struct TermsPlace {
  uint64_t block = 0;  // Offset of the block's header.
  uint64_t place = 0;  // Of the entry's length, in the block's raw bytes.
  bool compressed = false;

  // From and to a word.
  static TermsPlace FromWord(uint64_t word) {
    return {.block = word >> (kTermsPlaceBits + 1),
            .place = word & (kTermsBlockBytes - 1),
            .compressed = (word >> kTermsPlaceBits & 1) != 0};
  }
  uint64_t ToWord() const {
    return block << (kTermsPlaceBits + 1) | uint64_t{compressed} << kTermsPlaceBits | place;
  }
};

// The ids by hash: buckets of about kTermsBucketEntries slots. The directory holds, for each bucket
// and once more at the end, how many slots are before it, u64.
//
//   hash of an entry, its upper 40 bits:   | 12 | 28: tag |    the bucket comes from all 40
//   slot, u64:                             | 28: tag | 36: id |
inline constexpr uint64_t kTermsBucketEntries = 8;
inline constexpr uint64_t kTermsSlotBytes = 8;
inline constexpr uint64_t kTermsDirectoryWordBytes = 8;
inline constexpr int kTermsPrefixBits = 40;
inline constexpr int kTermsTagBits = 28;
inline constexpr int kTermsIdBits = 36;
inline constexpr uint64_t kTermsIdMax = (uint64_t{1} << kTermsIdBits) - 1;
inline constexpr uint64_t kTermsTagMax = (uint64_t{1} << kTermsTagBits) - 1;

// How an entry is hashed: Checksum(), with the first eight bytes of the database's id as the seed.
// Other functions are for tests.
using TermsHash = uint64_t (*)(std::string_view entry, uint64_t seed);
inline uint64_t TermsHashSeed(const DatabaseId& id) {
  return LoadU64(reinterpret_cast<const char*>(id.bytes.data()));
}

// What the find index keeps of a hash.
inline constexpr uint64_t TermsHashPrefix(uint64_t hash) { return hash >> (64 - kTermsPrefixBits); }

// How many buckets there are for `entries` entries.
inline constexpr uint64_t TermsBucketCount(uint64_t entries) {
  return entries / kTermsBucketEntries + 1;
}

// The bucket of a prefix, ascending with it.
inline constexpr uint64_t TermsBucket(uint64_t prefix, uint64_t bucket_count) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<uint64_t>(Wide{prefix} * bucket_count >> kTermsPrefixBits);
}

// The slot of an entry.
inline constexpr uint64_t TermsSlot(uint64_t prefix, uint64_t id) {
  return (prefix & kTermsTagMax) << kTermsIdBits | id;
}

// Footer; places count from its start. The whole checksum is of everything before it, the own one
// of the header and the footer's bytes before it.
inline constexpr std::string_view kTermsFooterMagic = "PKBTERME";
inline constexpr uint64_t kTermsFooterIndexOffset = 0;  // Where the index starts; and so on.
inline constexpr uint64_t kTermsFooterFindOffset = 8;
inline constexpr uint64_t kTermsFooterSumsOffset = 16;
inline constexpr uint64_t kTermsFooterEntriesOffset = 24;
inline constexpr uint64_t kTermsFooterBlocksOffset = 32;
inline constexpr uint64_t kTermsFooterFileBytesOffset = 40;
inline constexpr uint64_t kTermsFooterChecksumOffset = 48;
inline constexpr uint64_t kTermsFooterOwnChecksumOffset = 56;
inline constexpr uint64_t kTermsFooterMagicOffset = 64;
inline constexpr uint64_t kTermsFooterBytes = 72;

// No entries: header, a directory of one bucket, the sum of these, footer.
inline constexpr uint64_t kTermsFileBytesMin =
    kTermsHeaderBytes + 2 * kTermsDirectoryWordBytes + 8 + kTermsFooterBytes;

static_assert(kTermsMagic.size() == kTermsVersionOffset);
static_assert(kTermsHeaderBytes == 40);
static_assert(kTermsBlockBytes == uint64_t{1} << kTermsPlaceBits);
static_assert(kTermsBlockRawBytesMax < kTermsBlockCompressedBit);
static_assert(kTermsTagBits + kTermsIdBits == 64);
static_assert(kTermsFooterMagic.size() == kTermsFooterBytes - kTermsFooterMagicOffset);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TERMS_TERMS_FORMAT_H_
