// Reads an input into batches on a thread of its own, so that parsing goes on while batches are
// sent and answers are awaited.
//
//   FactInput --thread--> at most two batches that are ready --Next()--> Importer

#ifndef PATHKB_CLIENT_CPP_BATCH_READER_H_
#define PATHKB_CLIENT_CPP_BATCH_READER_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"

#include "client/cpp/fact_input.h"
#include "pathkb/v1/fact_service.pb.h"

namespace pathkb::client {

// A row that was left out, or that stopped the import.
struct RejectedText {
  TextPosition position;  // In the input.
  std::string what;
  std::string text;  // The row itself; see InputRow::text.
};

// What is read together, and sent together.
struct FactBatch {
  // Where each fact of the request stands in the input.
  struct Row {
    TextPosition position;
    bool term_is_text = false;
    std::string text;
  };

  v1::InsertRequest request;           // Facts alone.
  std::vector<Row> rows;               // Of each fact of the request.
  size_t bytes = 0;                    // Of the facts, about.
  std::vector<RejectedText> rejected;  // Found while reading, if those are skipped.
  InputPlace end;                      // Behind its last row.
  std::string header;                  // As FactInput::header(), by then.

  // True for the last batch of all. Then also what ended the reading, if not the end of the input:
  // an error of it, or a row that is wrong where those are not skipped.
  bool is_last = false;
  absl::Status status;
  std::optional<RejectedText> stopped_at;
};

// How to read.
struct BatchBounds {
  // A batch ends at either bound; one fact larger than the second makes a batch of its own.
  size_t facts_max = 4096;
  size_t bytes_max = 1 << 20;
  bool skip_rejected = false;
};

// Reads one input. Its thread lives as long as this object.
class BatchReader {
 public:
  // Starts at once. Borrows `input`, which nobody else uses meanwhile.
  BatchReader(FactInput& input, const BatchBounds& bounds);
  BatchReader(const BatchReader&) = delete;
  BatchReader& operator=(const BatchReader&) = delete;
  // Cancels what is being read and waits for that.
  ~BatchReader();

  // Waits for the next batch. Not to be called after the last one.
  std::unique_ptr<FactBatch> Next() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // On the thread: reads everything.
  void Run();
  // Reads one row into `batch`, or into `next` if it does not fit there any more. True while there
  // are more.
  bool ReadRow(FactBatch& batch, FactBatch& next);
  void RejectRow(InputRow row, FactBatch& batch) const;
  // Hands a batch over, waiting for room; false if nobody wants it any more.
  bool Put(std::unique_ptr<FactBatch> batch) ABSL_LOCKS_EXCLUDED(mutex_);

  FactInput& input_;
  const BatchBounds bounds_;
  InputPlace place_;  // Of the thread: behind the row read last.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<FactBatch>> ready_ ABSL_GUARDED_BY(mutex_);
  bool unwanted_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Last: it uses everything above.
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_BATCH_READER_H_
