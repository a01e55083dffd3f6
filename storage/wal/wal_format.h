// The bytes of a log segment, as constants and as functions from and to structs. FORMAT.md shows
// them in a dump and says why they are as they are; wal_writer and wal_reader are the only users.
//
//   segment header, 48 bytes             record header, 48 bytes, then the payload
//    0  8  magic "PKBWLOG1"               0  8  checksum of the 40 bytes below, seeded
//    8  4  format version                 8  8  checksum of the payload, seeded
//   12  4  zero                          16  8  checksum (the first field) of the record before;
//   16 16  database id                          for the first record, that of the segment header
//   32  8  first revision                24  8  revision
//   40  8  checksum of the 40 above      32  8  synced revision
//                                        40  4  payload bytes
//                                        44  4  kind
//
// All integers are little-endian. "Seeded": with the segment header's checksum as the seed, so that
// a record from another segment, left over in a recycled block or copied into a payload, is no
// record here.

#ifndef PATHKB_STORAGE_WAL_WAL_FORMAT_H_
#define PATHKB_STORAGE_WAL_WAL_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/file/database_id.h"

namespace pathkb {

inline constexpr std::string_view kWalMagic = "PKBWLOG1";
inline constexpr uint32_t kWalFormatVersion = 1;
inline constexpr size_t kWalSegmentHeaderBytes = 48;
inline constexpr size_t kWalRecordHeaderBytes = 48;
inline constexpr uint64_t kWalPayloadBytesMax = uint64_t{1} << 30;

// One committed batch. What `kind` and `payload` mean is the business of whoever commits and
// replays.
struct WalRecord {
  uint64_t revision = 0;
  uint32_t kind = 0;
  std::string_view payload;  // Borrowed; writer and reader say for how long.
};

// The first bytes of a segment.
struct WalSegmentHeader {
  uint32_t format_version = kWalFormatVersion;
  DatabaseId database_id;
  uint64_t first_revision = 0;
  uint64_t checksum = 0;  // Filled in by both functions below; seed and start of the chain.
};

// Appends the header's bytes to `out` and returns its checksum.
uint64_t AppendWalSegmentHeader(const WalSegmentHeader& header, std::string& out);

// The header at the front of `bytes`, of any format version; nullopt if there are too few bytes, or
// if magic or checksum are wrong.
std::optional<WalSegmentHeader> ParseWalSegmentHeader(std::string_view bytes);

// The bytes before a payload.
struct WalRecordHeader {
  uint64_t checksum = 0;          // Of all fields below; the next record repeats it.
  uint64_t payload_checksum = 0;  //
  uint64_t previous_checksum = 0;
  uint64_t revision = 0;
  uint64_t synced_revision = 0;  // This one and all before were synced when this one was written.
  uint32_t payload_bytes = 0;
  uint32_t kind = 0;
};

// Appends header and payload to `out` and returns the header's checksum. The two checksum fields of
// `header` that concern itself, and payload_bytes, are not looked at but computed.
uint64_t AppendWalRecord(WalRecordHeader header, std::string_view payload, uint64_t seed,
                         std::string& out);

// The record header at the front of `bytes`, which must have kWalRecordHeaderBytes; not checked.
WalRecordHeader LoadWalRecordHeader(std::string_view bytes);

// True if the header at the front of `bytes` is one that AppendWalRecord() wrote with this seed.
// `bytes` must have kWalRecordHeaderBytes. The payload may be cut or damaged all the same.
bool WalRecordHeaderIsSound(std::string_view bytes, uint64_t seed);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_WAL_WAL_FORMAT_H_
