#include "core/facts/request_table.h"

#include <charconv>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/entry.h"

namespace pathkb {
namespace {

constexpr size_t kRevisionBytes = 8;
constexpr std::string_view kOutcomeWord = "request";

// Takes " <number>" from the front of `text`.
bool ConsumeNumber(std::string_view& text, int base, uint64_t& number) {
  if (!text.starts_with(' ')) return false;
  text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

}  // namespace

absl::Status CheckRequestId(std::string_view id) {
  if (id.size() <= kRequestIdBytesMax) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("request id of {} bytes: at most {} are allowed", id.size(), kRequestIdBytesMax));
}

std::string RequestKey(uint64_t revision, std::string_view id) {
  std::string key(kRequestsPrefix);
  for (size_t i = kRevisionBytes; i-- > 0;) key.push_back(static_cast<char>(revision >> (8 * i)));
  key.append(id);
  return key;
}

std::string EncodeRequestOutcome(const RequestOutcome& outcome) {
  Entry entry;
  const ChangeCounts& counts = outcome.counts;
  entry.source =
      fmt::format("{} {} {} {} {} {} {:016x}", kOutcomeWord, counts.inserted, counts.updated,
                  counts.unchanged, counts.deleted, counts.not_found, outcome.digest);
  return EncodeEntry(entry);
}

absl::StatusOr<RequestOutcome> DecodeRequestOutcome(std::string_view bytes) {
  PATHKB_ASSIGN_OR_RETURN(const Entry entry, DecodeEntry(bytes));
  std::string_view text = entry.source;
  RequestOutcome outcome;
  ChangeCounts& counts = outcome.counts;
  bool good = text.starts_with(kOutcomeWord);
  if (good) text.remove_prefix(kOutcomeWord.size());
  for (uint64_t* count :
       {&counts.inserted, &counts.updated, &counts.unchanged, &counts.deleted, &counts.not_found}) {
    good = good && ConsumeNumber(text, 10, *count);
  }
  good = good && ConsumeNumber(text, 16, outcome.digest) && text.empty();
  if (!good || EncodeRequestOutcome(outcome) != bytes) {
    return absl::DataLossError(
        fmt::format("entry of {} bytes: not the outcome of a request", bytes.size()));
  }
  return outcome;
}

const RequestOutcome* RequestTable::Find(std::string_view id) const {
  const auto found = by_id_.find(ToAbsl(id));
  return found == by_id_.end() ? nullptr : &found->second;
}

void RequestTable::Add(Kept request) {
  by_id_.insert_or_assign(request.first, request.second);
  oldest_first_.push_back(std::move(request));
}

RequestTable::Kept RequestTable::TakeOldest() {
  Kept oldest = std::move(oldest_first_.front());
  oldest_first_.pop_front();
  // The id may have been used again since.
  const auto found = by_id_.find(oldest.first);
  if (found != by_id_.end() && found->second.revision == oldest.second.revision) {
    by_id_.erase(found);
  }
  return oldest;
}

void RequestTable::Remember(std::string_view id, const RequestOutcome& outcome,
                            WorkingSet& working) {
  working.ApplyKey(RequestKey(outcome.revision, id), KeyChange::kSet,
                   EncodeRequestOutcome(outcome));
  Add({std::string(id), outcome});
  done_.push_back({true, {}});
  while (oldest_first_.size() > kRequestsKept) {
    Kept oldest = TakeOldest();
    working.ApplyKey(RequestKey(oldest.second.revision, oldest.first), KeyChange::kDelete, "");
    done_.push_back({false, std::move(oldest)});
  }
}

void RequestTable::TakeBack() {
  for (; !done_.empty(); done_.pop_back()) {
    Step& step = done_.back();
    if (step.added) {
      by_id_.erase(oldest_first_.back().first);
      oldest_first_.pop_back();
    } else {
      by_id_.insert_or_assign(step.request.first, step.request.second);
      oldest_first_.push_front(std::move(step.request));
    }
  }
}

absl::Status RequestTable::Load(
    Zipper& zipper,
    const std::function<absl::StatusOr<std::string>(uint64_t value, int layer)>& entry_bytes) {
  bool at_value = zipper.SeekValue(kRequestsPrefix);
  for (; at_value && zipper.path().starts_with(kRequestsPrefix); at_value = zipper.NextValue()) {
    std::string_view rest = zipper.path().substr(kRequestsPrefix.size());
    if (rest.size() <= kRevisionBytes || rest.size() > kRevisionBytes + kRequestIdBytesMax) {
      return absl::DataLossError(fmt::format("key of {} bytes below {}: not one of a request",
                                             rest.size(), kRequestsPrefix));
    }
    uint64_t revision = 0;
    for (char byte : rest.substr(0, kRevisionBytes)) {
      revision = revision << 8 | static_cast<uint8_t>(byte);
    }
    PATHKB_ASSIGN_OR_RETURN(const std::string entry,
                            entry_bytes(*zipper.value(), zipper.value_layer()));
    PATHKB_ASSIGN_OR_RETURN(RequestOutcome outcome, DecodeRequestOutcome(entry));
    outcome.revision = revision;
    Add({std::string(rest.substr(kRevisionBytes)), outcome});
    if (oldest_first_.size() > kRequestsKept) TakeOldest();
  }
  return zipper.status();
}

}  // namespace pathkb
