#include "server/knowledge_base/disk_reserve.h"

#include <algorithm>
#include <memory>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/directory/file_names.h"

namespace pathkb {
namespace {

constexpr uint64_t kWriteBytes = uint64_t{1} << 20;

}  // namespace

absl::Status DiskReserve::Write(const std::string& tmp_path) {
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<WritableFile> file, files_.Create(tmp_path));
  const std::string zeros(std::min(bytes_, kWriteBytes), '\0');
  for (uint64_t written = 0; written < bytes_; written += zeros.size()) {
    const uint64_t left = bytes_ - written;
    PATHKB_RETURN_IF_ERROR(
        file->Append(std::string_view(zeros).substr(0, std::min<uint64_t>(left, zeros.size()))));
  }
  // Without this the room may not be taken yet.
  PATHKB_RETURN_IF_ERROR(file->Sync());
  return file->Close();
}

absl::Status DiskReserve::Make() {
  if (!missing()) return absl::OkStatus();
  const std::string path = fmt::format("{}/{}", data_dir_, kReserveName);
  const std::string tmp_path = fmt::format("{}/{}", data_dir_, TmpName(kReserveName));
  const absl::StatusOr<uint64_t> present = files_.FileBytes(path);
  if (present.ok() && bytes_ > 0 && *present == bytes_) {
    held_ = true;
    return absl::OkStatus();
  }
  // A setting has changed.
  if (present.ok()) PATHKB_RETURN_IF_ERROR(files_.Remove(path));
  if (bytes_ == 0) {
    settled_ = true;
    return absl::OkStatus();
  }
  const absl::StatusOr<uint64_t> room = files_.FreeBytes(data_dir_);
  if (room.ok() && *room < bytes_ + bytes_ / 4) {
    return absl::ResourceExhaustedError(fmt::format(
        "{}: no room for {} bytes and some to spare, {} bytes are free", path, bytes_, *room));
  }
  absl::Status status = Write(tmp_path);
  if (status.ok()) status = files_.Rename(tmp_path, path);
  held_ = status.ok();
  if (!status.ok()) files_.Remove(tmp_path).IgnoreError();
  return status;
}

void DiskReserve::GiveUp() {
  if (!held_) return;
  held_ = false;
  files_.Remove(fmt::format("{}/{}", data_dir_, kReserveName)).IgnoreError();
}

}  // namespace pathkb
