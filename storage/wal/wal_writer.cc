#include "storage/wal/wal_writer.h"

#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/file/path_parts.h"

namespace pathkb {
namespace {

// A buffer that one huge group has blown up is given back.
constexpr size_t kBufferBytesKept = size_t{1} << 20;

// The error of a sync. For want of room or not, what was not written is lost, and no second attempt
// can be believed.
absl::Status AsSyncError(const absl::Status& status) {
  if (!absl::IsResourceExhausted(status)) return status;
  return absl::DataLossError(status.message());
}

absl::Status WriteSegmentHeader(FileSystem& files, WritableFile& file, const std::string& path,
                                std::string_view header) {
  PATHKB_RETURN_IF_ERROR(file.Append(header));
  PATHKB_RETURN_IF_ERROR(AsSyncError(file.Sync()));
  return AsSyncError(files.SyncDirectory(DirectoryPart(path)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<WalWriter>> WalWriter::Create(FileSystem& files,
                                                             const std::string& path,
                                                             const DatabaseId& database_id,
                                                             uint64_t first_revision) {
  if (first_revision == 0) {
    return absl::InvalidArgumentError(
        fmt::format("{}: the first revision of a log segment is at least 1", path));
  }
  PATHKB_ASSIGN_OR_RETURN(std::unique_ptr<WritableFile> file, files.Create(path));
  std::string header;
  const uint64_t seed = AppendWalSegmentHeader(
      {.database_id = database_id, .first_revision = first_revision}, header);
  if (absl::Status written = WriteSegmentHeader(files, *file, path, header); !written.ok()) {
    // It holds nothing yet, and the next attempt wants the same name.
    file.reset();
    files.Remove(path).IgnoreError();
    return written;
  }
  return std::unique_ptr<WalWriter>(new WalWriter(std::move(file), path, first_revision, seed));
}

absl::StatusOr<std::unique_ptr<WalWriter>> WalWriter::CreateOver(FileSystem& files,
                                                                 const std::string& tmp_path,
                                                                 const std::string& path,
                                                                 const DatabaseId& database_id,
                                                                 uint64_t first_revision) {
  PATHKB_ASSIGN_OR_RETURN(std::unique_ptr<WalWriter> writer,
                          Create(files, tmp_path, database_id, first_revision));
  PATHKB_RETURN_IF_ERROR(files.Rename(tmp_path, path));
  PATHKB_RETURN_IF_ERROR(AsSyncError(files.SyncDirectory(DirectoryPart(path))));
  writer->path_ = path;
  return writer;
}

WalWriter::WalWriter(std::unique_ptr<WritableFile> file, std::string path, uint64_t first_revision,
                     uint64_t seed)
    : file_(std::move(file)),
      path_(std::move(path)),
      first_revision_(first_revision),
      seed_(seed),
      last_checksum_(seed),
      last_revision_(first_revision - 1),
      durable_revision_(first_revision - 1) {}

absl::Status WalWriter::CheckGroup(absl::Span<const WalRecord> group) const {
  uint64_t revision = last_revision_;
  for (const WalRecord& record : group) {
    if (record.revision != ++revision) {
      return absl::InvalidArgumentError(fmt::format("{}: revision {} offered where {} must follow",
                                                    path_, record.revision, revision));
    }
    if (record.payload.size() > kWalPayloadBytesMax) {
      return absl::InvalidArgumentError(
          fmt::format("{}: the payload of revision {} has {} bytes, at most {} are allowed", path_,
                      record.revision, record.payload.size(), kWalPayloadBytesMax));
    }
  }
  return absl::OkStatus();
}

absl::Status WalWriter::Append(absl::Span<const WalRecord> group) {
  PATHKB_RETURN_IF_ERROR(status_);
  PATHKB_RETURN_IF_ERROR(CheckGroup(group));
  if (group.empty()) return absl::OkStatus();

  buffer_.clear();
  uint64_t checksum = last_checksum_;
  for (const WalRecord& record : group) {
    checksum = AppendWalRecord({.previous_checksum = checksum,
                                .revision = record.revision,
                                .synced_revision = durable_revision_,
                                .kind = record.kind},
                               record.payload, seed_, buffer_);
  }
  status_ = file_->Append(buffer_);
  PATHKB_RETURN_IF_ERROR(status_);

  bytes_ += buffer_.size();
  last_checksum_ = checksum;
  last_revision_ = group.back().revision;
  if (buffer_.capacity() > kBufferBytesKept) std::string().swap(buffer_);
  return absl::OkStatus();
}

absl::Status WalWriter::Sync() {
  PATHKB_RETURN_IF_ERROR(sync_status_);
  if (durable_revision_ == last_revision_) return absl::OkStatus();
  sync_status_ = AsSyncError(file_->Sync());
  if (status_.ok()) status_ = sync_status_;
  if (sync_status_.ok()) durable_revision_ = last_revision_;
  return sync_status_;
}

absl::Status WalWriter::AppendGroup(absl::Span<const WalRecord> group) {
  PATHKB_RETURN_IF_ERROR(Append(group));
  return Sync();
}

}  // namespace pathkb
