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

// What recovery may begin with, the best first: snapshots, and nothing at all.
std::vector<std::optional<SnapshotRecord>> Beginnings(const Manifest& manifest) {
  std::vector<std::optional<SnapshotRecord>> beginnings;
  if (manifest.base.has_value()) beginnings.push_back(manifest.base);
  for (const SnapshotRecord& older : manifest.older) {
    if (manifest.CanStartFrom(older.revision)) beginnings.push_back(older);
  }
  if (!manifest.base.has_value() || manifest.CanStartFrom(0)) beginnings.push_back(std::nullopt);
  return beginnings;
}

// Makes `beginning` the base of `manifest`, and drops the snapshots before it, which have failed.
void BeginWith(const std::optional<SnapshotRecord>& beginning, Manifest& manifest) {
  if (manifest.base == beginning) return;
  manifest.base = beginning;
  std::vector<SnapshotRecord>& older = manifest.older;
  const auto found =
      beginning.has_value() ? std::find(older.begin(), older.end(), *beginning) : older.end();
  older.erase(older.begin(), found == older.end() ? found : found + 1);
}

absl::Status CheckReached(const std::string& data_dir, uint64_t covered, uint64_t reached) {
  if (reached >= covered) return absl::OkStatus();
  return absl::DataLossError(fmt::format(
      "{}: base, deltas and log end with revision {}, the manifest says {}: what revisions {} to "
      "{} changed is in none of them; `pathkb file salvage {} -o OUT` reads what can be read",
      data_dir, reached, covered, reached + 1, covered, data_dir));
}

// `damage`, with what can be done about it.
absl::Status WithWaysOut(const std::string& data_dir, const absl::Status& damage) {
  const std::string message(ToStd(damage.message()));
  if (message.find("pathkb file salvage") != message.npos) return damage;
  return absl::DataLossError(
      fmt::format("{}; `pathkb file salvage {} -o OUT` reads what can still be read, and `pathkbd "
                  "--recovery=read-only` serves what comes before the damage",
                  message, data_dir));
}

// All from `beginning` on, into `state`. `damage` is set, and the result is OK, if what it begins
// with turns out to be damaged.
absl::Status RecoverFrom(FileSystem& files, const std::string& data_dir,
                         const RecoveryOptions& options,
                         const std::optional<SnapshotRecord>& beginning, RecoveredState& state,
                         absl::Status& damage) {
  const uint64_t covered = state.manifest.CoveredRevision();
  BeginWith(beginning, state.manifest);
  if (beginning.has_value()) {
    auto base =
        Snapshot::Open(files, data_dir, state.manifest.database_id, *beginning, options.map);
    if (absl::IsDataLoss(base.status()) || absl::IsNotFound(base.status())) {
      damage = base.status();
      return absl::OkStatus();
    }
    PATHKB_RETURN_IF_ERROR(base.status());
    state.base = *std::move(base);
    state.revision = beginning->revision;
    state.facts = beginning->facts;
  }
  absl::Status status = ReplayDeltas(files, data_dir, options, state);
  if (status.ok()) status = ReplayLog(files, data_dir, options, state);
  if (status.ok()) status = CheckReached(data_dir, covered, state.revision);
  // What each change replaces was looked up in the base.
  if (status.ok() && state.base != nullptr) status = state.base->CheckIntact(0);
  if (absl::IsDataLoss(status) && state.base != nullptr) {
    // Was it the base, of which only a little was looked at before?
    damage = state.base->Verify();
    if (!damage.ok()) return absl::OkStatus();
  }
  if (absl::IsDataLoss(status) && options.stop_at_damage) {
    state.notes.push_back(
        fmt::format("ended at revision {}: {}", state.revision, ToStd(status.message())));
    return absl::OkStatus();
  }
  return absl::IsDataLoss(status) ? WithWaysOut(data_dir, status) : status;
}

absl::Status NothingToBeginWith(const std::string& data_dir, const Manifest& manifest,
                                const absl::Status& failure) {
  const uint64_t kept = manifest.older.empty() ? 0 : manifest.older.front().revision;
  return absl::DataLossError(fmt::format(
      "{}; {}. What revisions {} to {} changed is at stake; `pathkb file salvage {} -o OUT` reads "
      "what can still be read",
      ToStd(failure.message()),
      manifest.older.empty()
          ? std::string("there is no older snapshot, and the log does not begin with revision 1")
          : fmt::format("for the snapshot before it, {}, the log is not kept or it is damaged too",
                        manifest.older[0].id),
      kept + 1, manifest.CoveredRevision(), data_dir));
}

}  // namespace

absl::StatusOr<RecoveredState> Recover(FileSystem& files, const std::string& data_dir,
                                       const RecoveryOptions& options) {
  PATHKB_ASSIGN_OR_RETURN(const Manifest manifest, ReadCurrent(files, data_dir));
  std::vector<std::string> notes, damaged_files;
  absl::Status first_damage;
  for (const std::optional<SnapshotRecord>& beginning : Beginnings(manifest)) {
    RecoveredState state;
    state.manifest = manifest;
    state.notes = notes;
    state.damaged_files = damaged_files;
    if (!first_damage.ok()) {
      state.notes.push_back(beginning.has_value()
                                ? fmt::format("fell back to snapshot {}", beginning->id)
                                : std::string("fell back to the log alone"));
    }
    absl::Status damage;
    PATHKB_RETURN_IF_ERROR(RecoverFrom(files, data_dir, options, beginning, state, damage));
    if (damage.ok()) {
      // A segment at the seam of two replays was looked at in both.
      std::vector<std::string>& hollow = state.hollow_segments;
      std::sort(hollow.begin(), hollow.end());
      hollow.erase(std::unique(hollow.begin(), hollow.end()), hollow.end());
      return state;
    }
    first_damage.Update(damage);
    notes.push_back(
        fmt::format("snapshot {} cannot be used: {}", beginning->id, ToStd(damage.message())));
    for (const std::string& name :
         {SnapshotTreeName(beginning->id), SnapshotTermsName(beginning->id),
          SnapshotSumsName(beginning->id)}) {
      damaged_files.push_back(name);
    }
  }
  return NothingToBeginWith(data_dir, manifest, first_damage);
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
