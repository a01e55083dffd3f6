// Measures how fast questions are answered: by PathKB in the process and through a server, and by
// SQLite over the same facts in the same run, in turns.
//
//   query_bench --make=10000000 --facts=base.metta              a generated knowledge base as text
//   query_bench --load --facts=base.metta --sqlite=base.db      the same in SQLite
//   query_bench --set=generated --tree=base.tree --sqlite=base.db [--server=HOST:PORT]
//
// The pair base.tree, base.terms is made by `pathkb file build base.metta -o base --index 2,3`.
// Prints a line for each figure as soon as it is known, with tabs between: set, question,
// contender, unit, figure. `./dev bench query` does all this and makes a table.

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "storage/file/posix_file_system.h"
#include "storage/tool/fact_pair.h"
#include "tests/bench/files/clocks.h"
#include "tests/bench/files/median.h"
#include "tests/bench/query/askers.h"
#include "tests/bench/query/generated_facts.h"
#include "tests/bench/query/sqlite_database.h"

namespace pathkb::bench {
namespace {

constexpr double kMicroseconds = 1e6;

// What is asked for on the command line.
struct Plan {
  std::string set = "wordnet";
  std::string tree;
  std::string sqlite;
  std::string server;
  std::string space = "default";
  std::vector<std::string> names;  // Of cases; none: all.
  size_t questions = 2000;         // Of each case that is given values.
  size_t scans = 3;                // Of them, without an index.
  size_t calls = 500;              // Of them, through a server.
  int repeat = 5;
  bool by_the_wall = false;  // Rates, too, count the time that is spent waiting for the disk.
};

// Somebody who answers, and what has been measured so far.
struct Contender {
  std::string name;
  Asker ask;
  size_t questions;
  // Its rates are by the clock on the wall, not by processor time: it waits for others.
  bool waits = false;
  std::vector<double> p50_us = {};  // Of each repetition.
  std::vector<double> p99_us = {};
  std::vector<double> answers_per_s = {};
  std::vector<double> queries_per_s = {};
};

void Report(const Plan& plan, std::string_view question, std::string_view contender,
            std::string_view unit, double value) {
  fmt::print("{}\t{}\t{}\t{}\t{:.6g}\n", plan.set, question, contender, unit, value);
  std::fflush(stdout);
}

// Asks everything once, and keeps the figures if `counts`: the time of each question by the clock
// on the wall, rates by processor time, which other programs on the machine disturb less. Fails if
// an answer is not as long as `answers` says; fills in what is not known yet.
absl::Status AskAll(Contender& contender, bool counts, std::vector<uint64_t>& answers) {
  constexpr uint64_t kUnknown = ~uint64_t{0};
  std::vector<double> microseconds;
  uint64_t all = 0;
  const WallStopwatch wall;
  const ProcessStopwatch processor;
  for (size_t i = 0; i < contender.questions; ++i) {
    const WallStopwatch one;
    const uint64_t found = contender.ask(i);
    microseconds.push_back(one.Seconds() * kMicroseconds);
    all += found;
    if (answers[i] == kUnknown) answers[i] = found;
    if (answers[i] != found) {
      return absl::InternalError(fmt::format("{}, question {}: {} answers, others have {}",
                                             contender.name, i, found, answers[i]));
    }
  }
  const double seconds = contender.waits ? wall.Seconds() : processor.Seconds();
  if (!counts) return absl::OkStatus();
  std::sort(microseconds.begin(), microseconds.end());
  contender.p50_us.push_back(microseconds[microseconds.size() / 2]);
  contender.p99_us.push_back(microseconds[microseconds.size() * 99 / 100]);
  contender.answers_per_s.push_back(static_cast<double>(all) / seconds);
  contender.queries_per_s.push_back(static_cast<double>(contender.questions) / seconds);
  return absl::OkStatus();
}

absl::Status RunCase(const Plan& plan, const BenchCase& bench_case, const FactSource& source,
                     SqliteDatabase& database, client::PathkbClient* client) {
  PATHKB_ASSIGN_OR_RETURN(const Questions questions,
                          MakeQuestions(bench_case, database, plan.questions));
  const size_t count = questions.size();
  std::vector<Contender> contenders;
  contenders.push_back({"pathkb", AskByRun(questions, source, plan.space, true), count});
  if (bench_case.position >= 0) {
    PATHKB_ASSIGN_OR_RETURN(Asker search, AskBySearch(questions, source, plan.space));
    contenders.push_back({"pathkb_prepared", std::move(search), count});
  } else if (!bench_case.given.empty()) {
    PATHKB_ASSIGN_OR_RETURN(Asker again, AskAgain(questions, source, plan.space));
    contenders.push_back({"pathkb_prepared", std::move(again), count});
  }
  PATHKB_ASSIGN_OR_RETURN(Asker sqlite, AskSqlite(questions, database));
  contenders.push_back({"sqlite", std::move(sqlite), count});
  contenders.push_back({"sqlite_text", AskSqliteByText(questions, database), count});
  if (bench_case.scan && plan.scans > 0) {
    contenders.push_back({"pathkb_scan", AskByRun(questions, source, plan.space, false),
                          std::min(count, plan.scans)});
  }
  if (client != nullptr && plan.calls > 0) {
    contenders.push_back(
        {"grpc", AskServer(questions, *client, plan.space), std::min(count, plan.calls), true});
  }
  for (Contender& contender : contenders) contender.waits |= plan.by_the_wall;
  std::vector<uint64_t> answers(count, ~uint64_t{0});
  // Once for the caches; then in turns, every other time in reverse.
  for (int turn = 0; turn <= plan.repeat; ++turn) {
    for (Contender& contender : contenders) {
      PATHKB_RETURN_IF_ERROR(AskAll(contender, turn > 0, answers));
    }
    std::reverse(contenders.begin(), contenders.end());
  }
  // All contenders of one unit, then the next: what reads this makes a row of them.
  const auto report = [&](std::string_view unit, std::vector<double> Contender::*figures) {
    for (const Contender& contender : contenders) {
      Report(plan, bench_case.name, contender.name, unit, Median(contender.*figures));
    }
  };
  report("us p50", &Contender::p50_us);
  report("us p99", &Contender::p99_us);
  report("answers/s", &Contender::answers_per_s);
  report("queries/s", &Contender::queries_per_s);
  uint64_t all = 0;
  for (const uint64_t one : answers) all += one;
  Report(plan, bench_case.name, "all", "answers", static_cast<double>(all));
  return absl::OkStatus();
}

absl::Status RunCases(const Plan& plan) {
  if (plan.set != "wordnet" && plan.set != "generated") {
    return absl::InvalidArgumentError(fmt::format("--set={}: wordnet or generated", plan.set));
  }
  PATHKB_ASSIGN_OR_RETURN(const auto pair, FactPair::Open(RealFileSystem(), plan.tree));
  const BaseSource source(*pair);
  PATHKB_ASSIGN_OR_RETURN(SqliteDatabase database, SqliteDatabase::Open(plan.sqlite));
  // One transaction for all questions, as a program would have it that asks many: without it, each
  // would lock and unlock the file, which takes five times as long as the question.
  PATHKB_RETURN_IF_ERROR(database.Execute("BEGIN"));
  std::unique_ptr<client::PathkbClient> client;
  if (!plan.server.empty()) {
    PATHKB_ASSIGN_OR_RETURN(client, client::PathkbClient::Connect(plan.server));
  }
  for (const BenchCase& one : plan.set == "wordnet" ? WordNetCases() : GeneratedCases()) {
    const bool asked = plan.names.empty() || std::find(plan.names.begin(), plan.names.end(),
                                                       one.name) != plan.names.end();
    if (asked) PATHKB_RETURN_IF_ERROR(RunCase(plan, one, source, database, client.get()));
  }
  return absl::OkStatus();
}

absl::Status Main(int argc, char** argv) {
  CLI::App app("Measures questions to PathKB and to SQLite");
  Plan plan;
  uint64_t make = 0;
  bool load = false;
  std::string facts;
  app.add_option("--make", make, "write about so many generated facts to --facts");
  app.add_flag("--load", load, "load --facts into the new database --sqlite");
  app.add_option("--facts", facts, "facts as text, one a line");
  app.add_option("--set", plan.set, "which questions: wordnet or generated");
  app.add_option("--tree", plan.tree, "the pair's .tree");
  app.add_option("--sqlite", plan.sqlite, "SQLite's file");
  app.add_option("--server", plan.server, "HOST:PORT of a server with the same facts");
  app.add_option("--space", plan.space, "the space they are in");
  app.add_option("--case", plan.names, "only these questions");
  app.add_option("--questions", plan.questions, "so many of each kind");
  app.add_option("--scans", plan.scans, "so many of them without an index");
  app.add_option("--calls", plan.calls, "so many of them through the server");
  app.add_flag("--wall", plan.by_the_wall, "rates by the clock on the wall");
  app.add_option("--repeat", plan.repeat, "figures are medians of so many turns");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  if (make > 0) return WriteGeneratedFacts(make, facts).status();
  if (load) return LoadSqlite(facts, plan.sqlite).status();
  return RunCases(plan);
}

}  // namespace
}  // namespace pathkb::bench

int main(int argc, char** argv) {
  const absl::Status status = pathkb::bench::Main(argc, argv);
  if (status.ok()) return 0;
  fmt::print(stderr, "query_bench: {}\n", pathkb::ToStd(status.message()));
  return 1;
}
