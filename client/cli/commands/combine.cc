#include "client/cli/commands/combine.h"

#include <charconv>
#include <map>
#include <optional>
#include <string_view>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/commands/write_options.h"
#include "client/cli/exit_code.h"
#include "client/cli/output/json.h"

namespace pathkb::cli {
namespace {

const std::map<std::string, v1::CombineOperation, std::less<>> kOperations = {
    {"union", v1::COMBINE_OPERATION_UNION},
    {"intersection", v1::COMBINE_OPERATION_INTERSECTION},
    {"difference", v1::COMBINE_OPERATION_DIFFERENCE},
    {"restriction", v1::COMBINE_OPERATION_RESTRICTION},
};

const std::map<std::string, v1::OnConflict, std::less<>> kPolicies = {
    {"error", v1::ON_CONFLICT_ERROR},
    {"left", v1::ON_CONFLICT_LEFT},
    {"right", v1::ON_CONFLICT_RIGHT},
    {"newest", v1::ON_CONFLICT_NEWEST},
    {"max-confidence", v1::ON_CONFLICT_MAX_CONFIDENCE},
};

struct CombineFlags {
  std::optional<std::string> into;
  std::string on_conflict = "error";
  bool dry_run = false;
  bool sync = false;
  std::string lease_id;
};

// SPACE[@REVISION][/NAME-PREFIX]; a space's name has neither of the two signs.
absl::StatusOr<v1::CombineOperand> ParseOperand(std::string_view text) {
  v1::CombineOperand operand;
  const size_t slash = text.find('/');
  if (slash != text.npos) {
    operand.set_name_prefix(std::string(text.substr(slash + 1)));
    text = text.substr(0, slash);
  }
  const size_t at = text.find('@');
  if (at != text.npos) {
    const std::string_view digits = text.substr(at + 1);
    uint64_t revision = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), revision);
    if (error != std::errc() || end != digits.data() + digits.size() || revision == 0) {
      return UsageError(
          fmt::format("'{}' is no revision; an operand is SPACE[@REV][/NAME-PREFIX]", digits));
    }
    operand.set_at_revision(revision);
    text = text.substr(0, at);
  }
  operand.set_space(std::string(text));
  return operand;
}

std::string TotalsJson(const v1::CombineTotals& totals) {
  return JsonObject()
      .Number("facts", totals.facts())
      .Number("conflicts", totals.conflicts())
      .Number("inserted", totals.inserted())
      .Number("updated", totals.updated())
      .Number("unchanged", totals.unchanged())
      .Number("batches", totals.batches())
      .Number("revision", totals.revision())
      .Number("durable_revision", totals.durable_revision())
      .Done();
}

std::string Summary(const v1::CombineTotals& totals, bool dry_run) {
  const std::string conflicts =
      totals.conflicts() == 0
          ? ""
          : fmt::format(", {} of them with different entries", totals.conflicts());
  if (dry_run) return fmt::format("{} facts{}; nothing is written", totals.facts(), conflicts);
  return fmt::format("{} facts{}: {} inserted, {} updated, {} unchanged; revision {}",
                     totals.facts(), conflicts, totals.inserted(), totals.updated(),
                     totals.unchanged(), totals.revision());
}

absl::Status RunCombine(Session& session, const CombineFlags& flags,
                        const std::vector<std::string>& operands) {
  v1::CombineRequest request;
  const auto operation = kOperations.find(operands[0]);
  if (operation == kOperations.end()) {
    return UsageError(
        fmt::format("'{}' is none of union, intersection, difference, restriction", operands[0]));
  }
  request.set_operation(operation->second);
  request.set_on_conflict(kPolicies.find(flags.on_conflict)->second);
  for (size_t i = 1; i < operands.size(); ++i) {
    absl::StatusOr<v1::CombineOperand> operand = ParseOperand(operands[i]);
    if (!operand.ok()) return operand.status();
    *request.add_operands() = *std::move(operand);
  }
  if (flags.dry_run && !flags.into) return UsageError("--dry-run goes with --into");
  if (flags.into) request.set_into_space(*flags.into);
  request.set_dry_run(flags.dry_run);
  if (flags.sync) request.set_sync(v1::SYNC_ALWAYS);
  request.set_lease_id(flags.lease_id);
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  FactPrinter printer(session.format(), session.out());
  const absl::StatusOr<v1::CombineTotals> totals =
      (*client)->Combine(request, [&](const v1::Fact& fact) { return printer.Print(fact); });
  // What came before an error is good, and shown.
  printer.Finish();
  if (!totals.ok()) return totals.status();
  if (!flags.into) return absl::OkStatus();
  session.out().Write((session.json() ? TotalsJson(*totals) : Summary(*totals, flags.dry_run)) +
                      "\n");
  return absl::OkStatus();
}

}  // namespace

Command CombineCommand() {
  Command command;
  command.name = "combine";
  command.TakeOperands("OPERATION OPERAND...", 2, 65);
  command.summary = "Union, intersection, difference or restriction of spaces";
  command.examples =
      "  pathkb combine union family friends --into people --on-conflict=max-confidence\n"
      "  pathkb combine difference family family@41          what is new since revision 41\n"
      "  pathkb combine intersection family friends/facts/   named facts of friends only\n"
      "  pathkb combine restriction family friends           terms that friends has, too\n"
      "\n"
      "An operand is SPACE[@REVISION][/NAME-PREFIX].\n";
  command.RunWithOptions(RunCombine, [](CLI::App& app, CombineFlags& flags) {
    app.add_option("--into", flags.into, "Insert the result into this space")->option_text("SPACE");
    app.add_option("--on-conflict", flags.on_conflict,
                   "Which entry a fact gets that has several (default: error)")
        ->option_text("error|left|right|newest|max-confidence")
        ->check(CLI::IsMember({"error", "left", "right", "newest", "max-confidence"}));
    app.add_flag("--dry-run", flags.dry_run, "With --into: count only; write nothing");
    app.add_flag("--sync", flags.sync,
                 "On disk before it is answered, whatever the server's setting");
    AddLeaseOption(app, flags.lease_id);
  });
  return command;
}

}  // namespace pathkb::cli
