#include "client/cli/commands/get.h"

#include <optional>

#include "CLI/CLI.hpp"

#include "client/cli/commands/at_option.h"
#include "client/cli/exit_code.h"

namespace pathkb::cli {
namespace {

struct GetFlags {
  std::optional<std::string> name;
  uint64_t at = 0;
};

absl::Status RunGet(Session& session, const GetFlags& flags,
                    const std::vector<std::string>& operands) {
  if (flags.name.has_value() == !operands.empty())
    return UsageError("get takes a FACT or --name, one of them");
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::GetResponse> answer =
      flags.name ? (*client)->GetByName(session.space(), *flags.name, flags.at)
                 : (*client)->GetByTerm(session.space(), operands[0], flags.at);
  if (!answer.ok()) return answer.status();
  FactPrinter printer(session.format(), session.out());
  printer.Print(answer->fact());
  printer.Finish();
  return absl::OkStatus();
}

}  // namespace

Command GetCommand() {
  Command command;
  command.name = "get";
  command.TakeOperands("FACT | --name NAME", 0, 1);
  command.summary = "One fact, with all that is known about it";
  command.examples =
      "  pathkb get '(parent Tom Bob)'\n"
      "  pathkb get --name facts/math/addition -o json\n";
  command.RunWithOptions(RunGet, [](CLI::App& app, GetFlags& flags) {
    app.add_option("--name", flags.name, "The fact that was inserted under this name")
        ->option_text("NAME");
    DeclareAt(app, flags.at);
  });
  return command;
}

}  // namespace pathkb::cli
