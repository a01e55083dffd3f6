#include "storage/tool/compact.h"

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/directory/data_directory.h"
#include "storage/directory/file_names.h"
#include "storage/directory/manifest_store.h"
#include "storage/directory/retention.h"
#include "storage/file/path_parts.h"
#include "storage/recovery/recovery.h"
#include "storage/snapshot/publication.h"
#include "storage/snapshot/snapshot.h"
#include "storage/snapshot/snapshot_writer.h"
#include "storage/tool/fact_set.h"

namespace pathkb {
namespace {

// DataDirectory would make a new one where nothing is.
absl::Status CheckIsDataDirectory(FileSystem& files, const std::string& path) {
  PATHKB_ASSIGN_OR_RETURN(const bool is_ours, files.Exists(JoinPath(path, kCurrentName)));
  if (is_ours) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("{} is not a PathKB data directory: it holds no {}", path, kCurrentName));
}

absl::StatusOr<SnapshotRecord> WriteState(FileSystem& files, const std::string& path,
                                          const RecoveredState& state,
                                          const CompactOptions& options) {
  FactsOverBase content(state.working, state.base.get());
  SnapshotSource source;
  source.zipper = &content.zipper();
  source.entry_bytes = content.entry_bytes();
  source.revision = state.revision;
  source.created_unix_ms = options.now_unix_ms;
  source.database_id = state.manifest.database_id;
  source.parent_id = state.base == nullptr ? "" : state.base->record().id;
  source.server_version = options.server_version;
  source.compress_terms = options.compress_terms;
  const std::string id = SnapshotId(source.created_unix_ms, source.revision);
  PATHKB_ASSIGN_OR_RETURN(const bool taken, files.Exists(JoinPath(path, SnapshotTreeName(id))));
  if (taken) {
    return absl::UnavailableError(
        fmt::format("{}: snapshot {} was written in this very millisecond; try again", path, id));
  }
  PATHKB_ASSIGN_OR_RETURN(const SnapshotRecord record, WriteSnapshot(files, path, source));
  // The older ones are about to go, so this one is read back to the last byte before.
  PATHKB_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> written,
                          Snapshot::Open(files, path, source.database_id, record));
  PATHKB_RETURN_IF_ERROR(written->Verify());
  return record;
}

}  // namespace

absl::StatusOr<CompactResult> CompactDirectory(FileSystem& files, const std::string& path,
                                               const CompactOptions& options) {
  PATHKB_RETURN_IF_ERROR(CheckIsDataDirectory(files, path));
  PATHKB_ASSIGN_OR_RETURN(const DataDirectory directory, DataDirectory::CreateOrOpen(files, path));
  PATHKB_ASSIGN_OR_RETURN(RecoveredState state, Recover(files, path));
  // The base is believed only as far as it was looked at.
  const uint64_t base_changes = state.base == nullptr ? 0 : state.base->OutsideChanges();
  if (state.base != nullptr) PATHKB_RETURN_IF_ERROR(state.base->Verify());
  PATHKB_RETURN_IF_ERROR(PrepareForWriting(files, path, state));

  CompactResult result;
  result.notes = std::move(state.notes);
  const bool is_whole = state.base != nullptr && state.base->record().revision == state.revision;
  if (is_whole && !options.rewrite) {
    result.snapshot = state.base->record();
  } else {
    PATHKB_ASSIGN_OR_RETURN(result.snapshot, WriteState(files, path, state, options));
    result.written = true;
  }
  // And if it was still that while it was read: the files it is in are about to go.
  if (state.base != nullptr) PATHKB_RETURN_IF_ERROR(state.base->CheckIntact(base_changes));
  PATHKB_ASSIGN_OR_RETURN(const Manifest next,
                          PublishSnapshot(files, path, state.manifest,
                                          {.record = result.snapshot,
                                           .number = state.manifest.number + 1,
                                           .retention = {.keep_last = 1},
                                           .now_unix_ms = options.now_unix_ms}));
  RetentionNeeds needs;
  needs.current = &next;
  needs.moment = RetentionNeeds::Moment::kStart;
  PATHKB_ASSIGN_OR_RETURN(const std::vector<std::string> names, FilesNotNeeded(files, path, needs));
  PATHKB_RETURN_IF_ERROR(RemoveFiles(files, path, names));
  result.files_removed = names.size();
  return result;
}

}  // namespace pathkb
