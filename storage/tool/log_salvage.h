// Reads the records of a damaged log segment, those behind the damage too.

#ifndef PATHKB_STORAGE_TOOL_LOG_SALVAGE_H_
#define PATHKB_STORAGE_TOOL_LOG_SALVAGE_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"

#include "storage/file/database_id.h"
#include "storage/file/file_system.h"
#include "storage/tool/file_problem.h"
#include "storage/wal/wal_format.h"

namespace pathkb {

// Who is told what. None may be null.
struct LogSalvageSinks {
  // Every sound record, in order of the file; the payload lives for the call.
  std::function<absl::Status(const WalRecord& record)> on_record;
  // Every gap.
  ProblemSink on_loss;
  // A torn end, which may be all that is left of commits or of none: they were never acknowledged.
  std::function<void(const std::string& note)> on_note;
};

// Reads every sound record of the segment at `path`. Behind a bad one it looks for the next, byte
// by byte: each carries a checksum that is seeded with the segment's header, so that nothing else
// passes for one. If `database_id` is given, a segment of another is left out, and that is a loss.
// Errors are those of FileSystem::Map() and of `on_record`.
absl::Status SalvageLog(FileSystem& files, const std::string& path,
                        const std::optional<DatabaseId>& database_id, const LogSalvageSinks& sinks);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_LOG_SALVAGE_H_
