// One snapshot as a data directory of its own: the way back to an older state, beside the present
// one, which is only read; or the way from files that were built to a server of them.
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

// A pair on its own, `tree_path` and the .terms and .sums beside it, as the base of the new data
// directory `to`: what was built once is served. Checks each key and verifies the copy; `to` is
// made as RestoreSnapshot() makes it. The revision and the time are `revision` 1 and
// `created_unix_ms`.
//   InvalidArgument  a key that is none of a fact, such as PathMap's own files have
//   others           as RestoreSnapshot() and FactPair::Open()
absl::StatusOr<SnapshotRecord> LoadPair(FileSystem& files, const std::string& tree_path,
                                        const std::string& to, int64_t created_unix_ms,
                                        const std::string& server_version);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_RESTORE_H_
