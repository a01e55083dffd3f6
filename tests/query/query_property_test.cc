// The whole language: the answers of a query are those of its definition
// (tests/support/naive_query) whatever the facts lie in, with and without index, and with a memory
// of plans that has seen other queries; a single pattern's in path order, those of a joined query
// in the same order each time. Random facts, queries with
// `,`, `or`, `not`, `quote`, comparisons and `prefix`, filters, templates; resumed behind a random
// answer. 100,000 queries of either kind with PATHKB_TEST_LONG=1.

#include <algorithm>
#include <iostream>

#include "gtest/gtest.h"

#include "core/query/plan_memory.h"
#include "core/query/query.h"
#include "core/query/query_run.h"
#include "core/query/template.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"
#include "tests/query/test_cases.h"
#include "tests/support/naive_query.h"

namespace pathkb {
namespace {

constexpr uint64_t kQueriesPerSet = 4;

// A run's answers, each as the NaiveKey() of its bindings and of the template, and for a single
// pattern the fact and its name.
using Answers = std::vector<std::string>;

std::string AnswerText(const std::vector<Term>& bindings, const Term& filled,
                       std::string_view encoded_fact, std::string_view name) {
  std::string text = NaiveKey(bindings) + NaiveKey({filled});
  return text.append(encoded_fact).append(name);
}

// The answer as a reader understands it.
std::string Readable(std::string_view answer) {
  std::string text;
  while (!answer.empty()) {
    const auto term = DecodeTerm(answer);
    if (!term.ok()) break;
    text += PrintTerm(*term) + "  ";
  }
  return text.append(answer);
}

std::string Readable(const Answers& answers) {
  std::string text;
  for (const std::string& answer : answers)
    text += "  " + Readable(std::string_view(answer)) + "\n";
  return text;
}

// What the cases so far came to: queries without answers prove little.
struct Seen {
  uint64_t queries = 0;
  uint64_t with_answers = 0;
  uint64_t answers = 0;
  uint64_t not_ground = 0;  // Answers in which a variable is free.
};

// One query with all that goes with it.
struct Question {
  Term query;
  NaiveFilter filter;
  Term the_template;
};

FactFilter FilterOf(const NaiveFilter& naive) {
  FactFilter filter;
  filter.min_confidence = naive.min_confidence;
  filter.source = naive.source;
  filter.metadata = naive.metadata;
  filter.name_prefix = naive.name_prefix;
  return filter;
}

Answers Expected(const NaiveFacts& facts, const Question& question,
                 const std::vector<std::string>& names) {
  const std::vector<std::string> known = NaiveVariables(question.query);
  Answers expected;
  for (const NaiveAnswer& answer : NaiveAnswers(facts, question.query, question.filter)) {
    std::vector<Term> bindings;
    for (const std::string& name : names) {
      const auto found = std::find(known.begin(), known.end(), name);
      EXPECT_NE(found, known.end()) << name;
      if (found == known.end()) return {};
      bindings.push_back(answer.bindings[static_cast<size_t>(found - known.begin())]);
    }
    const Term filled = NaiveFill(question.the_template, known, answer);
    const bool single = IsNaivePattern(question.query);
    const NaiveFact& fact = facts[answer.fact];
    expected.push_back(AnswerText(bindings, filled, single ? NaiveEncoding(fact.term) : "",
                                  single ? fact.name : ""));
  }
  return expected;
}

// Where a run stands, as Expected() has it. Fails the test where what it says contradicts itself.
std::string Present(const QueryRun& run, const Template& the_template) {
  const auto bindings = run.Bindings();
  EXPECT_TRUE(bindings.ok()) << bindings.status().ToString();
  const auto filled = the_template.Fill(run);
  EXPECT_TRUE(filled.ok()) << filled.status().ToString();
  const auto encoded = the_template.FillEncoded(run);
  EXPECT_TRUE(encoded.ok()) << encoded.status().ToString();
  if (!bindings.ok() || !filled.ok() || !encoded.ok()) return "";
  EXPECT_EQ(NaiveEncoding(*filled), *encoded);
  for (size_t i = 0; i < bindings->size(); ++i) {
    std::string_view ground;
    std::vector<std::string> left;
    std::string own;
    EXPECT_TRUE(EncodeTerm((*bindings)[i], own, &left).ok());
    EXPECT_EQ(run.GroundBinding(i, ground), left.empty());
    if (left.empty()) EXPECT_EQ(ground, own);
  }
  const bool single = run.query().is_single_pattern();
  return AnswerText(*bindings, *filled, single ? run.encoded_term() : "", single ? run.name() : "");
}

Answers Rest(QueryRun& run, const Template& the_template) {
  Answers answers;
  while (true) {
    const auto more = run.Next();
    EXPECT_TRUE(more.ok()) << more.status().ToString();
    if (!more.ok() || !*more || ::testing::Test::HasFailure()) return answers;
    answers.push_back(Present(run, the_template));
  }
}

// How a question is asked: with or without index, remembering plans or not.
struct Way {
  bool use_index = false;
  PlanKeeping keeping = {};
};

RunOptions OptionsOf(const Question& question, const Way& way) {
  RunOptions options;
  options.filter = FilterOf(question.filter);
  options.use_index = way.use_index;
  options.keeping = way.keeping;
  return options;
}

// Asks `source` from the beginning and behind a random answer. Returns the answers in order.
Answers Ask(const Query& query, const Template& the_template, const Question& question,
            const FactSource& source, const Way& way, RandomFacts& random) {
  auto run = QueryRun::Start(query, source, kWorldSpace, OptionsOf(question, way));
  EXPECT_TRUE(run.ok()) << run.status().ToString();
  if (!run.ok()) return {};
  const Answers answers = Rest(**run, the_template);
  if (answers.empty() || ::testing::Test::HasFailure()) return answers;

  const size_t stop = random.UpTo(answers.size() - 1);
  auto first = QueryRun::Start(query, source, kWorldSpace, OptionsOf(question, way));
  EXPECT_TRUE(first.ok());
  for (size_t i = 0; i <= stop; ++i) EXPECT_TRUE(*(*first)->Next());
  const std::string place = (*first)->Position();
  auto second = QueryRun::StartAfter(query, source, kWorldSpace, OptionsOf(question, way), place);
  EXPECT_TRUE(second.ok()) << second.status().ToString();
  if (!second.ok()) return answers;
  const Answers rest = Rest(**second, the_template);
  const Answers behind(answers.begin() + static_cast<ptrdiff_t>(stop) + 1, answers.end());
  EXPECT_TRUE(rest == behind) << "resumed behind answer " << stop << "\n"
                              << Readable(rest) << "instead of\n"
                              << Readable(behind);
  return answers;
}

void Check(RandomWorlds& worlds, const Question& question, PlanMemory& memory, Seen& seen) {
  const auto query = Query::Compile(question.query);
  ASSERT_TRUE(query.ok()) << query.status().ToString();
  const auto the_template = Template::Compile(question.the_template, *query);
  ASSERT_TRUE(the_template.ok()) << the_template.status().ToString();
  EXPECT_EQ(query->is_single_pattern(), IsNaivePattern(question.query));
  Answers expected = Expected(worlds.facts, question, query->variable_names());
  ++seen.queries;
  seen.with_answers += expected.empty() ? 0 : 1;
  seen.answers += expected.size();
  for (const std::string& answer : expected) {
    std::string_view bindings = answer;
    std::string encoded;
    std::vector<std::string> free;
    EXPECT_TRUE(EncodeTerm(*DecodeTerm(bindings), encoded, &free).ok());
    seen.not_ground += free.empty() ? 0 : 1;
  }
  if (!query->is_single_pattern()) std::sort(expected.begin(), expected.end());
  uint64_t number = 0;
  for (const auto& [what, source] : worlds.sources) {
    const PlanKeeping keeping = {&memory, nullptr, 0, ++number};
    for (const Way& way : {Way{false, {}}, Way{true, {}}, Way{true, keeping}}) {
      SCOPED_TRACE(what + (way.use_index ? ", with index" : ", without index") +
                   (way.keeping.memory != nullptr ? ", with remembered plans" : ""));
      Answers found = Ask(*query, *the_template, question, *source, way, worlds.random);
      if (!query->is_single_pattern()) std::sort(found.begin(), found.end());
      EXPECT_TRUE(found == expected) << "found\n"
                                     << Readable(found) << "instead of\n"
                                     << Readable(expected);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

// Runs `make` to get a query for each of the facts, and checks it with a filter and a template.
template <typename Make>
void CheckMany(uint64_t sets, uint64_t sets_long, size_t facts_max, bool prefer_numbers,
               const Make& make) {
  Seen seen;
  ForEachSeed(sets, sets_long, [&](uint64_t seed) {
    RandomWorlds worlds(seed, facts_max, true, prefer_numbers);
    PlanMemory memory;
    for (uint64_t i = 0; i < kQueriesPerSet && !::testing::Test::HasFailure(); ++i) {
      Question question;
      question.query = make(worlds);
      question.filter = worlds.queries.Filter();
      question.the_template = worlds.queries.Template(NaiveVariables(question.query));
      SCOPED_TRACE("query " + PrintTerm(question.query) + "\ntemplate " +
                   PrintTerm(question.the_template) + "\nfilter " + FilterText(question.filter) +
                   "\nfacts\n" + FactsText(worlds.facts));
      Check(worlds, question, memory, seen);
    }
  });
  std::cout << seen.queries << " queries, " << seen.with_answers << " with answers, "
            << seen.answers << " answers, " << seen.not_ground << " of them with free variables\n";
  if (::testing::Test::HasFailure()) return;
  EXPECT_GT(seen.with_answers, seen.queries / 8);
  EXPECT_GT(seen.not_ground, seen.answers / 100);
}

TEST(QueryProperty, SinglePatterns) {
  CheckMany(1'000, 25'000, 24, false, [](RandomWorlds& worlds) {
    while (true) {
      const Term pattern = worlds.queries.Pattern(worlds.facts);
      if (IsNaivePattern(pattern)) return pattern;
    }
  });
}

TEST(QueryProperty, JoinedQueries) {
  CheckMany(1'000, 25'000, 12, false,
            [](RandomWorlds& worlds) { return worlds.queries.Joined(worlds.facts); });
}

// One variable of a pattern compared with constants: what becomes ranges of encoded terms.
TEST(QueryProperty, Ranges) {
  CheckMany(500, 12'500, 24, true,
            [](RandomWorlds& worlds) { return worlds.queries.Ranged(worlds.facts); });
}

}  // namespace
}  // namespace pathkb
