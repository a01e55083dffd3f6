#include "server/knowledge_base/commit_queue.h"

#include <utility>

#include "fmt/format.h"
#include "spdlog/spdlog.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "storage/directory/file_names.h"

namespace pathkb {
namespace {

// Kind of log record: one batch, as core/facts/batch encodes it.
constexpr uint32_t kBatchRecord = 1;

uint64_t BatchBytes(const Batch& batch) {
  uint64_t bytes = batch.space.size();
  for (const Change& change : batch.changes) {
    bytes += 8 + change.encoded_term.size() + change.name.size() + change.entry.size();
  }
  return bytes;
}

}  // namespace

CommitQueue::CommitQueue(Options options, FileSystem& files, KnowledgeBase& knowledge_base,
                         WorkingSet recovered)
    : options_(std::move(options)),
      files_(files),
      knowledge_base_(knowledge_base),
      working_(std::move(recovered)),
      thread_([this] { Run(); }) {}

CommitQueue::~CommitQueue() { Stop(); }

void CommitQueue::Submit(Batch batch, Done done) {
  const uint64_t bytes = BatchBytes(batch);
  absl::Status refused;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_) {
      refused = absl::UnavailableError("the server is shutting down");
    } else if (!write_status_.ok()) {
      refused = write_status_;
    } else if (waiting_bytes_ + bytes > options_.waiting_bytes_max) {
      refused = absl::ResourceExhaustedError(
          fmt::format("{} bytes of changes are waiting to be written, at most {} may wait",
                      waiting_bytes_, options_.waiting_bytes_max));
    } else {
      waiting_bytes_ += bytes;
      waiting_.push_back({std::move(batch), std::move(done), bytes});
      changed_.notify_one();
      return;
    }
  }
  done(refused);
}

absl::Status CommitQueue::write_status() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return write_status_;
}

void CommitQueue::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void CommitQueue::Run() {
  while (true) {
    std::vector<Waiting> group;
    std::function<void()> work;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return !waiting_.empty() || !work_.empty() || stopping_; });
      if (!work_.empty()) {
        work = std::move(work_.front());
        work_.pop_front();
      } else if (!waiting_.empty()) {
        uint64_t bytes = 0;
        while (!waiting_.empty() && bytes < options_.group_bytes_max) {
          bytes += waiting_.front().bytes;
          group.push_back(std::move(waiting_.front()));
          waiting_.pop_front();
        }
        waiting_bytes_ -= bytes;
      } else {
        stopped_ = true;
        return;
      }
    }
    if (work != nullptr) {
      work();
    } else {
      CommitGroup(std::move(group));
    }
  }
}

void CommitQueue::RunBetweenGroups(std::function<void()> work) {
  std::condition_variable finished;
  bool done = false;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!stopped_) {
      work_.push_back([&] {
        work();
        // Notified under the lock: `finished` is gone as soon as the waiting thread sees `done`.
        std::lock_guard<std::mutex> done_lock(mutex_);
        done = true;
        finished.notify_one();
      });
      changed_.notify_one();
      finished.wait(lock, [&] { return done; });
      return;
    }
  }
  // The thread is gone, so this one may do its work.
  work();
}

absl::StatusOr<ReadView> CommitQueue::ViewAtSegmentStart() {
  absl::StatusOr<ReadView> view = absl::InternalError("not taken");
  RunBetweenGroups([&] {
    if (absl::Status status = write_status(); !status.ok()) {
      view = status;
      return;
    }
    // The next commit begins a segment of its own.
    wal_.reset();
    view = knowledge_base_.View();
  });
  return view;
}

void CommitQueue::Install(std::shared_ptr<const FactBase> base, const ReadView& viewed) {
  WorkingSet before;  // Dropped here, on the caller's thread, not on the one that commits.
  RunBetweenGroups([&] {
    WorkingSet rest = working_.Since(viewed.working);
    knowledge_base_.Install(std::move(base), rest);
    before = std::exchange(working_, std::move(rest));
  });
}

absl::Status CommitQueue::AppendToLog(const std::vector<WalRecord>& records) {
  if (wal_ != nullptr && wal_->bytes() >= options_.segment_bytes_max) wal_.reset();
  if (wal_ == nullptr) {
    const uint64_t first_revision = records.front().revision;
    PATHKB_ASSIGN_OR_RETURN(
        wal_, WalWriter::Create(files_, options_.data_dir + "/" + WalSegmentName(first_revision),
                                options_.database_id, first_revision));
  }
  return wal_->AppendGroup(records);
}

void CommitQueue::StopWriting(const absl::Status& why) {
  // A log that failed once is not to be trusted with a second try: what a failed sync has lost, a
  // later sync would not write again.
  const std::string message = fmt::format(
      "writing has stopped, because the log could not be written: {}; reads go on; restart the "
      "server "
      "when the cause is gone",
      ToStd(why.message()));
  spdlog::error("{}", message);
  std::lock_guard<std::mutex> lock(mutex_);
  write_status_ = absl::UnavailableError(message);
}

void CommitQueue::CommitGroup(std::vector<Waiting> group) {
  const ReadView now = knowledge_base_.View();
  WorkingSet staged = working_;
  std::vector<Staged> results;
  std::vector<std::string> payloads;
  ChangeCounts group_counts;
  uint64_t revision = now.revision;
  for (Waiting& waiting : group) {
    Staged& result = results.emplace_back();
    result.waiting = std::move(waiting);
    WorkingSet next = staged;
    const absl::StatusOr<ChangeCounts> counts = next.Apply(result.waiting.batch, now.base.get());
    if (!counts.ok()) {
      result.result = counts.status();
      continue;
    }
    staged = std::move(next);
    if (counts->changed() > 0) {
      ++revision;
      payloads.push_back(EncodeBatch(result.waiting.batch));
      group_counts += *counts;
    }
    result.result = Commit{revision, revision, *counts};
  }

  // What each change replaces was looked up in the base.
  absl::Status status = now.Confirm(write_status());
  if (status.ok() && !payloads.empty()) {
    std::vector<WalRecord> records;
    for (size_t i = 0; i < payloads.size(); ++i) {
      records.push_back({now.revision + 1 + i, kBatchRecord, payloads[i]});
    }
    if (absl::Status appended = AppendToLog(records); !appended.ok()) {
      StopWriting(appended);
      status = write_status();
    }
  }
  if (status.ok() && !payloads.empty()) {
    std::swap(working_, staged);
    knowledge_base_.Publish(working_, revision,
                            now.facts + group_counts.inserted - group_counts.deleted,
                            group_counts.changed());
  }
  for (Staged& result : results) {
    result.waiting.done(status.ok() ? std::move(result.result) : absl::StatusOr<Commit>(status));
  }
}

}  // namespace pathkb
