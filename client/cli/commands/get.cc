#include "client/cli/commands/get.h"

#include <memory>
#include <optional>

#include "CLI/CLI.hpp"

#include "client/cli/commands/at_option.h"
#include "client/cli/exit_code.h"

namespace pathkb::cli {
namespace {

absl::Status RunGet(Session& session, const std::optional<std::string>& name, uint64_t at,
                    const std::vector<std::string>& operands) {
  if (name.has_value() == !operands.empty())
    return UsageError("get takes a FACT or --name, one of them");
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::GetResponse> answer =
      name ? (*client)->GetByName(session.space(), *name, at)
           : (*client)->GetByTerm(session.space(), operands[0], at);
  if (!answer.ok()) return answer.status();
  FactPrinter printer(session.format(), session.out());
  printer.Print(answer->fact());
  printer.Finish();
  return absl::OkStatus();
}

}  // namespace

Command GetCommand() {
  const auto name = std::make_shared<std::optional<std::string>>();
  const auto at = std::make_shared<uint64_t>(0);
  Command command;
  command.name = "get";
  command.operands = "FACT | --name NAME";
  command.operands_max = 1;
  command.summary = "One fact, with all that is known about it";
  command.examples =
      "  pathkb get '(parent Tom Bob)'\n"
      "  pathkb get --name facts/math/addition -o json\n";
  command.declare = [name, at](CLI::App& app) {
    app.add_option("--name", *name, "The fact that was inserted under this name")
        ->option_text("NAME");
    DeclareAt(app, at);
  };
  command.run = [name, at](Session& session, const std::vector<std::string>& operands) {
    return RunGet(session, *name, *at, operands);
  };
  return command;
}

}  // namespace pathkb::cli
