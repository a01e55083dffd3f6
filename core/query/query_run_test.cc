// Every construct of the language over small tables of facts; then random conjunctions with `or`,
// `not` and comparisons, over facts with variables, against trying all combinations of facts with
// one unification each; the same answers whatever the written order, and the rest of them when
// resumed behind any answer. Then budgets, positions that were made up, and what Explain tells.

#include "core/query/query_run.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "core/facts/arg_index.h"
#include "core/query/facts_in_memory.h"
#include "core/query/template.h"
#include "core/query/term_substitution.h"
#include "core/query/unify.h"
#include "core/term/path_encoding.h"
#include "core/term/random_terms.h"
#include "core/term/sexpr.h"

namespace pathkb {
namespace {

using Answers = std::vector<std::string>;

Term Parsed(const std::string& text) { return *ParseTerm(text); }

// One text for terms that differ in the names of variables only.
std::string TextOf(const std::vector<Term>& terms) {
  std::string bytes;
  EXPECT_TRUE(EncodeTerm(Term::Expression(terms), bytes).ok());
  std::string_view rest = bytes;
  std::string text = PrintTerm(*DecodeTerm(rest));
  return text.substr(1, text.size() - 2);
}

// The answers left in a run.
Answers Rest(QueryRun& run) {
  Answers answers;
  while (true) {
    const auto found = run.Next();
    EXPECT_TRUE(found.ok()) << found.status();
    if (!found.ok() || !*found) return answers;
    answers.push_back(TextOf(*run.Bindings()));
  }
}

Answers Ask(const FactsInMemory& facts, const std::string& text, RunOptions options = {}) {
  const auto query = Query::Compile(Parsed(text));
  EXPECT_TRUE(query.ok()) << text << ": " << query.status();
  if (!query.ok()) return {};
  const auto run = QueryRun::Start(*query, facts, facts.space(), std::move(options));
  EXPECT_TRUE(run.ok()) << run.status();
  return run.ok() ? Rest(**run) : Answers();
}

Answers Sorted(Answers answers) {
  std::sort(answers.begin(), answers.end());
  return answers;
}

TEST(QueryRunTest, EachConstruct) {
  FactsInMemory facts;
  for (const char* fact : {"(parent Tom Bob)",
                           "(parent Pam Bob)",
                           "(parent Tom Liz)",
                           "(parent Bob Ann)",
                           "(parent Bob Pat)",
                           "(parent Pat Jim)",
                           "(female Pam)",
                           "(female Liz)",
                           "(female Ann)",
                           "(male Tom)",
                           "(male Bob)",
                           "(age Tom 70)",
                           "(age Bob 45.5)",
                           "(age Ann 20)",
                           "(age Pat 20.0)",
                           "(age Jim old)",
                           "(title Tom \"banker\")",
                           "(title Bob \"baker\")",
                           "(title Ann ba)",
                           "(not me)",
                           "(< 1 2)",
                           "(or x)",
                           "(likes $any Bob)",
                           "(likes Ann $z)",
                           "(same $s $s)",
                           "rain"}) {
    facts.Add(fact);
  }
  const struct {
    const char* query;
    Answers answers;  // Sorted.
  } kRows[] = {
      // Conjunctions.
      {"(, (parent $x $y) (parent $y $z))",
       {"Bob Pat Jim", "Pam Bob Ann", "Pam Bob Pat", "Tom Bob Ann", "Tom Bob Pat"}},
      {"(, (parent $y $z) (parent $x $y))",
       {"Bob Ann Pam", "Bob Ann Tom", "Bob Pat Pam", "Bob Pat Tom", "Pat Jim Bob"}},
      {"(, (parent Tom $x))", {"Bob", "Liz"}},
      {"(, rain (female Pam))", {""}},
      {"(, snow (female $x))", {}},
      {"(, (male $x) (female $y) (parent $x $y))", {"Bob Ann", "Tom Liz"}},
      {"(, (parent $x Bob) (parent $y Bob))", {"Pam Pam", "Pam Tom", "Tom Pam", "Tom Tom"}},
      // Disjunctions, in the order of the branches below.
      {"(or (female $x) (male $x))", {"Ann", "Bob", "Liz", "Pam", "Tom"}},
      {"(or (female $x) (female $x))", {"Ann", "Ann", "Liz", "Liz", "Pam", "Pam"}},
      {"(, (parent $x $y) (or (female $y) (, (male $y) (parent $y Ann))))",
       {"Bob Ann", "Pam Bob", "Tom Bob", "Tom Liz"}},
      {"(or (, (female $x) (parent $x $y)) (male $x))", {"Bob $v1", "Pam Bob", "Tom $v1"}},
      // Negation.
      {"(, (female $x) (not (parent $x $y)))", {"Ann", "Liz"}},
      {"(, (not (parent $x $y)) (female $x))", {"Ann", "Liz"}},
      {"(, (female $x) (not (not (parent $x $y))))", {"Pam"}},
      {"(, (female $x) (not (, (parent $x $y) (male $y))))", {"Ann", "Liz"}},
      {"(, (female $x) (not (or (parent $x $y) (age $x 20))))", {"Liz"}},
      {"(, (not (female Tom)))", {""}},
      {"(, (not (male Tom)))", {}},
      // Comparisons.
      {"(, (age $x $n) (< $n 50))", {"Ann 20", "Bob 45.5", "Pat 20.0"}},
      {"(, (< $n 50.0) (age $x $n))", {"20 Ann", "20.0 Pat", "45.5 Bob"}},
      {"(, (age $x $n) (>= 45.5 $n) (> $n 20))", {"Bob 45.5"}},
      {"(, (age $x $n) (== $n 20))", {"Ann 20", "Pat 20.0"}},
      {"(, (age $x $n) (!= $n 20))", {"Bob 45.5", "Jim old", "Tom 70"}},
      {"(, (age $x $n) (== $n old))", {"Jim old"}},
      {"(, (age $x $n) (age $y $m) (< $n $m))",
       {"Ann 20 Bob 45.5", "Ann 20 Tom 70", "Bob 45.5 Tom 70", "Pat 20.0 Bob 45.5",
        "Pat 20.0 Tom 70"}},
      {"(, (age $x $n) (age $y $m) (== $n $m) (!= $x $y))", {"Ann 20 Pat 20.0", "Pat 20.0 Ann 20"}},
      {"(, (title $x $t) (prefix $t \"ba\"))", {"Ann ba", "Bob \"baker\"", "Tom \"banker\""}},
      {"(, (title $x $t) (prefix $t \"bak\"))", {"Bob \"baker\""}},
      {"(, (title $x $t) (< $t \"bal\"))", {"Bob \"baker\""}},
      {"(, (parent $x $y) (prefix $y Li))", {"Tom Liz"}},
      {"(, (female $x) (< 1 2))", {"Ann", "Liz", "Pam"}},
      {"(, (female $x) (< 2 1))", {}},
      {"(, (age $x $n) (or (< $n 30) (> $n 60)))", {"Ann 20", "Pat 20.0", "Tom 70"}},
      // Words of the language, as facts.
      {"(not $x)", {"me"}},
      {"(, (quote (not $x)))", {"me"}},
      {"(, (quote (< $x $y)) (< $x $y))", {"1 2"}},
      {"(or (quote (or $x)) (quote (not $x)))", {"me", "x"}},
      // Facts with variables.
      {"(, (likes $x Bob))", {"$v1", "Ann"}},
      {"(, (likes $x Bob) (female $x))", {"Ann", "Ann", "Liz", "Pam"}},
      {"(, (likes $x Bob) (not (female $x)))", {}},
      {"(, (female $x) (likes $x $y) (male $y))",
       {"Ann Bob", "Ann Bob", "Ann Tom", "Liz Bob", "Pam Bob"}},
      {"(, (likes Ann $y) (age $x $y) (< $y 50))", {"20 Ann", "20.0 Pat", "45.5 Bob"}},
      {"(, (likes Ann $y) (< $y 50))", {}},
      {"(, (same $x $y) (age $y 20))", {"Ann Ann"}},
      {"(, (same $x $y) (age Ann $y) (< $x 30))", {"20 20"}},
      {"(, (same $x (f $x)))", {}},
      {"(, (same $x $y))", {"$v1 $v1"}},
  };
  for (const auto& row : kRows) EXPECT_EQ(Sorted(Ask(facts, row.query)), row.answers) << row.query;

  EXPECT_EQ(Ask(facts, "(or (male $x) (female $x))"), (Answers{"Bob", "Tom", "Ann", "Liz", "Pam"}));
  EXPECT_EQ(Ask(facts, "(, $x (== $x rain))"), Answers{"rain"});
  // A single pattern: in path order.
  EXPECT_EQ(Ask(facts, "(parent $x $y)"),
            (Answers{"Bob Ann", "Bob Pat", "Pam Bob", "Pat Jim", "Tom Bob", "Tom Liz"}));
}

TEST(QueryRunTest, FiltersDecideWhichFactsExist) {
  FactsInMemory facts;
  Entry sure, unsure;
  sure.source = "book";
  sure.metadata = {{"page", "7"}, {"lang", "en"}};
  unsure.confidence = 0.4;
  facts.Add("(p a)", "n/a", sure);
  facts.Add("(p b)", "", unsure);
  facts.Add("(p c)");
  facts.Add("(p d)", "m/d");
  facts.Add("(q a)");
  facts.Add("(q b)");
  facts.Add("(q c)", "", unsure);
  const auto filtered = [&](const std::string& query, auto set) {
    RunOptions options;
    set(options.filter);
    return Sorted(Ask(facts, query, options));
  };
  const std::string all = "(p $x)";
  EXPECT_EQ(filtered(all, [](FactFilter&) {}), (Answers{"a", "b", "c", "d"}));
  EXPECT_EQ(filtered(all, [](FactFilter& f) { f.min_confidence = 0.5; }), (Answers{"a", "c", "d"}));
  EXPECT_EQ(filtered(all, [](FactFilter& f) { f.min_confidence = 0.4; }),
            (Answers{"a", "b", "c", "d"}));
  EXPECT_EQ(filtered(all, [](FactFilter& f) { f.source = "book"; }), Answers{"a"});
  EXPECT_EQ(filtered(all, [](FactFilter& f) { f.source = ""; }), (Answers{"b", "c", "d"}));
  EXPECT_EQ(filtered(all, [](FactFilter& f) { f.metadata = {{"page", "7"}}; }), Answers{"a"});
  EXPECT_EQ(filtered(all, [](FactFilter& f) { f.metadata = {{"page", "8"}}; }), Answers{});
  EXPECT_EQ(filtered(all, [](FactFilter& f) { f.name_prefix = ""; }), (Answers{"a", "d"}));
  EXPECT_EQ(filtered(all, [](FactFilter& f) { f.name_prefix = "n/"; }), Answers{"a"});
  EXPECT_EQ(filtered(all, [](FactFilter& f) { f.name_prefix = "x"; }), Answers{});
  EXPECT_EQ(filtered("(, (p $x) (not (q $x)))", [](FactFilter& f) { f.min_confidence = 0.5; }),
            (Answers{"c", "d"}));
  EXPECT_EQ(filtered("(, (p $x) (q $x))", [](FactFilter& f) { f.min_confidence = 0.5; }),
            Answers{"a"});
  RunOptions bad;
  bad.filter.min_confidence = 1.5;
  EXPECT_EQ(
      QueryRun::Start(*Query::Compile(Parsed(all)), facts, facts.space(), bad).status().code(),
      absl::StatusCode::kInvalidArgument);
}

// --- Random queries ------------------------------------------------------------------------------

// A query as a list of ways to be true; each is patterns, comparisons and single negated patterns.
struct Way {
  std::vector<Term> patterns, negated, comparisons;
};

class RandomQueries {
 public:
  explicit RandomQueries(uint64_t seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }

  Term Leaf(bool variables, int names) {
    if (variables && Below(names == 3 ? 4 : 2) != 0)
      return Term::Variable(std::string(1, "xyzw"[Below(names)]));
    switch (Below(10)) {
      case 0:
        return Term::Integer(Below(2));
      case 1:
        return Term::Float(Below(2));
      case 2:
        return Term::String(Below(2) == 0 ? "ab" : "a");
      default:
        return Term::Symbol(Below(2) == 0 ? "a" : "b");
    }
  }
  Term Argument(bool variables, int names) {
    if (Below(6) != 0) return Leaf(variables, names);
    return Term::Expression({Term::Symbol("f"), Leaf(variables, names)});
  }
  Term Fact(int variables_in_ten) {
    const bool variables = Below(10) < variables_in_ten;
    if (Below(4) == 0) return Term::Expression({Term::Symbol("q"), Argument(variables, 2)});
    return Term::Expression(
        {Term::Symbol(Below(3) != 0 ? "p" : "r"), Argument(variables, 2), Argument(variables, 2)});
  }
  // A fact with arguments replaced by variables: the same one for equal arguments, mostly.
  Term Pattern(const Term& fact, std::map<std::string, std::string>& names) {
    std::vector<Term> children = fact.children();
    for (size_t i = 1; i < children.size(); ++i) {
      if (Below(4) == 0) continue;
      std::string& name = names[PrintTerm(children[i])];
      if (name.empty() || Below(8) == 0) name = std::string(1, "xyzw"[Below(4)]);
      children[i] = Term::Variable(name);
    }
    return Term::Expression(std::move(children));
  }
  Way NewWay(const std::vector<Term>& facts) {
    Way way;
    std::map<std::string, std::string> variables;
    const int patterns = 1 + Below(3);
    for (int i = 0; i < patterns; ++i) {
      const Term& fact = facts[static_cast<size_t>(Below(static_cast<int>(facts.size())))];
      way.patterns.push_back(Pattern(Below(8) == 0 ? Fact(0) : fact, variables));
    }
    std::vector<std::string> names;
    EXPECT_TRUE(EncodeTerm(Term::Expression(way.patterns), scratch_, &names).ok());
    if (names.empty()) return way;
    const auto bound = [&] { return Term::Variable(names[Below(static_cast<int>(names.size()))]); };
    if (Below(3) == 0) {
      const char* kHeads[] = {"<", "<=", ">", ">=", "==", "!="};
      const Term other = Below(2) == 0   ? bound()
                         : Below(2) == 0 ? Term::Integer(Below(3))
                                         : Term::String("a");
      way.comparisons.push_back(Term::Expression({Term::Symbol(kHeads[Below(6)]), bound(), other}));
    }
    if (Below(3) == 0) {
      // A variable of its own is called $own.
      way.negated.push_back(Term::Expression({Term::Symbol(Below(3) != 0 ? "p" : "r"), bound(),
                                              Below(2) == 0 ? bound() : Term::Variable("own")}));
    }
    return way;
  }
  // The way as text, its parts in a random order.
  std::string Text(const Way& way) {
    std::vector<std::string> parts;
    for (const Term& term : way.patterns) parts.push_back(PrintTerm(term));
    for (const Term& term : way.comparisons) parts.push_back(PrintTerm(term));
    for (const Term& term : way.negated) parts.push_back("(not " + PrintTerm(term) + ")");
    std::shuffle(parts.begin(), parts.end(), random_);
    std::string text = "(,";
    for (const std::string& part : parts) text += " " + part;
    return text + ")";
  }

 private:
  std::mt19937_64 random_;
  std::string scratch_;
};

Term Marked(const Term& term, const std::string& mark) {
  std::string bytes;
  std::vector<std::string> names;
  EXPECT_TRUE(EncodeTerm(term, bytes, &names).ok());
  for (std::string& name : names) name = mark + name;
  std::string_view rest = bytes;
  return *DecodeTerm(rest, names);
}

bool HoldsFor(const Term& comparison, const TermsByName& values) {
  std::string sides[2];
  for (size_t i = 0; i < 2; ++i) {
    const Term side = *Substitute(comparison.children()[i + 1], values);
    if (!IsGround(side)) return false;
    EXPECT_TRUE(EncodeTerm(side, sides[i]).ok());
  }
  return Compare(*ComparisonKindOf(comparison.children()[0].text()), sides[0], sides[1]);
}

// Answers by trying every combination of facts; `names` are the variables to be told.
Answers TryAll(const std::vector<Term>& facts, const Way& way,
               const std::vector<std::string>& names) {
  Answers answers;
  std::vector<size_t> chosen(way.patterns.size(), 0);
  if (facts.empty()) return answers;
  while (true) {
    std::vector<Term> used;
    for (size_t i = 0; i < chosen.size(); ++i) {
      used.push_back(Marked(facts[chosen[i]], "fact" + std::to_string(i) + "-"));
    }
    const auto bindings = *Unify(Term::Expression(way.patterns), Term::Expression(used), names);
    if (bindings.has_value()) {
      TermsByName values;
      for (size_t i = 0; i < names.size(); ++i) values.emplace(names[i], &(*bindings)[i]);
      bool holds = true;
      for (const Term& comparison : way.comparisons) holds = holds && HoldsFor(comparison, values);
      for (const Term& negated : way.negated) {
        const Term filled = *Substitute(negated, values);
        for (const Term& fact : facts) holds = holds && !*Unifies(filled, Marked(fact, "other-"));
      }
      if (holds) answers.push_back(TextOf(*bindings));
    }
    size_t i = 0;
    while (i < chosen.size() && ++chosen[i] == facts.size()) chosen[i++] = 0;
    if (i == chosen.size()) return answers;
  }
}

TEST(QueryRunTest, RandomQueriesAgreeWithTryingAllCombinations) {
  RandomQueries random(TestSeed());
  size_t answers_seen = 0;
  for (int round = 0; round < 2500; ++round) {
    IndexedArguments indexed;
    for (int position = 1; position <= 3; ++position) {
      if (random.Below(2) == 0) indexed.Add(position);
    }
    FactsInMemory facts("s", indexed);
    std::map<std::string, Term> distinct;
    const int variables_in_ten = random.Below(3) == 0 ? 3 : 0;
    for (int i = 1 + random.Below(11); i > 0; --i) {
      const Term fact = random.Fact(variables_in_ten);
      facts.Add(fact);
      std::string bytes;
      ASSERT_TRUE(EncodeTerm(fact, bytes).ok());
      distinct.emplace(bytes, fact);
    }
    std::vector<Term> list;
    for (const auto& [bytes, fact] : distinct) list.push_back(fact);
    std::vector<Way> ways = {random.NewWay(list)};
    if (random.Below(4) == 0) ways.push_back(random.NewWay(list));
    std::string text;
    for (const Way& way : ways) text += " " + random.Text(way);
    text = ways.size() == 1 ? text.substr(1) : "(or" + text + ")";
    const auto query = Query::Compile(Parsed(text));
    ASSERT_TRUE(query.ok()) << text << ": " << query.status();

    Answers expected;
    for (const Way& way : ways) {
      for (std::string& answer : TryAll(list, way, query->variable_names())) {
        expected.push_back(std::move(answer));
      }
    }
    const Answers found = Ask(facts, text);
    std::string shown = text + " over (index";
    for (int position = 1; position <= 3; ++position) {
      if (indexed.Has(position)) shown += " " + std::to_string(position);
    }
    shown += ")";
    for (const Term& fact : list) shown += " " + PrintTerm(fact);
    ASSERT_EQ(Sorted(found), Sorted(expected)) << shown;
    answers_seen += found.size();
    RunOptions without_index;
    without_index.use_index = false;
    ASSERT_EQ(Sorted(Ask(facts, text, without_index)), Sorted(expected)) << shown;

    // The rest of the answers, behind each one.
    const auto run = *QueryRun::Start(*query, facts, facts.space());
    for (size_t i = 0; *run->Next(); ++i) {
      if (found.size() > 12 && random.Below(8) != 0) continue;
      auto resumed = QueryRun::StartAfter(*query, facts, facts.space(), {}, run->Position());
      ASSERT_TRUE(resumed.ok()) << resumed.status() << " " << shown;
      ASSERT_EQ(Rest(**resumed), Answers(found.begin() + static_cast<long>(i) + 1, found.end()))
          << shown << " behind answer " << i;
    }
  }
  EXPECT_GT(answers_seen, 2'000u);  // Else nothing much was compared.
}

TEST(QueryRunTest, MadeUpPositionsDoNoHarm) {
  FactsInMemory facts;
  for (int i = 0; i < 30; ++i) {
    facts.Add("(e " + std::to_string(i % 6) + " " + std::to_string(i / 3) + ")");
  }
  RandomTerms random(TestSeed());
  for (const char* text : {"(e $x $y)", "(, (e $x $y) (e $y $z) (e $x $z))",
                           "(, (or (e $x 1) (, (e $x $y) (< $y 5))) (not (e 9 $x)))"}) {
    const Query query = *Query::Compile(Parsed(text));
    const auto run = *QueryRun::Start(query, facts, facts.space());
    std::vector<std::string> positions = {"", "x"};
    while (*run->Next()) positions.push_back(run->Position());
    size_t refused = 0;
    for (int i = 0; i < 4000; ++i) {
      std::string position = positions[random.UpTo(positions.size() - 1)];
      for (size_t n = random.UpTo(3); n > 0 && !position.empty(); --n) {
        const size_t at = random.UpTo(position.size() - 1);
        if (random.UpTo(2) == 0) {
          position.resize(at);
        } else {
          position[at] = static_cast<char>(random.UpTo(255));
        }
      }
      const auto resumed = QueryRun::StartAfter(query, facts, facts.space(), {}, position);
      if (!resumed.ok()) {
        ASSERT_EQ(resumed.status().code(), absl::StatusCode::kInvalidArgument);
        ++refused;
      } else {
        Rest(**resumed);
      }
    }
    EXPECT_GT(refused, 100u);
  }
}

TEST(QueryRunTest, ABudgetEndsWithWhatToBind) {
  FactsInMemory facts;
  for (int i = 0; i < 200; ++i) facts.Add("(edge a" + std::to_string(i) + " b)");
  for (int i = 0; i < 200; ++i) facts.Add("(fan c" + std::to_string(i) + " d)");
  const Query query = *Query::Compile(Parsed("(, (edge $x $y) (fan $u $v))"));
  RunOptions options;
  options.step_budget = 3000;
  const auto run = *QueryRun::Start(query, facts, facts.space(), options);
  absl::Status status;
  uint64_t answers = 0;
  while (status.ok()) {
    const auto found = run->Next();
    if (!found.ok()) {
      status = found.status();
    } else {
      ASSERT_TRUE(*found);
      ++answers;
    }
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_GT(answers, 100u);
  const std::string message(status.message());
  EXPECT_NE(message.find("step budget of 3000 spent in (fan $u $v)"), std::string::npos) << message;
  EXPECT_NE(message.find("bind $u or $v, or raise the budget"), std::string::npos) << message;
  EXPECT_EQ(run->Next().status(), status);  // For good.

  // Whatever the budget, it ends with that or with all answers.
  const Query small = *Query::Compile(Parsed("(, (edge $x b) (edge $x $y) (not (fan $x $z)))"));
  bool complete = false;
  for (uint64_t budget = 1; !complete; budget += 97) {
    options.step_budget = budget;
    auto started = QueryRun::Start(small, facts, facts.space(), options);
    absl::Status ended = started.status();
    size_t found = 0;
    while (ended.ok()) {
      const auto next = (*started)->Next();
      if (next.ok() && !*next) {
        complete = true;
        EXPECT_EQ(found, 200u);
        break;
      }
      ended = next.status();
      found += next.ok();
    }
    if (!complete) {
      EXPECT_EQ(ended.code(), absl::StatusCode::kResourceExhausted);
      EXPECT_NE(std::string(ended.message()).find("budget"), std::string::npos) << ended;
    }
  }
  // The interrupt's own words stay.
  options.step_budget = 0;
  options.interrupt = [] { return absl::CancelledError("enough"); };
  const auto cancelled = *QueryRun::Start(query, facts, facts.space(), options);
  absl::StatusOr<bool> next = true;
  while (next.ok() && *next) next = cancelled->Next();
  EXPECT_EQ(next.status(), absl::CancelledError("enough"));
}

// The plan of a query, with the rows that each step has found.
std::string PlanOf(const FactsInMemory& facts, const std::string& text) {
  const Query query = *Query::Compile(Parsed(text));
  const auto run = *QueryRun::Start(query, facts, facts.space());
  Rest(*run);
  std::string plan;
  for (const PlanStepReport& step : run->Steps()) {
    plan += std::string(2 * step.depth, ' ') + step.kind + " " + step.form;
    if (!step.access.empty()) plan += " by " + step.access;
    plan += ": " + std::to_string(step.rows) + "\n";
  }
  return plan;
}

// The plans of a `,` of these parts in each order.
std::set<std::string> PlansOfAllOrders(const FactsInMemory& facts, std::vector<std::string> parts) {
  std::sort(parts.begin(), parts.end());
  std::set<std::string> plans;
  do {
    std::string text = "(,";
    for (const std::string& part : parts) text += " " + part;
    plans.insert(PlanOf(facts, text + ")"));
  } while (std::next_permutation(parts.begin(), parts.end()));
  return plans;
}

TEST(QueryRunTest, PlansDoNotDependOnTheWrittenOrder) {
  FactsInMemory facts;
  for (int i = 0; i < 120; ++i) {
    facts.Add("(big k" + std::to_string(i) + " m" + std::to_string(i % 40) + ")");
    facts.Add("(link m" + std::to_string(i % 40) + " t" + std::to_string(i) + ")");
  }
  facts.Add("(small k7 x)");
  EXPECT_EQ(PlansOfAllOrders(facts, {"(big $k $m)", "(link $m $t)", "(small $k $x)", "(!= $t t7)"}),
            std::set<std::string>{"match (small $k $x) by terms: 1\n"
                                  "match (big $k $m) by terms: 1\n"
                                  "match (link $m $t) by terms: 3\n"
                                  "compare (!= $t t7): 2\n"});
  EXPECT_EQ(PlansOfAllOrders(facts, {"(big $k $m)", "(not (small $k $z))", "(link $m t5)"}),
            std::set<std::string>{"match (link $m t5) by terms: 1\n"
                                  "match (big $k $m) by terms: 3\n"
                                  "not (not (small $k $z)): 3\n"
                                  "  match (small $k $z) by terms: 0\n"});
}

TEST(QueryRunTest, ATriangleIsAGroupInWhateverOrder) {
  FactsInMemory facts;
  // One node knows all others; the others know few.
  for (int i = 1; i < 300; ++i) {
    facts.Add("(edge 0 " + std::to_string(i) + ")");
    facts.Add("(edge " + std::to_string(i) + " " + std::to_string((i * 7) % 300) + ")");
  }
  std::vector<std::string> parts = {"(edge $a $b)", "(edge $b $c)", "(edge $a $c)"};
  std::set<uint64_t> answers;
  do {
    const Query query = *Query::Compile(Parsed("(, " + parts[0] + parts[1] + parts[2] + ")"));
    const auto run = *QueryRun::Start(query, facts, facts.space());
    answers.insert(Rest(*run).size());
    const auto steps = run->Steps();
    ASSERT_EQ(steps.size(), 3u);
    EXPECT_EQ(steps[0].form, "(edge $a $b)");
    EXPECT_EQ(steps[1].access, "terms, smallest first");
    EXPECT_EQ(steps[2].access, "terms, smallest first");
    // The 300 facts of the one node are not gone through for each of the others.
    EXPECT_LT(run->steps(), 20'000u);
  } while (std::next_permutation(parts.begin(), parts.end()));
  EXPECT_EQ(answers.size(), 1u);
}

TEST(QueryRunTest, IndexesAndRangesInPlans) {
  IndexedArguments indexed;
  indexed.Add(2);
  FactsInMemory facts("s", indexed);
  for (int i = 0; i < 500; ++i) {
    facts.Add("(born p" + std::to_string(i) + " " + std::to_string(1500 + i) + ")");
    facts.Add("(knows p" + std::to_string(i) + " p" + std::to_string(i / 10) + ")");
  }
  EXPECT_EQ(PlanOf(facts, "(knows $x p3)"), "match (knows $x p3) by argument 2: 10\n");
  EXPECT_EQ(PlanOf(facts, "(, (born $x $y) (>= $y 1900) (< $y 1910.5))"),
            "match (born $x $y) by argument 2, range: 11\ncompare (>= $y 1900): 11\n"
            "compare (< $y 1910.5): 11\n");
  EXPECT_EQ(PlanOf(facts, "(, (born p7 $y) (born $z $w) (> $w $y) (<= $w 1509))"),
            "match (born p7 $y) by terms: 1\nmatch (born $z $w) by argument 2, range: 2\n"
            "compare (> $w $y): 2\ncompare (<= $w 1509): 2\n");
  EXPECT_EQ(PlanOf(facts, "(, (knows $x $y) (born $y 1503))"),
            "match (born $y 1503) by argument 2: 1\nmatch (knows $x $y) by argument 2: 10\n");
}

TEST(QueryRunTest, Templates) {
  FactsInMemory facts;
  for (const char* fact : {"(parent Tom Bob)", "(parent Bob (f \"Ann\" 1.5))", "(any $a $b)"}) {
    facts.Add(fact);
  }
  const auto filled = [&](const std::string& query_text, const std::string& template_text) {
    const Query query = *Query::Compile(Parsed(query_text));
    const auto shape = Template::Compile(Parsed(template_text), query);
    if (!shape.ok()) return Answers{std::string(shape.status().message())};
    const auto run = *QueryRun::Start(query, facts, facts.space());
    Answers answers;
    while (*run->Next()) {
      const Term term = *shape->Fill(*run);
      std::string encoded;
      EXPECT_TRUE(EncodeTerm(term, encoded).ok());
      EXPECT_EQ(*shape->FillEncoded(*run), encoded);
      answers.push_back(TextOf({term}));
    }
    return answers;
  };
  const std::string grand = "(, (parent $x $y) (parent $y $z))";
  EXPECT_EQ(filled(grand, "(grand $x \"of\" $z $x)"),
            Answers{"(grand Tom \"of\" (f \"Ann\" 1.5) Tom)"});
  EXPECT_EQ(filled(grand, "$z"), Answers{"(f \"Ann\" 1.5)"});
  EXPECT_EQ(filled(grand, "found"), Answers{"found"});
  EXPECT_EQ(filled(grand, "(a $b)"), Answers{"template: the answers of the query do not bind $b"});
  EXPECT_EQ(filled("(any $x $y)", "($y $x $y)"), Answers{"($v1 $v2 $v1)"});
  EXPECT_EQ(filled("(or (parent Tom $x) (parent Bob $y))", "($x $y)"),
            (Answers{"(Bob $v1)", "($v1 (f \"Ann\" 1.5))"}));
}

}  // namespace
}  // namespace pathkb
