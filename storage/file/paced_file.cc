#include "storage/file/paced_file.h"

#include <utility>

#include "core/base/status_macros.h"

namespace pathkb {

PacedFile::PacedFile(WritableFile& file, Pace pace) : file_(file), pacer_(std::move(pace)) {}

absl::Status PacedFile::Append(std::string_view bytes) {
  if (!pacer_.limited() || bytes.empty()) return file_.Append(bytes);
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, pacer_.burst_bytes());
    PATHKB_RETURN_IF_ERROR(pacer_.WaitFor(piece.size()));
    PATHKB_RETURN_IF_ERROR(file_.Append(piece));
    bytes.remove_prefix(piece.size());
  }
  return absl::OkStatus();
}

absl::Status PacedFile::WriteAt(uint64_t offset, std::string_view bytes) {
  if (!pacer_.limited() || bytes.empty()) return file_.WriteAt(offset, bytes);
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, pacer_.burst_bytes());
    PATHKB_RETURN_IF_ERROR(pacer_.WaitFor(piece.size()));
    PATHKB_RETURN_IF_ERROR(file_.WriteAt(offset, piece));
    offset += piece.size();
    bytes.remove_prefix(piece.size());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> PacedFile::ReadAt(uint64_t offset, uint64_t length) {
  return file_.ReadAt(offset, length);
}

absl::Status PacedFile::Sync() { return file_.Sync(); }

absl::Status PacedFile::Close() { return file_.Close(); }

}  // namespace pathkb
