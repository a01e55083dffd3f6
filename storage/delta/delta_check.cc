// What DeltaReader::Open() looks at before it inflates anything: header, footer, and whether the
// sizes and counts of the tail can be those of one delta.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/base/varint.h"
#include "storage/delta/delta_reader.h"
#include "storage/delta/zlib_stream.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"

namespace pathkb {
namespace {

std::string Hex(std::string_view bytes) {
  std::string text;
  for (char byte : bytes) text += fmt::format("{:02x}", static_cast<uint8_t>(byte));
  return text;
}

}  // namespace

absl::Status DeltaReader::CheckHeader(const DeltaExpected& expected) {
  const std::string& path = file_->path();
  if (!bytes_.starts_with(kDeltaMagic)) {
    return absl::DataLossError(fmt::format("{}: at byte 0: not a delta: it starts with {}, not {}",
                                           path, Hex(bytes_.substr(0, kDeltaMagic.size())),
                                           Hex(kDeltaMagic)));
  }
  const std::optional<StoredDeltaHeader> stored = ParseDeltaHeader(bytes_);
  if (!stored.has_value()) {
    return absl::DataLossError(fmt::format("{}: at byte 0: {}", path,
                                           bytes_.size() < kDeltaHeaderBytes
                                               ? "the header is cut off"
                                               : "the header does not match its checksum"));
  }
  if (stored->format_version > kDeltaFormatVersion || stored->flags != 0) {
    return absl::FailedPreconditionError(
        fmt::format("{}: delta format version {} with flags {:#x}, this program reads versions up "
                    "to {} without flags",
                    path, stored->format_version, stored->flags, kDeltaFormatVersion));
  }
  header_ = stored->header;
  if (stored->format_version == 0 || header_.to_revision <= header_.from_revision) {
    return absl::DataLossError(
        fmt::format("{}: at byte 8: format version {}, from revision {} to revision {}", path,
                    stored->format_version, header_.from_revision, header_.to_revision));
  }
  if (expected.database_id.has_value() && header_.database_id != *expected.database_id) {
    return absl::FailedPreconditionError(fmt::format("{}: a delta of database {}, not of {}", path,
                                                     header_.database_id.ToHex(),
                                                     expected.database_id->ToHex()));
  }
  if (header_.from_revision < expected.base_revision_min ||
      header_.from_revision > expected.base_revision_max) {
    return absl::FailedPreconditionError(
        fmt::format("{}: its base is revision {}, not one of {} to {}", path, header_.from_revision,
                    expected.base_revision_min, expected.base_revision_max));
  }
  return absl::OkStatus();
}

absl::Status DeltaReader::CheckTail() {
  const std::string& path = file_->path();
  if (bytes_.size() < kDeltaHeaderBytes + kDeltaTailBytes || !bytes_.ends_with(kDeltaEndMagic)) {
    return absl::DataLossError(
        fmt::format("{}: at byte {}: no {} at the end, the file is cut short", path, bytes_.size(),
                    kDeltaEndMagic));
  }
  const uint64_t footer_offset = bytes_.size() - kDeltaFooterBytes;
  const uint64_t checksum = LoadU64(bytes_.data() + footer_offset);
  if (const uint64_t found = Checksum(bytes_.substr(0, footer_offset)); found != checksum) {
    return absl::DataLossError(
        fmt::format("{}: at byte {}: the file has checksum {:016x}, its footer says {:016x}", path,
                    footer_offset, found, checksum));
  }
  tail_ = ParseDeltaTail(bytes_);
  if (const absl::Status status = CheckCounts(); !status.ok()) {
    return absl::DataLossError(fmt::format(
        "{}: at byte {}: {}", path, bytes_.size() - kDeltaTailBytes, ToStd(status.message())));
  }
  return absl::OkStatus();
}

absl::Status DeltaReader::CheckCounts() const {
  uint64_t rest = bytes_.size() - kDeltaHeaderBytes - kDeltaTailBytes;
  for (size_t i = 0; i < kDeltaSectionCount; ++i) {
    const DeltaSection& section = tail_.sections[i];
    if (section.stored_bytes > rest) {
      return absl::DataLossError(
          fmt::format("section {} is {} bytes long, but only {} are left for it",
                      kDeltaSectionNames[i], section.stored_bytes, rest));
    }
    rest -= section.stored_bytes;
    if (section.raw_bytes / kDeflateRatioMax > section.stored_bytes) {
      return absl::DataLossError(fmt::format("section {}: {} bytes cannot inflate to {}",
                                             kDeltaSectionNames[i], section.stored_bytes,
                                             section.raw_bytes));
    }
  }
  if (rest != 0) {
    return absl::DataLossError(fmt::format("{} bytes between the sections and the tail", rest));
  }
  // No sum below can overflow: no raw size is over 2^64 / 8 after the check above, because no file
  // is anywhere near 2^50 bytes long, and each count is compared with a raw size before it is used.
  const uint64_t paths_raw = tail_.sections[kDeltaPaths].raw_bytes;
  const uint64_t numbers_raw = tail_.sections[kDeltaEntryNumbers].raw_bytes;
  const uint64_t entries_raw = tail_.sections[kDeltaEntries].raw_bytes;
  const bool counts_fit =
      tail_.op_count <= paths_raw / 4 && paths_raw - 4 * tail_.op_count == tail_.path_bytes &&
      tail_.op_count == tail_.sections[kDeltaOps].raw_bytes &&
      tail_.with_entry_count <= tail_.op_count && tail_.with_entry_count <= numbers_raw &&
      numbers_raw / kVarintBytesMax <= tail_.with_entry_count &&
      tail_.entry_count <= tail_.with_entry_count && tail_.entry_count <= entries_raw / 2;
  if (!counts_fit) {
    return absl::DataLossError(fmt::format(
        "{} operations, {} of them with an entry, {} entries and {} path bytes contradict sections "
        "of {}, {}, {} and {} bytes",
        tail_.op_count, tail_.with_entry_count, tail_.entry_count, tail_.path_bytes, paths_raw,
        tail_.sections[kDeltaOps].raw_bytes, numbers_raw, entries_raw));
  }
  if (entries_raw > kDeltaEntriesBytesMax) {
    return absl::DataLossError(fmt::format("section entries has {} bytes, the bound is {}",
                                           entries_raw, kDeltaEntriesBytesMax));
  }
  return absl::OkStatus();
}

}  // namespace pathkb
