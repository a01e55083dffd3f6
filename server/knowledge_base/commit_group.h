// A group of batches on its way: applied one after another to a copy of the working set, before
// anything is logged or shown.
//
//   working set ---copy---> staged ---Stage(batch)---> staged ---> ...        records for the log
//                                                         |
//                                     logged? ---yes---> it is the working set now
//                                             ---no----> dropped; nobody has seen it

#ifndef PATHKB_SERVER_KNOWLEDGE_BASE_COMMIT_GROUP_H_
#define PATHKB_SERVER_KNOWLEDGE_BASE_COMMIT_GROUP_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "core/facts/arg_index.h"
#include "core/facts/batch.h"
#include "core/facts/request_table.h"
#include "core/facts/working_set.h"
#include "server/config/sync_policy.h"
#include "server/knowledge_base/read_view.h"
#include "storage/wal/wal_format.h"

namespace pathkb {

// Kind of log record: one batch, as core/facts/batch encodes it.
inline constexpr uint32_t kBatchRecord = 1;

// What a batch came to.
struct Commit {
  uint64_t revision = 0;          // Of this commit; the newest one if nothing changed.
  uint64_t durable_revision = 0;  // Everything up to this one is on disk.
  ChangeCounts counts;
};

// Looks, when a batch's turn has come, whether what it was made of still holds: what readers see,
// and the working set as the batches before it leave it. An error is the batch's answer, and
// nothing is written. May be null: it always holds.
using Premise = std::function<absl::Status(const ReadView& shown, const WorkingSet& working)>;

// What a caller asks of a commit, beside the batch.
struct CommitWish {
  SyncWish sync = SyncWish::kAsServer;
  std::string_view lease_id = {};  // Empty: by no lease.
  Premise premise = nullptr;
};

// A batch that waits to be committed, and who waits for it.
struct WaitingBatch {
  Batch batch;
  Premise premise;
  std::function<void(absl::StatusOr<Commit>)> done;
  SyncWish wish = SyncWish::kAsServer;
  uint64_t bytes = 0;           // In memory, about.
  uint64_t request_digest = 0;  // Of what is asked for, if the batch has a request id.
};

// Bytes that a batch holds, about.
uint64_t BatchBytes(const Batch& batch);
// A digest of the space and the changes of a batch: of two batches with different ones it is
// different but for one in 2^64. Stable across versions, as it is kept on disk.
uint64_t BatchDigest(const Batch& batch);

// One thread at a time; lives for one group. If it is dropped before Keep(), nothing has happened.
class CommitGroup {
 public:
  // Stages over `working`, which is the one that `now` shows. Spaces that come into being get
  // `index_of_new_spaces`. Borrows the first three.
  CommitGroup(const ReadView& now, WorkingSet& working, RequestTable& requests,
              IndexedArguments index_of_new_spaces);
  ~CommitGroup();

  // Applies one batch, after those before it. `growth` is the answer to one that adds facts while
  // none may be added.
  void Stage(WaitingBatch waiting, const absl::Status& growth);

  // What the log must hold of the group; empty if nothing has changed. Borrows the group.
  std::vector<WalRecord> Records() const;
  // The newest revision that somebody wants durable before he is answered; 0 if nobody does.
  uint64_t wanted_durable() const { return wanted_durable_; }

  // Makes what was staged the working set.
  void Keep();
  // Answers everybody: what came of his batch, or `status`, if that is an error.
  void Answer(const absl::Status& status, uint64_t durable_revision);

  uint64_t revision() const { return revision_; }            // After the group.
  const ChangeCounts& counts() const { return counts_; }     // Of all batches together.
  uint64_t forks() const { return forks_; }                  // Spaces that were made as forks.
  uint64_t requests_kept() const { return requests_kept_; }  // With an id, of those staged.
  // Of each batch that is new in the log: its space, and what it changed.
  const std::vector<std::pair<std::string, ChangeCounts>>& counts_by_batch() const {
    return counts_by_batch_;
  }

 private:
  absl::StatusOr<Commit> Apply(WaitingBatch& waiting, const absl::Status& growth);
  // Puts into a batch that brings its space into being that the space has an index.
  absl::Status AddIndexOfNewSpace(Batch& batch) const;

  const ReadView& now_;
  WorkingSet& working_;
  RequestTable& requests_;
  const IndexedArguments index_of_new_spaces_;
  WorkingSet staged_;
  uint64_t revision_;
  uint64_t wanted_durable_ = 0;
  uint64_t requests_kept_ = 0;
  uint64_t forks_ = 0;
  ChangeCounts counts_;
  std::vector<std::pair<std::string, ChangeCounts>> counts_by_batch_;
  std::vector<std::string> payloads_;  // Of the records, in order of revisions.
  std::vector<std::pair<WaitingBatch, absl::StatusOr<Commit>>> results_;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_KNOWLEDGE_BASE_COMMIT_GROUP_H_
