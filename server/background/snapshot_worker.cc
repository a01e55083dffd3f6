#include "server/background/snapshot_worker.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "spdlog/spdlog.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "server/background/mapping_log.h"
#include "storage/directory/retention.h"
#include "storage/snapshot/publication.h"
#include "storage/snapshot/snapshot.h"
#include "storage/snapshot/snapshot_writer.h"

namespace pathkb {
namespace {

// How often the thread looks whether a snapshot is due.
constexpr absl::Duration kLookEvery = absl::Milliseconds(200);
// After a failure by time or changes, the next attempt waits at least so long.
constexpr absl::Duration kRetryAfter = absl::Seconds(10);
absl::Status ShuttingDown() { return absl::AbortedError("the server is shutting down"); }

// The time in the name of a snapshot of `view`. One of a revision that the base has, too, needs a
// name of its own, even if the clock was set back.
int64_t CreationTime(absl::Time now, const ReadView& view, const Manifest& before) {
  const int64_t now_ms = absl::ToUnixMillis(now);
  if (!before.base.has_value() || before.base->revision != view.revision) return now_ms;
  return std::max(now_ms, before.base->created_unix_ms + 1);
}

}  // namespace

SnapshotWorker::SnapshotWorker(Options options, FileSystem& files, const Clock& clock,
                               KnowledgeBase& knowledge_base, CommitQueue& commits,
                               Manifest manifest)
    : options_(std::move(options)),
      files_(files),
      clock_(clock),
      knowledge_base_(knowledge_base),
      commits_(commits),
      last_manifest_number_(manifest.number),
      manifest_(std::move(manifest)),
      last_attempt_(clock.Now()),
      thread_([this] { Run(); }) {}

SnapshotWorker::~SnapshotWorker() { Stop(); }

void SnapshotWorker::Request(std::optional<bool> deduplicate, Done done) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!stopping_) {
      requests_.push_back({deduplicate, std::move(done)});
      changed_.notify_one();
      return;
    }
  }
  done(ShuttingDown());
}

void SnapshotWorker::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
  std::vector<Waiting> left;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    left.swap(requests_);
  }
  for (Waiting& waiting : left) waiting.done(ShuttingDown());
}

Manifest SnapshotWorker::manifest() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return manifest_;
}

bool SnapshotWorker::running() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return running_;
}

bool SnapshotWorker::stopping() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return stopping_;
}

uint64_t SnapshotWorker::ChangesSinceSnapshot(const ReadView& view) const {
  std::lock_guard<std::mutex> lock(mutex_);
  return view.changes - changes_at_base_;
}

bool SnapshotWorker::Due() const {
  const ReadView view = knowledge_base_.View();
  const absl::Time now = clock_.Now();
  std::lock_guard<std::mutex> lock(mutex_);
  const uint64_t changes = view.changes - changes_at_base_;
  if (changes == 0 || now - last_attempt_ < absl::ZeroDuration()) return false;
  const uint64_t base_facts = manifest_.base.has_value() ? manifest_.base->facts : 0;
  const bool by_changes =
      options_.max_changes != 0 && changes >= options_.max_changes &&
      static_cast<double>(changes) >= options_.min_ratio * static_cast<double>(base_facts);
  const bool by_time =
      options_.interval > absl::ZeroDuration() && now - last_attempt_ >= options_.interval;
  return by_changes || by_time;
}

bool SnapshotWorker::NextRequests(std::vector<Waiting>& requests) {
  requests.clear();
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, absl::ToChronoMilliseconds(kLookEvery),
                    [this] { return stopping_ || !requests_.empty(); });
  if (stopping_) return false;
  if (requests_.empty()) return true;
  const std::optional<bool> deduplicate = requests_.front().deduplicate;
  const auto others = std::stable_partition(
      requests_.begin(), requests_.end(),
      [&](const Waiting& waiting) { return waiting.deduplicate == deduplicate; });
  requests.assign(std::move_iterator(requests_.begin()), std::move_iterator(others));
  requests_.erase(requests_.begin(), others);
  return true;
}

void SnapshotWorker::Run() {
  std::vector<Waiting> requests;
  while (NextRequests(requests)) {
    if (requests.empty() && !Due()) continue;
    const std::optional<bool> deduplicate =
        requests.empty() ? std::nullopt : requests.front().deduplicate;
    const absl::StatusOr<Result> result = MakeSnapshot(deduplicate, Occasion::kServing);
    if (absl::IsAborted(result.status())) {
      spdlog::info("snapshot given up: {}", ToStd(result.status().message()));
    } else if (!result.ok()) {
      spdlog::error("snapshot failed: {}", ToStd(result.status().message()));
      std::lock_guard<std::mutex> lock(mutex_);
      last_attempt_ = clock_.Now() + kRetryAfter;
    }
    for (Waiting& waiting : requests) waiting.done(result);
  }
}

absl::Status SnapshotWorker::Wait(absl::Duration duration) {
  const absl::Duration end = clock_.Monotonic() + duration;
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    const absl::Duration left = end - clock_.Monotonic();
    if (left <= absl::ZeroDuration()) return absl::OkStatus();
    clock_.Wait(lock, changed_, left);
  }
  return ShuttingDown();
}

absl::StatusOr<SnapshotRecord> SnapshotWorker::WritePair(const ReadView& view,
                                                         const Manifest& before, bool deduplicate,
                                                         Occasion occasion) {
  const std::unique_ptr<Zipper> zipper = view.NewZipper();
  SnapshotSource source;
  source.zipper = zipper.get();
  source.entry_bytes = [&view, scratch = std::string()](uint64_t value, int layer) mutable {
    return view.EntryBytes(value, layer, scratch);
  };
  source.revision = view.revision;
  source.created_unix_ms = CreationTime(clock_.Now(), view, before);
  source.database_id = before.database_id;
  source.parent_id = before.base.has_value() ? before.base->id : "";
  source.server_version = options_.server_version;
  source.compress_terms = options_.compress_terms;
  source.deduplicate = deduplicate;
  if (occasion == Occasion::kServing) {
    source.interrupt = [this] { return stopping() ? ShuttingDown() : absl::OkStatus(); };
    source.pace.bytes_per_second = options_.max_bytes_per_second;
    source.pace.now = [this] {
      return static_cast<uint64_t>(absl::ToInt64Nanoseconds(clock_.Monotonic()));
    };
    source.pace.wait = [this](uint64_t nanoseconds) {
      return Wait(absl::Nanoseconds(nanoseconds));
    };
  }
  return WriteSnapshot(files_, options_.data_dir, source);
}

absl::StatusOr<Manifest> SnapshotWorker::Publish(const SnapshotRecord& record,
                                                 const Manifest& before) {
  return PublishSnapshot(files_, options_.data_dir, before,
                         {.record = record,
                          .number = ++last_manifest_number_,
                          .retention = {},
                          .now_unix_ms = absl::ToUnixMillis(clock_.Now())});
}

void SnapshotWorker::RemoveOldFiles(const Manifest& current, const Manifest& previous) {
  RetentionNeeds needs;
  needs.current = &current;
  needs.previous = &previous;
  auto names = FilesNotNeeded(files_, options_.data_dir, needs);
  absl::Status status = names.status();
  if (names.ok()) status = RemoveFiles(files_, options_.data_dir, *names);
  if (!status.ok()) spdlog::warn("old files stay for now: {}", ToStd(status.message()));
}

absl::StatusOr<SnapshotWorker::Result> SnapshotWorker::MakeSnapshot(std::optional<bool> deduplicate,
                                                                    Occasion occasion) {
  const Manifest before = manifest();
  const absl::Time start = clock_.Now();
  PATHKB_ASSIGN_OR_RETURN(const ReadView view, commits_.ViewAtSegmentStart());
  if (before.base.has_value() && before.base->revision == view.revision &&
      deduplicate.value_or(before.base->deduplicated) == before.base->deduplicated) {
    return Result{*before.base, false};
  }
  {
    std::lock_guard<std::mutex> lock(mutex_);
    running_ = true;
    last_attempt_ = start;
  }
  const auto make = [&]() -> absl::StatusOr<Result> {
    PATHKB_ASSIGN_OR_RETURN(
        const SnapshotRecord record,
        WritePair(view, before, deduplicate.value_or(options_.deduplicate), occasion));
    // Of a base cut short, zeros may have been read, which say that there was nothing.
    PATHKB_RETURN_IF_ERROR(view.Confirm(absl::OkStatus()));
    const MapOptions map = occasion == Occasion::kServing ? options_.map : MapOptions();
    PATHKB_ASSIGN_OR_RETURN(
        const std::shared_ptr<const Snapshot> snapshot,
        Snapshot::Open(files_, options_.data_dir, before.database_id, record, map));
    LogMapping(*snapshot->tree_file(), map);
    LogMapping(*snapshot->terms_file(), map);
    PATHKB_ASSIGN_OR_RETURN(const Manifest next, Publish(record, before));
    commits_.Install(snapshot, view);
    if (occasion == Occasion::kServing && options_.installed != nullptr) {
      options_.installed(*snapshot);
    }
    {
      std::lock_guard<std::mutex> lock(mutex_);
      manifest_ = next;
      changes_at_base_ = view.changes;
    }
    RemoveOldFiles(next, before);
    return Result{record, true};
  };
  absl::StatusOr<Result> result = make();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    running_ = false;
  }
  if (result.ok()) {
    spdlog::info("snapshot {}: {} facts, {} bytes, {} ms", result->snapshot.id,
                 result->snapshot.facts, result->snapshot.tree_bytes + result->snapshot.terms_bytes,
                 absl::ToInt64Milliseconds(clock_.Now() - start));
  }
  return result;
}

absl::StatusOr<SnapshotWorker::Result> SnapshotWorker::SnapshotAfterStop() {
  return MakeSnapshot(std::nullopt, Occasion::kStopped);
}

}  // namespace pathkb
