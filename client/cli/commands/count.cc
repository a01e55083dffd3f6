#include "client/cli/commands/count.h"

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/commands/query_options.h"
#include "client/cli/output/json.h"

namespace pathkb::cli {
namespace {

absl::Status RunCount(Session& session, const QueryOptionsGiven& given,
                      const std::vector<std::string>& operands) {
  const std::string pattern = operands.empty() ? "" : operands[0];
  if (!operands.empty() && pattern.empty())
    return absl::InvalidArgumentError("the pattern is empty");
  v1::CountRequest request;
  if (absl::Status status = FillQuery(session, given, pattern, request); !status.ok()) {
    return status;
  }
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::CountResponse> answer = (*client)->Count(request);
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
  Command command;
  command.name = "count";
  command.TakeOperands("[QUERY]", 0, 1);
  command.summary = "How many answers QUERY has, or facts the space";
  command.examples =
      "  pathkb count\n"
      "  pathkb count '(parent $x Bob)'\n"
      "  pathkb count --min-confidence 0.5\n";
  command.RunWithOptions(RunCount, AddQueryOptions);
  return command;
}

}  // namespace pathkb::cli
