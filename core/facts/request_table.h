// Which writes were done already, by the names that their callers gave them, so that a write that
// is sent again, because its answer was lost, changes nothing and is answered as it was at first.
//
// The table lives in the same trie as the facts, so it goes through log, deltas and snapshots with
// them, and a restart finds it:
//
//   requests/<revision, 8 bytes, big-endian><request id>    value: entry id
//
// The entry's source is the outcome as text: counts and a digest of what was asked for. Keys sort
// by revision, so the oldest come first. The newest kRequestsKept are kept; older ones get
// tombstones as new ones come, in the order of the log, so that replay gives the same again.

#ifndef PATHKB_CORE_FACTS_REQUEST_TABLE_H_
#define PATHKB_CORE_FACTS_REQUEST_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/facts/working_set.h"
#include "core/trie/zipper.h"

namespace pathkb {

inline constexpr size_t kRequestIdBytesMax = 128;
inline constexpr size_t kRequestsKept = 16'384;
inline constexpr std::string_view kRequestsPrefix = "requests/";

// What a write with a request id came to.
struct RequestOutcome {
  uint64_t revision = 0;
  ChangeCounts counts;
  uint64_t digest = 0;  // Of what was asked for, to notice another write under the same id.

  friend bool operator==(const RequestOutcome&, const RequestOutcome&) = default;
};

// InvalidArgument if `id` is longer than kRequestIdBytesMax. An empty one means that there is none.
absl::Status CheckRequestId(std::string_view id);

// `requests/<revision><id>`.
std::string RequestKey(uint64_t revision, std::string_view id);

// Counts and digest as the bytes of an entry, for the log and for the value of the key. The
// revision is in the key.
std::string EncodeRequestOutcome(const RequestOutcome& outcome);
// Reads what EncodeRequestOutcome() wrote; the revision is 0. DataLoss if the bytes are none of it.
absl::StatusOr<RequestOutcome> DecodeRequestOutcome(std::string_view entry);

// A value type; one thread at a time. Takes about 200 bytes for each request that is kept.
class RequestTable {
 public:
  // What became of the request `id`; null if it is not known, or too old. Borrowed until the next
  // change.
  const RequestOutcome* Find(std::string_view id) const;

  // Adds a request, newer than all before it, to the table and to `working`, and takes out of both
  // what is now too old.
  void Remember(std::string_view id, const RequestOutcome& outcome, WorkingSet& working);

  // Takes back every Remember() since the last Settle(); the working sets are for the caller to
  // drop. Costs as much as they did.
  void TakeBack();
  // Makes every Remember() so far final.
  void Settle() { done_.clear(); }

  // Fills an empty table from the keys below `requests/`. `zipper` is at its root; `entry_bytes`
  // gives the entry of a value, as Zipper::value() and value_layer() name it. Reads all keys there,
  // normally at most kRequestsKept, and keeps the newest.
  //   DataLoss   a key or an entry that Remember() does not make; or what the zipper says
  absl::Status Load(
      Zipper& zipper,
      const std::function<absl::StatusOr<std::string>(uint64_t value, int layer)>& entry_bytes);

  size_t size() const { return oldest_first_.size(); }

 private:
  using Kept = std::pair<std::string, RequestOutcome>;  // Id and outcome.
  // One step of Remember(), to be taken back.
  struct Step {
    bool added;    // At the end; else taken out at the front.
    Kept request;  // What was taken out.
  };

  void Add(Kept request);
  Kept TakeOldest();

  std::deque<Kept> oldest_first_;
  absl::flat_hash_map<std::string, RequestOutcome> by_id_;
  std::vector<Step> done_;  // Since the last Settle().
};

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_REQUEST_TABLE_H_
