#include "storage/recovery/delta_replay.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "storage/delta/delta_reader.h"
#include "storage/directory/file_names.h"
#include "storage/file/checksum.h"
#include "storage/file/mapped_file.h"
#include "storage/file/path_parts.h"
#include "storage/recovery/log_replay.h"

namespace pathkb {
namespace {

// The delta that `record` names, checked to the last byte.
absl::StatusOr<std::unique_ptr<DeltaReader>> OpenDelta(FileSystem& files, const std::string& path,
                                                       const DatabaseId& database_id,
                                                       const DeltaRecord& record) {
  PATHKB_ASSIGN_OR_RETURN(std::shared_ptr<const MappedFile> file, files.Map(path));
  const std::string_view bytes = file->bytes();
  if (bytes.size() != record.bytes || Checksum(bytes) != record.digest) {
    return absl::DataLossError(
        fmt::format("{}: {} bytes with digest {:016x}, the manifest says {} with {:016x}", path,
                    bytes.size(), Checksum(bytes), record.bytes, record.digest));
  }
  DeltaExpected expected;
  expected.database_id = database_id;
  expected.base_revision_min = record.from_revision;
  expected.base_revision_max = record.from_revision;
  PATHKB_ASSIGN_OR_RETURN(auto delta, DeltaReader::Open(std::move(file), expected));
  if (delta->header().to_revision != record.to_revision) {
    return absl::DataLossError(fmt::format("{}: ends with revision {}, the manifest says {}", path,
                                           delta->header().to_revision, record.to_revision));
  }
  return delta;
}

// Applies all of `record`; nothing is applied unless the file is sound. Only if it changes while it
// is read can that be in part.
absl::Status ApplyDelta(FileSystem& files, const std::string& path, const DeltaRecord& record,
                        RecoveredState& state) {
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<DeltaReader> delta,
                          OpenDelta(files, path, state.manifest.database_id, record));
  WorkingSet working = state.working;
  while (true) {
    PATHKB_ASSIGN_OR_RETURN(const std::optional<DeltaChange> change, delta->Next());
    if (!change.has_value()) break;
    working.ApplyKey(change->path, KeyChangeOf(change->op), change->entry);
  }
  state.working = std::move(working);
  state.revision = record.to_revision;
  state.facts = record.facts;
  return absl::OkStatus();
}

// Replays the log up to and with `until`. A segment begins wherever a delta or a snapshot ends, so
// the one behind the revision reached must be there; the end of an older one does not count.
absl::Status ReplayLogUntil(FileSystem& files, const std::string& data_dir,
                            const RecoveryOptions& options, uint64_t until, RecoveredState& state) {
  const std::string first = JoinPath(data_dir, WalSegmentName(state.revision + 1));
  PATHKB_ASSIGN_OR_RETURN(const bool there, files.Exists(first));
  if (there) PATHKB_RETURN_IF_ERROR(ReplayLog(files, data_dir, options, state, until));
  if (state.revision >= until) return absl::OkStatus();
  return absl::DataLossError(fmt::format("{}{}: revisions {} to {} are in no log segment", first,
                                         there ? "" : " is missing", state.revision + 1, until));
}

absl::Status CannotGoOn(const std::string& data_dir, const DeltaRecord& record,
                        const absl::Status& delta, const absl::Status& log) {
  return absl::DataLossError(fmt::format(
      "{}; and the log cannot replace it: {}. What revisions {} to {} changed is at stake; "
      "`pathkb file salvage {} -o OUT` reads what can still be read",
      ToStd(delta.message()), ToStd(log.message()), record.from_revision + 1, record.to_revision,
      data_dir));
}

}  // namespace

absl::Status ReplayDeltas(FileSystem& files, const std::string& data_dir,
                          const RecoveryOptions& options, RecoveredState& state) {
  std::vector<DeltaRecord> used;
  for (const DeltaRecord& record : std::exchange(state.manifest.deltas, {})) {
    if (record.to_revision <= state.revision) {
      // In the base already: kept for falling back from it.
      used.push_back(record);
      continue;
    }
    if (record.from_revision < state.revision) {
      return absl::DataLossError(fmt::format("{}/{}: begins at revision {}, but {} is reached",
                                             data_dir,
                                             DeltaName(record.from_revision, record.to_revision),
                                             record.from_revision, state.revision));
    }
    if (record.from_revision > state.revision) {
      PATHKB_RETURN_IF_ERROR(ReplayLogUntil(files, data_dir, options, record.from_revision, state));
    }
    const std::string name = DeltaName(record.from_revision, record.to_revision);
    if (options.progress != nullptr) options.progress("applying " + name, 0, 0);
    const absl::Status applied = ApplyDelta(files, JoinPath(data_dir, name), record, state);
    if (applied.ok()) {
      used.push_back(record);
      state.working_at_delta = state.working.trie();
      continue;
    }
    if (!absl::IsDataLoss(applied) && !absl::IsNotFound(applied)) return applied;
    const absl::Status replayed =
        ReplayLogUntil(files, data_dir, options, record.to_revision, state);
    if (!replayed.ok()) return CannotGoOn(data_dir, record, applied, replayed);
    state.notes.push_back(
        fmt::format("delta {} cannot be used, the log was replayed in its place: {}", name,
                    ToStd(applied.message())));
    state.damaged_files.push_back(name);
  }
  state.manifest.deltas = std::move(used);
  return absl::OkStatus();
}

}  // namespace pathkb
