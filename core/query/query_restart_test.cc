// A query that is started again and again with other values for its parameters answers each time as
// the query does that has the values in its text: for random queries over random facts, some with
// variables, in runs that are left half-way. Then what makes that quick must not fall for values
// that are rare at one start and everywhere at the next, and what is wrong is said.

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "core/query/facts_in_memory.h"
#include "core/query/query_run.h"
#include "core/term/path_encoding.h"
#include "core/term/random_terms.h"
#include "core/term/sexpr.h"

namespace pathkb {
namespace {

using Answers = std::vector<std::string>;

Term Parsed(const std::string& text) { return *ParseTerm(text); }

std::string Encoded(const Term& term) {
  std::string bytes;
  EXPECT_TRUE(EncodeTerm(term, bytes).ok());
  return bytes;
}

// At most `limit` answers from here on, in their order; one text for those that differ in names of
// variables only.
Answers Rest(QueryRun& run, size_t limit = ~size_t{0}) {
  Answers answers;
  while (answers.size() < limit) {
    const auto found = run.Next();
    EXPECT_TRUE(found.ok()) << found.status();
    if (!found.ok() || !*found) break;
    std::string bytes;
    EXPECT_TRUE(EncodeTerm(Term::Expression(*run.Bindings()), bytes).ok());
    std::string_view rest = bytes;
    answers.push_back(PrintTerm(*DecodeTerm(rest)));
  }
  return answers;
}

Answers Sorted(Answers answers) {
  std::sort(answers.begin(), answers.end());
  return answers;
}

// Restarts with terms as text.
absl::Status Restart(QueryRun& run, const std::vector<std::string>& texts) {
  std::vector<std::string> encoded;
  for (const std::string& text : texts) encoded.push_back(Encoded(Parsed(text)));
  const std::vector<std::string_view> values(encoded.begin(), encoded.end());
  return run.Restart(values);
}

class RandomTexts {
 public:
  explicit RandomTexts(uint64_t seed) : random_(seed) {}

  size_t Below(size_t n) { return random_() % n; }
  std::string Constant() {
    static const char* const kConstants[] = {"a", "b", "c", "1", "2.5", "\"s\"", "(f a)", "(f b)"};
    return kConstants[Below(8)];
  }
  // Three times in four the first of `all`.
  std::string Skewed(const std::vector<std::string>& all) {
    return Below(4) != 0 ? all[0] : all[Below(all.size())];
  }
  std::string Fact() {
    const std::string argument = Below(12) == 0 ? "$v" : Constant();
    const std::string other = Below(12) == 0 ? "$v" : Skewed({"a", "b", "c", "1", "(f a)"});
    return Below(3) == 0 ? "(q " + argument + ")"
                         : "(" + Skewed({"p", "r"}) + " " + argument + " " + other + ")";
  }
  // A variable, a parameter or a constant.
  std::string Argument() {
    const size_t kind = Below(8);
    if (kind < 4) return std::string("$") + "xyz"[Below(3)];
    if (kind < 7) return std::string("$p") + "12"[Below(2)];
    return Below(2) == 0 ? Constant() : "(f $x)";
  }
  std::string Pattern() {
    if (Below(3) == 0) return "(q " + Argument() + ")";
    return "(" + Skewed({"p", "r"}) + " " + Argument() + " " + Argument() + ")";
  }
  std::string QueryText() {
    if (Below(6) == 0) return Pattern();
    std::string text = "(,";
    for (size_t i = 1 + Below(3); i > 0; --i) text += " " + Pattern();
    if (Below(3) == 0) text += " (or " + Pattern() + " (, " + Pattern() + " " + Pattern() + "))";
    if (Below(4) == 0) text += " (not " + Pattern() + ")";
    static const char* const kHeads[] = {"<", ">=", "==", "!="};
    if (Below(4) == 0) text += std::string(" (") + kHeads[Below(4)] + " $x $p1)";
    return text + ")";
  }

 private:
  std::mt19937_64 random_;
};

TEST(QueryRestartTest, AnswersAsTheQueryWithTheValuesInItsText) {
  RandomTexts random(TestSeed());
  size_t compared = 0;
  size_t answers_seen = 0;
  for (int round = 0; round < 3000; ++round) {
    IndexedArguments indexed;
    if (random.Below(2) == 0) indexed.Add(2);
    if (random.Below(3) == 0) indexed.Add(1);
    FactsInMemory facts("s", indexed);
    for (size_t i = random.Below(40); i > 0; --i) facts.Add(random.Fact());
    const std::string text = random.QueryText();
    const auto query = Query::Compile(Parsed(text), {"p1", "unused", "p2"});
    if (!query.ok()) continue;  // A comparison of what nothing binds.
    const auto run = *QueryRun::Prepare(*query, facts, facts.space());
    for (int start = 0; start < 6; ++start) {
      const std::vector<std::string> values = {random.Constant(), "x", random.Constant()};
      ASSERT_TRUE(Restart(*run, values).ok());
      if (random.Below(4) == 0) Rest(*run, 2);
      ASSERT_TRUE(Restart(*run, values).ok());
      const Answers found = Rest(*run);
      answers_seen += found.size();
      const auto filled = query->Fill({Parsed(values[0]), Parsed("x"), Parsed(values[2])});
      if (!filled.ok()) {
        EXPECT_EQ(found, Answers()) << text;  // A comparison with what cannot be compared.
        continue;
      }
      ASSERT_EQ(filled->variable_names(), query->variable_names());
      const auto fresh = *QueryRun::Start(*filled, facts, facts.space());
      ASSERT_EQ(Sorted(found), Sorted(Rest(*fresh)))
          << text << " with " << values[0] << " and " << values[2] << ", round " << round;
      ++compared;
    }
  }
  EXPECT_GT(compared, 5'000u);
  EXPECT_GT(answers_seen, 5'000u);
}

TEST(QueryRestartTest, ValuesThatAreRareOnceAndEverywhereTheNextTime) {
  IndexedArguments indexed;
  indexed.Add(2);
  FactsInMemory facts("s", indexed);
  for (int i = 0; i < 20'000; ++i) {
    const std::string node = "n" + std::to_string(i);
    facts.Add("(word " + node + (i % 1000 == 7 ? " w" + std::to_string(i) : " hub") + ")");
    facts.Add("(part " + node + (i % 1000 == 7 ? " p" + std::to_string(i) : " hub") + ")");
  }
  const Query query =
      *Query::Compile(Parsed("(, (word $s $w) (part $s $p) (word $s $again))"), {"w", "p"});
  const auto run = *QueryRun::Prepare(query, facts, facts.space());
  // Whichever of the two is rare comes first, whatever came before.
  for (const auto& [word, part, first] :
       {std::tuple("w7", "hub", "(word $s $w)"), std::tuple("hub", "p1007", "(part $s $p)"),
        std::tuple("w2007", "p2007", "(word $s $w)"), std::tuple("hub", "p7", "(part $s $p)"),
        std::tuple("w7", "hub", "(word $s $w)")}) {
    ASSERT_TRUE(Restart(*run, {word, part}).ok());
    const size_t answers = Rest(*run).size();
    EXPECT_EQ(run->Steps()[0].form, first);
    EXPECT_LE(answers, 1u);
    EXPECT_LT(run->steps(), 300u) << word << " " << part;
  }
  ASSERT_TRUE(Restart(*run, {"hub", "hub"}).ok());
  EXPECT_EQ(Rest(*run).size(), 19'980u);
  ASSERT_TRUE(Restart(*run, {"nowhere", "hub"}).ok());
  EXPECT_EQ(Rest(*run), Answers());
  EXPECT_LT(run->steps(), 300u);
}

TEST(QueryRestartTest, WhatIsWrongIsSaid) {
  FactsInMemory facts;
  for (int i = 0; i < 50; ++i)
    facts.Add("(p a" + std::to_string(i % 5) + " b" + std::to_string(i) + ")");
  const Query query = *Query::Compile(Parsed("(, (p $x $y) (p $x $z))"), {"x"});
  EXPECT_EQ(query.variable_names(), (std::vector<std::string>{"y", "z"}));
  RunOptions options;
  options.step_budget = 60;
  const auto run = *QueryRun::Prepare(query, facts, facts.space(), options);
  EXPECT_EQ(run->Next().status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(run->Restart({}).message(), "the query has 1 parameters, and 0 values");
  EXPECT_EQ(Restart(*run, {"(f $v)"}).message(),
            "the value of $x is not one whole term without variables");
  const std::string_view cut_off[] = {"\x03"};
  EXPECT_EQ(run->Restart(cut_off).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(run->Next().status().code(), absl::StatusCode::kInvalidArgument);
  // The budget is for each start: it is spent, and there is a new one.
  for (int start = 0; start < 3; ++start) {
    ASSERT_TRUE(Restart(*run, {"a1"}).ok());
    absl::StatusOr<bool> found = true;
    while (found.ok() && *found) found = run->Next();
    EXPECT_EQ(found.status().code(), absl::StatusCode::kResourceExhausted);
    ASSERT_TRUE(Restart(*run, {"nobody"}).ok());
    EXPECT_EQ(Rest(*run), Answers());
  }
  EXPECT_EQ(QueryRun::Start(query, facts, facts.space()).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(QueryRun::StartAfter(query, facts, facts.space(), {}, "x").status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace pathkb
