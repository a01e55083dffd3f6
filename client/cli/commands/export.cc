#include "client/cli/commands/export.h"

#include <memory>

#include "CLI/CLI.hpp"

#include "client/cli/commands/at_option.h"
#include "client/cli/exit_code.h"

namespace pathkb::cli {
namespace {

absl::Status RunExport(Session& session, uint64_t at) {
  if (session.format_given() && session.format() == OutputFormat::kTable) {
    return UsageError("export writes -o metta or -o json, not a table; list does");
  }
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  // MeTTa on a terminal too: it is what export is for.
  FactPrinter printer(session.json() ? OutputFormat::kJson : OutputFormat::kMetta, session.out());
  const absl::StatusOr<uint64_t> facts = (*client)->List(
      session.space(), std::nullopt, [&](const v1::Fact& fact) { return printer.Print(fact); }, at);
  if (!facts.ok()) return facts.status();
  printer.Finish();
  return absl::OkStatus();
}

}  // namespace

Command ExportCommand() {
  const auto at = std::make_shared<uint64_t>(0);
  Command command;
  command.name = "export";
  command.summary = "Write all facts of the space to standard output";
  command.examples =
      "  pathkb export > facts.metta\n"
      "  pathkb export -o json > facts.jsonl     with names, confidence, source and metadata\n";
  command.declare = [at](CLI::App& app) { DeclareAt(app, at); };
  command.run = [at](Session& session, const std::vector<std::string>&) {
    return RunExport(session, *at);
  };
  return command;
}

}  // namespace pathkb::cli
