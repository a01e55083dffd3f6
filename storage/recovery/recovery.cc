#include "storage/recovery/recovery.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "storage/directory/file_names.h"
#include "storage/directory/manifest_store.h"
#include "storage/recovery/delta_replay.h"
#include "storage/recovery/log_replay.h"

namespace pathkb {
namespace {

// Makes `record` the base, or nothing at all, in place of `failed`.
void FallBack(std::optional<SnapshotRecord> record, std::vector<SnapshotRecord> older,
              RecoveredState& state) {
  state.notes.push_back(record.has_value() ? fmt::format("fell back to snapshot {}", record->id)
                                           : std::string("fell back to the log alone"));
  state.manifest.base = std::move(record);
  state.manifest.older = std::move(older);
}

absl::Status NothingToFallBackTo(const std::string& data_dir, const Manifest& manifest,
                                 const absl::Status& failure) {
  const uint64_t kept = manifest.older.empty() ? 0 : manifest.older.front().revision;
  return absl::DataLossError(fmt::format(
      "{}; {}, and the log from there on is not kept. What revisions {} to {} changed is at stake; "
      "`pathkb file salvage {} -o OUT` reads what can still be read",
      ToStd(failure.message()),
      manifest.older.empty() ? std::string("there is no older snapshot")
                             : fmt::format("the snapshot before it is {}", manifest.older[0].id),
      kept + 1, manifest.CoveredRevision(), data_dir));
}

// Opens the newest snapshot of the manifest that can be opened and brought up to now.
absl::Status OpenBase(FileSystem& files, const std::string& data_dir, const MapOptions& options,
                      RecoveredState& state) {
  if (!state.manifest.base.has_value()) return absl::OkStatus();
  std::vector<SnapshotRecord> candidates = {*state.manifest.base};
  for (const SnapshotRecord& older : state.manifest.older) candidates.push_back(older);
  absl::Status first_failure;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const SnapshotRecord& candidate = candidates[i];
    if (i > 0 && !state.manifest.CanStartFrom(candidate.revision)) {
      return NothingToFallBackTo(data_dir, state.manifest, first_failure);
    }
    auto snapshot = Snapshot::Open(files, data_dir, state.manifest.database_id, candidate, options);
    if (snapshot.ok()) {
      if (i > 0) {
        FallBack(candidate,
                 {candidates.begin() + static_cast<std::ptrdiff_t>(i) + 1, candidates.end()},
                 state);
      }
      state.base = *std::move(snapshot);
      state.revision = candidate.revision;
      state.facts = candidate.facts;
      return absl::OkStatus();
    }
    if (!absl::IsDataLoss(snapshot.status()) && !absl::IsNotFound(snapshot.status())) {
      return snapshot.status();
    }
    state.notes.push_back(fmt::format("snapshot {} cannot be used: {}", candidate.id,
                                      ToStd(snapshot.status().message())));
    state.damaged_files.push_back(SnapshotTreeName(candidate.id));
    state.damaged_files.push_back(SnapshotTermsName(candidate.id));
    state.damaged_files.push_back(SnapshotSumsName(candidate.id));
    first_failure.Update(snapshot.status());
  }
  if (!state.manifest.CanStartFrom(0)) {
    return NothingToFallBackTo(data_dir, state.manifest, first_failure);
  }
  FallBack(std::nullopt, {}, state);
  return absl::OkStatus();
}

// Brings `state` from its base to the end of the log, which is not before `covered`.
absl::Status Replay(FileSystem& files, const std::string& data_dir, const RecoveryOptions& options,
                    uint64_t covered, RecoveredState& state) {
  PATHKB_RETURN_IF_ERROR(ReplayDeltas(files, data_dir, options, state));
  PATHKB_RETURN_IF_ERROR(ReplayLog(files, data_dir, options, state));
  if (state.revision >= covered) return absl::OkStatus();
  return absl::DataLossError(fmt::format(
      "{}: base, deltas and log end with revision {}, the manifest says {}: what revisions {} to "
      "{} changed is in none of them; `pathkb file salvage {} -o OUT` reads what can be read",
      data_dir, state.revision, covered, state.revision + 1, covered, data_dir));
}

}  // namespace

absl::StatusOr<RecoveredState> Recover(FileSystem& files, const std::string& data_dir,
                                       const RecoveryOptions& options) {
  RecoveredState state;
  PATHKB_ASSIGN_OR_RETURN(state.manifest, ReadCurrent(files, data_dir));
  const uint64_t covered = state.manifest.CoveredRevision();
  PATHKB_RETURN_IF_ERROR(OpenBase(files, data_dir, options.map, state));
  if (absl::Status replayed = Replay(files, data_dir, options, covered, state); !replayed.ok()) {
    if (!options.stop_at_damage || !absl::IsDataLoss(replayed)) return replayed;
    state.notes.push_back(
        fmt::format("ended at revision {}: {}", state.revision, ToStd(replayed.message())));
  }
  // A segment at the seam of two replays was looked at in both.
  std::sort(state.hollow_segments.begin(), state.hollow_segments.end());
  state.hollow_segments.erase(
      std::unique(state.hollow_segments.begin(), state.hollow_segments.end()),
      state.hollow_segments.end());
  // What each change replaces was looked up in the base.
  if (state.base != nullptr) PATHKB_RETURN_IF_ERROR(state.base->CheckIntact(0));
  return state;
}

absl::Status PrepareForWriting(FileSystem& files, const std::string& data_dir,
                               const RecoveredState& state) {
  const auto path = [&](std::string_view name) { return fmt::format("{}/{}", data_dir, name); };
  PATHKB_RETURN_IF_ERROR(PrepareLogForWriting(files, data_dir, state));
  if (state.damaged_files.empty()) return absl::OkStatus();
  for (const std::string& name : state.damaged_files) {
    PATHKB_ASSIGN_OR_RETURN(const bool there, files.Exists(path(name)));
    if (!there) continue;
    const std::string kept =
        fmt::format("{}/{}", kQuarantineFolder, name.substr(name.rfind('/') + 1));
    PATHKB_RETURN_IF_ERROR(files.Rename(path(name), path(kept)));
  }
  PATHKB_RETURN_IF_ERROR(files.SyncDirectory(path(kQuarantineFolder)));
  PATHKB_RETURN_IF_ERROR(files.SyncDirectory(path(kDeltasFolder)));
  return files.SyncDirectory(path(kSnapshotsFolder));
}

}  // namespace pathkb
