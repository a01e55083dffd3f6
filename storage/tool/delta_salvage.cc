#include "storage/tool/delta_salvage.h"

#include <algorithm>

#include "core/base/status_macros.h"
#include "storage/delta/delta_reader.h"
#include "storage/directory/file_names.h"
#include "storage/file/path_parts.h"

namespace pathkb {

absl::StatusOr<std::vector<SalvagedDelta>> FindDeltas(
    FileSystem& files, const std::string& directory, const std::optional<DatabaseId>& database_id) {
  std::vector<SalvagedDelta> deltas;
  const auto names = files.List(JoinPath(directory, kDeltasFolder));
  if (absl::IsNotFound(names.status())) return deltas;
  PATHKB_RETURN_IF_ERROR(names.status());
  DeltaExpected expected;
  expected.database_id = database_id;
  for (const std::string& name : *names) {
    const std::string full_name = JoinPath(kDeltasFolder, name);
    const auto parsed = ParseFileName(full_name);
    if (!parsed.has_value() || parsed->kind != FileKind::kDelta) continue;
    SalvagedDelta delta;
    delta.path = JoinPath(directory, full_name);
    delta.from_revision = parsed->from_revision;
    delta.to_revision = parsed->to_revision;
    const auto reader = DeltaReader::Open(files, delta.path, expected);
    if (reader.ok()) {
      delta.from_revision = (*reader)->header().from_revision;
      delta.to_revision = (*reader)->header().to_revision;
    } else {
      delta.problem = ProblemOf(delta.path, reader.status());
    }
    deltas.push_back(std::move(delta));
  }
  std::sort(deltas.begin(), deltas.end(), [](const auto& a, const auto& b) {
    return a.from_revision != b.from_revision ? a.from_revision < b.from_revision
                                              : a.to_revision < b.to_revision;
  });
  return deltas;
}

absl::Status AddDelta(FileSystem& files, const SalvagedDelta& delta, FactCollector& facts) {
  PATHKB_ASSIGN_OR_RETURN(const auto reader, DeltaReader::Open(files, delta.path));
  while (true) {
    PATHKB_ASSIGN_OR_RETURN(const std::optional<DeltaChange> change, reader->Next());
    if (!change.has_value()) return absl::OkStatus();
    facts.AddDeltaChange(change->path, change->op, change->entry);
  }
}

}  // namespace pathkb
