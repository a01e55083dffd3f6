// A data directory in, the state it stands for out: manifest, then the snapshot pair it names
// (mapped, in constant time), then the log after it, replayed. Changes nothing on disk, so it can
// be tried again.
//
//   CURRENT -> manifests/7 -> snapshots/...-r200.tree + .terms        revisions 1 to 200
//                             wal/r...180.log  wal/r...201.log        the records after 200

#ifndef PATHKB_STORAGE_RECOVERY_RECOVERY_H_
#define PATHKB_STORAGE_RECOVERY_RECOVERY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "core/facts/working_set.h"
#include "storage/directory/manifest.h"
#include "storage/file/file_system.h"
#include "storage/snapshot/snapshot.h"

namespace pathkb {

// What a data directory holds.
struct RecoveredState {
  Manifest manifest;
  std::shared_ptr<const Snapshot> base;  // Null if there is no snapshot.
  WorkingSet working;                    // What the log adds to it.
  uint64_t revision = 0;                 // Of the last commit.
  uint64_t facts = 0;                    // In all spaces.
  uint64_t changes = 0;                  // Changed facts that the log held.
  // What was found that a clean stop would not have left, one sentence each.
  std::vector<std::string> notes;
  // Names, below the data directory, of segments without a single record: an interrupted start or
  // first commit leaves one. Whoever writes next may need the name.
  std::vector<std::string> hollow_segments;
};

// Reads the state of `data_dir`, which must be a data directory (storage/directory/data_directory).
// If the newest snapshot cannot be opened, the one before it serves, with its longer log.
//   DataLoss             commits are missing or damaged; the message names file, place and
//                        revisions
//   FailedPrecondition   a file of a newer format version
absl::StatusOr<RecoveredState> Recover(FileSystem& files, const std::string& data_dir);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_RECOVERY_RECOVERY_H_
