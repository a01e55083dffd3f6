#include "client/cli/commands/delete.h"

#include <memory>
#include <optional>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/exit_code.h"
#include "client/cli/output/json.h"

namespace pathkb::cli {
namespace {

absl::Status RunDelete(Session& session, const std::optional<std::string>& name,
                       const std::vector<std::string>& operands) {
  if (name.has_value() == !operands.empty())
    return UsageError("delete takes a FACT or --name, one of them");
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  std::vector<std::string> names;
  if (name) names.push_back(*name);
  const absl::StatusOr<v1::DeleteResponse> answer =
      (*client)->Delete(session.space(), operands, std::move(names));
  if (!answer.ok()) return answer.status();
  if (answer->deleted() == 0) {
    return absl::NotFoundError(
        name ? fmt::format("space {} has no fact named \"{}\"", session.space(), *name)
             : fmt::format("space {} has no fact {}", session.space(), operands[0]));
  }
  if (session.json()) {
    session.out().Write(JsonObject()
                            .Number("deleted", answer->deleted())
                            .Number("not_found", answer->not_found())
                            .Number("revision", answer->revision())
                            .Number("durable_revision", answer->durable_revision())
                            .Done() +
                        "\n");
  } else {
    session.out().Write(
        fmt::format("{} deleted; revision {}\n", answer->deleted(), answer->revision()));
  }
  return absl::OkStatus();
}

}  // namespace

Command DeleteCommand() {
  const auto name = std::make_shared<std::optional<std::string>>();
  Command command;
  command.name = "delete";
  command.operands = "FACT | --name NAME";
  command.operands_max = 1;
  command.summary = "Take one fact out";
  command.examples =
      "  pathkb delete '(parent Tom Bob)'\n"
      "  pathkb delete --name facts/math/addition\n";
  command.declare = [name](CLI::App& app) {
    app.add_option("--name", *name, "The fact that was inserted under this name")
        ->option_text("NAME");
  };
  command.run = [name](Session& session, const std::vector<std::string>& operands) {
    return RunDelete(session, *name, operands);
  };
  return command;
}

}  // namespace pathkb::cli
