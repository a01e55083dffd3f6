// What recovery found in a data directory: the state it stands for, and what is to be seen to
// before anybody writes there.

#ifndef PATHKB_STORAGE_RECOVERY_RECOVERED_STATE_H_
#define PATHKB_STORAGE_RECOVERY_RECOVERED_STATE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/facts/request_table.h"
#include "core/facts/working_set.h"
#include "core/trie/path_trie.h"
#include "storage/directory/manifest.h"
#include "storage/snapshot/snapshot.h"

namespace pathkb {

// What a data directory holds.
struct RecoveredState {
  Manifest manifest;
  std::shared_ptr<const Snapshot> base;  // Null if there is no snapshot.
  WorkingSet working;                    // What deltas and log add to it.
  PathTrie working_at_delta;             // Its trie at manifest.CoveredRevision().
  RequestTable requests;                 // Writes that had a request id.
  uint64_t revision = 0;                 // Of the last commit.
  uint64_t facts = 0;                    // In all spaces.
  uint64_t changes = 0;                  // Changed facts that the log held.
  // What was found that a clean stop would not have left, one sentence each.
  std::vector<std::string> notes;
  // What PrepareForWriting() has to see to. Names below the data directory.
  std::vector<std::string> damaged_files;    // Of snapshots and deltas that could not be used.
  std::vector<std::string> hollow_segments;  // Without a single record.
  std::optional<std::string> last_segment;   // Of those with records that were replayed.
  uint64_t last_logged_revision = 0;         // The last record of `last_segment`.
  // Up to here the log itself proves that it was on disk; the rest may be in memory only.
  uint64_t proven_revision = 0;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_RECOVERY_RECOVERED_STATE_H_
