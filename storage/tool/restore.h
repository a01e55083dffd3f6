// One snapshot of a data directory as a data directory of its own: the way back to an older state,
// beside the present one, which is only read.
//
//   data/  manifest: base r57, older r41, deltas, log      restored/  manifest: base r41
//          snapshots/...-r57  ...-r41     --copied-->                 snapshots/...-r41
//                                                          a database id of its own, nothing else

#ifndef PATHKB_STORAGE_TOOL_RESTORE_H_
#define PATHKB_STORAGE_TOOL_RESTORE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

#include "storage/directory/manifest.h"
#include "storage/file/file_system.h"

namespace pathkb {

// Which snapshot, and how. One of `id` and `revision` is given.
struct RestoreOptions {
  std::string id = "";
  uint64_t revision = 0;
  bool dry_run = false;             // Verify, but write nothing.
  std::string server_version = "";  // Of the program that writes it; as in SnapshotRecord.
};

// Verifies the snapshot's files to the last byte, copies them to the new data directory `to`, and
// verifies the copy. Returns the record of the copy, or with `dry_run` that of the snapshot. `to`
// must not be there, or be empty; it is made as `to`.partial and renamed when all is on disk, so an
// interrupted copy is never taken for a database. `from` needs no lock and may be served meanwhile;
// a snapshot that retention removes just then is NotFound.
//   InvalidArgument     not exactly one of id and revision
//   NotFound            no such snapshot; lists those there are
//   FailedPrecondition  `from` is no data directory
//   AlreadyExists       something is in `to`, or an interrupted copy beside it
//   DataLoss            a file is not what the manifest says, or damaged; nothing is written
//   others              as FileSystem
absl::StatusOr<SnapshotRecord> RestoreSnapshot(FileSystem& files, const std::string& from,
                                               const std::string& to,
                                               const RestoreOptions& options);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_RESTORE_H_
