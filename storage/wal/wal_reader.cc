#include "storage/wal/wal_reader.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/file/checksum.h"

namespace pathkb {
namespace {

// The smallest unit that a disk writes whole.
constexpr uint64_t kSectorBytes = 512;

bool AllZero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

// True if some sector's part of `bytes` from `start` on is all zero and ends before `end`.
bool SectorIsMissing(std::string_view bytes, uint64_t start, uint64_t end) {
  while (true) {
    const uint64_t sector_end = (start / kSectorBytes + 1) * kSectorBytes;
    if (sector_end > end) return false;
    if (AllZero(bytes.substr(start, sector_end - start))) return true;
    start = sector_end;
  }
}

// True if a crash while the header was written can have left this: part of the header and zeros.
bool HeaderIsTorn(std::string_view bytes) {
  std::string_view magic = bytes.substr(0, kWalMagic.size());
  while (magic.ends_with('\0')) magic.remove_suffix(1);
  return kWalMagic.starts_with(magic) &&
         (bytes.size() <= kWalSegmentHeaderBytes || AllZero(bytes.substr(kWalSegmentHeaderBytes)));
}

std::string Hex(std::string_view bytes) {
  std::string text;
  for (char byte : bytes) text += fmt::format("{:02x}", static_cast<uint8_t>(byte));
  return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<WalReader>> WalReader::Open(FileSystem& files,
                                                           const std::string& path,
                                                           const WalExpected& expected) {
  PATHKB_ASSIGN_OR_RETURN(std::unique_ptr<const MappedFile> file, files.Map(path));
  file->Advise(MapAccess::kSequential);
  std::unique_ptr<WalReader> reader(new WalReader(std::move(file)));
  PATHKB_RETURN_IF_ERROR(reader->ReadHeader(expected));
  return reader;
}

absl::Status WalReader::ReadHeader(const WalExpected& expected) {
  const std::string_view bytes = file_->bytes();
  if (expected.first_revision.has_value()) next_revision_ = *expected.first_revision;
  header_ = ParseWalSegmentHeader(bytes);
  if (!header_.has_value()) {
    const std::string_view magic = bytes.substr(0, kWalMagic.size());
    if (HeaderIsTorn(bytes)) {
      tail_ = {WalTail::Kind::kTorn, 0, bytes.size()};
      at_end_ = true;
      return absl::OkStatus();
    }
    if (magic != kWalMagic) {
      return absl::DataLossError(
          fmt::format("{}: not a log segment: it starts with {}, not with {}", path(), Hex(magic),
                      Hex(kWalMagic)));
    }
    return absl::DataLossError(
        fmt::format("{}: the segment header at byte 0 does not match its checksum", path()));
  }
  if (header_->format_version > kWalFormatVersion) {
    return absl::FailedPreconditionError(
        fmt::format("{}: log format version {}, this program reads versions up to {}", path(),
                    header_->format_version, kWalFormatVersion));
  }
  if (expected.database_id.has_value() && header_->database_id != *expected.database_id) {
    return absl::FailedPreconditionError(fmt::format("{}: the log of database {}, not of {}",
                                                     path(), header_->database_id.ToHex(),
                                                     expected.database_id->ToHex()));
  }
  if (header_->format_version == 0 || header_->first_revision == 0) {
    return absl::DataLossError(fmt::format("{}: format version {}, first revision {}", path(),
                                           header_->format_version, header_->first_revision));
  }
  if (expected.first_revision.value_or(header_->first_revision) != header_->first_revision) {
    return absl::DataLossError(fmt::format("{}: starts with revision {}, not with {}", path(),
                                           header_->first_revision, *expected.first_revision));
  }
  tail_.offset = kWalSegmentHeaderBytes;
  next_revision_ = header_->first_revision;
  proven_revision_ = next_revision_ - 1;
  last_checksum_ = header_->checksum;
  return absl::OkStatus();
}

bool WalReader::LoadRecord(uint64_t offset, std::optional<WalRecordHeader>& header,
                           std::string_view& payload) const {
  header.reset();
  std::string_view rest = file_->bytes().substr(offset);
  if (rest.size() < kWalRecordHeaderBytes || !WalRecordHeaderIsSound(rest, header_->checksum)) {
    return false;
  }
  header = LoadWalRecordHeader(rest);
  rest.remove_prefix(kWalRecordHeaderBytes);
  if (header->payload_bytes > rest.size()) return false;
  payload = rest.substr(0, header->payload_bytes);
  return Checksum(payload, header_->checksum) == header->payload_checksum;
}

absl::StatusOr<std::optional<WalRecord>> WalReader::Next() {
  PATHKB_RETURN_IF_ERROR(status_);
  if (at_end_) return std::nullopt;
  if (tail_.offset == file_->bytes().size()) {
    at_end_ = true;
    return std::nullopt;
  }
  std::optional<WalRecordHeader> header;
  std::string_view payload;
  const bool whole = LoadRecord(tail_.offset, header, payload);
  if (header.has_value() &&
      (header->revision != next_revision_ || header->previous_checksum != last_checksum_)) {
    // Sound, but not what was written after the record before it: no crash does that.
    status_ =
        Damaged({.offset = tail_.offset,
                 .first_revision_lost = next_revision_,
                 .last_revision_lost =
                     header->revision > next_revision_ ? header->revision - 1 : next_revision_,
                 .last_revision_seen = header->revision},
                "another record");
    return status_;
  }
  if (!whole) {
    status_ = JudgeBadRecord();
    PATHKB_RETURN_IF_ERROR(status_);
    at_end_ = true;
    tail_.kind = WalTail::Kind::kTorn;
    tail_.bytes_cut = file_->bytes().size() - tail_.offset;
    return std::nullopt;
  }
  tail_.offset += kWalRecordHeaderBytes + payload.size();
  last_checksum_ = header->checksum;
  proven_revision_ = std::max(proven_revision_, header->synced_revision);
  ++next_revision_;
  return WalRecord{header->revision, header->kind, payload};
}

absl::Status WalReader::JudgeBadRecord() {
  const std::string_view bytes = file_->bytes();
  const uint64_t revisions_max = (bytes.size() - tail_.offset) / kWalRecordHeaderBytes;
  std::optional<WalRecordHeader> header;
  std::string_view payload;
  uint64_t synced_revision = 0;  // What the headers behind the bad record say was synced.
  uint64_t first_whole_at = 0;   // The first whole record there; 0 if there is none.
  uint64_t first_whole_revision = 0;
  uint64_t last_whole_revision = 0;
  for (uint64_t at = tail_.offset + 1; at + kWalRecordHeaderBytes <= bytes.size();) {
    // A glance at two fields spares nearly all positions the checksum.
    const WalRecordHeader glance = LoadWalRecordHeader(bytes.substr(at));
    if (glance.revision < next_revision_ || glance.revision - next_revision_ > revisions_max ||
        glance.synced_revision >= glance.revision) {
      ++at;
      continue;
    }
    const bool whole = LoadRecord(at, header, payload);
    if (header.has_value()) synced_revision = std::max(synced_revision, header->synced_revision);
    if (!whole) {
      ++at;
      continue;
    }
    if (first_whole_at == 0) {
      first_whole_at = at;
      first_whole_revision = header->revision;
    }
    last_whole_revision = header->revision;
    at += kWalRecordHeaderBytes + payload.size();
  }

  const bool was_synced = synced_revision >= next_revision_;
  const bool wrong_within_group =
      first_whole_at != 0 && !SectorIsMissing(bytes, tail_.offset, first_whole_at);
  if (!was_synced && !wrong_within_group) return absl::OkStatus();
  return Damaged({.offset = tail_.offset,
                  .first_revision_lost = next_revision_,
                  .last_revision_lost = first_whole_at == 0
                                            ? synced_revision
                                            : std::max(next_revision_, first_whole_revision - 1),
                  .last_revision_seen = last_whole_revision},
                 "no sound record");
}

absl::Status WalReader::Damaged(WalDamage damage, std::string_view what) {
  damage_ = damage;
  std::string message = fmt::format(
      "{}: found {} at byte {}, expected that of revision {}; revisions {} to {} cannot be read",
      path(), what, damage.offset, next_revision_, damage.first_revision_lost,
      damage.last_revision_lost);
  if (damage.last_revision_seen > damage.last_revision_lost) {
    message += fmt::format(", {} to {} stand sound behind the damage",
                           damage.last_revision_lost + 1, damage.last_revision_seen);
  }
  return absl::DataLossError(message);
}

}  // namespace pathkb
