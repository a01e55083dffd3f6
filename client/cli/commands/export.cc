#include "client/cli/commands/export.h"

#include "client/cli/exit_code.h"

namespace pathkb::cli {
namespace {

absl::Status RunExport(Session& session, const std::vector<std::string>&) {
  if (session.format_given() && session.format() == OutputFormat::kTable) {
    return UsageError("export writes -o metta or -o json, not a table; list does");
  }
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  // MeTTa on a terminal too: it is what export is for.
  FactPrinter printer(session.json() ? OutputFormat::kJson : OutputFormat::kMetta, session.out());
  const absl::StatusOr<uint64_t> facts = (*client)->List(
      session.space(), std::nullopt, [&](const v1::Fact& fact) { return printer.Print(fact); });
  if (!facts.ok()) return facts.status();
  printer.Finish();
  return absl::OkStatus();
}

}  // namespace

Command ExportCommand() {
  Command command;
  command.name = "export";
  command.summary = "Write all facts of the space to standard output";
  command.examples =
      "  pathkb export > facts.metta\n"
      "  pathkb export -o json > facts.jsonl     with names, confidence, source and metadata\n";
  command.run = RunExport;
  return command;
}

}  // namespace pathkb::cli
