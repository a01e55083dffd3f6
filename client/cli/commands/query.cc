#include "client/cli/commands/query.h"

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/commands/query_options.h"

namespace pathkb::cli {
namespace {

struct QueryFlags {
  QueryOptionsGiven query;
  uint64_t limit = 0;
  std::string template_text;
  std::string page_token;
};

absl::Status RunQuery(Session& session, const QueryFlags& flags,
                      const std::vector<std::string>& operands) {
  v1::QueryRequest request;
  if (absl::Status status = FillQuery(session, flags.query, operands[0], request); !status.ok()) {
    return status;
  }
  request.set_limit(flags.limit);
  request.set_template_(flags.template_text);
  request.set_page_token(flags.page_token);
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  FactPrinter printer(session.format(), session.out());
  const absl::StatusOr<client::PathkbClient::QuerySummary> summary =
      (*client)->Query(request, [&](const v1::Match& match) { return printer.Print(match); });
  // What came before an error is good, and shown.
  printer.Finish();
  if (!summary.ok()) return summary.status();
  if (flags.limit != 0 && summary->matches == flags.limit && !summary->next_page_token.empty()) {
    session.Complain(fmt::format("there may be more: --page-token {}", summary->next_page_token));
  }
  return absl::OkStatus();
}

}  // namespace

Command QueryCommand() {
  Command command;
  command.name = "query";
  command.TakeOperands("QUERY", 1, 1);
  command.summary = "What a pattern matches, or several patterns together";
  command.examples =
      "  pathkb query '(parent $x Bob)'\n"
      "  pathkb query '(, (parent $x $y) (parent $y $z))' --template '(grandparent $x $z)'\n"
      "  pathkb query '(, (age $who $n) (<= 18 $n) (not (guardian $g $who)))'\n"
      "  pathkb query '(or (parent $x Bob) (guardian $x Bob))' --min-confidence 0.9\n"
      "  pathkb query --limit 10 -o json '(= $left $right)'\n";
  command.RunWithOptions(RunQuery, [](CLI::App& app, QueryFlags& flags) {
    app.add_option("--limit", flags.limit, "At most so many answers (default: all)")
        ->option_text("N")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--template", flags.template_text,
                   "Shape each answer: a term with the query's variables")
        ->option_text("TERM");
    app.add_option("--page-token", flags.page_token,
                   "Go on where a --limit ended the same query; it says the token")
        ->option_text("TOKEN");
    AddQueryOptions(app, flags.query);
  });
  return command;
}

}  // namespace pathkb::cli
