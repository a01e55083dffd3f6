// The start of a writer's life: finds or makes the data directory, and locks it. file_names.h draws
// the layout.

#ifndef PATHKB_STORAGE_DIRECTORY_DATA_DIRECTORY_H_
#define PATHKB_STORAGE_DIRECTORY_DATA_DIRECTORY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "storage/directory/directory_lock.h"
#include "storage/file/file_system.h"

namespace pathkb {

// A data directory, locked for as long as this lives. Movable.
struct DataDirectory {
  // Opens the data directory `path`, or makes one where nothing or an empty directory is; the one
  // above must be there. A new one gets its folders and the first manifest: number 1, a random
  // database id, no files. A start that was interrupted in the middle of that is taken up again. An
  // old one gets back folders that are missing; what its manifest says is not looked at.
  //   FailedPrecondition  `path` is a file, or a directory of something else; it is left untouched
  //   DataLoss            a data directory with files in it whose CURRENT is gone
  //   Unavailable         another process has the lock
  static absl::StatusOr<DataDirectory> CreateOrOpen(FileSystem& files, const std::string& path);

  std::string path;
  std::unique_ptr<DirectoryLock> lock;
  bool created = false;  // By this call.
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_DIRECTORY_DATA_DIRECTORY_H_
