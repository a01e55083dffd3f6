// A data directory with no server running, reduced to one new pair: what a server does bit by bit,
// done at once.
//
//   base + deltas + log  --Recover-->  state  --WriteSnapshot-->  one pair; nothing else stays, but
//                                                                 for pinned snapshots

#ifndef PATHKB_STORAGE_TOOL_COMPACT_H_
#define PATHKB_STORAGE_TOOL_COMPACT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "storage/directory/manifest.h"
#include "storage/file/file_system.h"

namespace pathkb {

// How to compact.
struct CompactOptions {
  int64_t now_unix_ms = 0;          // The time of the new pair.
  std::string server_version = "";  // Of the program that writes it; as in SnapshotRecord.
  bool compress_terms = false;      // The .terms through zlib.
  bool rewrite = false;             // Also if the newest pair already holds everything.
};

// What was done.
struct CompactResult {
  SnapshotRecord snapshot;         // The one that is left.
  bool written = false;            // By this call.
  uint64_t files_removed = 0;      // That nothing needs any more.
  std::vector<std::string> notes;  // What recovery found that a clean stop would not have left.
};

// Compacts the data directory `path`: takes its lock, recovers what it holds, writes that as one
// new pair, reads the pair back whole, publishes a manifest that names it and pinned ones, and
// removes what is then not needed. If it is stopped in the middle, by whatever, the directory holds
// what it held before, or after.
//   FailedPrecondition  not a data directory, or a file of a newer version
//   Unavailable         a server has the directory; the message says which
//   DataLoss            something in it is damaged, see salvage.h; nothing was changed, except that
//                       snapshots that recovery could do without are moved to quarantine/
//   ResourceExhausted   no space left
absl::StatusOr<CompactResult> CompactDirectory(FileSystem& files, const std::string& path,
                                               const CompactOptions& options);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_COMPACT_H_
