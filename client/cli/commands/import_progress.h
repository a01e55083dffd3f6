// How far an import has come, in a small file, so that after a kill it can go on from there.
//
//   facts.metta                  the input
//   facts.metta.pathkb-progress  one JSON object: what the input was, into what it went, how far
//
// It is replaced whole after each batch that was acknowledged, and removed when all is done. So
// what it says is in the space is there; a little more may be, which is sent again and changes
// nothing.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_IMPORT_PROGRESS_H_
#define PATHKB_CLIENT_CLI_COMMANDS_IMPORT_PROGRESS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "client/cli/commands/import_source.h"
#include "client/cpp/importer.h"

namespace pathkb::cli {

// What such a file says. A value type.
struct ImportProgress {
  FileStamp input;
  std::string space;
  std::string reading;  // The format, and all options that change what a row means.
  client::ImportPoint point;
  client::ImportTotals totals;
  uint64_t rejects_bytes = 0;  // Of the file of rejected rows, by then.
};

// Where the progress of `input_path` is kept, if nothing else was asked for.
std::string ProgressFileName(const std::string& input_path);

// Reads it; nullopt if there is none. FailedPrecondition if the file is something else, or was not
// written to its end.
absl::StatusOr<std::optional<ImportProgress>> LoadProgress(const std::string& path);

// Replaces it. Not synced: it has to survive the program and not the machine. Unknown, with the
// system's reason.
absl::Status SaveProgress(const std::string& path, const ImportProgress& progress);

// Why an import cannot go on from `progress`: the input or what it goes into is another one; OK if
// it can. FailedPrecondition.
absl::Status CheckProgress(const std::string& path, const ImportProgress& progress,
                           const ImportProgress& now);

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_IMPORT_PROGRESS_H_
