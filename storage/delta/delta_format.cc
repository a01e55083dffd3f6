#include "storage/delta/delta_format.h"

#include <cstring>

#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"

namespace pathkb {
namespace {

constexpr size_t kVersionOffset = 8;
constexpr size_t kFlagsOffset = 12;
constexpr size_t kDatabaseIdOffset = 16;
constexpr size_t kFromRevisionOffset = 32;
constexpr size_t kToRevisionOffset = 40;
constexpr size_t kHeaderChecksumOffset = 48;
static_assert(kHeaderChecksumOffset + 8 == kDeltaHeaderBytes);
static_assert(kDeltaSectionCount * 24 + 4 * 8 + kDeltaFooterBytes == kDeltaTailBytes);
static_assert(kDeltaMagic.size() == 8 && kDeltaEndMagic.size() == 8);

}  // namespace

void AppendDeltaHeader(const StoredDeltaHeader& header, std::string& out) {
  std::string bytes(kDeltaMagic);
  AppendU32(header.format_version, bytes);
  AppendU32(header.flags, bytes);
  const auto& id = header.header.database_id.bytes;
  bytes.append(reinterpret_cast<const char*>(id.data()), id.size());
  AppendU64(header.header.from_revision, bytes);
  AppendU64(header.header.to_revision, bytes);
  AppendU64(Checksum(bytes), bytes);
  out += bytes;
}

std::optional<StoredDeltaHeader> ParseDeltaHeader(std::string_view bytes) {
  if (bytes.size() < kDeltaHeaderBytes || Checksum(bytes.substr(0, kHeaderChecksumOffset)) !=
                                              LoadU64(bytes.data() + kHeaderChecksumOffset)) {
    return std::nullopt;
  }
  StoredDeltaHeader header;
  header.format_version = LoadU32(bytes.data() + kVersionOffset);
  header.flags = LoadU32(bytes.data() + kFlagsOffset);
  std::memcpy(header.header.database_id.bytes.data(), bytes.data() + kDatabaseIdOffset,
              kDatabaseIdBytes);
  header.header.from_revision = LoadU64(bytes.data() + kFromRevisionOffset);
  header.header.to_revision = LoadU64(bytes.data() + kToRevisionOffset);
  return header;
}

void AppendDeltaTail(const DeltaTail& tail, std::string& out) {
  for (const DeltaSection& section : tail.sections) {
    AppendU64(section.stored_bytes, out);
    AppendU64(section.raw_bytes, out);
    AppendU64(section.raw_checksum, out);
  }
  AppendU64(tail.op_count, out);
  AppendU64(tail.with_entry_count, out);
  AppendU64(tail.entry_count, out);
  AppendU64(tail.path_bytes, out);
}

DeltaTail ParseDeltaTail(std::string_view bytes) {
  const char* from = bytes.data() + bytes.size() - kDeltaTailBytes;
  const auto next = [&from] {
    const uint64_t number = LoadU64(from);
    from += sizeof(number);
    return number;
  };
  DeltaTail tail;
  for (DeltaSection& section : tail.sections) {
    section.stored_bytes = next();
    section.raw_bytes = next();
    section.raw_checksum = next();
  }
  tail.op_count = next();
  tail.with_entry_count = next();
  tail.entry_count = next();
  tail.path_bytes = next();
  return tail;
}

void AppendDeltaFooter(uint64_t checksum, std::string& out) {
  AppendU64(checksum, out);
  out += kDeltaEndMagic;
}

}  // namespace pathkb
