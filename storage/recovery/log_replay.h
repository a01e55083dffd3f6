// Replays the log: all commits after the revision that base and deltas hold; and makes its end fit
// to go on from.
//
//   wal/r5.log  | 5 | 6 | 7 | 7'..        replayed up to 6: the next segment begins at 7, and what
//   wal/r7.log              | 7 | 8 |     the one before holds from there on was never acknowledged

#ifndef PATHKB_STORAGE_RECOVERY_LOG_REPLAY_H_
#define PATHKB_STORAGE_RECOVERY_LOG_REPLAY_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

#include "storage/file/file_system.h"
#include "storage/recovery/recovered_state.h"
#include "storage/recovery/recovery_options.h"

namespace pathkb {

// Applies every record after `state.revision`, up to and with `until`, to `state`, and notes what
// is found. Writes nothing.
//   DataLoss             commits are missing or damaged; the message names file, place and
//                        revisions
//   FailedPrecondition   a segment of another database or of a newer format version
absl::Status ReplayLog(FileSystem& files, const std::string& data_dir,
                       const RecoveryOptions& options, RecoveredState& state,
                       uint64_t until = UINT64_MAX);

// Makes the log ready for the one who writes next, and who must hold the directory's lock:
//   * Writes those records at its end anew of which none says that they were synced, into a segment
//     that begins with the first of them: written in tmp/, synced, and renamed, so that one good
//     copy is there at any moment. They may have been read from memory that no power cut spares;
//     and after a sync that failed, another one of the same file proves nothing. If there is no
//     room, the reserve file is given up for it. After a clean stop there are none.
//   * Removes segments without records, for their names: an interrupted first commit leaves them,
//     and a clean stop. One that a manifest names, or that cuts off the end of the segment before,
//     stays until a segment of that name takes its place.
// Errors are those of FileSystem.
absl::Status PrepareLogForWriting(FileSystem& files, const std::string& data_dir,
                                  const RecoveredState& state);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_RECOVERY_LOG_REPLAY_H_
