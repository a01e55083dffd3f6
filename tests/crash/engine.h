// The daemon without gRPC and without timers: what is built over a data directory, started in the
// daemon's order, with calls that return when their work is done. So the same script makes the same
// calls on the file system each time, and a test can cut it off at any of them.
//
//   Open: OpenForWriting (storage/recovery/opening) -> threads
//   Commit = CommitQueue::Submit       Snapshot, Delta = SnapshotWorker::Request, RequestDelta

#ifndef PATHKB_TESTS_CRASH_ENGINE_H_
#define PATHKB_TESTS_CRASH_ENGINE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "server/background/clock.h"
#include "server/background/snapshot_worker.h"
#include "server/knowledge_base/commit_queue.h"
#include "server/knowledge_base/knowledge_base.h"
#include "server/knowledge_base/read_view.h"
#include "storage/directory/data_directory.h"
#include "storage/file/file_system.h"
#include "storage/recovery/opening.h"

namespace pathkb {

// What is not as the scripts of power cuts have it.
struct EngineOptions {
  // Small, so that a short script sees segments end.
  uint64_t segment_bytes_max = 4096;
  uint64_t reserve_bytes = 0;
};

// One caller at a time; View() from any thread.
class Engine {
 public:
  // The whole start. Borrows `files` and `clock`. What is logged from then on in this process goes
  // nowhere: failures are what these tests are made of.
  static absl::StatusOr<std::unique_ptr<Engine>> Open(FileSystem& files,
                                                      const std::string& data_dir,
                                                      const Clock& clock,
                                                      const EngineOptions& options = {});
  // Stops without a last snapshot.
  ~Engine();

  // Each returns when the work is done, with its error.
  absl::StatusOr<pathkb::Commit> Commit(Batch batch);
  absl::StatusOr<SnapshotWorker::Result> Snapshot();
  absl::StatusOr<SnapshotWorker::Result> Delta();

  // A pair or a delta, as the daemon's usual rules would have it if now was the time for one.
  absl::StatusOr<SnapshotWorker::Result> WriteWhatIsDue();

  ReadView View() const { return knowledge_base_->View(); }
  // OK while commits are accepted.
  absl::Status write_status() const { return commits_->write_status(); }
  CommitFigures commit_figures() const { return commits_->figures(); }
  // What recovery had to say.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  Engine() = default;

  DataDirectory directory_;
  std::vector<std::string> notes_;
  std::unique_ptr<KnowledgeBase> knowledge_base_;
  std::unique_ptr<CommitQueue> commits_;
  std::unique_ptr<SnapshotWorker> snapshots_;
};

}  // namespace pathkb

#endif  // PATHKB_TESTS_CRASH_ENGINE_H_
