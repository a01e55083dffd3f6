#include "client/cli/commands/insert.h"

#include <optional>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/commands/key_value.h"
#include "client/cli/commands/write_options.h"
#include "client/cli/exit_code.h"
#include "client/cli/output/json.h"

namespace pathkb::cli {
namespace {

struct InsertOptions {
  std::optional<std::string> name;
  std::optional<double> confidence;
  std::string source;
  std::vector<std::string> metadata;  // As given: KEY=VALUE.
  WriteOptionsGiven write;
};

// The entry that `options` describe. UsageError if a pair of metadata is none.
absl::StatusOr<v1::Entry> MakeEntry(const InsertOptions& options) {
  v1::Entry entry;
  if (options.confidence) entry.set_confidence(*options.confidence);
  entry.set_source(options.source);
  if (absl::Status status = AddKeyValues(options.metadata, *entry.mutable_metadata());
      !status.ok()) {
    return status;
  }
  return entry;
}

absl::Status RunInsert(Session& session, const InsertOptions& options,
                       const std::vector<std::string>& operands) {
  if (options.name && operands.size() != 1) return UsageError("--name goes with one FACT");
  if (options.name && options.name->empty()) return UsageError("--name is empty");
  if (absl::Status status = CheckWriteOptions(options.write); !status.ok()) return status;
  const absl::StatusOr<v1::Entry> entry = MakeEntry(options);
  if (!entry.ok()) return entry.status();
  std::vector<v1::Fact> facts;
  for (const std::string& term : operands) {
    v1::Fact& fact = facts.emplace_back();
    fact.set_term(term);
    if (options.name) fact.set_name(*options.name);
    *fact.mutable_entry() = *entry;
  }
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::InsertResponse> answer =
      (*client)->Insert(session.space(), std::move(facts),
                        v1::InsertRequest::ON_INVALID_REJECT_BATCH, options.write.options);
  if (!answer.ok()) return answer.status();
  if (session.json()) {
    session.out().Write(JsonObject()
                            .Number("inserted", answer->inserted())
                            .Number("updated", answer->updated())
                            .Number("unchanged", answer->unchanged())
                            .Number("revision", answer->revision())
                            .Number("durable_revision", answer->durable_revision())
                            .Done() +
                        "\n");
  } else {
    session.out().Write(fmt::format("{} inserted, {} updated, {} unchanged; revision {}\n",
                                    answer->inserted(), answer->updated(), answer->unchanged(),
                                    answer->revision()));
  }
  return absl::OkStatus();
}

}  // namespace

Command InsertCommand() {
  Command command;
  command.name = "insert";
  command.TakeOperands("FACT...", 1, Command::kAnyNumber);
  command.summary = "Add facts, all or none";
  command.examples =
      "  pathkb insert '(parent Tom Bob)' '(parent Pam Bob)'\n"
      "  pathkb insert --confidence 0.9 --source census --meta year=1900 '(parent Bob Ann)'\n"
      "  pathkb insert --name facts/math/addition '(= (+ 2 2) 4)'\n"
      "  pathkb insert -- -5                      a fact that begins with '-'\n";
  command.RunWithOptions(RunInsert, [](CLI::App& app, InsertOptions& options) {
    app.add_option("--name", options.name, "A name for the fact, such as facts/math/addition")
        ->option_text("NAME");
    app.add_option("--confidence", options.confidence, "From 0 to 1 (default 1)")->option_text("C");
    app.add_option("--source", options.source, "Where the fact comes from")->option_text("TEXT");
    app.add_option("--meta", options.metadata, "KEY=VALUE; may be repeated")
        ->option_text("KEY=VALUE")
        ->allow_extra_args(false);
    AddWriteOptions(app, options.write);
  });
  return command;
}

}  // namespace pathkb::cli
