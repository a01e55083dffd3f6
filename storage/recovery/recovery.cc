#include "storage/recovery/recovery.h"

#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "storage/directory/file_names.h"
#include "storage/directory/manifest_store.h"
#include "storage/recovery/log_replay.h"

namespace pathkb {
namespace {

// Opens the newest snapshot of the manifest that can be opened.
absl::Status OpenBase(FileSystem& files, const std::string& data_dir, const MapOptions& options,
                      RecoveredState& state) {
  std::vector<SnapshotRecord> candidates;
  if (state.manifest.base.has_value()) candidates.push_back(*state.manifest.base);
  for (const SnapshotRecord& older : state.manifest.older) candidates.push_back(older);
  absl::Status first_failure;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const SnapshotRecord& candidate = candidates[i];
    auto snapshot = Snapshot::Open(files, data_dir, state.manifest.database_id, candidate, options);
    if (snapshot.ok()) {
      if (!first_failure.ok()) {
        state.notes.push_back(fmt::format("fell back to snapshot {}", candidate.id));
        state.manifest.base = candidate;
        state.manifest.older.assign(candidates.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                    candidates.end());
      }
      state.base = *std::move(snapshot);
      state.revision = candidate.revision;
      state.facts = candidate.facts;
      return absl::OkStatus();
    }
    if (snapshot.status().code() == absl::StatusCode::kFailedPrecondition) return snapshot.status();
    state.notes.push_back(fmt::format("snapshot {} cannot be used: {}", candidate.id,
                                      ToStd(snapshot.status().message())));
    state.damaged_files.push_back(SnapshotTreeName(candidate.id));
    state.damaged_files.push_back(SnapshotTermsName(candidate.id));
    state.damaged_files.push_back(SnapshotSumsName(candidate.id));
    first_failure.Update(snapshot.status());
  }
  return first_failure;
}

}  // namespace

absl::StatusOr<RecoveredState> Recover(FileSystem& files, const std::string& data_dir,
                                       const MapOptions& options) {
  RecoveredState state;
  PATHKB_ASSIGN_OR_RETURN(state.manifest, ReadCurrent(files, data_dir));
  PATHKB_RETURN_IF_ERROR(OpenBase(files, data_dir, options, state));
  PATHKB_RETURN_IF_ERROR(ReplayLog(files, data_dir, state));
  // What each change replaces was looked up in the base.
  if (state.base != nullptr) PATHKB_RETURN_IF_ERROR(state.base->CheckIntact(0));
  return state;
}

absl::Status PrepareForWriting(FileSystem& files, const std::string& data_dir,
                               const RecoveredState& state) {
  const auto path = [&](std::string_view name) { return fmt::format("{}/{}", data_dir, name); };
  if (state.last_segment.has_value()) {
    PATHKB_RETURN_IF_ERROR(files.SyncFile(path(*state.last_segment)));
  }
  for (const std::string& name : state.hollow_segments) {
    PATHKB_RETURN_IF_ERROR(files.Remove(path(name)));
  }
  PATHKB_RETURN_IF_ERROR(files.SyncDirectory(path(kWalFolder)));
  if (state.damaged_files.empty()) return absl::OkStatus();
  for (const std::string& name : state.damaged_files) {
    PATHKB_ASSIGN_OR_RETURN(const bool there, files.Exists(path(name)));
    if (!there) continue;
    const std::string kept =
        fmt::format("{}/{}", kQuarantineFolder, name.substr(name.rfind('/') + 1));
    PATHKB_RETURN_IF_ERROR(files.Rename(path(name), path(kept)));
  }
  PATHKB_RETURN_IF_ERROR(files.SyncDirectory(path(kQuarantineFolder)));
  return files.SyncDirectory(path(kSnapshotsFolder));
}

}  // namespace pathkb
