// Applies published deltas to a state that is being recovered, in order, with the log between them
// where there is a place that no delta holds.
//
//   base r42 -> delta 42-50 -> delta 50-60 -> (log 61-65) -> delta 65-70 -> the log from 71 on

#ifndef PATHKB_STORAGE_RECOVERY_DELTA_REPLAY_H_
#define PATHKB_STORAGE_RECOVERY_DELTA_REPLAY_H_

#include <string>

#include "absl/status/status.h"

#include "storage/directory/manifest.h"
#include "storage/file/file_system.h"
#include "storage/recovery/recovered_state.h"
#include "storage/recovery/recovery_options.h"

namespace pathkb {

// Brings `state`, which stands at a base or at nothing, up to the last delta of `state.manifest`.
// Each delta must begin at exactly the revision reached; what is before it comes from the log. A
// delta that is damaged or missing is replaced by the log, if that is still there: then it is
// noted, and no longer in `state.manifest`. Leaves in `state.working_at_delta` what the next delta
// is to be measured against. Writes nothing. A delta is checked whole before any of it is applied.
//   DataLoss            a delta cannot be used and the log of its place is gone, or revisions are
//   in
//                       neither; the message names them, the file, and what to do
//   FailedPrecondition  a file of another database or of a newer format version
absl::Status ReplayDeltas(FileSystem& files, const std::string& data_dir,
                          const RecoveryOptions& options, RecoveredState& state);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_RECOVERY_DELTA_REPLAY_H_
