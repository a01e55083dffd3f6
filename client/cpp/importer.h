// Imports an input of any length: reads it, sends it in batches, several at a time, and keeps
// account.
//
//   FactInput --BatchReader, a thread--> batch --StartInsert--> server
//                                          ^                      |
//                account, in file order ---+---- acknowledged ----+
//
// Batches are sent in the order of the file. Up to `calls_in_flight_max` of them wait for their
// answer at once, so that the server can parse one while another goes to its disk; answers are
// taken into account in the order of the file, whatever order they come in.

#ifndef PATHKB_CLIENT_CPP_IMPORTER_H_
#define PATHKB_CLIENT_CPP_IMPORTER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"

#include "client/cpp/batch_reader.h"
#include "client/cpp/fact_input.h"
#include "client/cpp/pathkb_client.h"

namespace pathkb::client {

// What has been acknowledged so far.
struct ImportTotals {
  uint64_t inserted = 0;
  uint64_t updated = 0;
  uint64_t unchanged = 0;
  uint64_t rejected = 0;
  uint64_t batches = 0;        // Committed ones.
  uint64_t last_revision = 0;  // Newest revision of them; 0 if none.
  uint64_t bytes = 0;          // Of the input, up to the end of the last batch accounted for.
  uint64_t checked = 0;        // Facts found good, where they are only checked.

  uint64_t facts_committed() const { return inserted + updated + unchanged; }
};

// What an input has up to a place where an import can go on another time.
struct ImportPoint {
  InputPlace place;
  std::string header;  // As FactInput::header().
};

// What to import into, and how.
struct ImportOptions {
  enum class OnError {
    kStop,  // At the first bad fact.
    kSkip,  // Leave it out and go on.
  };

  std::string space = "default";
  std::string lease_id;  // As in PathkbClient::WriteOptions; UTF-8.
  OnError on_error = OnError::kStop;
  // A batch ends at either bound; one fact larger than the second makes a batch of its own.
  size_t batch_facts_max = 4096;
  size_t batch_bytes_max = 1 << 20;
  // With 1, nothing that stands behind a bad fact is ever sent.
  size_t calls_in_flight_max = 4;
  // If set, nothing is sent: each fact is given to this instead, which says what is wrong with it
  // in the words of a server, or OK.
  std::function<absl::Status(const v1::Fact&)> check_only;
  // All called on the thread that runs the import; any may be absent.
  //
  // After each batch. Everything up to the point is committed, or was given to on_rejected. Not
  // called any more after a failure.
  std::function<void(const ImportTotals&, const ImportPoint&)> on_progress;
  // With kSkip, in the order of the input; with the input's header, as FactInput::header().
  std::function<void(const RejectedText&, const std::string& header)> on_rejected;
  std::function<bool()> stop_requested;  // True ends the import early.
};

// How an import ended. Whatever `status` says, `totals` is what has certainly been committed.
struct ImportResult {
  ImportTotals totals;
  // OK if all of the input was read and answered for. Else
  //   InvalidArgument, ResourceExhausted, ...   a bad fact (`stopped_at` says where and why)
  //   Cancelled                                 stop_requested
  //   Unavailable, DeadlineExceeded, ...        as PathkbClient::Insert(), or from the input
  absl::Status status;
  // The bad fact that stopped the import; the message of `status` says the same.
  std::optional<RejectedText> stopped_at;
  // Facts committed although they stand behind `stopped_at`: their batches were on the way already.
  uint64_t facts_committed_behind = 0;
  // Facts in calls that ended without an answer: committed or not, nobody knows.
  uint64_t facts_in_doubt = 0;
};

// Runs one import. To be used once, by one thread.
//
// Every call that was started is waited for, so that when Run() returns nothing of the import is
// still on its way. A bad fact found by the server makes its whole batch refused (with kStop);
// batches behind it that were sent already are committed whole, and reported so. A bad fact found
// here (unbalanced, too long, not UTF-8) stops the import before its batch is sent. Memory: a few
// batches, those that are read ahead included, and one expression.
class Importer {
 public:
  // Borrows `client`, which must outlive this object; it may be null if facts are only checked.
  Importer(PathkbClient* client, ImportOptions options);

  // Imports all that `input` gives, or as much as can be.
  ImportResult Run(FactInput& input);

 private:
  // A batch on its way.
  struct SentBatch {
    std::unique_ptr<FactBatch> batch;
    // Written by a thread of gRPC before `answered` is notified, read by ours after it.
    absl::StatusOr<v1::InsertResponse> answer;
    absl::Notification answered;
  };

  // Sends it when there is room; false if by then nothing is to be sent any more.
  bool SendBatch(std::unique_ptr<FactBatch> batch);
  // What a server would answer to the request, as far as the check knows.
  absl::StatusOr<v1::InsertResponse> CheckFacts(const v1::InsertRequest& request);
  // Accounts for answered batches from the oldest on, and waits for it until at most `batches_max`
  // are left. The window thus moves with the oldest batch: never more than calls_in_flight_max - 1
  // are on the way behind one that fails.
  void Settle(size_t batches_max);
  // Takes the answer of a batch into account; batches come here in the order of the input.
  void Account(SentBatch& sent);
  void AccountFailure(const FactBatch& batch, absl::Status status);
  bool stopping() const { return !result_.status.ok() || failed_here_.has_value(); }
  bool stop_requested() const { return options_.stop_requested && options_.stop_requested(); }

  PathkbClient* const client_;
  const ImportOptions options_;
  ImportResult result_;
  // A bad fact found before sending. It becomes the result only if no batch before it failed.
  std::optional<RejectedText> failed_here_;
  std::deque<std::unique_ptr<SentBatch>> sent_;  // Oldest first; each stays until it is answered.
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_IMPORTER_H_
