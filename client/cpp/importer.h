// Imports a text of any length: splits it, sends it in batches, several at a time, and keeps
// account.
//
//   source --chunks--> FactSplitter --facts--> batch --StartInsert--> server
//                                                ^                      |
//                      account, in file order ---+---- acknowledged ----+
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

#include "client/cpp/fact_splitter.h"
#include "client/cpp/pathkb_client.h"

namespace pathkb::client {

// Puts up to `bytes` bytes of the input into `buffer` and returns how many; 0 at the end. An error
// stops the import. Returning 0 after ImportOptions::stop_requested became true is fine too.
using ChunkSource = std::function<absl::StatusOr<size_t>(char* buffer, size_t bytes)>;

// What has been acknowledged so far.
struct ImportTotals {
  uint64_t inserted = 0;
  uint64_t updated = 0;
  uint64_t unchanged = 0;
  uint64_t rejected = 0;
  uint64_t batches = 0;        // Committed ones.
  uint64_t last_revision = 0;  // Newest revision of them; 0 if none.
  uint64_t bytes = 0;          // Of the input, up to the end of the last batch accounted for.

  uint64_t facts_committed() const { return inserted + updated + unchanged; }
};

// A fact that was left out, or that stopped the import.
struct RejectedText {
  TextPosition position;  // In the input.
  std::string what;
};

// What to import into, and how.
struct ImportOptions {
  enum class OnError {
    kStop,  // At the first bad fact.
    kSkip,  // Leave it out and go on.
  };

  std::string space = "default";
  OnError on_error = OnError::kStop;
  // A batch ends at either bound; one fact larger than the second makes a batch of its own.
  size_t batch_facts_max = 4096;
  size_t batch_bytes_max = 1 << 20;
  // With 1, nothing that stands behind a bad fact is ever sent.
  size_t calls_in_flight_max = 4;
  size_t fact_bytes_max = FactSplitter::kFactBytesMax;
  // All called on the thread that runs the import; any may be absent.
  std::function<void(const ImportTotals&)> on_progress;  // After each batch.
  std::function<void(const RejectedText&)> on_rejected;  // With kSkip, in the order of the input.
  std::function<bool()> stop_requested;                  // True ends the import early.
};

// How an import ended. Whatever `status` says, `totals` is what has certainly been committed.
struct ImportResult {
  ImportTotals totals;
  // OK if all of the input was read and answered for. Else
  //   InvalidArgument, ResourceExhausted, ...   a bad fact (`stopped_at` says where), with the
  //   reason Cancelled                                 stop_requested Unavailable,
  //   DeadlineExceeded, ...        as PathkbClient::Insert(), or from the source
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
// batches and one expression.
class Importer {
 public:
  // Borrows `client`, which must outlive this object.
  Importer(PathkbClient& client, ImportOptions options);

  // Imports all that `source` gives, or as much as can be.
  ImportResult Run(const ChunkSource& source);

 private:
  // A batch from its first fact to its answer.
  struct Batch {
    v1::InsertRequest request;
    std::vector<TextPosition> positions;  // Of each fact of the request.
    std::vector<RejectedText> rejected;   // Found before sending; with kSkip only.
    size_t facts = 0;
    size_t bytes = 0;
    uint64_t input_end = 0;  // Bytes of the input up to the end of the batch.
    // Written by a thread of gRPC before `answered` is notified, read by ours after it.
    absl::StatusOr<v1::InsertResponse> answer;
    absl::Notification answered;
  };

  // Takes one piece of the input. The import has failed afterwards if stopping() is true.
  void Take(SplitFact fact);
  // A fact that is bad before it was sent.
  void RejectHere(TextPosition position, std::string what);
  void SendBatch();
  // Accounts for answered batches from the oldest on, and waits for it until at most `batches_max`
  // are left. The window thus moves with the oldest batch: never more than calls_in_flight_max - 1
  // are on the way behind one that fails.
  void Settle(size_t batches_max);
  // Takes the answer of a batch into account; batches come here in the order of the input.
  void Account(Batch& batch);
  void AccountFailure(const Batch& batch, absl::Status status);
  bool stopping() const { return !result_.status.ok() || failed_here_.has_value(); }

  PathkbClient& client_;
  const ImportOptions options_;
  ImportResult result_;
  // A bad fact found before sending. It becomes the result only if no batch before it failed.
  std::optional<RejectedText> failed_here_;
  uint64_t input_read_ = 0;
  std::unique_ptr<Batch> filling_;
  std::deque<std::unique_ptr<Batch>> sent_;  // Oldest first; each stays here until it is answered.
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_IMPORTER_H_
