// For tests of the commit queue: a data directory on the crash file system, with a queue that can
// be stopped, killed and opened again, and a clock that stands still until the test moves it.

#ifndef PATHKB_TESTS_SUPPORT_QUEUE_UNDER_TEST_H_
#define PATHKB_TESTS_SUPPORT_QUEUE_UNDER_TEST_H_

#include <cstdint>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "server/background/clock.h"
#include "server/knowledge_base/commit_queue.h"
#include "server/knowledge_base/knowledge_base.h"
#include "storage/directory/data_directory.h"
#include "storage/recovery/recovery.h"
#include "tests/support/crash_file_system.h"
#include "tests/support/hand_clock.h"

namespace pathkb {

// One server's commits, over `files`. One thread.
class QueueUnderTest {
 public:
  static constexpr char kDir[] = "/db";

  // Makes the directory, or recovers it, and starts a queue as `options` say; the paths and the
  // database id in them are filled in. status() says whether that went well.
  QueueUnderTest(CrashFileSystem& files, CommitQueue::Options options);
  // Stops, and lets go of the directory.
  ~QueueUnderTest();

  const absl::Status& status() const { return status_; }
  CommitQueue& queue() { return *queue_; }
  KnowledgeBase& knowledge_base() { return *knowledge_base_; }
  const RecoveredState& recovered() const { return recovered_; }

  // Submits `batch`; the answer comes later.
  std::future<absl::StatusOr<Commit>> Start(Batch batch, SyncWish wish = SyncWish::kAsServer);
  // Inserts or deletes, and waits for the answer.
  absl::StatusOr<Commit> Insert(const std::vector<int>& numbers, const std::string& id = "",
                                SyncWish wish = SyncWish::kAsServer);
  absl::StatusOr<Commit> Delete(const std::vector<int>& numbers, const std::string& id = "");

  // The numbers of the facts that readers see.
  std::set<int> Visible() const;

 private:
  absl::Status Open(CommitQueue::Options options);

  CrashFileSystem& files_;
  DataDirectory directory_;
  RecoveredState recovered_;
  std::unique_ptr<KnowledgeBase> knowledge_base_;
  std::unique_ptr<CommitQueue> queue_;
  absl::Status status_;
};

// The batch that inserts the plain facts (f <number>), under a request id if there is one.
Batch InsertOf(const std::vector<int>& numbers, const std::string& id = "");
// The batch that deletes them.
Batch DeleteOf(const std::vector<int>& numbers, const std::string& id = "");

// The numbers of the facts that a view shows.
std::set<int> FactsOf(const ReadView& view);

// What a start on this disk would show.
struct Found {
  absl::Status status;
  uint64_t revision = 0;
  std::set<int> facts;
  RequestTable requests;
};
// Recovers it, and writes nothing.
Found FindAfterRestart(CrashFileSystem& files);

}  // namespace pathkb

#endif  // PATHKB_TESTS_SUPPORT_QUEUE_UNDER_TEST_H_
