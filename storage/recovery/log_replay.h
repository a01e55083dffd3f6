// Replays the log: all commits after the revision that base and deltas hold.

#ifndef PATHKB_STORAGE_RECOVERY_LOG_REPLAY_H_
#define PATHKB_STORAGE_RECOVERY_LOG_REPLAY_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

#include "storage/file/file_system.h"
#include "storage/recovery/recovered_state.h"

namespace pathkb {

// Applies every record after `state.revision`, up to and with `until`, to `state`, and notes what
// is found. Writes nothing.
//   DataLoss             commits are missing or damaged; the message names file, place and
//                        revisions
//   FailedPrecondition   a segment of another database or of a newer format version
absl::Status ReplayLog(FileSystem& files, const std::string& data_dir, RecoveredState& state,
                       uint64_t until = UINT64_MAX);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_RECOVERY_LOG_REPLAY_H_
