#include "client/cli/commands/list.h"

#include <memory>
#include <optional>

#include "CLI/CLI.hpp"

#include "client/cli/commands/at_option.h"

namespace pathkb::cli {
namespace {

absl::Status RunList(Session& session, uint64_t limit, uint64_t at,
                     const std::vector<std::string>& operands) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  std::optional<std::string_view> prefix;
  if (!operands.empty()) prefix = operands[0];
  FactPrinter printer(session.format(), session.out());
  uint64_t printed = 0;
  const absl::StatusOr<uint64_t> facts = (*client)->List(
      session.space(), prefix,
      [&](const v1::Fact& fact) { return printer.Print(fact) && ++printed != limit; }, at);
  printer.Finish();
  return facts.status();
}

}  // namespace

Command ListCommand() {
  const auto limit = std::make_shared<uint64_t>(0);
  const auto at = std::make_shared<uint64_t>(0);
  Command command;
  command.name = "list";
  command.operands = "[PREFIX]";
  command.operands_max = 1;
  command.summary = "All facts, or the named ones whose names begin with PREFIX";
  command.examples =
      "  pathkb list --limit 10\n"
      "  pathkb list facts/math/                  in the order of the names\n"
      "  pathkb list ''                           everything that has a name\n";
  command.declare = [limit, at](CLI::App& app) {
    app.add_option("--limit", *limit, "At most so many facts (default: all)")
        ->option_text("N")
        ->check(CLI::NonNegativeNumber);
    DeclareAt(app, at);
  };
  command.run = [limit, at](Session& session, const std::vector<std::string>& operands) {
    return RunList(session, *limit, *at, operands);
  };
  return command;
}

}  // namespace pathkb::cli
