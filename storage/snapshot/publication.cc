#include "storage/snapshot/publication.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/directory/file_names.h"
#include "storage/directory/log_needs.h"
#include "storage/directory/manifest_store.h"
#include "storage/file/path_parts.h"

namespace pathkb {
namespace {

// Fills in what every new manifest has, and publishes it.
absl::StatusOr<Manifest> PublishNext(FileSystem& files, const std::string& data_dir, Manifest next,
                                     uint64_t number) {
  next.format_version = kManifestFormatVersion;
  next.number = number;
  PATHKB_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                          files.List(JoinPath(data_dir, kWalFolder)));
  std::vector<uint64_t> segments;
  for (const std::string& name : names) {
    const std::optional<ParsedFileName> parsed = ParseFileName(JoinPath(kWalFolder, name));
    if (parsed.has_value() && parsed->kind == FileKind::kWalSegment) {
      segments.push_back(parsed->first_revision);
    }
  }
  std::sort(segments.begin(), segments.end());
  next.wal_segments = NeededSegments(next, segments);
  PATHKB_RETURN_IF_ERROR(PublishManifest(files, data_dir, next));
  return next;
}

// The revision of the state that one can fall back to from the base of `next`, which may be the
// base itself.
uint64_t FallbackRevision(const Manifest& before, const Manifest& next,
                          const RetentionPolicy& retention) {
  const uint64_t base_revision = next.base->revision;
  if (retention.keep_last <= 1) return base_revision;
  if (!next.older.empty()) {
    const uint64_t revision = next.older.front().revision;
    return before.CanStartFrom(revision) ? revision : base_revision;
  }
  return before.CanStartFrom(0) ? 0 : base_revision;
}

}  // namespace

absl::StatusOr<Manifest> PublishSnapshot(FileSystem& files, const std::string& data_dir,
                                         const Manifest& before, const Publication& publication) {
  Manifest next = before;
  next.base = publication.record;
  if (before.base.has_value() && before.base->id != publication.record.id) {
    next.older.insert(next.older.begin(), *before.base);
  }
  next.older =
      RetainedSnapshots(*next.base, next.older, publication.retention, publication.now_unix_ms);
  next.wal_first_revision = FallbackRevision(before, next, publication.retention) + 1;
  std::erase_if(next.deltas,
                [&](const DeltaRecord& delta) { return !next.CanStartFrom(delta.from_revision); });
  return PublishNext(files, data_dir, std::move(next), publication.number);
}

absl::StatusOr<Manifest> PublishDelta(FileSystem& files, const std::string& data_dir,
                                      const Manifest& before, const DeltaRecord& record,
                                      uint64_t number) {
  Manifest next = before;
  next.deltas.push_back(record);
  return PublishNext(files, data_dir, std::move(next), number);
}

absl::StatusOr<Manifest> PublishPin(FileSystem& files, const std::string& data_dir,
                                    const Manifest& before, const PinChange& change) {
  Manifest next = before;
  std::vector<SnapshotRecord*> records;
  if (next.base.has_value()) records.push_back(&*next.base);
  for (SnapshotRecord& older : next.older) records.push_back(&older);
  const auto found =
      std::find_if(records.begin(), records.end(),
                   [&](const SnapshotRecord* record) { return record->id == change.id; });
  if (found == records.end()) {
    return absl::NotFoundError(fmt::format("there is no snapshot {}", change.id));
  }
  const auto pinned_count = std::count_if(
      records.begin(), records.end(), [](const SnapshotRecord* record) { return record->pinned; });
  if (change.pinned && !(*found)->pinned && static_cast<uint64_t>(pinned_count) >= kPinnedMax) {
    return absl::ResourceExhaustedError(
        fmt::format("{} snapshots are pinned, which is the most there can be", pinned_count));
  }
  (*found)->pinned = change.pinned;
  if (!change.pinned) {
    next.older = RetainedSnapshots(*next.base, next.older, change.retention, change.now_unix_ms);
  }
  return PublishNext(files, data_dir, std::move(next), change.number);
}

}  // namespace pathkb
