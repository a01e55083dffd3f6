#include "client/cli/commands/snapshot_diff.h"

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/exit_code.h"
#include "client/cli/output/json.h"

namespace pathkb::cli {
namespace {

struct DiffFlags {
  bool all_spaces = false;
  uint64_t limit = 0;
};

std::string JsonLine(const v1::FactDifference& difference) {
  JsonObject object;
  object.Text("change", !difference.has_before()  ? "added"
                        : !difference.has_after() ? "removed"
                                                  : "changed");
  object.Text("space", difference.space());
  if (difference.has_before()) object.Value("before", FactJson(difference.before()));
  if (difference.has_after()) object.Value("after", FactJson(difference.after()));
  return object.Done() + "\n";
}

// "~ name: (old) -> (new)"; the terms once if they are equal, and something else has changed.
std::string TextLine(const v1::FactDifference& difference, bool with_space) {
  const v1::Fact& shown = difference.has_before() ? difference.before() : difference.after();
  std::string line = !difference.has_before() ? "+ " : !difference.has_after() ? "- " : "~ ";
  if (with_space) line += difference.space() + " ";
  if (!shown.name().empty()) line += shown.name() + ": ";
  line += shown.term();
  if (difference.has_before() && difference.has_after() &&
      difference.after().term() != shown.term()) {
    line += " -> " + difference.after().term();
  }
  return line + "\n";
}

absl::Status RunDiff(Session& session, const DiffFlags& flags,
                     const std::vector<std::string>& operands) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  v1::DiffRequest request;
  request.set_from(operands[0]);
  request.set_to(operands[1]);
  if (!flags.all_spaces) request.set_space(session.space());
  request.set_limit(flags.limit);
  const auto summary = (*client)->Diff(request, [&](const v1::FactDifference& difference) {
    return session.out().Write(session.json() ? JsonLine(difference)
                                              : TextLine(difference, flags.all_spaces));
  });
  if (!summary.ok()) return summary.status();
  return summary->differences == 0 ? absl::OkStatus() : ExitWith(kExitFailure);
}

}  // namespace

Command SnapshotDiffCommand() {
  Command command;
  command.name = "snapshot diff";
  command.TakeOperands("FROM TO", 2, 2);
  command.summary = "The facts that differ between two snapshots, or one and now";
  command.examples =
      "  pathkb snapshot diff 41 now               by revisions, as `snapshot list` has them\n"
      "  pathkb snapshot diff --all 20261121T204800123Z-r41 57\n"
      "\n"
      "A line for each: + added, - removed, ~ changed. Exit code 0 if there is none, else 1.\n";
  command.RunWithOptions(RunDiff, [](CLI::App& app, DiffFlags& flags) {
    app.add_flag("--all", flags.all_spaces, "All spaces, not only that of --space");
    app.add_option("--limit", flags.limit, "At most so many differences (default: all)")
        ->option_text("N")
        ->check(CLI::NonNegativeNumber);
  });
  return command;
}

}  // namespace pathkb::cli
