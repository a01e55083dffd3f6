#include "client/cli/commands/count.h"

#include <memory>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/commands/at_option.h"
#include "client/cli/output/json.h"

namespace pathkb::cli {
namespace {

absl::Status RunCount(Session& session, uint64_t at, const std::vector<std::string>& operands) {
  const std::string pattern = operands.empty() ? "" : operands[0];
  if (!operands.empty() && pattern.empty())
    return absl::InvalidArgumentError("the pattern is empty");
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::CountResponse> answer = (*client)->Count(session.space(), pattern, at);
  if (!answer.ok()) return answer.status();
  if (session.json()) {
    session.out().Write(JsonObject()
                            .Number("count", answer->count())
                            .Number("revision", answer->revision())
                            .Done() +
                        "\n");
  } else {
    session.out().Write(fmt::format("{}\n", answer->count()));
  }
  return absl::OkStatus();
}

}  // namespace

Command CountCommand() {
  const auto at = std::make_shared<uint64_t>(0);
  Command command;
  command.name = "count";
  command.operands = "[PATTERN]";
  command.operands_max = 1;
  command.summary = "How many facts match PATTERN, or are in the space";
  command.examples =
      "  pathkb count\n"
      "  pathkb count '(parent $x Bob)'\n";
  command.declare = [at](CLI::App& app) { DeclareAt(app, at); };
  command.run = [at](Session& session, const std::vector<std::string>& operands) {
    return RunCount(session, *at, operands);
  };
  return command;
}

}  // namespace pathkb::cli
