// How a data directory is opened by the one process that writes there, or by one that only looks.
//
//   OpenForWriting: lock -> recover -> make ready for writing -> remove what nothing needs
//   OpenToLook:             recover, as far as it goes

#ifndef PATHKB_STORAGE_RECOVERY_OPENING_H_
#define PATHKB_STORAGE_RECOVERY_OPENING_H_

#include <string>

#include "absl/status/statusor.h"

#include "storage/directory/data_directory.h"
#include "storage/file/file_system.h"
#include "storage/recovery/recovered_state.h"
#include "storage/recovery/recovery_options.h"

namespace pathkb {

// An open data directory; locked, if it was opened for writing, for as long as this lives. Movable.
struct OpenedDirectory {
  DataDirectory directory;
  RecoveredState recovered;
};

// Opens `data_dir` for writing, or makes it. Files that cannot be removed stay, with a note.
// Nothing is written before recovery has succeeded, but the lock and missing folders. Errors as
// DataDirectory::CreateOrOpen(), Recover(), PrepareForWriting().
absl::StatusOr<OpenedDirectory> OpenForWriting(FileSystem& files, const std::string& data_dir,
                                               const RecoveryOptions& options = {});

// Opens it without a lock and without writing anything; what is behind damage that cannot be got
// over is left out, with a note. A process that writes there meanwhile is not disturbed; but it may
// remove what is about to be opened, and then it is worth trying again.
//   FailedPrecondition  no data directory
//   NotFound, DataLoss  there is nothing to begin with
absl::StatusOr<OpenedDirectory> OpenToLook(FileSystem& files, const std::string& data_dir,
                                           RecoveryOptions options = {});

}  // namespace pathkb

#endif  // PATHKB_STORAGE_RECOVERY_OPENING_H_
