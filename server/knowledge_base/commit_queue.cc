#include "server/knowledge_base/commit_queue.h"

#include <algorithm>
#include <optional>
#include <pthread.h>
#include <utility>

#include "fmt/format.h"
#include "spdlog/spdlog.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "server/knowledge_base/retry_after.h"

namespace pathkb {
namespace {

// How often a full log tries to go on, and a missing reserve file is made anew if there is room.
constexpr absl::Duration kHealEvery = absl::Seconds(1);
// How often the disk is asked how much room there is.
constexpr absl::Duration kLookEvery = absl::Seconds(1);
// A new base is installed once so few changes are left to be laid over it, about a millisecond of
// work, or after so many attempts to get there.
constexpr uint64_t kInstallChangesLeft = 500;
constexpr int kInstallRounds = 10;

CommitLog::Options LogOptionsOf(const CommitQueue::Options& options) {
  return {.data_dir = options.data_dir,
          .database_id = options.database_id,
          .segment_bytes_max = options.segment_bytes_max,
          .reserve_bytes = options.reserve_bytes};
}

}  // namespace

CommitQueue::CommitQueue(Options options, FileSystem& files, KnowledgeBase& knowledge_base,
                         WorkingSet recovered, RequestTable requests)
    : options_(std::move(options)),
      clock_(options_.clock == nullptr ? real_clock_ : *options_.clock),
      files_(files),
      knowledge_base_(knowledge_base),
      durable_revision_(knowledge_base.View().revision),
      working_(std::move(recovered)),
      requests_(std::move(requests)),
      log_(LogOptionsOf(options_), files, durable_revision_),
      gate_(options_.gate),
      write_status_(options_.refuse),
      thread_([this] { Run(); }) {}

CommitQueue::~CommitQueue() { Stop(); }

void CommitQueue::Submit(Batch batch, Done done, CommitWish wish) {
  WaitingBatch waiting;
  waiting.premise = std::move(wish.premise);
  waiting.bytes = BatchBytes(batch);
  waiting.wish = wish.sync;
  absl::Status refused = CheckRequestId(batch.request_id);
  if (!batch.request_id.empty() && refused.ok()) {
    std::string id = std::exchange(batch.request_id, std::string());
    waiting.request_digest = BatchDigest(batch);
    batch.request_id = std::move(id);
  }
  waiting.batch = std::move(batch);
  waiting.done = std::move(done);
  if (refused.ok()) refused = Enqueue(waiting, wish.lease_id);
  if (!refused.ok()) waiting.done(refused);
}

absl::Status CommitQueue::Accepts(uint64_t bytes) const {
  if (stopping_) return absl::UnavailableError("the server is shutting down");
  PATHKB_RETURN_IF_ERROR(write_status_);
  if (waiting_bytes_ + bytes <= options_.waiting_bytes_max) return absl::OkStatus();
  return WithRetryAfter(absl::ResourceExhaustedError(fmt::format(
                            "{} bytes of changes are waiting to be written, at most {} may wait",
                            waiting_bytes_, options_.waiting_bytes_max)),
                        absl::Milliseconds(100));
}

absl::Status CommitQueue::Enqueue(WaitingBatch& waiting, std::string_view lease_id) {
  LeaseTable* const leases = options_.leases;
  const bool touches = leases != nullptr && !(waiting.batch.changes.empty() && lease_id.empty());
  // What LeaseTable::taken() was when the batch was found to be allowed.
  std::optional<uint64_t> allowed_at;
  for (;;) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      PATHKB_RETURN_IF_ERROR(Accepts(waiting.bytes));
      // Looked at under the lock: who has taken a lease since comes to the lock behind us, and then
      // waits for what is here.
      if (!touches || (lease_id.empty() && leases->held() == 0) || allowed_at == leases->taken()) {
        waiting_bytes_ += waiting.bytes;
        waiting_.push_back(std::move(waiting));
        changed_.notify_one();
        return absl::OkStatus();
      }
    }
    PATHKB_ASSIGN_OR_RETURN(allowed_at, leases->Check(waiting.batch, lease_id));
  }
}

absl::Status CommitQueue::write_status() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return write_status_;
}

absl::Status CommitQueue::growth_status() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return write_status_.ok() ? growth_status_ : write_status_;
}

void CommitQueue::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

CommitQueue::Task CommitQueue::NextTask(absl::Duration deadline) {
  Task task;
  std::unique_lock<std::mutex> lock(mutex_);
  while (waiting_.empty() && work_.empty() && !stopping_) {
    if (deadline == absl::InfiniteDuration()) {
      changed_.wait(lock);
      continue;
    }
    const absl::Duration left = deadline - clock_.Monotonic();
    if (left <= absl::ZeroDuration()) return task;
    clock_.Wait(lock, changed_, left);
  }
  if (!work_.empty()) {
    task.work = std::move(work_.front());
    work_.pop_front();
  } else if (!waiting_.empty()) {
    uint64_t bytes = 0;
    while (!waiting_.empty() && bytes < options_.group_bytes_max) {
      bytes += waiting_.front().bytes;
      task.group.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    waiting_bytes_ -= bytes;
  } else {
    task.stop = true;
  }
  return task;
}

void CommitQueue::Run() {
  pthread_setname_np(pthread_self(), "pathkb-commit");
  while (true) {
    DoWhatIsDue();
    Task task = NextTask(NextDue());
    if (task.work != nullptr) {
      task.work();
    } else if (!task.group.empty()) {
      CommitWaiting(std::move(task.group));
    } else if (task.stop) {
      if (options_.refuse.ok()) log_.Close();
      Tell();
      std::lock_guard<std::mutex> lock(mutex_);
      // Work that came meanwhile would wait for ever.
      if (!work_.empty()) continue;
      stopped_ = true;
      return;
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
        const absl::Duration begun = clock_.Monotonic();
        work();
        CountPause(clock_.Monotonic() - begun);
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

CommitFigures CommitQueue::figures() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return figures_;
}

void CommitQueue::CountPause(absl::Duration pause) {
  std::lock_guard<std::mutex> lock(mutex_);
  ++figures_.pauses;
  figures_.longest_pause = std::max(figures_.longest_pause, pause);
}

absl::Status CommitQueue::SyncLog() {
  const absl::Duration begun = clock_.Monotonic();
  const absl::Status status = log_.Sync();
  const absl::Duration took = clock_.Monotonic() - begun;
  std::lock_guard<std::mutex> lock(mutex_);
  ++figures_.syncs;
  figures_.sync_time += took;
  figures_.longest_sync = std::max(figures_.longest_sync, took);
  return status;
}

absl::StatusOr<ReadView> CommitQueue::ViewAtSegmentStart() {
  absl::StatusOr<ReadView> view = absl::InternalError("not taken");
  RunBetweenGroups([&] {
    // The next commit begins a segment of its own.
    log_.EndSegment().IgnoreError();
    Tell();
    if (absl::Status status = write_status(); !status.ok()) {
      view = status;
      return;
    }
    view = knowledge_base_.View();
  });
  return view;
}

void CommitQueue::Install(std::shared_ptr<const FactBase> base, const ReadView& viewed) {
  WorkingSet before;  // Dropped here, on the caller's thread, not on the one that commits.
  // What came since is gathered here while commits go on, until there is little left of it, so that
  // they wait for that only.
  WorkingSet rest;
  ReadView seen = viewed;
  for (int round = 0; round < kInstallRounds; ++round) {
    const ReadView now = knowledge_base_.View();
    rest.AddChanges(now.working, now.entries, seen.working);
    const bool little = now.changes - seen.changes < kInstallChangesLeft;
    seen = now;
    if (little) break;
  }
  RunBetweenGroups([&] {
    rest.AddChanges(working_.trie(), working_.entries(), seen.working);
    rest.Complete(working_, viewed.forks.made());
    knowledge_base_.Install(std::move(base), rest);
    before = std::exchange(working_, std::move(rest));
    gate_.SeeMemory(working_.MemoryBytes());
    Tell();
  });
}

absl::Duration CommitQueue::NextDue() const {
  return std::min(sync_due_, NeedsHealing() ? heal_due_ : absl::InfiniteDuration());
}

void CommitQueue::DoWhatIsDue() {
  const absl::Duration now = clock_.Monotonic();
  if (now >= sync_due_) {
    SyncLog().IgnoreError();  // Tell() says so.
    sync_due_ = absl::InfiniteDuration();
    Tell();
  }
  if (NeedsHealing() && now >= heal_due_) {
    log_.Heal();
    heal_due_ = clock_.Monotonic() + kHealEvery;
    Tell();
  }
}

void CommitQueue::LookForRoom() {
  gate_.SeeMemory(working_.MemoryBytes());
  const absl::Duration now = clock_.Monotonic();
  if (options_.gate.disk_low_bytes == 0 || now < look_due_) return;
  look_due_ = now + kLookEvery;
  if (const auto bytes = files_.FreeBytes(options_.data_dir); bytes.ok()) {
    gate_.SeeFreeBytes(*bytes);
  }
}

void CommitQueue::Tell() {
  durable_revision_.store(log_.durable_revision(), std::memory_order_release);
  absl::Status growth = gate_.growth();
  if (!log_.full().ok()) {
    growth = WithRetryAfter(
        absl::ResourceExhaustedError(
            fmt::format("the disk is full: nothing is added until there is room; reads go on: {}",
                        ToStd(log_.full().message()))),
        kHealEvery);
  }
  std::string message;
  if (!log_.status().ok() && write_status().ok()) {
    message = fmt::format(
        "writing has stopped, because the log could not be written: {}; reads go on; restart the "
        "server when the cause is gone",
        ToStd(log_.status().message()));
    const uint64_t shown = knowledge_base_.View().revision;
    if (shown > log_.durable_revision()) {
      message += fmt::format("; revisions {} to {} are shown, but not on disk for certain",
                             log_.durable_revision() + 1, shown);
    }
    spdlog::error("{}", message);
  }
  std::lock_guard<std::mutex> lock(mutex_);
  growth_status_ = std::move(growth);
  if (!message.empty()) write_status_ = absl::UnavailableError(message);
}

absl::Status CommitQueue::Log(const CommitGroup& group) {
  const std::vector<WalRecord> records = group.Records();
  PATHKB_RETURN_IF_ERROR(log_.Append(records));
  const bool always = options_.sync.mode == SyncPolicy::Mode::kAlways;
  if (always || group.wanted_durable() > log_.durable_revision()) {
    PATHKB_RETURN_IF_ERROR(SyncLog());
  }
  if (log_.revision() == log_.durable_revision()) {
    sync_due_ = absl::InfiniteDuration();
  } else if (sync_due_ == absl::InfiniteDuration()) {
    sync_due_ = clock_.Monotonic() + options_.sync.interval;
  }
  return absl::OkStatus();
}

void CommitQueue::CommitWaiting(std::vector<WaitingBatch> waiting) {
  const ReadView now = knowledge_base_.View();
  LookForRoom();
  Tell();
  const absl::Status growth = growth_status();
  CommitGroup group(now, working_, requests_, options_.index_of_new_spaces);
  for (WaitingBatch& batch : waiting) group.Stage(std::move(batch), growth);

  // What each change replaces was looked up in the base.
  absl::Status status = now.Confirm(write_status());
  if (status.ok()) {
    status = Log(group);
    if (!status.ok()) {
      if (!log_.full().ok()) heal_due_ = clock_.Monotonic() + kHealEvery;
      Tell();
      status = growth_status();
    }
  }
  if (status.ok() && group.revision() > now.revision) {
    group.Keep();
    knowledge_base_.Publish(
        working_, group.revision(), now.facts + group.counts().added(),
        group.counts().changed() + group.counts().indexed + group.forks() + group.requests_kept());
    for (const auto& [space, counts] : group.counts_by_batch()) space_figures_.Add(space, counts);
  }
  Tell();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ++figures_.groups;
    figures_.batches += waiting.size();
  }
  group.Answer(status, log_.durable_revision());
}

}  // namespace pathkb
