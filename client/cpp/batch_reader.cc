#include "client/cpp/batch_reader.h"

#include <utility>

namespace pathkb::client {
namespace {

constexpr size_t kReadyMax = 2;

size_t BytesOf(const v1::Fact& fact) {
  return fact.name().empty() && !fact.has_entry() ? fact.term().size() : fact.ByteSizeLong();
}

}  // namespace

BatchReader::BatchReader(FactInput& input, const BatchBounds& bounds)
    : input_(input), bounds_(bounds), thread_([this] { Run(); }) {}

BatchReader::~BatchReader() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    unwanted_ = true;
  }
  changed_.notify_all();
  input_.Cancel();
  thread_.join();
}

std::unique_ptr<FactBatch> BatchReader::Next() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !ready_.empty(); });
  std::unique_ptr<FactBatch> batch = std::move(ready_.front());
  ready_.pop_front();
  lock.unlock();
  changed_.notify_all();
  return batch;
}

bool BatchReader::Put(std::unique_ptr<FactBatch> batch) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return ready_.size() < kReadyMax || unwanted_;
  });
  if (unwanted_) return false;
  ready_.push_back(std::move(batch));
  lock.unlock();
  changed_.notify_all();
  return true;
}

void BatchReader::Run() {
  auto batch = std::make_unique<FactBatch>();
  bool more = true;
  while (more) {
    auto next = std::make_unique<FactBatch>();
    while (more && next->rows.empty() &&
           batch->rows.size() + batch->rejected.size() < bounds_.facts_max) {
      more = ReadRow(*batch, *next);
    }
    batch->is_last = !more;
    batch->header = input_.header();
    if (!Put(std::exchange(batch, std::move(next)))) return;
  }
}

bool BatchReader::ReadRow(FactBatch& batch, FactBatch& next) {
  v1::Fact* const fact = batch.request.add_facts();
  InputRow row;
  absl::StatusOr<bool> more = input_.Next(*fact, row);
  const InputPlace before = std::exchange(place_, input_.place());
  if (!more.ok() || !*more || !row.error.empty()) {
    batch.request.mutable_facts()->RemoveLast();
    batch.end = place_;
    batch.status = more.status();
    if (!more.ok() || !*more) return false;
    const bool goes_on = bounds_.skip_rejected && !row.is_last;
    RejectRow(std::move(row), batch);
    return goes_on;
  }
  const size_t bytes = BytesOf(*fact);
  FactBatch* into = &batch;
  if (!batch.rows.empty() && batch.bytes + bytes > bounds_.bytes_max) {
    // It belongs to the next batch, and this one ends before it.
    batch.end = before;
    into = &next;
    next.request.mutable_facts()->AddAllocated(batch.request.mutable_facts()->ReleaseLast());
  }
  into->bytes += bytes;
  into->rows.push_back(
      {.position = row.position, .term_is_text = row.term_is_text, .text = std::move(row.text)});
  into->end = place_;
  return true;
}

void BatchReader::RejectRow(InputRow row, FactBatch& batch) const {
  RejectedText rejected{
      .position = row.position, .what = std::move(row.error), .text = std::move(row.text)};
  if (bounds_.skip_rejected && !row.is_last) {
    batch.rejected.push_back(std::move(rejected));
  } else {
    batch.stopped_at = std::move(rejected);
  }
}

}  // namespace pathkb::client
