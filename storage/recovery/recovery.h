// A data directory in, the state it stands for out: manifest, then the snapshot pair it names
// (mapped, in constant time), then the deltas after it, applied, then the log after those,
// replayed. Changes nothing on disk, so it can be tried again.
//
//   CURRENT -> manifests/7 -> snapshots/...-r200.tree + .terms        revisions 1 to 200
//                             deltas/r...200-r...230.paths            201 to 230
//                             wal/r...201.log  wal/r...231.log        the records after 230

#ifndef PATHKB_STORAGE_RECOVERY_RECOVERY_H_
#define PATHKB_STORAGE_RECOVERY_RECOVERY_H_

#include <string>

#include "absl/status/statusor.h"

#include "storage/file/file_system.h"
#include "storage/recovery/recovered_state.h"
#include "storage/recovery/recovery_options.h"

namespace pathkb {

// Reads the state of `data_dir`, which must be a data directory (storage/directory/data_directory).
// What is damaged is replaced by what the manifest keeps for that, and noted; the `manifest` that
// is returned names what was used:
//   * for the base, the snapshot before it with its deltas and log; with none before it and the log
//     whole, the log alone. The base is not read whole, only where the log leads to, and then, if
//     that fails, to see whether it is to blame;
//   * for a delta, the log of the same revisions.
// With `options.stop_at_damage`, damage to deltas and log ends it there.
//   DataLoss             commits are missing or damaged; the message names file, place, revisions,
//                        and how to save the rest
//   FailedPrecondition   a file of a newer format version
absl::StatusOr<RecoveredState> Recover(FileSystem& files, const std::string& data_dir,
                                       const RecoveryOptions& options = {});

// Makes the directory ready for the one who writes next, and who must hold its lock:
//   * sees to the end of the log, as PrepareLogForWriting() says (log_replay.h);
//   * moves files of snapshots and deltas that failed to quarantine/.
// Errors are those of FileSystem.
absl::Status PrepareForWriting(FileSystem& files, const std::string& data_dir,
                               const RecoveredState& state);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_RECOVERY_RECOVERY_H_
