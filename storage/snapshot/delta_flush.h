// Changes of a working set in, a delta file in deltas/ out. It counts once a manifest names it.
//
//   view.working, last delta's working --ChangesSince--> trie --FlushDelta-->
//   deltas/r<a>-r<b>.paths

#ifndef PATHKB_STORAGE_SNAPSHOT_DELTA_FLUSH_H_
#define PATHKB_STORAGE_SNAPSHOT_DELTA_FLUSH_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/facts/entry_store.h"
#include "core/trie/path_trie.h"
#include "storage/directory/manifest.h"
#include "storage/file/database_id.h"
#include "storage/file/file_system.h"
#include "storage/file/paced_file.h"

namespace pathkb {

// DeltaSource::interrupt is asked each time so many paths are written.
inline constexpr uint64_t kDeltaPathsPerInterrupt = 4096;

// What to write. A value type of handles.
struct DeltaSource {
  PathTrie changes;   // As ChangesSince() gives them: values, and tombstones.
  EntryView entries;  // That the values name.
  DatabaseId database_id;
  uint64_t from_revision = 0;
  uint64_t to_revision = 0;  // Larger.
  uint64_t facts = 0;        // In all spaces, after it.
  int64_t created_unix_ms = 0;
  Pace pace;  // How fast it may be written.
  // Asked every kDeltaPathsPerInterrupt paths; an error ends the writing. May be null.
  std::function<absl::Status()> interrupt;
};

// Writes the delta aside, syncs it, and gives it its name; durable on return. Memory as DeltaWriter
// says. After an error nothing is left that counts.
//   ResourceExhausted   no space left, or more entries than a delta can hold
//   InvalidArgument     the revisions do not ascend, or a path is longer than a delta can hold
//   whatever the interrupt said
absl::StatusOr<DeltaRecord> FlushDelta(FileSystem& files, const std::string& data_dir,
                                       const DeltaSource& source);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_SNAPSHOT_DELTA_FLUSH_H_
