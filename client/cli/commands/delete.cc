#include "client/cli/commands/delete.h"

#include <memory>
#include <optional>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/exit_code.h"
#include "client/cli/output/json.h"

namespace pathkb::cli {
namespace {

void PrintDeleted(Session& session, const v1::DeleteResponse& answer) {
  if (session.json()) {
    session.out().Write(JsonObject()
                            .Number("deleted", answer.deleted())
                            .Number("not_found", answer.not_found())
                            .Number("revision", answer.revision())
                            .Number("durable_revision", answer.durable_revision())
                            .Done() +
                        "\n");
  } else {
    session.out().Write(
        fmt::format("{} deleted; revision {}\n", answer.deleted(), answer.revision()));
  }
}

absl::Status RunDelete(Session& session, const std::optional<std::string>& name,
                       const std::vector<std::string>& operands) {
  if (name.has_value() == !operands.empty())
    return UsageError("delete takes a FACT, --name or --prefix, one of them");
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
  PrintDeleted(session, *answer);
  return absl::OkStatus();
}

// Deletes by the start of names. None found is an outcome like any other, as nobody named a fact.
absl::Status RunDeleteBelow(Session& session, const std::string& prefix) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::DeleteResponse> answer =
      (*client)->DeleteNamesBelow(session.space(), prefix);
  if (!answer.ok()) return answer.status();
  PrintDeleted(session, *answer);
  return absl::OkStatus();
}

}  // namespace

Command DeleteCommand() {
  const auto name = std::make_shared<std::optional<std::string>>();
  const auto prefix = std::make_shared<std::optional<std::string>>();
  Command command;
  command.name = "delete";
  command.operands = "FACT | --name NAME | --prefix NAMES";
  command.operands_max = 1;
  command.summary = "Take one fact out, or all whose names begin alike";
  command.examples =
      "  pathkb delete '(parent Tom Bob)'\n"
      "  pathkb delete --name facts/math/addition\n"
      "  pathkb delete --prefix facts/math/       all facts whose names begin so\n";
  command.declare = [name, prefix](CLI::App& app) {
    app.add_option("--name", *name, "The fact that was inserted under this name")
        ->option_text("NAME");
    app.add_option("--prefix", *prefix, "All facts whose names begin with this; '' takes all names")
        ->option_text("NAMES");
  };
  command.run = [name, prefix](Session& session, const std::vector<std::string>& operands) {
    if (!prefix->has_value()) return RunDelete(session, *name, operands);
    if (name->has_value() || !operands.empty()) {
      return UsageError("delete takes a FACT, --name or --prefix, one of them");
    }
    return RunDeleteBelow(session, **prefix);
  };
  return command;
}

}  // namespace pathkb::cli
