// Deltas of a damaged data directory, each taken whole or not at all.

#ifndef PATHKB_STORAGE_TOOL_DELTA_SALVAGE_H_
#define PATHKB_STORAGE_TOOL_DELTA_SALVAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/database_id.h"
#include "storage/file/file_system.h"
#include "storage/tool/fact_collector.h"
#include "storage/tool/file_problem.h"

namespace pathkb {

// One that is sound, by its header; or one that is not, by its name.
struct SalvagedDelta {
  std::string path;
  uint64_t from_revision = 0;
  uint64_t to_revision = 0;
  std::optional<FileProblem> problem;  // Why it cannot be read; nullopt if it can.
};

// All deltas in `directory`, of which `database_id`, if it is given, is that of the sound ones;
// ascending. Whether the manifest names them does not matter: each holds what was committed. Reads
// all of each. Errors are those of FileSystem::List().
absl::StatusOr<std::vector<SalvagedDelta>> FindDeltas(FileSystem& files,
                                                      const std::string& directory,
                                                      const std::optional<DatabaseId>& database_id);

// Adds what a sound one says, to facts of any revision from `from_revision` to `to_revision`.
absl::Status AddDelta(FileSystem& files, const SalvagedDelta& delta, FactCollector& facts);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_DELTA_SALVAGE_H_
