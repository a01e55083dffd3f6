#include "client/cli/commands/file_restore.h"

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/exit_code.h"
#include "storage/tool/restore.h"
#include "storage/tool/tool_files.h"

namespace pathkb::cli {
namespace {

struct RestoreFlags {
  RestoreOptions options;
  std::string to;
};

absl::Status RunRestore(Session& session, const RestoreFlags& flags,
                        const std::vector<std::string>& operands) {
  RestoreOptions options = flags.options;
  options.server_version = "pathkb-file-restore";
  if (flags.to.empty() || options.id.empty() == (options.revision == 0)) {
    return UsageError("file restore needs --to NEW_DIRECTORY, and --snapshot ID or --revision N");
  }
  const auto record = RestoreSnapshot(ToolFiles(), operands[0], flags.to, options);
  if (!record.ok()) return FileError(record.status());
  session.out().Write(
      fmt::format("{}: snapshot {} of revision {}, {} facts, {} bytes: verified{}\n", flags.to,
                  record->id, record->revision, record->facts,
                  record->tree_bytes + record->terms_bytes + record->sums_bytes,
                  options.dry_run ? "; nothing written" : ", restored"));
  return absl::OkStatus();
}

}  // namespace

Command FileRestoreCommand() {
  Command command;
  command.name = "file restore";
  command.TakeOperands("DIRECTORY --to NEW_DIRECTORY", 1, 1);
  command.summary = "Make a new data directory of one snapshot of another";
  command.examples =
      "  pathkb file restore data --revision 41 --to restored --dry-run\n"
      "  pathkb file restore data --snapshot 20261121T204800123Z-r41 --to restored\n"
      "\n"
      "Reads every byte of the snapshot before anything is written. DIRECTORY is only read, and\n"
      "may be served meanwhile; NEW_DIRECTORY must not be there, or be empty.\n";
  command.RunWithOptions(RunRestore, [](CLI::App& app, RestoreFlags& flags) {
    app.add_option("--snapshot", flags.options.id, "The snapshot with this id")->option_text("ID");
    app.add_option("--revision", flags.options.revision, "The newest snapshot of this revision")
        ->option_text("N")
        ->check(CLI::PositiveNumber);
    app.add_option("--to", flags.to, "The data directory to make")->option_text("NEW_DIRECTORY");
    app.add_flag("--dry-run", flags.options.dry_run, "Verify, but write nothing");
  });
  return command;
}

}  // namespace pathkb::cli
