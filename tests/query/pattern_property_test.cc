// One pattern: a search gives the facts that the naive matcher finds in a list, in the same order,
// with the same bindings, whatever the facts lie in and through whichever index they are found.
// Random facts with variables, repeated variables, nesting, numbers, long symbols, wide
// expressions; patterns made of them. 100,000 patterns with PATHKB_TEST_LONG=1.

#include <algorithm>
#include <set>

#include "gtest/gtest.h"

#include "core/query/pattern_search.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"
#include "tests/query/test_cases.h"
#include "tests/support/naive_query.h"

namespace pathkb {
namespace {

constexpr uint64_t kPatternsPerSet = 4;
constexpr uint64_t kSets = 2'500;
constexpr uint64_t kSetsLong = 25'000;
constexpr int kPositionMax = 3;

// One answer, all of it.
struct Found {
  std::string encoded_term;
  std::string name;
  std::string entry;
  std::string bindings;  // NaiveKey().

  friend bool operator==(const Found&, const Found&) = default;
  friend auto operator<=>(const Found&, const Found&) = default;
};

void PrintTo(const Found& found, std::ostream* out) {
  std::string_view term = found.encoded_term;
  std::string_view bindings = found.bindings;
  *out << PrintTerm(DecodeTerm(term).value_or(Term())) << " named '" << found.name << "' with "
       << PrintTerm(DecodeTerm(bindings).value_or(Term()));
}

std::vector<Found> Expected(const RandomWorlds& worlds, const std::vector<NaiveAnswer>& answers) {
  std::vector<Found> expected;
  for (const NaiveAnswer& answer : answers) {
    const NaiveFact& fact = worlds.facts[answer.fact];
    expected.push_back(
        {NaiveEncoding(fact.term), fact.name, EntryBytesOf(fact), NaiveKey(answer.bindings)});
  }
  return expected;
}

// What the search stands at. Fails the test where what it says contradicts itself.
Found Present(const PatternSearch& search, const FactSource& source) {
  Found found{std::string(search.encoded_term()), std::string(search.name()), "", ""};
  std::string scratch;
  const auto entry = source.EntryBytes(search.value(), search.value_layer(), scratch);
  EXPECT_TRUE(entry.ok()) << entry.status().ToString();
  if (entry.ok()) found.entry = *entry;
  const auto bindings = search.Bindings();
  EXPECT_TRUE(bindings.ok()) << bindings.status().ToString();
  if (!bindings.ok()) return found;
  found.bindings = NaiveKey(*bindings);
  if (search.ground()) {
    for (size_t i = 0; i < bindings->size(); ++i) {
      EXPECT_EQ(search.Binding(i), NaiveEncoding((*bindings)[i])) << "variable " << i;
    }
  } else {
    std::vector<std::string> left;
    std::string encoded;
    EXPECT_TRUE(EncodeTerm(Term::Expression(*bindings), encoded, &left).ok());
    EXPECT_FALSE(left.empty()) << "not ground, but no variable is left";
  }
  return found;
}

std::vector<Found> Rest(PatternSearch& search, const FactSource& source) {
  std::vector<Found> found;
  while (true) {
    const auto more = search.Next();
    EXPECT_TRUE(more.ok()) << more.status().ToString();
    if (!more.ok() || !*more) return found;
    found.push_back(Present(search, source));
    if (::testing::Test::HasFailure() || found.size() > 1000) return found;
  }
}

Pattern Compiled(const Term& term, const std::vector<std::string>& inputs = {}) {
  auto pattern = Pattern::Compile(term, inputs);
  EXPECT_TRUE(pattern.ok()) << pattern.status().ToString();
  return *pattern;
}

std::unique_ptr<PatternSearch> Search(const FactSource& source, const Pattern& pattern,
                                      int position, StepMeter& meter,
                                      PatternSearch::Order order = PatternSearch::Order::kPath) {
  auto search = PatternSearch::New(source, kWorldSpace, pattern, position, meter, order);
  EXPECT_TRUE(search.ok()) << search.status().ToString();
  return search.ok() ? *std::move(search) : nullptr;
}

// True if the pattern has that argument (position 0: any pattern), and it is one that an index
// knows.
bool HasArgument(const Term& pattern, int position) {
  const size_t children = pattern.children().size();
  return position == 0 || (children > static_cast<size_t>(position) && children <= 63);
}

// A search without inputs, resumed behind one of its answers, too.
void CheckPattern(RandomWorlds& worlds, const Term& term) {
  const std::vector<NaiveAnswer> answers = NaiveMatches(worlds.facts, term);
  const std::vector<Found> expected = Expected(worlds, answers);
  for (const auto& [what, source] : worlds.sources) {
    for (int position = 0; position <= kPositionMax; ++position) {
      if (!HasArgument(term, position)) continue;
      SCOPED_TRACE(what + ", position " + std::to_string(position));
      StepMeter meter;
      const auto search = Search(*source, Compiled(term), position, meter);
      if (search == nullptr) return;
      EXPECT_TRUE(search->Start().ok());
      EXPECT_EQ(Rest(*search, *source), expected);
      if (::testing::Test::HasFailure() || expected.empty()) return;

      const size_t stop = worlds.random.UpTo(expected.size() - 1);
      EXPECT_TRUE(search->Start().ok());
      for (size_t i = 0; i <= stop; ++i) EXPECT_TRUE(*search->Next());
      const std::string place = search->Position();
      const auto second = Search(*source, Compiled(term), position, meter);
      if (second == nullptr) return;
      EXPECT_TRUE(second->StartAfter({}, {}, place).ok());
      EXPECT_EQ(
          Rest(*second, *source),
          std::vector<Found>(expected.begin() + static_cast<ptrdiff_t>(stop) + 1, expected.end()))
          << "resumed behind answer " << stop;
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(PatternProperty, AnswersAreThoseOfTheList) {
  ForEachSeed(kSets, kSetsLong, [](uint64_t seed) {
    RandomWorlds worlds(seed, 24, true);
    for (uint64_t i = 0; i < kPatternsPerSet && !::testing::Test::HasFailure(); ++i) {
      const Term term = worlds.queries.Pattern(worlds.facts);
      SCOPED_TRACE("pattern " + PrintTerm(term) + "\nfacts\n" + FactsText(worlds.facts));
      CheckPattern(worlds, term);
    }
  });
}

// What a run of 100,000 found once: behind an answer, an index whose head is free has to look again
// for facts that hold a variable at its argument.
TEST(PatternProperty, ResumedWhereOnlyFactsWithVariablesAreLeft) {
  RandomWorlds worlds(1, 0, false);
  worlds.facts.clear();
  for (const char* fact : {"(q a $u)", "(q \"c\" $y)", "(r (f b) b)", "(q b 0)"}) {
    worlds.facts.push_back({*ParseTerm(fact), "", {}});
  }
  worlds.facts = InPathOrder(worlds.facts);
  worlds.keys = KeysOf(worlds.facts, {1, 2, 3});
  worlds.sources.clear();
  worlds.sources.emplace_back("in memory", InMemory(worlds.keys));
  for (int i = 0; i < 20; ++i) CheckPattern(worlds, *ParseTerm("($z $y b)"));
}

// Inputs: the answers are those of the pattern with the values in place of the variables. One
// search is started again and again.
void CheckInputs(RandomWorlds& worlds, const Term& term) {
  const Pattern all = Compiled(term);
  std::vector<std::string> inputs;
  for (const std::string& name : all.variable_names()) {
    if (worlds.random.OneIn(2)) inputs.push_back(name);
  }
  if (inputs.empty()) return;
  const Pattern pattern = Compiled(term, inputs);

  // Values that some answer has, and others.
  std::vector<std::vector<Term>> rows;
  const std::vector<NaiveAnswer> answers = NaiveMatches(worlds.facts, term);
  for (int i = 0; i < 3; ++i) {
    std::vector<Term>& row = rows.emplace_back();
    const size_t answer = answers.empty() ? 0 : worlds.random.UpTo(answers.size() - 1);
    for (size_t k = 0; k < pattern.variable_names().size(); ++k) {
      row.push_back(answers.empty() ? worlds.random.Constant() : answers[answer].bindings[k]);
      std::vector<std::string> left;
      std::string encoded;
      EXPECT_TRUE(EncodeTerm(row.back(), encoded, &left).ok());
      if (!left.empty() || worlds.random.OneIn(8)) row.back() = worlds.random.Constant();
    }
  }
  for (const auto& [what, source] : worlds.sources) {
    for (int position = 0; position <= kPositionMax; ++position) {
      if (!HasArgument(term, position)) continue;
      SCOPED_TRACE(what + ", position " + std::to_string(position));
      StepMeter meter;
      const auto search = Search(*source, pattern, position, meter, PatternSearch::Order::kWalk);
      if (search == nullptr) return;
      for (const std::vector<Term>& row : rows) {
        std::vector<std::string> encoded;
        for (const Term& value : row) encoded.push_back(NaiveEncoding(value));
        const std::vector<std::string_view> values(encoded.begin(), encoded.end());

        // The list's answers: what matches with the values filled in.
        NaiveAnswer given;
        std::vector<std::string> given_names;
        for (size_t k = 0; k < row.size(); ++k) {
          if (!pattern.is_input(k)) continue;
          given_names.push_back(pattern.variable_names()[k]);
          given.bindings.push_back(row[k]);
        }
        const Term filled = NaiveFill(term, given_names, given);
        std::vector<NaiveAnswer> filled_answers = NaiveMatches(worlds.facts, filled);
        // Each with a binding for every variable of the pattern.
        const std::vector<std::string> filled_names = Compiled(filled).variable_names();
        for (NaiveAnswer& answer : filled_answers) {
          std::vector<Term> bindings;
          for (size_t k = 0; k < row.size(); ++k) {
            const auto found = std::find(filled_names.begin(), filled_names.end(),
                                         "!" + pattern.variable_names()[k]);
            bindings.push_back(
                pattern.is_input(k)
                    ? row[k]
                    : answer.bindings[static_cast<size_t>(found - filled_names.begin())]);
          }
          answer.bindings = bindings;
        }
        std::vector<Found> expected = Expected(worlds, filled_answers);
        EXPECT_TRUE(search->Start(values).ok());
        std::vector<Found> found = Rest(*search, *source);
        std::sort(expected.begin(), expected.end());
        std::sort(found.begin(), found.end());
        EXPECT_EQ(found, expected) << "with " << PrintTerm(filled);
        if (::testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(PatternProperty, InputsAreLikeConstants) {
  ForEachSeed(kSets / 4, kSetsLong / 4, [](uint64_t seed) {
    RandomWorlds worlds(seed, 24, true);
    for (uint64_t i = 0; i < kPatternsPerSet && !::testing::Test::HasFailure(); ++i) {
      const Term term = worlds.queries.Pattern(worlds.facts);
      SCOPED_TRACE("pattern " + PrintTerm(term) + "\nfacts\n" + FactsText(worlds.facts));
      CheckInputs(worlds, term);
    }
  });
}

// Ranges: the answers are those of the pattern whose variable is a leaf in one of them, or is left
// free.
void CheckRanges(RandomWorlds& worlds, const Term& term) {
  const Pattern pattern = Compiled(term);
  const size_t variables = pattern.variable_names().size();
  if (variables == 0) return;
  std::vector<std::vector<PatternSearch::Range>> ranges(variables);
  const size_t variable = worlds.random.UpTo(variables - 1);
  for (size_t k = 0; k < variables; ++k) {
    if (k != variable && !worlds.random.OneIn(6)) continue;
    // Borders in order, between them every other gap is a range; all of one kind.
    const bool numbers = worlds.random.OneIn(2);
    std::set<std::string> borders;
    for (size_t i = 2 + 2 * worlds.random.UpTo(1); i > 0; --i) {
      std::string border = NaiveEncoding(numbers ? worlds.random.Number() : worlds.random.String());
      if (worlds.random.OneIn(4)) border.resize(1 + worlds.random.UpTo(border.size() - 1));
      borders.insert(border);
    }
    for (auto border = borders.begin(); border != borders.end();) {
      const std::string low = *border++;
      if (border != borders.end()) ranges[k].push_back({low, *border++});
    }
  }
  std::vector<NaiveAnswer> answers;
  for (const NaiveAnswer& answer : NaiveMatches(worlds.facts, term)) {
    bool inside = true;
    for (size_t k = 0; k < variables; ++k) {
      if (ranges[k].empty()) continue;
      const bool is_free = answer.bindings[k].kind() == Term::Kind::kVariable;
      const std::string encoded = NaiveEncoding(answer.bindings[k]);
      bool in_one = is_free;
      for (const PatternSearch::Range& range : ranges[k]) {
        in_one = in_one || (range.low <= encoded && encoded < range.high);
      }
      inside = inside && in_one;
    }
    if (inside) answers.push_back(answer);
  }
  std::vector<Found> expected = Expected(worlds, answers);
  std::sort(expected.begin(), expected.end());
  for (const auto& [what, source] : worlds.sources) {
    for (int position = 0; position <= kPositionMax; ++position) {
      if (!HasArgument(term, position)) continue;
      SCOPED_TRACE(what + ", position " + std::to_string(position));
      StepMeter meter;
      const auto search = Search(*source, pattern, position, meter, PatternSearch::Order::kWalk);
      if (search == nullptr) return;
      EXPECT_TRUE(search->Start({}, ranges).ok());
      std::vector<Found> found = Rest(*search, *source);
      std::sort(found.begin(), found.end());
      EXPECT_EQ(found, expected) << "ranges of $" << pattern.variable_names()[variable];
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(PatternProperty, RangesAreLikeFilters) {
  ForEachSeed(kSets / 4, kSetsLong / 4, [](uint64_t seed) {
    RandomWorlds worlds(seed, 24, true, true);
    for (uint64_t i = 0; i < kPatternsPerSet && !::testing::Test::HasFailure(); ++i) {
      const Term term = worlds.queries.Pattern(worlds.facts);
      SCOPED_TRACE("pattern " + PrintTerm(term) + "\nfacts\n" + FactsText(worlds.facts));
      CheckRanges(worlds, term);
    }
  });
}

}  // namespace
}  // namespace pathkb
