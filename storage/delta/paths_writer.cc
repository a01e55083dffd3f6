#include "storage/delta/paths_writer.h"

#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/file/little_endian.h"

namespace pathkb {

PathsWriter::PathsWriter(ByteSink sink, const PathsWriterOptions& options)
    : options_(options), deflater_(std::move(sink), options.level) {}

absl::Status PathsWriter::Add(std::string_view path) {
  if (finished_) return absl::FailedPreconditionError("a path was added after Finish()");
  if (path.size() > kPathsRecordBytesMax) {
    return absl::InvalidArgumentError(fmt::format("a path of {} bytes, a record holds at most {}",
                                                  path.size(), kPathsRecordBytesMax));
  }
  if (has_last_path_ && path <= last_path_) {
    return absl::InvalidArgumentError(
        fmt::format("path {} is not above the path before it", written_.records));
  }
  last_path_ = path;
  has_last_path_ = true;
  if (path.empty() && options_.drop_empty_path) return absl::OkStatus();
  char length[sizeof(uint32_t)];
  StoreU32(static_cast<uint32_t>(path.size()), length);
  PATHKB_RETURN_IF_ERROR(deflater_.Append({length, sizeof(length)}));
  PATHKB_RETURN_IF_ERROR(deflater_.Append(path));
  ++written_.records;
  written_.path_bytes += path.size();
  return absl::OkStatus();
}

absl::StatusOr<PathsWritten> PathsWriter::Finish() {
  if (finished_) return absl::FailedPreconditionError("Finish() was called twice");
  finished_ = true;
  PATHKB_RETURN_IF_ERROR(deflater_.Finish());
  written_.raw_bytes = deflater_.raw_bytes();
  written_.stored_bytes = deflater_.stored_bytes();
  written_.raw_checksum = deflater_.raw_checksum();
  return written_;
}

}  // namespace pathkb
