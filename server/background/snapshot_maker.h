// Writes what the knowledge base holds to files that count: a pair, which becomes the base, or a
// delta. The steps; when they are taken is for snapshot_worker to say.
//
//   view at the start of a log segment -> write the pair  -> publish the manifest -> install
//                                      -> or write a delta -> publish the manifest -> move the mark
//                                                                 then remove what nobody needs
//
// A delta holds what changed since the mark, the working set as the last delta or the base left it.
// If any step fails, everything stays as it was, and the log still has it all.

#ifndef PATHKB_SERVER_BACKGROUND_SNAPSHOT_MAKER_H_
#define PATHKB_SERVER_BACKGROUND_SNAPSHOT_MAKER_H_

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "core/trie/path_trie.h"
#include "server/background/clock.h"
#include "server/background/snapshot_rules.h"
#include "server/knowledge_base/commit_queue.h"
#include "server/knowledge_base/read_view.h"
#include "storage/directory/manifest.h"
#include "storage/directory/retained_snapshots.h"
#include "storage/file/file_system.h"
#include "storage/file/mapped_file.h"
#include "storage/file/paced_file.h"
#include "storage/snapshot/snapshot.h"

namespace pathkb {

// One thread at a time makes things; what is const may be called by any thread meanwhile.
class SnapshotMaker {
 public:
  // Where and how to write.
  struct Options {
    std::string data_dir;
    std::string server_version;
    bool compress_terms = false;
    bool deduplicate = true;            // Write equal subtries once, if a caller says nothing.
    uint64_t max_bytes_per_second = 0;  // For each file. Zero: no limit.
    RetentionPolicy retention;
    MapOptions map;  // For the files of a new base.
    // Called with each new base while the server serves. May be null.
    std::function<void(const Snapshot& base)> installed;
  };
  // What there is now, and whether it was made by this call.
  struct Result {
    SnapshotRecord snapshot;           // The base; empty if there is none.
    std::optional<DeltaRecord> delta;  // The newest behind it, if a delta was asked for.
    bool created = false;
  };
  // Care for those who are served: null for the last one, when nobody is.
  struct Care {
    std::function<absl::Status()> interrupt;           // An error gives up.
    std::function<absl::Status(absl::Duration)> wait;  // For the limit of speed.
    std::function<void(uint64_t, uint64_t)> progress;  // Paths written, paths in all, about.
  };

  // Borrows all but the manifest, which is the one that recovery read. `mark` is
  // RecoveredState::working_at_delta; an empty one makes the next delta larger than it need be.
  SnapshotMaker(Options options, FileSystem& files, const Clock& clock, CommitQueue& commits,
                Manifest manifest, PathTrie mark);

  // Writes a pair of everything up to now, makes it the base, and removes what is not kept. If the
  // base holds all that and was written as `deduplicate` asks, that one will do.
  //   ResourceExhausted   no space left
  //   Unavailable         writing has stopped
  //   whatever `care` said, and errors of FileSystem
  absl::StatusOr<Result> MakePair(std::optional<bool> deduplicate, const Care* care)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Writes a delta of what neither base nor deltas hold, if there is anything. Errors as above.
  absl::StatusOr<Result> MakeDelta(const Care* care) ABSL_LOCKS_EXCLUDED(mutex_);

  // Pins a snapshot or takes that back; returns what is known of it then. Errors as PublishPin().
  absl::StatusOr<SnapshotRecord> SetPinned(const std::string& id, bool pinned)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The manifest that counts now.
  Manifest manifest() const ABSL_LOCKS_EXCLUDED(mutex_);
  // True while something is written.
  bool running() const ABSL_LOCKS_EXCLUDED(mutex_);
  // How things stand for the rules.
  SnapshotFigures Figures(const ReadView& view) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::StatusOr<SnapshotRecord> WritePair(const ReadView& view, const Manifest& before,
                                           bool deduplicate, const Care* care);
  absl::StatusOr<DeltaRecord> WriteDelta(const ReadView& view, const Manifest& before,
                                         const Care* care);
  absl::StatusOr<Result> PairOf(const ReadView& view, const Manifest& before, bool deduplicate,
                                const Care* care) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<Result> DeltaOf(const ReadView& view, const Manifest& before, const Care* care)
      ABSL_LOCKS_EXCLUDED(mutex_);
  Pace PaceOf(const Care* care) const;
  // `next` counts, and holds what `view` does.
  void Counts(const Manifest& next, const ReadView& view) ABSL_LOCKS_EXCLUDED(mutex_);
  // Removes what neither manifest needs; a failure is logged and tried again the next time.
  void RemoveOldFiles(const Manifest& current, const Manifest& previous);
  void SetRunning(bool running) ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  FileSystem& files_;
  const Clock& clock_;
  CommitQueue& commits_;

  // Only who makes something uses these.
  PathTrie mark_;  // The working set as the last delta left it; empty behind a new base.
  // Grows with each attempt, because a failed publication may still have taken its number.
  uint64_t last_manifest_number_;

  mutable std::mutex mutex_;
  bool running_ ABSL_GUARDED_BY(mutex_) = false;
  Manifest manifest_ ABSL_GUARDED_BY(mutex_);
  uint64_t changes_written_ ABSL_GUARDED_BY(mutex_) = 0;  // ReadView::changes of what is written.
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_BACKGROUND_SNAPSHOT_MAKER_H_
