#include "tests/bench/query/askers.h"

#include <memory>
#include <utility>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/query/pattern_search.h"
#include "core/query/query.h"
#include "core/query/query_run.h"
#include "core/query/step_meter.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"

namespace pathkb::bench {
namespace {

// Where what is read of answers goes, so that reading them is not left out.
volatile uint64_t sink;

// Something made of a view's bytes.
uint64_t Read(std::string_view bytes) { return bytes.size() + static_cast<uint8_t>(bytes.back()); }

// Stops with what went wrong.
[[noreturn]] void Fail(std::string_view what, const absl::Status& status) {
  fmt::print(stderr, "{}: {}\n", what, status.ToString());
  std::exit(1);
}

// Number of the given value that a variable stands for, counted from 1; 0 for another one.
size_t GivenNumber(const Term& term) {
  const std::string& name = term.text();
  const bool is_given = term.kind() == Term::Kind::kVariable && name.size() == 2 &&
                        name[0] == 'p' && name[1] >= '1' && name[1] <= '9';
  return is_given ? static_cast<size_t>(name[1] - '0') : 0;
}

// The term with what is given filled in. Patterns here are flat, so it may recurse.
Term Filled(const Term& term, const std::vector<Term>& given) {
  if (const size_t number = GivenNumber(term); number != 0) return given[number - 1];
  if (term.is_leaf()) return term;
  std::vector<Term> children;
  for (const Term& child : term.children()) children.push_back(Filled(child, given));
  return Term::Expression(std::move(children));
}

Term Parsed(std::string_view text) {
  auto term = ParseTerm(text);
  if (!term.ok()) Fail(text, term.status());
  return *std::move(term);
}

// Takes in all answers of a run, and what they bind unless they are only counted; returns how many
// there were.
uint64_t TakeAnswers(QueryRun& run, bool count = false) {
  uint64_t answers = 0;
  uint64_t sum = 0;
  const size_t variables = count ? 0 : run.query().variable_names().size();
  while (true) {
    const auto more = run.Next();
    if (!more.ok()) Fail("Next", more.status());
    if (!*more) break;
    ++answers;
    for (size_t k = 0; k < variables; ++k) {
      std::string_view bytes;
      PATHKB_CHECK(run.GroundBinding(k, bytes));
      sum += Read(bytes);
    }
  }
  sink = sum;
  return answers;
}

}  // namespace

absl::StatusOr<std::string_view> BaseSource::EntryBytes(uint64_t value, int,
                                                        std::string& scratch) const {
  return base_.FindEntry(value, scratch);
}

Term Questions::Pattern(size_t i) const { return Filled(Parsed(bench_case->pattern), given[i]); }

absl::StatusOr<Questions> MakeQuestions(const BenchCase& bench_case, SqliteDatabase& database,
                                        size_t count) {
  Questions questions{&bench_case, {}};
  if (bench_case.relation.empty()) {
    questions.given.emplace_back();
    return questions;
  }
  PATHKB_ASSIGN_OR_RETURN(SqliteStatement samples,
                          database.Prepare("SELECT fact FROM samples WHERE relation = ?1"));
  const std::vector<Term> relation = {Term::String(bench_case.relation)};
  samples.Bind(relation);
  std::vector<Term> facts;
  while (samples.Step()) facts.push_back(Parsed(samples.Text(0)));
  if (facts.empty()) {
    return absl::NotFoundError(fmt::format("no facts of {}", bench_case.relation));
  }
  // Evenly spread over the samples, in an order that leaps about.
  constexpr size_t kLeap = 2'654'435'761;
  for (size_t i = 0; i < std::min(count, facts.size()); ++i) {
    const Term& fact = facts[i * kLeap % facts.size()];
    std::vector<Term>& given = questions.given.emplace_back();
    for (const int argument : bench_case.given) {
      given.push_back(fact.children()[static_cast<size_t>(argument)]);
    }
  }
  return questions;
}

Asker AskByRun(const Questions& questions, const FactSource& source, std::string_view space,
               bool use_index) {
  auto terms = std::make_shared<std::vector<Term>>();
  for (size_t i = 0; i < questions.size(); ++i) terms->push_back(questions.Pattern(i));
  const bool count = questions.bench_case->count;
  return [terms, &source, space, use_index, count](size_t i) {
    auto query = Query::Compile((*terms)[i]);
    if (!query.ok()) Fail(PrintTerm((*terms)[i]), query.status());
    RunOptions options;
    options.use_index = use_index;
    auto run = QueryRun::Start(*query, source, space, std::move(options));
    if (!run.ok()) Fail(PrintTerm((*terms)[i]), run.status());
    return TakeAnswers(**run, count);
  };
}

absl::StatusOr<Asker> AskBySearch(const Questions& questions, const FactSource& source,
                                  std::string_view space) {
  std::vector<std::string> inputs;
  for (size_t i = 1; i <= questions.bench_case->given.size(); ++i) {
    inputs.push_back(fmt::format("p{}", i));
  }
  PATHKB_ASSIGN_OR_RETURN(Pattern pattern,
                          Pattern::Compile(Parsed(questions.bench_case->pattern), inputs));
  // Values by number of the pattern's variable, as Start() takes them.
  const std::vector<std::string> names = pattern.variable_names();
  auto encoded = std::make_shared<std::vector<std::vector<std::string>>>();
  auto values = std::make_shared<std::vector<std::vector<std::string_view>>>();
  for (const std::vector<Term>& given : questions.given) {
    std::vector<std::string>& row = encoded->emplace_back(names.size());
    for (size_t k = 0; k < names.size(); ++k) {
      const size_t number = GivenNumber(Term::Variable(names[k]));
      if (number != 0) PATHKB_RETURN_IF_ERROR(EncodeTerm(given[number - 1], row[k]));
    }
  }
  for (const std::vector<std::string>& row : *encoded) values->emplace_back(row.begin(), row.end());
  auto meter = std::make_shared<StepMeter>();
  PATHKB_ASSIGN_OR_RETURN(
      std::unique_ptr<PatternSearch> made,
      PatternSearch::New(source, space, std::move(pattern), questions.bench_case->position, *meter,
                         PatternSearch::Order::kWalk));
  std::shared_ptr<PatternSearch> search = std::move(made);
  return [encoded, values, meter, search](size_t i) {
    if (absl::Status status = search->Start((*values)[i]); !status.ok()) Fail("Start", status);
    uint64_t answers = 0;
    uint64_t sum = 0;
    const size_t variables = (*values)[i].size();
    while (true) {
      const auto more = search->Next();
      if (!more.ok()) Fail("Next", more.status());
      if (!*more) break;
      ++answers;
      PATHKB_CHECK(search->ground());
      for (size_t k = 0; k < variables; ++k) sum += Read(search->Binding(k));
    }
    sink = sum;
    return answers;
  };
}

absl::StatusOr<Asker> AskAgain(const Questions& questions, const FactSource& source,
                               std::string_view space) {
  std::vector<std::string> parameters;
  for (size_t i = 1; i <= questions.bench_case->given.size(); ++i) {
    parameters.push_back(fmt::format("p{}", i));
  }
  PATHKB_ASSIGN_OR_RETURN(const Query query,
                          Query::Compile(Parsed(questions.bench_case->pattern), parameters));
  auto encoded = std::make_shared<std::vector<std::vector<std::string>>>();
  auto values = std::make_shared<std::vector<std::vector<std::string_view>>>();
  for (const std::vector<Term>& given : questions.given) {
    std::vector<std::string>& row = encoded->emplace_back(given.size());
    for (size_t k = 0; k < given.size(); ++k) {
      PATHKB_RETURN_IF_ERROR(EncodeTerm(given[k], row[k]));
    }
  }
  for (const std::vector<std::string>& row : *encoded) values->emplace_back(row.begin(), row.end());
  PATHKB_ASSIGN_OR_RETURN(std::unique_ptr<QueryRun> prepared,
                          QueryRun::Prepare(query, source, space));
  const std::shared_ptr<QueryRun> run = std::move(prepared);
  return [encoded, values, run](size_t i) {
    if (absl::Status status = run->Restart((*values)[i]); !status.ok()) Fail("Restart", status);
    return TakeAnswers(*run);
  };
}

absl::StatusOr<Asker> AskSqlite(const Questions& questions, SqliteDatabase& database) {
  PATHKB_ASSIGN_OR_RETURN(SqliteStatement prepared, database.Prepare(questions.bench_case->sql));
  auto statement = std::make_shared<SqliteStatement>(std::move(prepared));
  const bool count = questions.bench_case->count;
  return [&questions, statement, count](size_t i) {
    statement->Bind(questions.given[i]);
    uint64_t answers = 0;
    uint64_t sum = 0;
    for (; statement->Step(); ++answers) sum += statement->ReadRow();
    sink = sum;
    return count ? sum : answers;
  };
}

Asker AskSqliteByText(const Questions& questions, SqliteDatabase& database) {
  return [&questions, &database](size_t i) {
    auto prepared = database.Prepare(questions.bench_case->sql);
    if (!prepared.ok()) Fail(questions.bench_case->sql, prepared.status());
    prepared->Bind(questions.given[i]);
    uint64_t answers = 0;
    uint64_t sum = 0;
    for (; prepared->Step(); ++answers) sum += prepared->ReadRow();
    sink = sum;
    return questions.bench_case->count ? sum : answers;
  };
}

Asker AskServer(const Questions& questions, client::PathkbClient& client, std::string_view space) {
  auto texts = std::make_shared<std::vector<std::string>>();
  for (size_t i = 0; i < questions.size(); ++i) texts->push_back(PrintTerm(questions.Pattern(i)));
  const bool count = questions.bench_case->count;
  return [texts, &client, space, count](size_t i) {
    const std::string& text = (*texts)[i];
    if (count) {
      const auto counted = client.Count(space, text);
      if (!counted.ok()) Fail(text, counted.status());
      return counted->count();
    }
    uint64_t sum = 0;
    const auto summary = client.Query(space, text, 0, [&](const v1::Match& match) {
      sum += match.ByteSizeLong();
      return true;
    });
    if (!summary.ok()) Fail(text, summary.status());
    sink = sum;
    return summary->matches;
  };
}

}  // namespace pathkb::bench
