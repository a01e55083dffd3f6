// Decides when a snapshot is due, has it written, and makes it the base: on request, by time, by
// the number of changes, and at a clean stop. One at a time; requests for the same that come while
// one is written share the next.
//
//   view at the start of a log segment -> write the pair -> publish the manifest -> install
//                                      -> remove old files
//
// It may be told to write no faster than the disk can spare, which can take long, but never delays
// a stop: that gives up what is being written, and the last snapshot is written at full speed.
//
// Writers and readers go on all the while: see server/knowledge_base/DESIGN.md.

#ifndef PATHKB_SERVER_BACKGROUND_SNAPSHOT_WORKER_H_
#define PATHKB_SERVER_BACKGROUND_SNAPSHOT_WORKER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "server/background/clock.h"
#include "server/knowledge_base/commit_queue.h"
#include "server/knowledge_base/knowledge_base.h"
#include "storage/directory/manifest.h"
#include "storage/file/file_system.h"
#include "storage/file/mapped_file.h"
#include "storage/snapshot/snapshot.h"

namespace pathkb {

// Thread-safe.
class SnapshotWorker {
 public:
  // When to write a snapshot without being asked, where, and how.
  struct Options {
    std::string data_dir;
    std::string server_version;
    absl::Duration interval = absl::Minutes(5);  // Zero: not by time.
    uint64_t max_changes = 10'000;               // Zero: not by changes.
    double min_ratio = 0.1;  // Not by changes before they are this part of the base's facts.
    bool compress_terms = false;
    bool deduplicate = true;            // Write equal subtries once, if a request says nothing.
    uint64_t max_bytes_per_second = 0;  // For each of the two files. Zero: no limit.
    MapOptions map;                     // For the files of a new base.
    // Called on the thread with each new base, before its request is answered. May be null.
    std::function<void(const Snapshot& base)> installed;
  };
  // The answer to a request: the newest snapshot, and whether it was made for this.
  struct Result {
    SnapshotRecord snapshot;
    bool created = false;
  };
  using Done = std::function<void(absl::StatusOr<Result>)>;

  // Starts the thread. Borrows everything but the manifest, which is the one that recovery read.
  SnapshotWorker(Options options, FileSystem& files, const Clock& clock,
                 KnowledgeBase& knowledge_base, CommitQueue& commits, Manifest manifest);
  // Stop().
  ~SnapshotWorker();

  // Asks for a snapshot of everything committed up to now; `done` is called once, on the thread. If
  // nothing changed since the last one, that will do, unless `deduplicate` is set and it was
  // written otherwise. Not set, it leaves that to the options.
  //   Aborted             the server is shutting down
  //   ResourceExhausted   no space left; the base stays as it was
  //   Unavailable         writing has stopped
  void Request(std::optional<bool> deduplicate, Done done) ABSL_LOCKS_EXCLUDED(mutex_);

  // Answers requests that wait with Aborted, gives up a snapshot that is being written, however
  // slowly, and ends the thread. Idempotent; blocks.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes a last snapshot if anything changed, on the caller's thread, after Stop(); without a
  // limit of speed, and without what the options say of its mapping.
  absl::StatusOr<Result> SnapshotAfterStop();

  // The manifest that counts now.
  Manifest manifest() const ABSL_LOCKS_EXCLUDED(mutex_);
  // True while a pair is being written.
  bool running() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Changed facts since the base was taken.
  uint64_t ChangesSinceSnapshot(const ReadView& view) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Waiting {
    std::optional<bool> deduplicate;
    Done done;
  };
  // What a snapshot is made for: while the server serves, with care for those it serves, and to be
  // given up when it stops; or as the last one.
  enum class Occasion { kServing, kStopped };

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // Blocks until there are requests, a snapshot may be due, or Stop() was called, which is false.
  // Takes those requests that want the same as the first; none if there is none.
  bool NextRequests(std::vector<Waiting>& requests) ABSL_LOCKS_EXCLUDED(mutex_);
  // True if a snapshot is due by time or changes.
  bool Due() const ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<Result> MakeSnapshot(std::optional<bool> deduplicate, Occasion occasion)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<SnapshotRecord> WritePair(const ReadView& view, const Manifest& before,
                                           bool deduplicate, Occasion occasion);
  // Lets `duration` pass; Aborted, and at once, when Stop() is called.
  absl::Status Wait(absl::Duration duration) ABSL_LOCKS_EXCLUDED(mutex_);
  // The manifest after `before` with `record` as the base, on disk.
  absl::StatusOr<Manifest> Publish(const SnapshotRecord& record, const Manifest& before);
  // Removes what neither manifest needs; a failure is logged and tried again with the next
  // snapshot.
  void RemoveOldFiles(const Manifest& current, const Manifest& previous);
  bool stopping() const ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  FileSystem& files_;
  const Clock& clock_;
  KnowledgeBase& knowledge_base_;
  CommitQueue& commits_;

  // Only who makes a snapshot uses it. Grows with each attempt, because a failed publication may
  // still have taken its number.
  uint64_t last_manifest_number_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // There is a request, or stopping_ is set.
  std::vector<Waiting> requests_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool running_ ABSL_GUARDED_BY(mutex_) = false;
  Manifest manifest_ ABSL_GUARDED_BY(mutex_);
  uint64_t changes_at_base_ ABSL_GUARDED_BY(mutex_) =
      0;  // ReadView::changes when the base was taken.
  absl::Time last_attempt_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_BACKGROUND_SNAPSHOT_WORKER_H_
