// The one thread that writes snapshots and deltas: decides when one is due, and has it written: on
// request, by time, by the number of changes, by memory, and at a clean stop. One at a time;
// requests for the same that come while one is written share the next.
//
//   requests, clock, figures --snapshot_rules--> pair or delta --snapshot_maker--> files that count
//
// It may be told to write no faster than the disk can spare, which can take long, but never delays
// a stop: that gives up what is being written, and the last snapshot is written at full speed. What
// fails leaves everything as it was, is logged and counted, and is tried again after a while, which
// doubles each time (RetryBackoff).
//
// Writers and readers go on all the while: see server/knowledge_base/DESIGN.md.

#ifndef PATHKB_SERVER_BACKGROUND_SNAPSHOT_WORKER_H_
#define PATHKB_SERVER_BACKGROUND_SNAPSHOT_WORKER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "core/trie/path_trie.h"
#include "server/background/clock.h"
#include "server/background/snapshot_maker.h"
#include "server/background/snapshot_rules.h"
#include "server/background/worker_report.h"
#include "server/knowledge_base/commit_queue.h"
#include "server/knowledge_base/knowledge_base.h"
#include "storage/directory/manifest.h"
#include "storage/file/file_system.h"

namespace pathkb {

// Thread-safe.
class SnapshotWorker {
 public:
  // When to write without being asked, where, and how.
  struct Options : SnapshotRules, SnapshotMaker::Options {
    // Called on the thread when something was written or has failed, asked for or not. May be null.
    std::function<void(const absl::StatusOr<SnapshotMaker::Result>& result)> finished;
  };
  using Result = SnapshotMaker::Result;
  using Done = std::function<void(absl::StatusOr<Result>)>;
  using PinDone = std::function<void(absl::StatusOr<SnapshotRecord>)>;

  // Starts the thread. Borrows everything but the manifest and the mark, which are what recovery
  // gave: RecoveredState::manifest and working_at_delta.
  SnapshotWorker(Options options, FileSystem& files, const Clock& clock,
                 KnowledgeBase& knowledge_base, CommitQueue& commits, Manifest manifest,
                 PathTrie mark = PathTrie());
  // Stop().
  ~SnapshotWorker();

  // Asks for a pair of everything committed up to now; `done` is called once, on the thread. If
  // nothing changed since the last one, that will do, unless `deduplicate` is set and it was
  // written otherwise. Not set, it leaves that to the options. Folds all deltas in.
  //   Aborted             the server is shutting down
  //   ResourceExhausted   no space left; the base stays as it was
  //   Unavailable         writing has stopped
  void Request(std::optional<bool> deduplicate, Done done) ABSL_LOCKS_EXCLUDED(mutex_);
  // Asks for a delta of what changed since the last pair or delta. Errors as above.
  void RequestDelta(Done done) ABSL_LOCKS_EXCLUDED(mutex_);
  // Asks for a pin, or for one to be taken back. Errors as PublishPin(), and Aborted.
  void RequestPin(std::string id, bool pinned, PinDone done) ABSL_LOCKS_EXCLUDED(mutex_);

  // Answers requests that wait with Aborted, gives up what is being written, however slowly, and
  // ends the thread. Idempotent; blocks.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  // Writes what changed once more, as a pair or a delta by the same rules, on the caller's thread,
  // after Stop(); without a limit of speed, and without what the options say of its mapping.
  absl::StatusOr<Result> SnapshotAfterStop();

  // The manifest that counts now.
  Manifest manifest() const { return maker_.manifest(); }
  // True while something is being written.
  bool running() const { return maker_.running(); }
  // Changed facts since the last pair or delta was taken.
  uint64_t ChangesSinceSnapshot(const ReadView& view) const { return maker_.Figures(view).changes; }
  // What it is doing.
  const WorkerReport& report() const { return report_; }

 private:
  // What a request is for.
  struct Wish {
    SnapshotKind kind = SnapshotKind::kPair;
    std::optional<bool> deduplicate;  // Of a pair.
    friend bool operator==(const Wish&, const Wish&) = default;
  };
  struct Waiting {
    Wish wish;
    Done done;
  };
  struct WaitingPin {
    std::string id;
    bool pinned = false;
    PinDone done;
  };
  // What the thread takes at a time: pins, and requests that want the same.
  struct Work {
    std::vector<WaitingPin> pins;
    std::vector<Waiting> requests;
  };

  void Ask(Waiting waiting) ABSL_LOCKS_EXCLUDED(mutex_);
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // Blocks until there is work, something may be due, or Stop() was called, which is false.
  bool NextWork(Work& work) ABSL_LOCKS_EXCLUDED(mutex_);
  // What is due now without being asked for.
  std::optional<Wish> Due() const;
  // Has it written, with all that is said about it.
  absl::StatusOr<Result> Make(const Wish& wish);
  // Lets `duration` pass; Aborted, and at once, when Stop() is called.
  absl::Status Wait(absl::Duration duration) ABSL_LOCKS_EXCLUDED(mutex_);
  bool stopping() const ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  const Clock& clock_;
  KnowledgeBase& knowledge_base_;
  WorkerReport report_;
  SnapshotMaker maker_;

  // Only the thread uses these. Times are of the monotonic clock.
  absl::Duration last_written_;
  absl::Duration not_before_;  // After a failure.
  RetryBackoff backoff_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // There is work, or stopping_ is set.
  Work waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_BACKGROUND_SNAPSHOT_WORKER_H_
