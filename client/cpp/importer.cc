#include "client/cpp/importer.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

#include "client/cpp/rejection.h"
#include "client/cpp/utf8.h"

namespace pathkb::client {
namespace {

constexpr size_t kChunkBytes = 256 << 10;

std::string Describe(const RejectedText& rejected) {
  return fmt::format("line {}, column {}: {}", rejected.position.line, rejected.position.column,
                     rejected.what);
}

// Where a character stands that is `offset` bytes into a text that begins at `begin`.
TextPosition PositionAt(TextPosition begin, std::string_view text, size_t offset) {
  for (const char byte : text.substr(0, offset)) {
    if (byte == '\n') {
      begin = {.line = begin.line + 1, .column = 1};
    } else if ((byte & 0xC0) != 0x80) {
      ++begin.column;
    }
  }
  return begin;
}

// True if a call that ended so may have been carried out all the same.
bool OutcomeUnknown(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kDataLoss:
      return true;
    default:
      return false;
  }
}

}  // namespace

Importer::Importer(PathkbClient& client, ImportOptions options)
    : client_(client), options_(std::move(options)), filling_(std::make_unique<Batch>()) {}

ImportResult Importer::Run(const ChunkSource& source) {
  FactSplitter splitter(options_.fact_bytes_max);
  std::vector<char> chunk(kChunkBytes);
  absl::Status source_status;
  const auto stop_requested = [&] { return options_.stop_requested && options_.stop_requested(); };
  bool more = true;
  while (more && !stopping() && !stop_requested()) {
    absl::StatusOr<size_t> bytes = source(chunk.data(), chunk.size());
    if (!bytes.ok()) {
      source_status = std::move(bytes).status();
      break;
    }
    more = *bytes > 0;
    if (more) {
      splitter.Feed({chunk.data(), *bytes});
    } else if (stop_requested()) {
      break;  // Not the end of the input, just the end of our reading.
    } else {
      splitter.Finish();
    }
    while (!stopping()) {
      std::optional<SplitFact> fact = splitter.Next();
      if (!fact) break;
      input_read_ = splitter.bytes_read();
      Take(std::move(*fact));
    }
  }
  const bool complete = !more && source_status.ok() && !stopping();
  if (complete && !stop_requested()) SendBatch();
  Settle(0);
  if (result_.status.ok()) {
    if (failed_here_) {
      result_.status = absl::InvalidArgumentError(Describe(*failed_here_));
      result_.stopped_at = std::move(failed_here_);
    } else if (!source_status.ok()) {
      result_.status = std::move(source_status);
    } else if (stop_requested()) {
      result_.status = absl::CancelledError("stopped on request");
    } else {
      result_.totals.bytes = splitter.bytes_read();  // With what follows the last fact.
    }
  }
  return std::move(result_);
}

void Importer::Take(SplitFact fact) {
  if (!fact.error.empty()) return RejectHere(fact.position, std::move(fact.error));
  if (const std::optional<size_t> bad = FindInvalidUtf8(fact.text)) {
    return RejectHere(PositionAt(fact.position, fact.text, *bad),
                      fmt::format("byte 0x{:02X} is not valid UTF-8",
                                  static_cast<unsigned char>(fact.text[*bad])));
  }
  if (filling_->facts > 0 && filling_->bytes + fact.text.size() > options_.batch_bytes_max) {
    SendBatch();
  }
  ++filling_->facts;
  filling_->bytes += fact.text.size();
  filling_->input_end = input_read_;
  filling_->positions.push_back(fact.position);
  filling_->request.add_facts()->set_term(std::move(fact.text));
  if (filling_->facts + filling_->rejected.size() >= options_.batch_facts_max) SendBatch();
}

void Importer::RejectHere(TextPosition position, std::string what) {
  RejectedText rejected{.position = position, .what = std::move(what)};
  if (options_.on_error == ImportOptions::OnError::kStop) {
    failed_here_ = std::move(rejected);
    return;
  }
  // Waits with its batch, so that rejections are reported in the order of the input.
  filling_->rejected.push_back(std::move(rejected));
  filling_->input_end = input_read_;
  if (filling_->facts + filling_->rejected.size() >= options_.batch_facts_max) SendBatch();
}

void Importer::SendBatch() {
  Settle(std::max<size_t>(options_.calls_in_flight_max, 1) - 1);
  if (stopping() || (filling_->facts == 0 && filling_->rejected.empty())) return;
  sent_.push_back(std::exchange(filling_, std::make_unique<Batch>()));
  Batch& batch = *sent_.back();
  if (batch.facts == 0) {  // Nothing to send, but its turn to be reported comes in order.
    batch.answer = v1::InsertResponse();
    batch.answered.Notify();
    return;
  }
  v1::InsertRequest request = std::move(batch.request);
  request.set_space(options_.space);
  request.set_on_invalid(options_.on_error == ImportOptions::OnError::kSkip
                             ? v1::InsertRequest::ON_INVALID_SKIP
                             : v1::InsertRequest::ON_INVALID_REJECT_BATCH);
  client_.StartInsert(std::move(request), [&batch](absl::StatusOr<v1::InsertResponse> answer) {
    batch.answer = std::move(answer);
    batch.answered.Notify();
  });
}

void Importer::Settle(size_t batches_max) {
  while (!sent_.empty()) {
    // After a failure nothing more is sent, and every answer is waited for.
    if (stopping()) batches_max = 0;
    if (sent_.size() <= batches_max && !sent_.front()->answered.HasBeenNotified()) return;
    sent_.front()->answered.WaitForNotification();
    const std::unique_ptr<Batch> batch = std::move(sent_.front());
    sent_.pop_front();
    Account(*batch);
  }
}

void Importer::Account(Batch& batch) {
  if (!batch.answer.ok()) return AccountFailure(batch, std::move(batch.answer).status());
  const v1::InsertResponse& response = *batch.answer;
  ImportTotals& totals = result_.totals;
  totals.inserted += response.inserted();
  totals.updated += response.updated();
  totals.unchanged += response.unchanged();
  if (batch.facts > 0) {
    ++totals.batches;
    totals.last_revision = std::max<uint64_t>(totals.last_revision, response.revision());
  }
  totals.bytes = std::max(totals.bytes, batch.input_end);
  if (result_.stopped_at) {
    result_.facts_committed_behind +=
        response.inserted() + response.updated() + response.unchanged();
  }
  for (const v1::RejectedFact& fact : response.rejected()) {
    Rejection rejection = ParseRejection(fact.message());
    TextPosition position;
    if (fact.index() < batch.positions.size()) position = batch.positions[fact.index()];
    if (rejection.position) position = PlaceInFile(position, *rejection.position);
    batch.rejected.push_back({.position = position, .what = std::move(rejection.what)});
  }
  std::stable_sort(
      batch.rejected.begin(), batch.rejected.end(),
      [](const RejectedText& a, const RejectedText& b) { return a.position < b.position; });
  totals.rejected += batch.rejected.size();
  if (options_.on_rejected) {
    for (const RejectedText& rejected : batch.rejected) options_.on_rejected(rejected);
  }
  if (options_.on_progress) options_.on_progress(totals);
}

void Importer::AccountFailure(const Batch& batch, absl::Status status) {
  if (OutcomeUnknown(status)) result_.facts_in_doubt += batch.facts;
  if (!result_.status.ok()) return;  // The first failure in the input's order is the one to report.
  const Rejection rejection = ParseRejection(std::string(status.message()));
  if (rejection.fact_index && *rejection.fact_index < batch.positions.size()) {
    const TextPosition fact = batch.positions[*rejection.fact_index];
    RejectedText rejected{
        .position = PlaceInFile(fact, rejection.position.value_or(TextPosition())),
        .what = rejection.what};
    result_.status = absl::Status(status.code(), Describe(rejected));
    result_.stopped_at = std::move(rejected);
    ++result_.totals.rejected;
    return;
  }
  result_.status = client_.ExamineUnavailable(std::move(status));
}

}  // namespace pathkb::client
