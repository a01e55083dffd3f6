// One writer per data directory, any number of readers: the writer holds LOCK, readers ask for
// nothing.

#ifndef PATHKB_STORAGE_DIRECTORY_DIRECTORY_LOCK_H_
#define PATHKB_STORAGE_DIRECTORY_DIRECTORY_LOCK_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

#include "storage/file/file_system.h"

namespace pathkb {

// Held until destruction, or until the process ends in whatever way. Must not outlive the
// FileSystem it came from.
class DirectoryLock {
 public:
  // Takes the lock of the data directory `directory`, which must be there, for this process.
  //   Unavailable  another process has it; the message says which, and since when
  static absl::StatusOr<std::unique_ptr<DirectoryLock>> Acquire(FileSystem& files,
                                                                const std::string& directory);

 private:
  explicit DirectoryLock(std::unique_ptr<FileLock> lock) : lock_(std::move(lock)) {}

  const std::unique_ptr<FileLock> lock_;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_DIRECTORY_DIRECTORY_LOCK_H_
