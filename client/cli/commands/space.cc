#include "client/cli/commands/space.h"

#include <memory>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/exit_code.h"
#include "client/cli/output/json.h"
#include "client/cli/output/table.h"

namespace pathkb::cli {
namespace {

struct RestoreFlags {
  uint64_t at = 0;
  std::string from;
  bool dry_run = false;
};

absl::Status RunList(Session& session, const std::vector<std::string>&) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  Table table(session.out(), {"space", "facts"});
  const absl::StatusOr<uint64_t> spaces = (*client)->ListSpaces([&](const v1::Space& space) {
    if (!session.json()) return table.AddRow({space.name(), fmt::format("{}", space.facts())});
    return session.out().Write(
        JsonObject().Text("space", space.name()).Number("facts", space.facts()).Done() + "\n");
  });
  table.Finish();
  return spaces.status();
}

absl::Status RunDrop(Session& session, const std::vector<std::string>& operands) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::DropSpaceResponse> answer = (*client)->DropSpace(operands[0]);
  if (!answer.ok()) return answer.status();
  if (session.json()) {
    session.out().Write(JsonObject()
                            .Number("deleted", answer->deleted())
                            .Number("revision", answer->revision())
                            .Number("durable_revision", answer->durable_revision())
                            .Done() +
                        "\n");
  } else {
    session.out().Write(fmt::format("space {} dropped, {} facts; revision {}\n", operands[0],
                                    answer->deleted(), answer->revision()));
  }
  return absl::OkStatus();
}

absl::Status RunRestore(Session& session, const RestoreFlags& flags,
                        const std::vector<std::string>& operands) {
  if (flags.at == 0) return UsageError("space restore needs --at REV");
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  v1::RestoreSpaceRequest request;
  request.set_space(operands[0]);
  request.set_at_revision(flags.at);
  request.set_from_space(flags.from);
  request.set_dry_run(flags.dry_run);
  const absl::StatusOr<v1::RestoreSpaceResponse> answer = (*client)->RestoreSpace(request);
  if (!answer.ok()) return answer.status();
  if (session.json()) {
    session.out().Write(JsonObject()
                            .Number("inserted", answer->inserted())
                            .Number("updated", answer->updated())
                            .Number("deleted", answer->deleted())
                            .Number("unchanged", answer->unchanged())
                            .Bool("dry_run", flags.dry_run)
                            .Number("revision", answer->revision())
                            .Number("durable_revision", answer->durable_revision())
                            .Done() +
                        "\n");
  } else {
    session.out().Write(fmt::format(
        "{}{} inserted, {} updated, {} deleted, {} unchanged{}\n",
        flags.dry_run ? "would be: " : "", answer->inserted(), answer->updated(), answer->deleted(),
        answer->unchanged(),
        flags.dry_run ? std::string() : fmt::format("; revision {}", answer->revision())));
  }
  return absl::OkStatus();
}

}  // namespace

Command SpaceListCommand() {
  Command command;
  command.name = "space list";
  command.summary = "All spaces, with the numbers of their facts";
  command.examples = "  pathkb space list\n";
  command.run = RunList;
  return command;
}

Command SpaceDropCommand() {
  Command command;
  command.name = "space drop";
  command.operands = "NAME";
  command.operands_min = 1;
  command.operands_max = 1;
  command.summary = "Take out every fact of a space, and with them the space";
  command.examples = "  pathkb space drop wordnet\n";
  command.run = RunDrop;
  return command;
}

Command SpaceRestoreCommand() {
  const auto flags = std::make_shared<RestoreFlags>();
  Command command;
  command.name = "space restore";
  command.operands = "SPACE --at REV";
  command.operands_min = 1;
  command.operands_max = 1;
  command.summary = "Make a space what it was at the revision of a snapshot";
  command.examples =
      "  pathkb space restore family --at 41 --dry-run      what would change, in numbers\n"
      "  pathkb space restore family --at 41\n"
      "  pathkb space restore attic --at 41 --from family   into another space\n";
  command.declare = [flags](CLI::App& app) {
    app.add_option("--at", flags->at, "The revision, as `snapshot list` has it")
        ->option_text("REV")
        ->check(CLI::PositiveNumber);
    app.add_option("--from", flags->from, "The space to read (default: the same)")
        ->option_text("OTHER");
    app.add_flag("--dry-run", flags->dry_run, "Change nothing, say what would change");
  };
  command.run = [flags](Session& session, const std::vector<std::string>& operands) {
    return RunRestore(session, *flags, operands);
  };
  return command;
}

}  // namespace pathkb::cli
