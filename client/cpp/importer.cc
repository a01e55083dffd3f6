#include "client/cpp/importer.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

#include "client/cpp/rejection.h"
#include "client/cpp/text_position.h"

namespace pathkb::client {
namespace {

std::string Describe(const RejectedText& rejected) {
  return fmt::format("{}: {}", ShowPosition(rejected.position), rejected.what);
}

// What a server said about the fact of `row`, as something about the input.
RejectedText PlaceInInput(const FactBatch::Row& row, Rejection rejection) {
  RejectedText rejected{
      .position = row.position, .what = std::move(rejection.what), .text = row.text};
  if (!rejection.position) return rejected;
  if (row.term_is_text) {
    rejected.position = PlaceInFile(row.position, *rejection.position);
  } else {
    rejected.what =
        fmt::format("column {} of the term: {}", rejection.position->column, rejected.what);
  }
  return rejected;
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

Importer::Importer(PathkbClient* client, ImportOptions options)
    : client_(client), options_(std::move(options)) {}

ImportResult Importer::Run(FactInput& input) {
  absl::Status input_status;
  bool complete = false;
  {
    BatchReader reader(input,
                       {.facts_max = std::max<size_t>(options_.batch_facts_max, 1),
                        .bytes_max = options_.batch_bytes_max,
                        .skip_rejected = options_.on_error == ImportOptions::OnError::kSkip});
    while (!complete && !stopping() && !stop_requested()) {
      std::unique_ptr<FactBatch> batch = reader.Next();
      // What was read of a batch that did not come to its end is not sent.
      if (batch->stopped_at) {
        failed_here_ = std::move(batch->stopped_at);
      } else if (!batch->status.ok()) {
        input_status = std::move(batch->status);
        break;
      } else if (!stop_requested()) {
        const bool is_last = batch->is_last;
        complete = SendBatch(std::move(batch)) && is_last;
      }
    }
  }
  Settle(0);
  if (result_.status.ok()) {
    if (failed_here_) {
      result_.status = absl::InvalidArgumentError(Describe(*failed_here_));
      result_.stopped_at = std::move(failed_here_);
      ++result_.totals.rejected;
    } else if (stop_requested() && !complete) {
      result_.status = absl::CancelledError("stopped on request");
    } else if (!input_status.ok()) {
      result_.status = std::move(input_status);
    }
  }
  return std::move(result_);
}

absl::StatusOr<v1::InsertResponse> Importer::CheckFacts(const v1::InsertRequest& request) {
  v1::InsertResponse response;
  for (int i = 0; i < request.facts_size(); ++i) {
    const absl::Status status = options_.check_only(request.facts(i));
    if (status.ok()) {
      ++result_.totals.checked;
      continue;
    }
    const std::string message(status.message());
    if (options_.on_error == ImportOptions::OnError::kStop) {
      return absl::Status(status.code(), fmt::format("fact {}: {}", i, message));
    }
    v1::RejectedFact* const rejected = response.add_rejected();
    rejected->set_index(i);
    rejected->set_message(message);
  }
  return response;
}

bool Importer::SendBatch(std::unique_ptr<FactBatch> batch) {
  Settle(std::max<size_t>(options_.calls_in_flight_max, 1) - 1);
  // Either may have come about while that waited.
  if (stopping() || stop_requested()) return false;
  SentBatch& sent = *sent_.emplace_back(std::make_unique<SentBatch>());
  sent.batch = std::move(batch);
  v1::InsertRequest request = std::move(sent.batch->request);
  if (sent.batch->rows.empty()) {
    // Nothing to send, but its turn to be reported comes in order.
    sent.answer = v1::InsertResponse();
    sent.answered.Notify();
    return true;
  }
  if (options_.check_only) {
    sent.answer = CheckFacts(request);
    sent.answered.Notify();
    return true;
  }
  request.set_space(options_.space);
  request.set_lease_id(options_.lease_id);
  request.set_on_invalid(options_.on_error == ImportOptions::OnError::kSkip
                             ? v1::InsertRequest::ON_INVALID_SKIP
                             : v1::InsertRequest::ON_INVALID_REJECT_BATCH);
  client_->StartInsert(std::move(request), [&sent](absl::StatusOr<v1::InsertResponse> answer) {
    sent.answer = std::move(answer);
    sent.answered.Notify();
  });
  return true;
}

void Importer::Settle(size_t batches_max) {
  while (!sent_.empty()) {
    // After a failure nothing more is sent, and every answer is waited for.
    if (stopping()) batches_max = 0;
    if (sent_.size() <= batches_max && !sent_.front()->answered.HasBeenNotified()) return;
    sent_.front()->answered.WaitForNotification();
    const std::unique_ptr<SentBatch> sent = std::move(sent_.front());
    sent_.pop_front();
    Account(*sent);
  }
}

void Importer::Account(SentBatch& sent) {
  FactBatch& batch = *sent.batch;
  if (!sent.answer.ok()) return AccountFailure(batch, std::move(sent.answer).status());
  const v1::InsertResponse& response = *sent.answer;
  ImportTotals& totals = result_.totals;
  totals.inserted += response.inserted();
  totals.updated += response.updated();
  totals.unchanged += response.unchanged();
  if (!batch.rows.empty() && !options_.check_only) {
    ++totals.batches;
    totals.last_revision = std::max<uint64_t>(totals.last_revision, response.revision());
  }
  if (result_.stopped_at) {
    result_.facts_committed_behind +=
        response.inserted() + response.updated() + response.unchanged();
  }
  for (const v1::RejectedFact& fact : response.rejected()) {
    FactBatch::Row row;
    if (fact.index() < batch.rows.size()) row = std::move(batch.rows[fact.index()]);
    batch.rejected.push_back(PlaceInInput(row, ParseRejection(fact.message())));
  }
  std::stable_sort(
      batch.rejected.begin(), batch.rejected.end(),
      [](const RejectedText& a, const RejectedText& b) { return a.position < b.position; });
  totals.rejected += batch.rejected.size();
  if (options_.on_rejected) {
    for (const RejectedText& rejected : batch.rejected)
      options_.on_rejected(rejected, batch.header);
  }
  if (!result_.status.ok()) return;
  totals.bytes = std::max(totals.bytes, batch.end.offset);
  if (options_.on_progress) {
    options_.on_progress(totals, {.place = batch.end, .header = batch.header});
  }
}

void Importer::AccountFailure(const FactBatch& batch, absl::Status status) {
  if (OutcomeUnknown(status)) result_.facts_in_doubt += batch.rows.size();
  if (!result_.status.ok()) return;  // The first failure in the input's order is the one to report.
  Rejection rejection = ParseRejection(std::string(status.message()));
  if (rejection.fact_index && *rejection.fact_index < batch.rows.size()) {
    RejectedText rejected = PlaceInInput(batch.rows[*rejection.fact_index], std::move(rejection));
    result_.status = absl::Status(status.code(), Describe(rejected));
    result_.stopped_at = std::move(rejected);
    ++result_.totals.rejected;
    return;
  }
  result_.status = client_ != nullptr ? client_->ExamineUnavailable(std::move(status)) : status;
}

}  // namespace pathkb::client
