#include "storage/tool/log_salvage.h"

#include <memory>
#include <string_view>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/file/checksum.h"
#include "storage/file/mapped_file.h"
#include "storage/tool/open_file.h"
#include "storage/wal/wal_reader.h"

namespace pathkb {
namespace {

// The sound record at `offset`, if there is one.
std::optional<WalRecord> RecordAt(std::string_view bytes, uint64_t offset, uint64_t seed) {
  const std::string_view rest = bytes.substr(offset);
  if (rest.size() < kWalRecordHeaderBytes) return std::nullopt;
  const WalRecordHeader header = LoadWalRecordHeader(rest);
  // A glance at the fields spares nearly all positions the checksum.
  if (header.revision == 0 || header.payload_bytes > rest.size() - kWalRecordHeaderBytes ||
      header.synced_revision >= header.revision || !WalRecordHeaderIsSound(rest, seed)) {
    return std::nullopt;
  }
  const std::string_view payload = rest.substr(kWalRecordHeaderBytes, header.payload_bytes);
  if (Checksum(payload, seed) != header.payload_checksum) return std::nullopt;
  return WalRecord{header.revision, header.kind, payload};
}

}  // namespace

absl::Status SalvageLog(FileSystem& files, const std::string& path,
                        const std::optional<DatabaseId>& database_id,
                        const LogSalvageSinks& sinks) {
  PATHKB_ASSIGN_OR_RETURN(const std::shared_ptr<const MappedFile> file, MapToRead(files, path));
  const std::string_view bytes = file->bytes();
  WalExpected expected;
  expected.database_id = database_id;
  const auto log = WalReader::Open(files, path, expected);
  if (!log.ok()) {
    // The header's checksum is the seed of all others: without it nothing can be told apart.
    sinks.on_loss(ProblemOf(path, log.status()));
    return absl::OkStatus();
  }
  for (;;) {
    const absl::StatusOr<std::optional<WalRecord>> record = (*log)->Next();
    if (!record.ok()) {
      sinks.on_loss(ProblemOf(path, record.status()));
      break;
    }
    if (!record->has_value()) {
      const WalTail& tail = (*log)->tail();
      if (tail.kind == WalTail::Kind::kTorn) {
        sinks.on_note(
            fmt::format("{}: offset {}: {} bytes of an unfinished write, never acknowledged", path,
                        tail.offset, tail.bytes_cut));
      }
      return absl::OkStatus();
    }
    PATHKB_RETURN_IF_ERROR(sinks.on_record(**record));
  }
  // Behind the damage.
  const uint64_t seed = (*log)->header()->checksum;
  uint64_t last_revision = (*log)->last_revision();
  for (uint64_t at = (*log)->damage()->offset + 1; at < bytes.size();) {
    const std::optional<WalRecord> record = RecordAt(bytes, at, seed);
    if (!record.has_value() || record->revision <= last_revision) {
      ++at;
      continue;
    }
    if (record->revision != last_revision + 1) {
      sinks.on_loss(FileProblem{path, at,
                                fmt::format("revisions {} to {} before this record are lost",
                                            last_revision + 1, record->revision - 1)});
    }
    PATHKB_RETURN_IF_ERROR(sinks.on_record(*record));
    last_revision = record->revision;
    at += kWalRecordHeaderBytes + record->payload.size();
  }
  return absl::OkStatus();
}

}  // namespace pathkb
