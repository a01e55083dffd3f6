#include "server/background/snapshot_maker.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "spdlog/spdlog.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/changes_since.h"
#include "server/background/mapping_log.h"
#include "storage/directory/retention.h"
#include "storage/snapshot/delta_flush.h"
#include "storage/snapshot/publication.h"
#include "storage/snapshot/snapshot_writer.h"

namespace pathkb {
namespace {

// What writing a pair may take beside the data it is made of. Four times as much makes the files of
// WordNet 0.3 % smaller, and would be felt beside a base of a few million facts.
constexpr uint64_t kTreeMemoryBytes = uint64_t{16} << 20;

// The time in the name of a snapshot of `view`. One of a revision that another one has, too, needs
// a name of its own, even if the clock was set back.
int64_t CreationTime(absl::Time now, const ReadView& view, const Manifest& before) {
  int64_t time_ms = std::max<int64_t>(absl::ToUnixMillis(now), 0);
  const auto avoid = [&](const SnapshotRecord& record) {
    if (record.revision == view.revision) time_ms = std::max(time_ms, record.created_unix_ms + 1);
  };
  if (before.base.has_value()) avoid(*before.base);
  for (const SnapshotRecord& older : before.older) avoid(older);
  return time_ms;
}

// How many deltas there are behind the base, and whether they go on from it without a gap.
std::pair<uint64_t, bool> DeltasBehindBase(const Manifest& manifest) {
  uint64_t reached = manifest.BaseRevision();
  uint64_t count = 0;
  bool whole = true;
  for (const DeltaRecord& delta : manifest.deltas) {
    if (delta.from_revision < manifest.BaseRevision()) continue;
    whole &= delta.from_revision == reached;
    reached = delta.to_revision;
    ++count;
  }
  return {count, whole};
}

// Gives `care` what each interrupt of a writer tells: `paths_each` more paths are written.
std::function<absl::Status()> InterruptOf(const SnapshotMaker::Care* care, uint64_t paths_each,
                                          uint64_t total) {
  if (care == nullptr) return nullptr;
  return [care, paths_each, total, written = uint64_t{0}]() mutable {
    written += paths_each;
    if (care->progress != nullptr) care->progress(std::min(written, total), total);
    return care->interrupt != nullptr ? care->interrupt() : absl::OkStatus();
  };
}

}  // namespace

SnapshotMaker::SnapshotMaker(Options options, FileSystem& files, const Clock& clock,
                             CommitQueue& commits, Manifest manifest, PathTrie mark)
    : options_(std::move(options)),
      files_(files),
      clock_(clock),
      commits_(commits),
      mark_(std::move(mark)),
      last_manifest_number_(manifest.number),
      manifest_(std::move(manifest)) {}

Manifest SnapshotMaker::manifest() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return manifest_;
}

bool SnapshotMaker::running() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return running_;
}

void SnapshotMaker::SetRunning(bool running) {
  std::lock_guard<std::mutex> lock(mutex_);
  running_ = running;
}

SnapshotFigures SnapshotMaker::Figures(const ReadView& view) const {
  SnapshotFigures figures;
  figures.changes_since_base = view.working_set_facts;
  figures.entry_bytes = view.entries.entry_bytes();
  figures.working_set_bytes = view.working_set_bytes;
  std::lock_guard<std::mutex> lock(mutex_);
  figures.changes = view.changes - std::min(changes_written_, view.changes);
  figures.base_facts = manifest_.base.has_value() ? manifest_.base->facts : 0;
  std::tie(figures.deltas, figures.deltas_whole) = DeltasBehindBase(manifest_);
  figures.differs_from_base = view.revision > manifest_.BaseRevision();
  figures.differs_from_deltas = view.revision > manifest_.CoveredRevision();
  return figures;
}

Pace SnapshotMaker::PaceOf(const Care* care) const {
  Pace pace;
  if (care == nullptr) return pace;
  pace.bytes_per_second = options_.max_bytes_per_second;
  pace.now = [this] { return static_cast<uint64_t>(absl::ToInt64Nanoseconds(clock_.Monotonic())); };
  pace.wait = [care](uint64_t nanoseconds) {
    return care->wait(absl::Nanoseconds(static_cast<int64_t>(nanoseconds)));
  };
  return pace;
}

void SnapshotMaker::Counts(const Manifest& next, const ReadView& view) {
  std::lock_guard<std::mutex> lock(mutex_);
  manifest_ = next;
  changes_written_ = view.changes;
}

void SnapshotMaker::RemoveOldFiles(const Manifest& current, const Manifest& previous) {
  RetentionNeeds needs;
  needs.current = &current;
  needs.previous = &previous;
  auto names = FilesNotNeeded(files_, options_.data_dir, needs);
  absl::Status status = names.status();
  if (names.ok()) status = RemoveFiles(files_, options_.data_dir, *names);
  if (!status.ok()) spdlog::warn("old files stay for now: {}", ToStd(status.message()));
}

absl::StatusOr<SnapshotRecord> SnapshotMaker::WritePair(const ReadView& view,
                                                        const Manifest& before, bool deduplicate,
                                                        const Care* care) {
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
  source.tree_memory_bytes = kTreeMemoryBytes;
  source.interrupt = InterruptOf(care, kSnapshotPathsPerInterrupt, view.facts);
  source.pace = PaceOf(care);
  return WriteSnapshot(files_, options_.data_dir, source);
}

absl::StatusOr<SnapshotMaker::Result> SnapshotMaker::PairOf(const ReadView& view,
                                                            const Manifest& before,
                                                            bool deduplicate, const Care* care) {
  PATHKB_ASSIGN_OR_RETURN(const SnapshotRecord record, WritePair(view, before, deduplicate, care));
  // Of a base cut short, zeros may have been read, which say that there was nothing.
  PATHKB_RETURN_IF_ERROR(view.Confirm(absl::OkStatus()));
  const MapOptions map = care != nullptr ? options_.map : MapOptions();
  PATHKB_ASSIGN_OR_RETURN(
      const std::shared_ptr<const Snapshot> snapshot,
      Snapshot::Open(files_, options_.data_dir, before.database_id, record, map));
  LogMapping(*snapshot->tree_file(), map);
  LogMapping(*snapshot->terms_file(), map);
  PATHKB_ASSIGN_OR_RETURN(const Manifest next,
                          PublishSnapshot(files_, options_.data_dir, before,
                                          {.record = record,
                                           .number = ++last_manifest_number_,
                                           .retention = options_.retention,
                                           .now_unix_ms = absl::ToUnixMillis(clock_.Now())}));
  commits_.Install(snapshot, view);
  // Entries have new ids there, so that nothing can be measured against what was before.
  mark_ = PathTrie();
  Counts(next, view);
  if (care != nullptr && options_.installed != nullptr) options_.installed(*snapshot);
  RemoveOldFiles(next, before);
  return Result{record, std::nullopt, true};
}

absl::StatusOr<SnapshotMaker::Result> SnapshotMaker::MakePair(std::optional<bool> deduplicate,
                                                              const Care* care) {
  const Manifest before = manifest();
  const absl::Time start = clock_.Now();
  PATHKB_ASSIGN_OR_RETURN(const ReadView view, commits_.ViewAtSegmentStart());
  if (before.base.has_value() && before.base->revision == view.revision &&
      deduplicate.value_or(before.base->deduplicated) == before.base->deduplicated) {
    return Result{*before.base, std::nullopt, false};
  }
  SetRunning(true);
  absl::StatusOr<Result> result =
      PairOf(view, before, deduplicate.value_or(options_.deduplicate), care);
  SetRunning(false);
  if (result.ok()) {
    spdlog::info("snapshot {}: {} facts, {} bytes, {} ms", result->snapshot.id,
                 result->snapshot.facts, result->snapshot.tree_bytes + result->snapshot.terms_bytes,
                 absl::ToInt64Milliseconds(clock_.Now() - start));
  }
  return result;
}

absl::StatusOr<DeltaRecord> SnapshotMaker::WriteDelta(const ReadView& view, const Manifest& before,
                                                      const Care* care) {
  DeltaSource source;
  source.changes = ChangesSince(view.working, mark_);
  source.entries = view.entries;
  source.database_id = before.database_id;
  source.from_revision = before.CoveredRevision();
  source.to_revision = view.revision;
  source.facts = view.facts;
  source.created_unix_ms = std::max<int64_t>(absl::ToUnixMillis(clock_.Now()), 0);
  source.interrupt = InterruptOf(care, kDeltaPathsPerInterrupt, source.changes.size());
  source.pace = PaceOf(care);
  return FlushDelta(files_, options_.data_dir, source);
}

absl::StatusOr<SnapshotMaker::Result> SnapshotMaker::DeltaOf(const ReadView& view,
                                                             const Manifest& before,
                                                             const Care* care) {
  PATHKB_ASSIGN_OR_RETURN(const DeltaRecord record, WriteDelta(view, before, care));
  PATHKB_ASSIGN_OR_RETURN(const Manifest next, PublishDelta(files_, options_.data_dir, before,
                                                            record, ++last_manifest_number_));
  mark_ = view.working;
  Counts(next, view);
  RemoveOldFiles(next, before);
  return Result{before.base.value_or(SnapshotRecord()), record, true};
}

absl::StatusOr<SnapshotMaker::Result> SnapshotMaker::MakeDelta(const Care* care) {
  const Manifest before = manifest();
  const absl::Time start = clock_.Now();
  PATHKB_ASSIGN_OR_RETURN(const ReadView view, commits_.ViewAtSegmentStart());
  if (view.revision == before.CoveredRevision()) {
    Result result{before.base.value_or(SnapshotRecord()), std::nullopt, false};
    if (DeltasBehindBase(before).first > 0) result.delta = before.deltas.back();
    return result;
  }
  SetRunning(true);
  // A delta has keys, and what a fork shares with the base is not among them.
  absl::StatusOr<Result> result = view.forks.empty()
                                      ? DeltaOf(view, before, care)
                                      : PairOf(view, before, options_.deduplicate, care);
  SetRunning(false);
  if (result.ok() && result->delta.has_value()) {
    spdlog::info("delta of revisions {} to {}: {} bytes, {} ms", result->delta->from_revision + 1,
                 result->delta->to_revision, result->delta->bytes,
                 absl::ToInt64Milliseconds(clock_.Now() - start));
  }
  return result;
}

absl::StatusOr<SnapshotRecord> SnapshotMaker::SetPinned(const std::string& id, bool pinned) {
  const Manifest before = manifest();
  const auto record_of = [&id](const Manifest& manifest) -> std::optional<SnapshotRecord> {
    if (manifest.base.has_value() && manifest.base->id == id) return manifest.base;
    for (const SnapshotRecord& older : manifest.older) {
      if (older.id == id) return older;
    }
    return std::nullopt;
  };
  std::optional<SnapshotRecord> record = record_of(before);
  if (record.has_value() && record->pinned == pinned) return *record;
  PATHKB_ASSIGN_OR_RETURN(const Manifest next,
                          PublishPin(files_, options_.data_dir, before,
                                     {.id = id,
                                      .pinned = pinned,
                                      .number = ++last_manifest_number_,
                                      .retention = options_.retention,
                                      .now_unix_ms = absl::ToUnixMillis(clock_.Now())}));
  {
    std::lock_guard<std::mutex> lock(mutex_);
    manifest_ = next;
  }
  RemoveOldFiles(next, before);
  record = record_of(next);
  if (record.has_value()) return *record;
  // It went with its pin.
  record = record_of(before);
  record->pinned = false;
  return *record;
}

}  // namespace pathkb
