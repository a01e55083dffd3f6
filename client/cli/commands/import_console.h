// What the imports of several files print, each on its thread: lines that do not mix, and one line
// of progress for all.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_IMPORT_CONSOLE_H_
#define PATHKB_CLIENT_CLI_COMMANDS_IMPORT_CONSOLE_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"

#include "client/cli/commands/session.h"
#include "client/cli/output/progress_line.h"

namespace pathkb::cli {

// Thread-safe.
class ImportConsole {
 public:
  // Borrows `session`. `bytes_total` of all `files` together, as they are packed; 0 if that is not
  // known. Progress is shown on a terminal, or if `show_progress`.
  ImportConsole(Session& session, size_t files, uint64_t bytes_total, bool show_progress)
      : session_(session),
        progress_(session.err(), bytes_total, show_progress || session.err().is_terminal()),
        facts_(files),
        bytes_(files) {}

  // A line on standard error.
  void Complain(const std::string& message) ABSL_LOCKS_EXCLUDED(mutex_);
  // A line of results.
  void Report(const std::string& line) ABSL_LOCKS_EXCLUDED(mutex_);
  // How far file number `file` is: facts, and bytes that were read of it.
  void Progress(size_t file, uint64_t facts, uint64_t bytes) ABSL_LOCKS_EXCLUDED(mutex_);
  // Takes the line of progress away.
  void Clear() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Session& session_;
  std::mutex mutex_;  // Guards the session's outputs, too.
  ProgressLine progress_ ABSL_GUARDED_BY(mutex_);
  std::vector<uint64_t> facts_ ABSL_GUARDED_BY(mutex_);  // By file.
  std::vector<uint64_t> bytes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_IMPORT_CONSOLE_H_
