#include "client/cli/commands/file_inspect.h"

#include <cstdint>
#include <limits>
#include <string_view>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/commands/file_figures.h"
#include "client/cli/exit_code.h"
#include "storage/tool/describe.h"
#include "storage/tool/diff.h"
#include "storage/tool/directory_verifier.h"
#include "storage/tool/dump.h"
#include "storage/tool/file_stats.h"
#include "storage/tool/tool_files.h"
#include "storage/tool/verifier.h"

namespace pathkb::cli {
namespace {

struct ListFlags {
  uint64_t lines_max = std::numeric_limits<uint64_t>::max();
};

struct VerifyFlags {
  bool quiet = false;
};

TextSink SinkTo(TextOutput& out) {
  return [&out](std::string_view text) { return out.Write(text); };
}

void DeclareLimit(CLI::App& app, ListFlags& flags) {
  app.add_option("--limit", flags.lines_max, "Lines to write at most")->option_text("N");
}

// Runs `show` for each operand; all of them, also after an error. The first error is the result,
// and only what the others say is printed here.
template <typename Show>
absl::Status ForEachFile(Session& session, const std::vector<std::string>& paths, Show show) {
  absl::Status first_error;
  for (const std::string& path : paths) {
    const absl::Status status = show(path);
    if (status.ok()) continue;
    session.Complain(std::string(status.message()));
    first_error.Update(ExitWith(ExitCodeOf(FileError(status))));
  }
  return first_error;
}

absl::Status RunInfo(Session& session, const std::vector<std::string>& paths) {
  return ForEachFile(session, paths, [&](const std::string& path) {
    const absl::StatusOr<FigureList> list = DescribeFile(ToolFiles(), path);
    if (!list.ok()) return list.status();
    if (!session.json() && path != paths.front()) session.out().Write("\n");
    PrintFigures(session, *list);
    return absl::OkStatus();
  });
}

absl::Status RunStats(Session& session, const std::vector<std::string>& paths) {
  return ForEachFile(session, paths, [&](const std::string& path) {
    const absl::StatusOr<FigureList> list = FileStats(ToolFiles(), path);
    if (!list.ok()) return list.status();
    if (!session.json() && path != paths.front()) session.out().Write("\n");
    PrintFigures(session, *list);
    return absl::OkStatus();
  });
}

absl::Status RunVerify(Session& session, const VerifyFlags& flags,
                       const std::vector<std::string>& paths) {
  const bool shows_progress = session.err().is_terminal() && !flags.quiet;
  constexpr std::string_view kClearLine = "\r\x1b[K";
  VerifierSinks sinks;
  sinks.on_problem = [&](const FileProblem& problem) {
    if (shows_progress) session.err().Write(kClearLine);
    session.out().Write(problem.Line() + "\n");
    session.out().Flush();
  };
  if (!flags.quiet) {
    sinks.on_note = [&](const std::string& note) {
      if (shows_progress) session.err().Write(kClearLine);
      session.err().Write(fmt::format("note: {}\n", note));
    };
  }
  if (shows_progress) {
    sinks.on_file = [&](const std::string& path, uint64_t bytes) {
      session.err().Write(fmt::format("{}{}: {} bytes", kClearLine, path, bytes));
      session.err().Flush();
    };
  }
  Verifier verifier(ToolFiles(), sinks);
  const absl::Status status = ForEachFile(session, paths, [&](const std::string& path) {
    return VerifyFileOrDirectory(verifier, path);
  });
  if (shows_progress) session.err().Write(kClearLine);
  if (!flags.quiet) {
    session.err().Write(fmt::format("{} files, {} bytes: {} problems\n", verifier.files_checked(),
                                    verifier.bytes_checked(), verifier.problems()));
  }
  return verifier.problems() == 0 ? status : ExitWith(kExitDamaged);
}

absl::Status RunDump(Session& session, const ListFlags& flags,
                     const std::vector<std::string>& paths) {
  return FileError(DumpFile(ToolFiles(), paths[0], SinkTo(session.out()), flags.lines_max));
}

absl::Status RunDiff(Session& session, const ListFlags& flags,
                     const std::vector<std::string>& paths) {
  const absl::StatusOr<DiffCounts> counts =
      DiffFiles(ToolFiles(), paths[0], paths[1], SinkTo(session.out()), flags.lines_max);
  if (!counts.ok()) return FileError(counts.status());
  if (session.out().closed()) return absl::OkStatus();
  session.out().Write(fmt::format("{} removed, {} added, {} changed, {} equal{}{}\n",
                                  counts->removed, counts->added, counts->changed, counts->equal,
                                  counts->values_compared ? "" : "; only keys were compared",
                                  counts->complete ? "" : "; stopped at the limit"));
  return counts->differ() || !counts->complete ? ExitWith(kExitFailure) : absl::OkStatus();
}

}  // namespace

Command FileInfoCommand() {
  Command command;
  command.name = "file info";
  command.TakeOperands("FILE...", 1, Command::kAnyNumber);
  command.summary = "What kind of file it is, its version, counts, and whom it belongs to";
  command.examples =
      "  pathkb file info data/snapshots/*.tree\n"
      "  pathkb file info -o json facts.terms\n";
  command.run = RunInfo;
  return command;
}

Command FileVerifyCommand() {
  Command command;
  command.name = "file verify";
  command.TakeOperands("FILE|DIRECTORY...", 1, Command::kAnyNumber);
  command.summary = "Check every byte of files, or of a data directory";
  command.examples =
      "  pathkb file verify data\n"
      "  pathkb file verify --quiet facts.tree facts.terms facts.sums\n"
      "\n"
      "A line for each problem: FILE: offset N: what should hold there. Exit code 0 if there is\n"
      "none, else 8. A .tree is checked block by block if its .sums stands beside it.\n";
  command.RunWithOptions(RunVerify, [](CLI::App& app, VerifyFlags& flags) {
    app.add_flag("--quiet", flags.quiet, "Say nothing but problems");
  });
  return command;
}

Command FileDumpCommand() {
  Command command;
  command.name = "file dump";
  command.TakeOperands("FILE", 1, 1);
  command.summary = "List what is in a file, a line for each thing";
  command.examples =
      "  pathkb file dump facts.tree                   key in hex, tab, value\n"
      "  pathkb file dump list.paths                   key in hex, tab, place\n"
      "  pathkb file dump --limit 10 facts.terms       entry id, tab, entry in hex\n";
  command.RunWithOptions(RunDump, DeclareLimit);
  return command;
}

Command FileStatsCommand() {
  Command command;
  command.name = "file stats";
  command.TakeOperands("FILE...", 1, Command::kAnyNumber);
  command.summary = "What a .tree or .terms is made of: nodes, bytes by kind, sharing, depth";
  command.examples =
      "  pathkb file stats facts.tree\n"
      "  pathkb file stats -o json facts.terms\n";
  command.run = RunStats;
  return command;
}

Command FileDiffCommand() {
  Command command;
  command.name = "file diff";
  command.TakeOperands("FILE FILE", 2, 2);
  command.summary = "What differs between the keys of two files";
  command.examples =
      "  pathkb file diff yesterday.tree today.tree\n"
      "  pathkb file diff facts.tree facts.paths\n"
      "\n"
      "Lines begin with - (in the first only), + (in the second only) or ~ (another value). Exit\n"
      "code 0 if they are equal, 1 if not.\n";
  command.RunWithOptions(RunDiff, DeclareLimit);
  return command;
}

}  // namespace pathkb::cli
