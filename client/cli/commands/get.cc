#include "client/cli/commands/get.h"

#include <memory>
#include <optional>

#include "CLI/CLI.hpp"

#include "client/cli/exit_code.h"

namespace pathkb::cli {
namespace {

absl::Status RunGet(Session& session, const std::optional<std::string>& name,
                    const std::vector<std::string>& operands) {
  if (name.has_value() == !operands.empty())
    return UsageError("get takes a FACT or --name, one of them");
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::GetResponse> answer =
      name ? (*client)->GetByName(session.space(), *name)
           : (*client)->GetByTerm(session.space(), operands[0]);
  if (!answer.ok()) return answer.status();
  FactPrinter printer(session.format(), session.out());
  printer.Print(answer->fact());
  printer.Finish();
  return absl::OkStatus();
}

}  // namespace

Command GetCommand() {
  const auto name = std::make_shared<std::optional<std::string>>();
  Command command;
  command.name = "get";
  command.operands = "FACT | --name NAME";
  command.operands_max = 1;
  command.summary = "One fact, with all that is known about it";
  command.examples =
      "  pathkb get '(parent Tom Bob)'\n"
      "  pathkb get --name facts/math/addition -o json\n";
  command.declare = [name](CLI::App& app) {
    app.add_option("--name", *name, "The fact that was inserted under this name")
        ->option_text("NAME");
  };
  command.run = [name](Session& session, const std::vector<std::string>& operands) {
    return RunGet(session, *name, operands);
  };
  return command;
}

}  // namespace pathkb::cli
