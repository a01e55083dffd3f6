#include "client/cli/commands/delete.h"

#include <optional>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/commands/write_options.h"
#include "client/cli/exit_code.h"
#include "client/cli/output/json.h"

namespace pathkb::cli {
namespace {

struct DeleteOptions {
  std::optional<std::string> name;
  std::optional<std::string> prefix;
  bool all_duplicates = false;
  WriteOptionsGiven write;
};

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

// Deletes one fact, or one as often as it is there.
absl::Status RunDeleteOne(Session& session, const DeleteOptions& options,
                          const std::vector<std::string>& operands) {
  const std::optional<std::string>& name = options.name;
  if (name.has_value() == !operands.empty())
    return UsageError("delete takes a FACT, --name or --prefix, one of them");
  if (name && options.all_duplicates) return UsageError("a name is there once only");
  if (absl::Status status = CheckWriteOptions(options.write); !status.ok()) return status;
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  std::vector<std::string> names;
  if (name) names.push_back(*name);
  const absl::StatusOr<v1::DeleteResponse> answer =
      options.all_duplicates
          ? (*client)->DeleteAllDuplicates(session.space(), operands, options.write.options)
          : (*client)->Delete(session.space(), operands, std::move(names), options.write.options);
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
absl::Status RunDeleteBelow(Session& session, const DeleteOptions& options) {
  if (absl::Status status = CheckWriteOptions(options.write); !status.ok()) return status;
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::DeleteResponse> answer =
      (*client)->DeleteNamesBelow(session.space(), *options.prefix, options.write.options);
  if (!answer.ok()) return answer.status();
  PrintDeleted(session, *answer);
  return absl::OkStatus();
}

absl::Status RunDelete(Session& session, const DeleteOptions& options,
                       const std::vector<std::string>& operands) {
  if (!options.prefix.has_value()) return RunDeleteOne(session, options, operands);
  if (options.name.has_value() || options.all_duplicates || !operands.empty()) {
    return UsageError("delete takes a FACT, --name or --prefix, one of them");
  }
  return RunDeleteBelow(session, options);
}

}  // namespace

Command DeleteCommand() {
  Command command;
  command.name = "delete";
  command.TakeOperands("FACT | --name NAME | --prefix NAMES", 0, 1);
  command.summary = "Take one fact out, or all whose names begin alike";
  command.examples =
      "  pathkb delete '(parent Tom Bob)'\n"
      "  pathkb delete --name facts/math/addition\n"
      "  pathkb delete --prefix facts/math/       all facts whose names begin so\n";
  command.RunWithOptions(RunDelete, [](CLI::App& app, DeleteOptions& options) {
    app.add_option("--name", options.name, "The fact that was inserted under this name")
        ->option_text("NAME");
    app.add_option("--prefix", options.prefix,
                   "All facts whose names begin with this; '' takes all names")
        ->option_text("NAMES");
    app.add_flag("--all-duplicates", options.all_duplicates,
                 "FACT as often as it is there, where the space keeps duplicates");
    AddWriteOptions(app, options.write);
  });
  return command;
}

}  // namespace pathkb::cli
