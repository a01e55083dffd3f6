#include "server/background/snapshot_worker.h"

#include <utility>

#include "spdlog/spdlog.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
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
// The base and this many older snapshots are kept, with the log from the oldest of them on.
constexpr size_t kOlderSnapshotsKept = 1;

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

void SnapshotWorker::Request(Done done) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!stopping_) {
      requests_.push_back(std::move(done));
      changed_.notify_one();
      return;
    }
  }
  done(absl::AbortedError("the server is shutting down"));
}

void SnapshotWorker::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
  std::vector<Done> left;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    left.swap(requests_);
  }
  for (Done& done : left) done(absl::AbortedError("the server is shutting down"));
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

void SnapshotWorker::Run() {
  while (true) {
    std::vector<Done> requests;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait_for(lock, absl::ToChronoMilliseconds(kLookEvery),
                        [this] { return stopping_ || !requests_.empty(); });
      if (stopping_) return;
      requests.swap(requests_);
    }
    if (requests.empty() && !Due()) continue;
    const absl::StatusOr<Result> result = MakeSnapshot(/*may_be_given_up=*/true);
    if (!result.ok()) {
      spdlog::error("snapshot failed: {}", ToStd(result.status().message()));
      std::lock_guard<std::mutex> lock(mutex_);
      last_attempt_ = clock_.Now() + kRetryAfter;
    }
    for (Done& done : requests) done(result);
  }
}

absl::StatusOr<SnapshotRecord> SnapshotWorker::WritePair(const ReadView& view,
                                                         const Manifest& before,
                                                         bool may_be_given_up) {
  const std::unique_ptr<Zipper> zipper = view.NewZipper();
  SnapshotSource source;
  source.zipper = zipper.get();
  source.entry_bytes = [&view, scratch = std::string()](uint64_t value, int layer) mutable {
    return view.EntryBytes(value, layer, scratch);
  };
  source.revision = view.revision;
  source.created_unix_ms = absl::ToUnixMillis(clock_.Now());
  source.database_id = before.database_id;
  source.parent_id = before.base.has_value() ? before.base->id : "";
  source.server_version = options_.server_version;
  if (may_be_given_up) {
    source.interrupt = [this] {
      return stopping() ? absl::AbortedError("the server is shutting down") : absl::OkStatus();
    };
  }
  return WriteSnapshot(files_, options_.data_dir, source);
}

absl::StatusOr<Manifest> SnapshotWorker::Publish(const SnapshotRecord& record,
                                                 const Manifest& before) {
  return PublishSnapshot(
      files_, options_.data_dir, before,
      {.record = record, .number = ++last_manifest_number_, .older_kept_max = kOlderSnapshotsKept});
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

absl::StatusOr<SnapshotWorker::Result> SnapshotWorker::MakeSnapshot(bool may_be_given_up) {
  const Manifest before = manifest();
  const absl::Time start = clock_.Now();
  PATHKB_ASSIGN_OR_RETURN(const ReadView view, commits_.ViewAtSegmentStart());
  if (before.base.has_value() && before.base->revision == view.revision) {
    return Result{*before.base, false};
  }
  {
    std::lock_guard<std::mutex> lock(mutex_);
    running_ = true;
    last_attempt_ = start;
  }
  const auto make = [&]() -> absl::StatusOr<Result> {
    PATHKB_ASSIGN_OR_RETURN(const SnapshotRecord record, WritePair(view, before, may_be_given_up));
    PATHKB_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> snapshot,
                            Snapshot::Open(files_, options_.data_dir, before.database_id, record));
    PATHKB_ASSIGN_OR_RETURN(const Manifest next, Publish(record, before));
    commits_.Install(std::move(snapshot), view);
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
  return MakeSnapshot(/*may_be_given_up=*/false);
}

}  // namespace pathkb
