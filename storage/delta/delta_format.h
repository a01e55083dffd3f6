// The fixed parts of a delta file: its header and its tail. FORMAT.md beside this file says what
// they mean.
//
//   | header 56 | paths | ops | entry numbers | entries | tail 144 |
//                 '------ four zlib streams, back to back ------'
//
// The header holds what is known when writing starts, the tail what is known at the end, so that a
// delta is written in one pass.

#ifndef PATHKB_STORAGE_DELTA_DELTA_FORMAT_H_
#define PATHKB_STORAGE_DELTA_DELTA_FORMAT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/facts/working_set.h"
#include "storage/file/database_id.h"

namespace pathkb {

inline constexpr std::string_view kDeltaMagic = "PKBDELT1";
inline constexpr std::string_view kDeltaEndMagic = "PKBDELTE";
inline constexpr uint32_t kDeltaFormatVersion = 1;

inline constexpr size_t kDeltaHeaderBytes = 56;
inline constexpr size_t kDeltaTailBytes = 144;
inline constexpr size_t kDeltaFooterBytes = 16;  // The end of the tail: checksum and end magic.

// Bounds of the format: the writer refuses more, and so does the reader.
inline constexpr uint64_t kDeltaPathBytesMax = uint64_t{64} << 20;    // Of one path.
inline constexpr uint64_t kDeltaEntryBytesMax = uint64_t{64} << 20;   // Of one entry.
inline constexpr uint64_t kDeltaEntriesBytesMax = uint64_t{1} << 30;  // Of all, with their lengths.

// What happened to a path since the base. A later operation of the same delta, on a path below,
// goes on top of it.
enum class DeltaOp : uint8_t {
  kSet = 1,          // It has this entry now, whatever it had.
  kDelete = 2,       // It is gone. What is below it stays.
  kDeleteBelow = 3,  // It is gone, and so is everything that extends it.
  kReplace = 4,      // It has this entry now, and everything that extends it is gone.
};

// True for the operations that there are.
constexpr bool IsDeltaOp(uint8_t byte) { return byte >= 1 && byte <= 4; }

// True if the operation comes with an entry.
constexpr bool HasEntry(DeltaOp op) { return op == DeltaOp::kSet || op == DeltaOp::kReplace; }

// The same for a working set.
constexpr KeyChange KeyChangeOf(DeltaOp op) {
  switch (op) {
    case DeltaOp::kSet:
      return KeyChange::kSet;
    case DeltaOp::kDelete:
      return KeyChange::kDelete;
    case DeltaOp::kDeleteBelow:
      return KeyChange::kDeleteBelow;
    case DeltaOp::kReplace:
      break;
  }
  return KeyChange::kReplace;
}

// Where a delta belongs: it leads from the state after `from_revision`, its base, to that after
// `to_revision`, which is larger.
struct DeltaHeader {
  DatabaseId database_id = {};
  uint64_t from_revision = 0;
  uint64_t to_revision = 0;

  friend bool operator==(const DeltaHeader&, const DeltaHeader&) = default;
};

// The header as stored.
struct StoredDeltaHeader {
  uint32_t format_version = kDeltaFormatVersion;
  uint32_t flags = 0;
  DeltaHeader header;
};

// The order of the sections in the file.
enum DeltaSectionIndex : size_t {
  kDeltaPaths,         // A `.paths` list, strictly ascending.
  kDeltaOps,           // One byte for each path.
  kDeltaEntryNumbers,  // A varint for each operation that has an entry.
  kDeltaEntries,       // Length as a varint, then the bytes, for each distinct entry.
  kDeltaSectionCount,
};

// For messages, in that order.
inline constexpr std::array<std::string_view, kDeltaSectionCount> kDeltaSectionNames = {
    "paths", "ops", "entry numbers", "entries"};

// One section.
struct DeltaSection {
  uint64_t stored_bytes = 0;  // Of its zlib stream.
  uint64_t raw_bytes = 0;     // Of its content.
  uint64_t raw_checksum = 0;  // Of its content.

  friend bool operator==(const DeltaSection&, const DeltaSection&) = default;
};

// The tail without the footer.
struct DeltaTail {
  std::array<DeltaSection, kDeltaSectionCount> sections = {};
  uint64_t op_count = 0;          // Paths.
  uint64_t with_entry_count = 0;  // Operations that have an entry.
  uint64_t entry_count = 0;       // Distinct entries.
  uint64_t path_bytes = 0;        // Of all paths together, without their lengths.

  friend bool operator==(const DeltaTail&, const DeltaTail&) = default;
};

// Appends the header with its checksum, kDeltaHeaderBytes.
void AppendDeltaHeader(const StoredDeltaHeader& header, std::string& out);

// The header at the front of `bytes`, which has the right magic; nullopt if it is cut short or does
// not match its checksum. Says nothing about the version.
std::optional<StoredDeltaHeader> ParseDeltaHeader(std::string_view bytes);

// Appends the tail without the footer.
void AppendDeltaTail(const DeltaTail& tail, std::string& out);

// The tail at the end of `bytes`, which has at least kDeltaTailBytes.
DeltaTail ParseDeltaTail(std::string_view bytes);

// Appends the footer: `checksum`, of all bytes of the file before it, and the end magic.
void AppendDeltaFooter(uint64_t checksum, std::string& out);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_DELTA_DELTA_FORMAT_H_
