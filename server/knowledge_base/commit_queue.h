// The one way in for writes: puts batches in order, logs a group of them at once, then shows them.
//
//   Submit ---> [batch][batch][batch] ---> thread: stage on a copy of the working set (CommitGroup)
//                                                  append the group to the log (CommitLog)
//                                                  one sync, if the policy or a caller wants it
//                                                  Publish to readers, then answer
//
// The order in the log is the order of visibility, because one thread does all of it. With the
// policy "always", nothing is visible before it is durable; with the others, answers say how far
// the log is. A batch that changes nothing is answered without a revision and without a log record,
// unless it has a request id, which is remembered. DESIGN.md beside this file tells what happens
// when the disk is full or fails.

#ifndef PATHKB_SERVER_KNOWLEDGE_BASE_COMMIT_QUEUE_H_
#define PATHKB_SERVER_KNOWLEDGE_BASE_COMMIT_QUEUE_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "core/facts/arg_index.h"
#include "core/facts/batch.h"
#include "core/facts/request_table.h"
#include "core/facts/working_set.h"
#include "server/background/clock.h"
#include "server/config/sync_policy.h"
#include "server/knowledge_base/commit_group.h"
#include "server/knowledge_base/commit_log.h"
#include "server/knowledge_base/knowledge_base.h"
#include "server/knowledge_base/lease_table.h"
#include "server/knowledge_base/space_figures.h"
#include "server/knowledge_base/write_gate.h"
#include "storage/file/database_id.h"
#include "storage/file/file_system.h"

namespace pathkb {

// What the queue has done since it began. A value type.
struct CommitFigures {
  uint64_t batches = 0;  // Answered, refused ones included.
  uint64_t groups = 0;   // Of them; each is written at once.
  uint64_t syncs = 0;    // Of the log.
  absl::Duration sync_time;
  absl::Duration longest_sync;
  uint64_t pauses = 0;  // Times commits waited for a snapshot to take its view or to be installed.
  absl::Duration longest_pause;
};

// Thread-safe.
class CommitQueue {
 public:
  // Where the log is, and its bounds.
  struct Options {
    std::string data_dir;
    DatabaseId database_id;
    SyncPolicy sync;
    // A new log segment is begun once one has this many bytes.
    uint64_t segment_bytes_max = uint64_t{64} << 20;
    // Batches that wait are taken together up to about this many bytes of changes.
    uint64_t group_bytes_max = uint64_t{8} << 20;
    // Bytes of changes that may wait; past that Submit() refuses.
    uint64_t waiting_bytes_max = uint64_t{256} << 20;
    // What is indexed of a space that comes into being (core/facts/arg_index.h).
    IndexedArguments index_of_new_spaces;
    // Room kept for the log on a full disk; 0 for none.
    uint64_t reserve_bytes = 0;
    // From when on facts are not added; see WriteGate.
    WriteGate::Options gate;
    // If not OK, nothing is ever written, and every commit gets this answer.
    absl::Status refuse;
    // Borrowed; null for the machine's.
    const Clock* clock = nullptr;
    // Borrowed; null where there are no leases.
    LeaseTable* leases = nullptr;
  };
  using Done = std::function<void(absl::StatusOr<Commit>)>;

  // Goes on from what recovery found, which `knowledge_base` shows already, and all of which is
  // durable. Borrows both.
  CommitQueue(Options options, FileSystem& files, KnowledgeBase& knowledge_base,
              WorkingSet recovered, RequestTable requests = RequestTable());
  // Stop().
  ~CommitQueue();

  // Commits `batch`; `done` is called once, on another thread. If its request id is that of an
  // earlier batch of the same content, nothing is done, and the answer is that one's.
  //   InvalidArgument     the request id was used for another content; or it is too long
  //   ResourceExhausted   too much is waiting; or facts would be added and there is no room on disk
  //                       or in memory, with the advice when to try again (retry_after.h)
  //   Unavailable         writing has stopped (the message says why; whether this batch is found
  //                       after a restart is unknown), or the server is shutting down
  //   DataLoss            the base contradicts itself where this batch touches it
  //   FailedPrecondition  a lease forbids it: see LeaseTable::Check(), which gets the wish's
  //   others              that of the wish's premise
  void Submit(Batch batch, Done done, CommitWish wish = {}) ABSL_LOCKS_EXCLUDED(mutex_);

  // Answers once every batch that was accepted before is answered, with the revision that readers
  // see then or a later one. A lease that was taken before this is called keeps out all batches
  // that are accepted after it. Errors as Submit().
  void AfterThoseWaiting(Done done) ABSL_LOCKS_EXCLUDED(mutex_) {
    Submit(Batch(), std::move(done));
  }

  // Takes a view at a moment between two groups, makes the log durable up to it, and begins a new
  // log segment there, so that the segments before it hold nothing that the view does not. Blocks
  // for the group at work. Fails when writing has stopped for good.
  absl::StatusOr<ReadView> ViewAtSegmentStart() ABSL_LOCKS_EXCLUDED(mutex_);

  // Makes `base`, a snapshot of `viewed`, the base. Blocks until readers see it.
  void Install(std::shared_ptr<const FactBase> base, const ReadView& viewed)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // OK while commits are accepted; else why this process will never accept any again.
  absl::Status write_status() const ABSL_LOCKS_EXCLUDED(mutex_);

  // OK while facts can be added; else write_status(), or for want of what they cannot, which
  // passes.
  absl::Status growth_status() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Every commit up to this one is on disk. Never more than the newest revision that readers see,
  // but for the moment between sync and show.
  uint64_t durable_revision() const { return durable_revision_.load(std::memory_order_acquire); }

  // How much it has done, and how long commits had to wait.
  CommitFigures figures() const ABSL_LOCKS_EXCLUDED(mutex_);
  // What it has written to which space.
  std::vector<SpaceFigure> space_figures() const { return space_figures_.Get(); }

  // Commits what waits, makes it durable, then refuses everything that comes. Idempotent; blocks.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // What the thread does next.
  struct Task {
    std::vector<WaitingBatch> group;
    std::function<void()> work;
    bool stop = false;
  };

  // Puts a batch to those that wait, or says why it cannot.
  absl::Status Enqueue(WaitingBatch& waiting, std::string_view lease_id)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // OK if a batch of so many bytes may wait, as far as the queue goes.
  absl::Status Accepts(uint64_t bytes) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // Blocks until there is something to do, or `deadline`, by the monotonic clock, has passed.
  Task NextTask(absl::Duration deadline) ABSL_LOCKS_EXCLUDED(mutex_);
  // Runs `work` on the thread, between two groups; blocks until it is done.
  void RunBetweenGroups(std::function<void()> work) ABSL_LOCKS_EXCLUDED(mutex_);

  // --- On the thread.

  // Syncs the log, and counts that.
  absl::Status SyncLog() ABSL_LOCKS_EXCLUDED(mutex_);
  void CountPause(absl::Duration pause) ABSL_LOCKS_EXCLUDED(mutex_);
  // When DoWhatIsDue() next has something to do; infinite if only a commit can change that.
  absl::Duration NextDue() const;
  void DoWhatIsDue();
  // True if the log may be written to and has to be seen to.
  bool NeedsHealing() const { return options_.refuse.ok() && log_.needs_healing(); }
  void CommitWaiting(std::vector<WaitingBatch> waiting) ABSL_LOCKS_EXCLUDED(mutex_);
  // Logs what the group has staged, durably if that is wanted. OK if it may be shown.
  absl::Status Log(const CommitGroup& group);
  // Looks how much room there is, at most every kLookEvery.
  void LookForRoom();
  // Lets other threads see how the log stands.
  void Tell() ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  const RealClock real_clock_;
  const Clock& clock_;
  FileSystem& files_;
  KnowledgeBase& knowledge_base_;
  std::atomic<uint64_t> durable_revision_;

  // Only the thread uses these.
  WorkingSet working_;
  RequestTable requests_;
  CommitLog log_;
  WriteGate gate_;
  absl::Duration sync_due_ = absl::InfiniteDuration();  // By the monotonic clock, as the others.
  absl::Duration heal_due_ = absl::ZeroDuration();
  absl::Duration look_due_ = absl::ZeroDuration();

  SpaceFigures space_figures_;  // Thread-safe.

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // There is something to do for the thread.
  std::deque<WaitingBatch> waiting_ ABSL_GUARDED_BY(mutex_);
  uint64_t waiting_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<std::function<void()>> work_ ABSL_GUARDED_BY(mutex_);
  absl::Status write_status_ ABSL_GUARDED_BY(mutex_);
  absl::Status growth_status_ ABSL_GUARDED_BY(mutex_);
  CommitFigures figures_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_KNOWLEDGE_BASE_COMMIT_QUEUE_H_
