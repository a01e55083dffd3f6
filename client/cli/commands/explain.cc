#include "client/cli/commands/explain.h"

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/commands/query_options.h"
#include "client/cli/output/figures.h"
#include "client/cli/output/json.h"
#include "client/cli/output/table.h"

namespace pathkb::cli {
namespace {

struct ExplainFlags {
  QueryOptionsGiven query;
  bool analyze = false;
};

// A count by sampling has no more digits than this to be trusted.
std::string ShowEstimate(double rows) {
  return rows >= 100 ? WithCommas(static_cast<uint64_t>(rows)) : fmt::format("{:.3g}", rows);
}

std::string Joined(const google::protobuf::RepeatedPtrField<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "$" : " $") + name;
  return text;
}

void PrintTable(Session& session, const v1::ExplainResponse& plan, bool analyze) {
  std::vector<std::string> titles = {"step", "of", "through", "binds", "expected rows"};
  if (analyze) titles.insert(titles.end(), {"rows", "steps", "pages"});
  Table table(session.out(), std::move(titles));
  for (const v1::PlanStep& step : plan.steps()) {
    std::vector<std::string> row = {std::string(2 * step.depth(), ' ') + step.kind(), step.form(),
                                    step.access(), Joined(step.binds()),
                                    ShowEstimate(step.estimated_rows())};
    if (analyze) {
      row.push_back(WithCommas(step.rows()));
      row.push_back(WithCommas(step.cursor_steps()));
      row.push_back(WithCommas(step.pages()));
    }
    if (!table.AddRow(std::move(row))) return;
  }
  if (!table.Finish() || !analyze) return;
  session.out().Write(fmt::format("{} answers, {} steps, {} pages, {}\n",
                                  WithCommas(plan.answers()), WithCommas(plan.cursor_steps()),
                                  WithCommas(plan.pages()),
                                  ShowSeconds(static_cast<double>(plan.microseconds()) / 1e6)));
}

void PrintJson(Session& session, const v1::ExplainResponse& plan, bool analyze) {
  for (const v1::PlanStep& step : plan.steps()) {
    JsonObject object;
    object.Number("depth", step.depth())
        .Text("step", step.kind())
        .Text("of", step.form())
        .Text("through", step.access())
        .Text("binds", Joined(step.binds()))
        .Real("expected_rows", step.estimated_rows());
    if (analyze) {
      object.Number("rows", step.rows())
          .Number("steps", step.cursor_steps())
          .Number("pages", step.pages());
    }
    if (!session.out().Write(object.Done() + "\n")) return;
  }
  if (!analyze) return;
  session.out().Write(JsonObject()
                          .Number("answers", plan.answers())
                          .Number("steps", plan.cursor_steps())
                          .Number("pages", plan.pages())
                          .Number("microseconds", plan.microseconds())
                          .Number("revision", plan.revision())
                          .Done() +
                      "\n");
}

absl::Status RunExplain(Session& session, const ExplainFlags& flags,
                        const std::vector<std::string>& operands) {
  v1::ExplainRequest request;
  request.set_analyze(flags.analyze);
  if (absl::Status status = FillQuery(session, flags.query, operands[0], *request.mutable_query());
      !status.ok()) {
    return status;
  }
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::ExplainResponse> plan = (*client)->Explain(request);
  if (!plan.ok()) return plan.status();
  if (session.json()) {
    PrintJson(session, *plan, flags.analyze);
  } else {
    PrintTable(session, *plan, flags.analyze);
  }
  return absl::OkStatus();
}

}  // namespace

Command ExplainCommand() {
  Command command;
  command.name = "explain";
  command.TakeOperands("QUERY", 1, 1);
  command.summary = "How a query is answered: in which order, through which index";
  command.examples =
      "  pathkb explain '(, (parent $x $y) (parent $y $z))'\n"
      "  pathkb explain --analyze '(, (parent $x $y) (parent $y $z))'\n";
  command.RunWithOptions(RunExplain, [](CLI::App& app, ExplainFlags& flags) {
    app.add_flag("--analyze", flags.analyze, "Answer it, too, and tell what that took");
    AddQueryOptions(app, flags.query);
  });
  return command;
}

}  // namespace pathkb::cli
