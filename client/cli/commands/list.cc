#include "client/cli/commands/list.h"

#include <optional>

#include "CLI/CLI.hpp"

#include "client/cli/commands/at_option.h"

namespace pathkb::cli {
namespace {

struct ListFlags {
  uint64_t limit = 0;
  uint64_t at = 0;
};

absl::Status RunList(Session& session, const ListFlags& flags,
                     const std::vector<std::string>& operands) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  std::optional<std::string_view> prefix;
  if (!operands.empty()) prefix = operands[0];
  FactPrinter printer(session.format(), session.out());
  uint64_t printed = 0;
  const absl::StatusOr<uint64_t> facts = (*client)->List(
      session.space(), prefix,
      [&](const v1::Fact& fact) { return printer.Print(fact) && ++printed != flags.limit; },
      flags.at);
  printer.Finish();
  return facts.status();
}

}  // namespace

Command ListCommand() {
  Command command;
  command.name = "list";
  command.TakeOperands("[PREFIX]", 0, 1);
  command.summary = "All facts, or the named ones whose names begin with PREFIX";
  command.examples =
      "  pathkb list --limit 10\n"
      "  pathkb list facts/math/                  in the order of the names\n"
      "  pathkb list ''                           everything that has a name\n";
  command.RunWithOptions(RunList, [](CLI::App& app, ListFlags& flags) {
    app.add_option("--limit", flags.limit, "At most so many facts (default: all)")
        ->option_text("N")
        ->check(CLI::NonNegativeNumber);
    DeclareAt(app, flags.at);
  });
  return command;
}

}  // namespace pathkb::cli
