#include "client/cli/commands/transform.h"

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/commands/query_options.h"
#include "client/cli/commands/write_options.h"
#include "client/cli/output/json.h"

namespace pathkb::cli {
namespace {

struct TransformFlags {
  QueryOptionsGiven query;
  std::string into;
  bool dry_run = false;
  WriteOptionsGiven write;
};

std::string Summary(const v1::TransformResponse& answer, bool dry_run) {
  if (dry_run) {
    return fmt::format("{} answers would give {} facts; nothing is written", answer.answers(),
                       answer.facts());
  }
  return fmt::format("{} answers gave {} facts: {} inserted, {} updated, {} unchanged; revision {}",
                     answer.answers(), answer.facts(), answer.inserted(), answer.updated(),
                     answer.unchanged(), answer.revision());
}

absl::Status RunTransform(Session& session, const TransformFlags& flags,
                          const std::vector<std::string>& operands) {
  if (absl::Status status = CheckWriteOptions(flags.write); !status.ok()) return status;
  v1::TransformRequest request;
  if (absl::Status status = FillQuery(session, flags.query, operands[0], request); !status.ok()) {
    return status;
  }
  request.set_template_(operands[1]);
  request.set_into_space(flags.into);
  request.set_dry_run(flags.dry_run);
  if (flags.write.has_request_id) request.set_request_id(flags.write.options.request_id);
  if (flags.write.options.sync_always) request.set_sync(v1::SYNC_ALWAYS);
  request.set_lease_id(flags.write.options.lease_id);
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::TransformResponse> answer = (*client)->Transform(request);
  if (!answer.ok()) return answer.status();
  if (session.json()) {
    session.out().Write(JsonObject()
                            .Number("answers", answer->answers())
                            .Number("facts", answer->facts())
                            .Number("inserted", answer->inserted())
                            .Number("updated", answer->updated())
                            .Number("unchanged", answer->unchanged())
                            .Number("revision", answer->revision())
                            .Number("durable_revision", answer->durable_revision())
                            .Done() +
                        "\n");
  } else {
    session.out().Write(Summary(*answer, flags.dry_run) + "\n");
  }
  return absl::OkStatus();
}

}  // namespace

Command TransformCommand() {
  Command command;
  command.name = "transform";
  command.TakeOperands("QUERY TEMPLATE", 2, 2);
  command.summary = "Insert TEMPLATE, filled with each answer to QUERY, all or none";
  command.examples =
      "  pathkb transform '(, (parent $x $y) (parent $y $z))' '(grandparent $x $z)'\n"
      "  pathkb transform '(edge $x $y)' '(edge $y $x)' --into reversed --dry-run\n";
  command.RunWithOptions(RunTransform, [](CLI::App& app, TransformFlags& flags) {
    app.add_option("--into", flags.into, "The space that gets the facts (default: the same)")
        ->option_text("SPACE");
    app.add_flag("--dry-run", flags.dry_run, "Count only; write nothing");
    AddQueryOptions(app, flags.query);
    AddWriteOptions(app, flags.write);
  });
  return command;
}

}  // namespace pathkb::cli
