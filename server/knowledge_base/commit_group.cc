#include "server/knowledge_base/commit_group.h"

#include <algorithm>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/file/checksum.h"

namespace pathkb {
namespace {

// Whether the batch makes what is held larger.
bool Grows(const Batch& batch) {
  return std::any_of(batch.changes.begin(), batch.changes.end(), [](const Change& change) {
    return change.kind == Change::Kind::kSet || change.kind == Change::Kind::kIndexFacts ||
           change.kind == Change::Kind::kForkSpace;
  });
}

absl::Status UsedForAnother(const Batch& batch, uint64_t first, uint64_t now) {
  return absl::InvalidArgumentError(fmt::format(
      "request id \"{}\": was used for a write with another content, which is revision {}; this "
      "one, at revision {}, is not done",
      batch.request_id, first, now));
}

}  // namespace

uint64_t BatchBytes(const Batch& batch) {
  uint64_t bytes = batch.space.size() + batch.request_id.size();
  for (const Change& change : batch.changes) {
    bytes += 8 + change.encoded_term.size() + change.name.size() + change.entry.size();
  }
  return bytes;
}

uint64_t BatchDigest(const Batch& batch) { return Checksum(EncodeBatch(batch)); }

CommitGroup::CommitGroup(const ReadView& now, WorkingSet& working, RequestTable& requests,
                         IndexedArguments index_of_new_spaces)
    : now_(now),
      working_(working),
      requests_(requests),
      index_of_new_spaces_(index_of_new_spaces),
      staged_(working),
      revision_(now.revision) {}

CommitGroup::~CommitGroup() { requests_.TakeBack(); }

absl::Status CommitGroup::AddIndexOfNewSpace(Batch& batch) const {
  if (index_of_new_spaces_.empty()) return absl::OkStatus();
  // The first fact, or the first that is said of the space before it has any.
  const auto first = std::find_if(batch.changes.begin(), batch.changes.end(), [](const Change& c) {
    return c.kind == Change::Kind::kSet ||
           (c.kind == Change::Kind::kDuplicates && c.keeps_duplicates);
  });
  if (first == batch.changes.end()) return absl::OkStatus();
  const auto before_first = [&](Change::Kind kind) {
    return std::any_of(batch.changes.begin(), first,
                       [kind](const Change& change) { return change.kind == kind; });
  };
  // A fork has the index of what it was forked from.
  if (before_first(Change::Kind::kForkSpace)) return absl::OkStatus();
  bool is_new = before_first(Change::Kind::kDropSpace);
  if (!is_new) {
    PATHKB_ASSIGN_OR_RETURN(is_new, staged_.IsNewSpace(batch.space, now_.base.get()));
  }
  if (!is_new) return absl::OkStatus();
  // In the log, so that a replay depends on nothing but the log. With no facts there, the families
  // are whole from the beginning.
  Change change;
  change.kind = Change::Kind::kIndexArguments;
  change.index.begun = index_of_new_spaces_;
  change.index.whole = index_of_new_spaces_;
  batch.changes.insert(first, std::move(change));
  return absl::OkStatus();
}

absl::StatusOr<Commit> CommitGroup::Apply(WaitingBatch& waiting, const absl::Status& growth) {
  Batch& batch = waiting.batch;
  const bool is_request = !batch.request_id.empty();
  // Who sends nothing only wants to know when it is his turn.
  if (batch.changes.empty() && !is_request) return Commit{revision_, 0, ChangeCounts()};
  if (is_request) {
    if (const RequestOutcome* done = requests_.Find(batch.request_id)) {
      if (done->digest != waiting.request_digest) {
        return UsedForAnother(batch, done->revision, revision_);
      }
      return Commit{done->revision, 0, done->counts};
    }
  }
  if (!growth.ok() && Grows(batch)) return growth;
  PATHKB_RETURN_IF_ERROR(AddIndexOfNewSpace(batch));
  if (waiting.premise != nullptr) PATHKB_RETURN_IF_ERROR(waiting.premise(now_, staged_));
  WorkingSet next = staged_;
  PATHKB_ASSIGN_OR_RETURN(const ChangeCounts counts, next.Apply(batch, now_.base.get()));
  // What changes nothing has been taken out.
  if (!batch.changes.empty() || is_request) {
    ++revision_;
    if (is_request) {
      const RequestOutcome outcome{revision_, counts, waiting.request_digest};
      batch.request_outcome = EncodeRequestOutcome(outcome);
      requests_.Remember(batch.request_id, outcome, next);
      ++requests_kept_;
    }
    payloads_.push_back(EncodeBatch(batch));
    counts_ += counts;
    if (counts.forked != 0) ++forks_;
    counts_by_batch_.emplace_back(batch.space, counts);
  }
  staged_ = std::move(next);
  return Commit{revision_, 0, counts};
}

void CommitGroup::Stage(WaitingBatch waiting, const absl::Status& growth) {
  absl::StatusOr<Commit> result = Apply(waiting, growth);
  if (result.ok() && waiting.wish == SyncWish::kAlways) {
    wanted_durable_ = std::max(wanted_durable_, result->revision);
  }
  results_.emplace_back(std::move(waiting), std::move(result));
}

std::vector<WalRecord> CommitGroup::Records() const {
  std::vector<WalRecord> records;
  records.reserve(payloads_.size());
  for (size_t i = 0; i < payloads_.size(); ++i) {
    records.push_back({now_.revision + 1 + i, kBatchRecord, payloads_[i]});
  }
  return records;
}

void CommitGroup::Keep() {
  std::swap(working_, staged_);
  requests_.Settle();
}

void CommitGroup::Answer(const absl::Status& status, uint64_t durable_revision) {
  for (auto& [waiting, result] : results_) {
    if (!status.ok()) {
      waiting.done(status);
      continue;
    }
    if (result.ok()) result->durable_revision = durable_revision;
    waiting.done(std::move(result));
  }
}

}  // namespace pathkb
