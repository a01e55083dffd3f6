// The one way in for writes: puts batches in order, makes a group of them durable with one sync,
// then shows them.
//
//   Submit ---> [batch][batch][batch] ---> thread: stage on a copy of the working set
//                                                  append the group to the log, one sync
//                                                  Publish to readers, then answer
//
// Nothing is visible before it is durable, and the order in the log is the order of visibility,
// because one thread does all of it. A batch that changes nothing is answered without a revision
// and without a log record. If the log cannot be written, the group is dropped, nobody has seen it,
// and writing stops until the server is started again; reads go on.

#ifndef PATHKB_SERVER_KNOWLEDGE_BASE_COMMIT_QUEUE_H_
#define PATHKB_SERVER_KNOWLEDGE_BASE_COMMIT_QUEUE_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"

#include "core/facts/batch.h"
#include "core/facts/working_set.h"
#include "server/knowledge_base/knowledge_base.h"
#include "storage/file/database_id.h"
#include "storage/file/file_system.h"
#include "storage/wal/wal_writer.h"

namespace pathkb {

// What a batch came to.
struct Commit {
  uint64_t revision = 0;          // Of this commit; the newest one if nothing changed.
  uint64_t durable_revision = 0;  // Everything up to this one is on disk.
  ChangeCounts counts;
};

// Thread-safe.
class CommitQueue {
 public:
  // Where the log is, and its bounds.
  struct Options {
    std::string data_dir;
    DatabaseId database_id;
    // A new log segment is begun once one has this many bytes.
    uint64_t segment_bytes_max = uint64_t{64} << 20;
    // Batches that wait are taken together up to about this many bytes of changes.
    uint64_t group_bytes_max = uint64_t{8} << 20;
    // Bytes of changes that may wait; past that Submit() refuses.
    uint64_t waiting_bytes_max = uint64_t{256} << 20;
  };
  using Done = std::function<void(absl::StatusOr<Commit>)>;

  // Goes on from what recovery found, which `knowledge_base` shows already. Borrows both.
  CommitQueue(Options options, FileSystem& files, KnowledgeBase& knowledge_base,
              WorkingSet recovered);
  // Stop().
  ~CommitQueue();

  // Commits `batch`; `done` is called once, on another thread.
  //   Unavailable         writing has stopped (the message says why), or the server is shutting
  //                       down
  //   ResourceExhausted   too much is waiting
  //   DataLoss            the base contradicts itself where this batch touches it
  void Submit(Batch batch, Done done) ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes a view at a moment between two groups, and begins a new log segment there, so that the
  // segments before it hold nothing that the view does not. Blocks for the group at work. Fails
  // when writing has stopped.
  absl::StatusOr<ReadView> ViewAtSegmentStart() ABSL_LOCKS_EXCLUDED(mutex_);

  // Makes `base`, a snapshot of `viewed`, the base. Blocks until readers see it.
  void Install(std::shared_ptr<const FactBase> base, const ReadView& viewed)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // OK while commits are accepted; else why not.
  absl::Status write_status() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Commits what waits, then refuses everything that comes. Idempotent; blocks.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Waiting {
    Batch batch;
    Done done;
    uint64_t bytes = 0;
  };
  // A batch of a group that is being committed.
  struct Staged {
    Waiting waiting;
    absl::StatusOr<Commit> result = Commit();
  };

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // Runs `work` on the thread, between two groups; blocks until it is done.
  void RunBetweenGroups(std::function<void()> work) ABSL_LOCKS_EXCLUDED(mutex_);
  // --- On the thread
  // -----------------------------------------------------------------------------------
  void CommitGroup(std::vector<Waiting> group) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status AppendToLog(const std::vector<WalRecord>& records);
  void StopWriting(const absl::Status& why) ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  FileSystem& files_;
  KnowledgeBase& knowledge_base_;

  // Only the thread uses these.
  WorkingSet working_;
  std::unique_ptr<WalWriter> wal_;  // Null until the next commit begins a segment.

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // There is something to do for the thread.
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  uint64_t waiting_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<std::function<void()>> work_ ABSL_GUARDED_BY(mutex_);
  absl::Status write_status_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_KNOWLEDGE_BASE_COMMIT_QUEUE_H_
