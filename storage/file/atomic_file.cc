#include "storage/file/atomic_file.h"

#include <utility>

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "storage/file/path_parts.h"

namespace pathkb {

absl::StatusOr<std::unique_ptr<AtomicFile>> AtomicFile::Create(FileSystem& files,
                                                               std::string tmp_path,
                                                               std::string final_path) {
  absl::StatusOr<std::unique_ptr<WritableFile>> file = files.Create(tmp_path);
  if (absl::IsAlreadyExists(file.status())) {
    // An attempt that could not clean up behind itself must not block all later ones.
    PATHKB_RETURN_IF_ERROR(files.Remove(tmp_path));
    file = files.Create(tmp_path);
  }
  if (!file.ok()) return file.status();
  return std::unique_ptr<AtomicFile>(
      new AtomicFile(files, *std::move(file), std::move(tmp_path), std::move(final_path)));
}

AtomicFile::AtomicFile(FileSystem& files, std::unique_ptr<WritableFile> file, std::string tmp_path,
                       std::string final_path)
    : files_(files),
      file_(std::move(file)),
      tmp_path_(std::move(tmp_path)),
      final_path_(std::move(final_path)) {}

AtomicFile::~AtomicFile() {
  if (renamed_) return;
  file_.reset();
  // If this fails too, the stray is removed when tmp/ is emptied.
  files_.Remove(tmp_path_).IgnoreError();
}

absl::Status AtomicFile::Commit() {
  PATHKB_CHECK(file_ != nullptr);
  PATHKB_RETURN_IF_ERROR(file_->Sync());
  const std::unique_ptr<WritableFile> file = std::move(file_);
  PATHKB_RETURN_IF_ERROR(file->Close());
  PATHKB_RETURN_IF_ERROR(files_.Rename(tmp_path_, final_path_));
  renamed_ = true;
  return files_.SyncDirectory(DirectoryPart(final_path_));
}

absl::Status WriteFileAtomically(FileSystem& files, const std::string& tmp_path,
                                 const std::string& final_path, std::string_view bytes) {
  PATHKB_ASSIGN_OR_RETURN(const auto file, AtomicFile::Create(files, tmp_path, final_path));
  PATHKB_RETURN_IF_ERROR(file->file().Append(bytes));
  return file->Commit();
}

}  // namespace pathkb
