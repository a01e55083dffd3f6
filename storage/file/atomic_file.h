// A file that appears under its name with all of its bytes, or not at all: written aside in tmp/,
// synced, renamed, then the folder synced. Everything in a data directory except the log and LOCK
// is made this way.
//
//   tmp/<name>  --Append, Sync-->  tmp/<name>  --Rename-->  <final>  --SyncDirectory-->  durable

#ifndef PATHKB_STORAGE_FILE_ATOMIC_FILE_H_
#define PATHKB_STORAGE_FILE_ATOMIC_FILE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/file_system.h"

namespace pathkb {

// One file on its way. One thread at a time; `files` must outlive it. Destroying it before Commit()
// removes what was written.
class AtomicFile {
 public:
  // Starts an empty file at `tmp_path`, in place of whatever an earlier attempt left there; the
  // caller sees to it that no two live attempts have the same `tmp_path`. Both paths must be on one
  // file system. Errors are those of FileSystem::Create().
  static absl::StatusOr<std::unique_ptr<AtomicFile>> Create(FileSystem& files, std::string tmp_path,
                                                            std::string final_path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  // Where the bytes go; until Commit().
  WritableFile& file() { return *file_; }

  // Makes the bytes durable under the final name, replacing what has it. Once only. After an error
  // the final name stands for the old file or the new one, each of them whole; which, a reader sees
  // at once, but a power cut may still bring the old one back.
  absl::Status Commit();

 private:
  AtomicFile(FileSystem& files, std::unique_ptr<WritableFile> file, std::string tmp_path,
             std::string final_path);

  FileSystem& files_;
  std::unique_ptr<WritableFile> file_;  // Null once closed.
  const std::string tmp_path_;
  const std::string final_path_;
  bool renamed_ = false;
};

// All of it for bytes that are at hand. Errors as above; nothing stays at `tmp_path`.
absl::Status WriteFileAtomically(FileSystem& files, const std::string& tmp_path,
                                 const std::string& final_path, std::string_view bytes);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_ATOMIC_FILE_H_
