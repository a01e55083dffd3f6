#include "storage/wal/wal_format.h"

#include <algorithm>

#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"

namespace pathkb {
namespace {

// Segment header: what the checksum at its end covers. The same for every format version, so that
// "newer" and "damaged" are never mixed up.
constexpr size_t kSegmentHeaderChecksumAt = 40;
static_assert(kSegmentHeaderChecksumAt + sizeof(uint64_t) == kWalSegmentHeaderBytes);

std::string_view CoveredByHeaderChecksum(std::string_view record) {
  return record.substr(sizeof(uint64_t), kWalRecordHeaderBytes - sizeof(uint64_t));
}

}  // namespace

uint64_t AppendWalSegmentHeader(const WalSegmentHeader& header, std::string& out) {
  const size_t start = out.size();
  out.append(kWalMagic);
  AppendU32(header.format_version, out);
  AppendU32(0, out);
  for (uint8_t byte : header.database_id.bytes) out.push_back(static_cast<char>(byte));
  AppendU64(header.first_revision, out);
  const uint64_t checksum = Checksum(std::string_view(out).substr(start));
  AppendU64(checksum, out);
  return checksum;
}

std::optional<WalSegmentHeader> ParseWalSegmentHeader(std::string_view bytes) {
  if (bytes.size() < kWalSegmentHeaderBytes || !bytes.starts_with(kWalMagic)) return std::nullopt;
  WalSegmentHeader header;
  header.checksum = LoadU64(bytes.data() + kSegmentHeaderChecksumAt);
  if (header.checksum != Checksum(bytes.substr(0, kSegmentHeaderChecksumAt))) return std::nullopt;
  header.format_version = LoadU32(bytes.data() + 8);
  const std::string_view id = bytes.substr(16, kDatabaseIdBytes);
  std::copy(id.begin(), id.end(), header.database_id.bytes.begin());
  header.first_revision = LoadU64(bytes.data() + 32);
  return header;
}

uint64_t AppendWalRecord(WalRecordHeader header, std::string_view payload, uint64_t seed,
                         std::string& out) {
  const size_t start = out.size();
  AppendU64(0, out);  // The checksum, known last.
  AppendU64(Checksum(payload, seed), out);
  AppendU64(header.previous_checksum, out);
  AppendU64(header.revision, out);
  AppendU64(header.synced_revision, out);
  AppendU32(static_cast<uint32_t>(payload.size()), out);
  AppendU32(header.kind, out);
  const uint64_t checksum =
      Checksum(CoveredByHeaderChecksum(std::string_view(out).substr(start)), seed);
  StoreU64(checksum, out.data() + start);
  out.append(payload);
  return checksum;
}

WalRecordHeader LoadWalRecordHeader(std::string_view bytes) {
  const char* from = bytes.data();
  WalRecordHeader header;
  header.checksum = LoadU64(from);
  header.payload_checksum = LoadU64(from + 8);
  header.previous_checksum = LoadU64(from + 16);
  header.revision = LoadU64(from + 24);
  header.synced_revision = LoadU64(from + 32);
  header.payload_bytes = LoadU32(from + 40);
  header.kind = LoadU32(from + 44);
  return header;
}

bool WalRecordHeaderIsSound(std::string_view bytes, uint64_t seed) {
  return LoadU64(bytes.data()) == Checksum(CoveredByHeaderChecksum(bytes), seed);
}

}  // namespace pathkb
