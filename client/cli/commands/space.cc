#include "client/cli/commands/space.h"

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/commands/write_options.h"
#include "client/cli/exit_code.h"
#include "client/cli/output/json.h"
#include "client/cli/output/table.h"

namespace pathkb::cli {
namespace {

struct RestoreFlags {
  uint64_t at = 0;
  std::string from;
  bool dry_run = false;
  std::string lease_id;
};

// What a space does with duplicates.
constexpr char kKeep[] = "keep";
constexpr char kCollapse[] = "collapse";

// "2,3", or "none".
std::string ArgumentsText(const v1::Space& space) {
  std::string text;
  for (const uint32_t argument : space.indexed_arguments()) {
    if (!text.empty()) text += ',';
    text += fmt::format("{}", argument);
  }
  return text.empty() ? "none" : text;
}

// Reads that again, in any order.
absl::StatusOr<std::vector<uint32_t>> ParseArguments(const std::string& text) {
  std::vector<uint32_t> arguments;
  if (text == "none") return arguments;
  for (size_t i = 0; i < text.size(); i += 2) {
    const bool digit = text[i] >= '1' && text[i] <= '9';
    const bool ends = i + 1 == text.size();
    if (!digit || !(ends || (text[i + 1] == ',' && i + 2 < text.size()))) {
      arguments.clear();
      break;
    }
    arguments.push_back(static_cast<uint32_t>(text[i] - '0'));
  }
  if (!arguments.empty()) return arguments;
  return UsageError(fmt::format(
      "arguments \"{}\": must be \"none\" or numbers from 1 to 9 with commas between them, such "
      "as \"2,3\"",
      text));
}

absl::Status RunList(Session& session, const std::vector<std::string>&) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  Table table(session.out(), {"space", "facts", "indexed arguments", "duplicates"});
  const absl::StatusOr<uint64_t> spaces = (*client)->ListSpaces([&](const v1::Space& space) {
    const std::string arguments = ArgumentsText(space);
    const char* duplicates = space.duplicates() == v1::DUPLICATES_KEEP ? kKeep : kCollapse;
    if (!session.json()) {
      return table.AddRow({space.name(), fmt::format("{}", space.facts()), arguments, duplicates});
    }
    return session.out().Write(JsonObject()
                                   .Text("space", space.name())
                                   .Number("facts", space.facts())
                                   .Text("indexed_arguments", arguments)
                                   .Text("duplicates", duplicates)
                                   .Done() +
                               "\n");
  });
  table.Finish();
  return spaces.status();
}

absl::Status RunDrop(Session& session, const std::string& lease_id,
                     const std::vector<std::string>& operands) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::DropSpaceResponse> answer = (*client)->DropSpace(operands[0], lease_id);
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

absl::Status RunFork(Session& session, const std::string& lease_id,
                     const std::vector<std::string>& operands) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::ForkSpaceResponse> answer =
      (*client)->ForkSpace(operands[0], operands[1], lease_id);
  if (!answer.ok()) return answer.status();
  if (session.json()) {
    session.out().Write(JsonObject()
                            .Number("facts", answer->facts())
                            .Number("revision", answer->revision())
                            .Number("durable_revision", answer->durable_revision())
                            .Done() +
                        "\n");
  } else {
    session.out().Write(fmt::format("space {} forked into {}, {} facts; revision {}\n", operands[0],
                                    operands[1], answer->facts(), answer->revision()));
  }
  return absl::OkStatus();
}

absl::Status RunIndex(Session& session, const std::string& lease_id,
                      const std::vector<std::string>& operands) {
  const absl::StatusOr<std::vector<uint32_t>> arguments = ParseArguments(operands[1]);
  if (!arguments.ok()) return arguments.status();
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::SetIndexResponse> answer =
      (*client)->SetIndex(operands[0], *arguments, lease_id);
  if (!answer.ok()) return answer.status();
  if (session.json()) {
    session.out().Write(JsonObject()
                            .Number("facts", answer->facts())
                            .Number("revision", answer->revision())
                            .Number("durable_revision", answer->durable_revision())
                            .Done() +
                        "\n");
  } else {
    session.out().Write(fmt::format("space {}: arguments {} are indexed; {} facts looked at\n",
                                    operands[0], operands[1], answer->facts()));
  }
  return absl::OkStatus();
}

absl::Status RunDuplicates(Session& session, const std::string& lease_id,
                           const std::vector<std::string>& operands) {
  const bool keep = operands[1] == kKeep;
  if (!keep && operands[1] != kCollapse) {
    return UsageError(fmt::format("duplicates \"{}\": must be keep or collapse", operands[1]));
  }
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::SetDuplicatesResponse> answer = (*client)->SetDuplicates(
      operands[0], keep ? v1::DUPLICATES_KEEP : v1::DUPLICATES_COLLAPSE, lease_id);
  if (!answer.ok()) return answer.status();
  if (session.json()) {
    session.out().Write(JsonObject()
                            .Number("revision", answer->revision())
                            .Number("durable_revision", answer->durable_revision())
                            .Done() +
                        "\n");
  } else {
    session.out().Write(fmt::format("space {} is a {} now; revision {}\n", operands[0],
                                    keep ? "multiset" : "set", answer->revision()));
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
  request.set_lease_id(flags.lease_id);
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
  command.TakeOperands("NAME", 1, 1);
  command.summary = "Take out every fact of a space, and with them the space";
  command.examples = "  pathkb space drop wordnet\n";
  command.RunWithOptions(RunDrop, AddLeaseOption);
  return command;
}

Command SpaceForkCommand() {
  Command command;
  command.name = "space fork";
  command.TakeOperands("SPACE NEW", 2, 2);
  command.summary =
      "Make a new space that holds what another one holds; at once, whatever its size";
  command.examples =
      "  pathkb space fork family what-if     then change what-if, and family stays as it is\n"
      "  pathkb combine difference what-if family    what was added there\n";
  command.RunWithOptions(RunFork, AddLeaseOption);
  return command;
}

Command SpaceIndexCommand() {
  Command command;
  command.name = "space index";
  command.TakeOperands("SPACE ARGUMENTS", 2, 2);
  command.summary = "Choose the arguments of a space's facts by which patterns find them at once";
  command.examples =
      "  pathkb space index wordnet 2,3    for patterns such as (hypernym $x n01), ($r a b $x)\n"
      "  pathkb space index wordnet none   takes less room, and such patterns look at all of\n"
      "                                    their relation\n"
      "\n"
      "Takes a walk over the facts; others may write meanwhile. After an error, say it again.\n";
  command.RunWithOptions(RunIndex, AddLeaseOption);
  return command;
}

Command SpaceDuplicatesCommand() {
  Command command;
  command.name = "space duplicates";
  command.TakeOperands("SPACE keep|collapse", 2, 2);
  command.summary = "Choose whether inserting a fact again adds another one";
  command.examples =
      "  pathkb space duplicates events keep       a multiset: each insert adds a fact, each\n"
      "                                            delete takes out one\n"
      "  pathkb space duplicates events collapse   a set, as spaces are at first; not while a "
      "fact\n"
      "                                            is there more than once\n";
  command.RunWithOptions(RunDuplicates, AddLeaseOption);
  return command;
}

Command SpaceRestoreCommand() {
  Command command;
  command.name = "space restore";
  command.TakeOperands("SPACE --at REV", 1, 1);
  command.summary = "Make a space what it was at the revision of a snapshot";
  command.examples =
      "  pathkb space restore family --at 41 --dry-run      what would change, in numbers\n"
      "  pathkb space restore family --at 41\n"
      "  pathkb space restore attic --at 41 --from family   into another space\n";
  command.RunWithOptions(RunRestore, [](CLI::App& app, RestoreFlags& flags) {
    app.add_option("--at", flags.at, "The revision, as `snapshot list` has it")
        ->option_text("REV")
        ->check(CLI::PositiveNumber);
    app.add_option("--from", flags.from, "The space to read (default: the same)")
        ->option_text("OTHER");
    app.add_flag("--dry-run", flags.dry_run, "Change nothing, say what would change");
    AddLeaseOption(app, flags.lease_id);
  });
  return command;
}

}  // namespace pathkb::cli
