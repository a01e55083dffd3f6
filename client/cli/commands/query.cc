#include "client/cli/commands/query.h"

#include <memory>

#include "CLI/CLI.hpp"

#include "client/cli/commands/at_option.h"

namespace pathkb::cli {
namespace {

absl::Status RunQuery(Session& session, uint64_t limit, uint64_t at,
                      const std::vector<std::string>& operands) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  FactPrinter printer(session.format(), session.out());
  const absl::StatusOr<client::PathkbClient::QuerySummary> summary = (*client)->Query(
      session.space(), operands[0], limit,
      [&](const v1::Match& match) { return printer.Print(match); }, at);
  // What came before an error is good, and shown.
  printer.Finish();
  return summary.status();
}

}  // namespace

Command QueryCommand() {
  const auto limit = std::make_shared<uint64_t>(0);
  const auto at = std::make_shared<uint64_t>(0);
  Command command;
  command.name = "query";
  command.operands = "PATTERN";
  command.operands_min = 1;
  command.operands_max = 1;
  command.summary = "The facts that match PATTERN, and what its variables stand for";
  command.examples =
      "  pathkb query '(parent $x Bob)'\n"
      "  pathkb query --limit 10 -o json '(= $left $right)'\n";
  command.declare = [limit, at](CLI::App& app) {
    app.add_option("--limit", *limit, "At most so many matches (default: all)")
        ->option_text("N")
        ->check(CLI::NonNegativeNumber);
    DeclareAt(app, at);
  };
  command.run = [limit, at](Session& session, const std::vector<std::string>& operands) {
    return RunQuery(session, *limit, *at, operands);
  };
  return command;
}

}  // namespace pathkb::cli
