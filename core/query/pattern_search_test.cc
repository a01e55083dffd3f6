// Random facts and patterns, with variables on both sides, repeated variables, nesting, numbers,
// long symbols, wide expressions and names, against Unify() over a list: through the terms and
// through each index, in both orders, with inputs, with ranges, resumed at each answer and with
// each budget. Long because one kind of random world serves all of this.

#include "core/query/pattern_search.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>

#include "gtest/gtest.h"

#include "core/facts/keys.h"
#include "core/query/facts_in_memory.h"
#include "core/query/term_substitution.h"
#include "core/query/unify.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"
#include "core/trie/overlay_zipper.h"
#include "core/trie/read_zipper.h"
#include "core/trie/tombstone.h"

namespace pathkb {
namespace {

using Order = PatternSearch::Order;
using Answers = std::vector<std::string>;
using Ranges = std::vector<std::vector<PatternSearch::Range>>;

uint64_t Seed() {
  const char* text = std::getenv("PATHKB_TEST_SEED");
  const uint64_t seed = text != nullptr ? std::strtoull(text, nullptr, 10) : 20261121;
  std::printf("PATHKB_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

std::string Encoded(const Term& term) {
  std::string bytes;
  EXPECT_TRUE(EncodeTerm(term, bytes).ok());
  return bytes;
}

IndexedArguments AllPositions() { return IndexedArguments::FromBits(0b1110); }

Term RandomLeaf(std::mt19937_64& random, int variables) {
  const uint64_t kind = random() % 10;
  if (kind < 3 && variables > 0) {
    return Term::Variable(std::string(1, static_cast<char>('a' + random() % variables)));
  }
  if (kind == 4) return Term::Integer(static_cast<int64_t>(random() % 4) - 1);
  if (kind == 5) return Term::String(random() % 2 == 0 ? "text" : std::string(80, 't'));
  if (kind == 6) return Term::Symbol(std::string(70, 's') + (random() % 2 == 0 ? "x" : "y"));
  return Term::Symbol(std::string(1, static_cast<char>('p' + random() % 3)));
}

Term RandomTerm(std::mt19937_64& random, int depth, int variables) {
  if (depth == 0 || random() % 10 >= (depth == 3 ? 9 : 3)) return RandomLeaf(random, variables);
  std::vector<Term> children;
  const int count = random() % 60 == 0 ? 64 : static_cast<int>(random() % 4) + (depth == 3);
  for (int i = 0; i < count; ++i) children.push_back(RandomTerm(random, depth - 1, variables));
  return Term::Expression(std::move(children));
}

// A list of facts, and the same facts as a source.
class World {
 public:
  World() : facts_("s", AllPositions()) {}

  void AddRandom(std::mt19937_64& random, int count, int variables) {
    for (int i = 0; i < count; ++i) {
      const Term term = RandomTerm(random, 3, random() % 2 == 0 ? variables : 0);
      const std::string name = random() % 4 == 0 ? "n" + std::to_string(random() % 3) : "";
      Entry entry;
      if (random() % 2 == 0) entry.source = "source" + std::to_string(random() % 3);
      facts_.Add(term, name, entry);
      list_[Encoded(term) + name] = {Encoded(term), name};
    }
  }

  const FactsInMemory& source() const { return facts_; }

  // What a pattern with its inputs replaced, and ranges, should give, in path order.
  Answers Expected(const Term& term, const std::vector<std::string>& inputs,
                   const std::vector<Term>& values, const Ranges& ranges = {},
                   const std::string& behind = "") const {
    const Pattern pattern = *Pattern::Compile(term);
    TermsByName replaced;
    for (size_t i = 0; i < inputs.size(); ++i) replaced.emplace(inputs[i], &values[i]);
    const Term filled = *Substitute(term, replaced);
    std::vector<std::string> free;
    for (const std::string& name : pattern.variable_names()) {
      if (std::find(inputs.begin(), inputs.end(), name) == inputs.end()) free.push_back(name);
    }
    Answers answers;
    for (const auto& [key, fact] : list_) {
      if (key <= behind) continue;
      std::string_view bytes = fact.first;
      const auto found = *Unify(filled, *DecodeTerm(bytes), free);
      if (!found.has_value()) continue;
      std::vector<Term> bindings;
      for (size_t i = 0, next = 0; i < pattern.variable_names().size(); ++i) {
        const auto input = std::find(inputs.begin(), inputs.end(), pattern.variable_names()[i]);
        bindings.push_back(input == inputs.end()
                               ? (*found)[next++]
                               : values[static_cast<size_t>(input - inputs.begin())]);
      }
      if (!InRanges(bindings, ranges)) continue;
      answers.push_back(Describe(fact.first, fact.second,
                                 *facts_.trie().Find(TermKey("s", fact.first, fact.second)),
                                 bindings));
    }
    return answers;
  }

  // Everything about one answer, as text.
  static std::string Describe(std::string_view encoded, std::string_view name, uint64_t value,
                              const std::vector<Term>& bindings) {
    std::string text = PrintTerm(*DecodeTerm(encoded)) + " name=" + std::string(name) +
                       " value=" + std::to_string(value);
    for (const Term& binding : bindings) text += " " + PrintTerm(binding);
    return text;
  }

 private:
  static bool InRanges(const std::vector<Term>& bindings, const Ranges& ranges) {
    for (size_t i = 0; i < ranges.size(); ++i) {
      if (ranges[i].empty() || bindings[i].kind() == Term::Kind::kVariable) continue;
      if (!IsGround(bindings[i])) return false;
      const std::string bytes = Encoded(bindings[i]);
      bool inside = false;
      for (const auto& range : ranges[i]) inside |= range.low <= bytes && bytes < range.high;
      if (!inside) return false;
    }
    return true;
  }

  FactsInMemory facts_;
  std::map<std::string, std::pair<std::string, std::string>> list_;  // Key to (term, name).
};

std::string Present(const PatternSearch& search) {
  const std::vector<Term> bindings = *search.Bindings();
  const bool ground = std::all_of(bindings.begin(), bindings.end(), IsGround);
  EXPECT_EQ(search.ground(), ground);
  for (size_t i = 0; ground && i < bindings.size(); ++i) {
    EXPECT_EQ(search.Binding(i), Encoded(bindings[i]));
  }
  return World::Describe(search.encoded_term(), search.name(), search.value(), bindings);
}

// The rest of the answers, and where they are.
Answers Rest(PatternSearch& search, std::vector<std::string>* positions = nullptr) {
  Answers answers;
  while (true) {
    const auto found = search.Next();
    EXPECT_TRUE(found.ok()) << found.status();
    if (!found.ok() || !*found) return answers;
    answers.push_back(Present(search));
    if (positions != nullptr) positions->push_back(search.Position());
  }
}

Answers Sorted(Answers answers) {
  std::sort(answers.begin(), answers.end());
  return answers;
}

bool HasArgument(const Term& term, int position) {
  return term.kind() == Term::Kind::kExpression && term.children().size() < 64 &&
         static_cast<int>(term.children().size()) > position;
}

TEST(PatternSearchTest, AgreesWithUnifyingEachFactThroughEachIndex) {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 2500; ++round) {
    World world;
    world.AddRandom(random, static_cast<int>(random() % 25), 2);
    for (int i = 0; i < 5; ++i) {
      const Term term = RandomTerm(random, 3, 3);
      const Answers expected = world.Expected(term, {}, {});
      for (int position = 0; position <= 3; ++position) {
        if (position > 0 && !HasArgument(term, position)) continue;
        for (const Order order : {Order::kPath, Order::kWalk}) {
          StepMeter meter;
          const auto search = *PatternSearch::New(world.source(), "s", *Pattern::Compile(term),
                                                  position, meter, order);
          ASSERT_TRUE(search->Start().ok());
          const Answers found = Rest(*search);
          if (order == Order::kPath) {
            ASSERT_EQ(found, expected) << PrintTerm(term) << " through " << position;
          } else {
            ASSERT_EQ(Sorted(found), Sorted(expected)) << PrintTerm(term) << " " << position;
          }
          // Once more, from a cursor that has been everywhere.
          ASSERT_TRUE(search->Start().ok());
          ASSERT_EQ(Rest(*search), found);
        }
      }
    }
  }
}

// A random set of the pattern's variables as inputs, with values by number of the variable.
struct Inputs {
  Inputs(std::mt19937_64& random, const Pattern& pattern) {
    encoded.resize(pattern.variable_names().size());
    for (size_t i = 0; i < encoded.size(); ++i) {
      if (random() % 2 == 0) continue;
      names.push_back(pattern.variable_names()[i]);
      values.push_back(RandomTerm(random, 2, 0));
      encoded[i] = Encoded(values.back());
    }
    views.assign(encoded.begin(), encoded.end());
  }

  std::vector<std::string> names;
  std::vector<Term> values;
  std::vector<std::string> encoded;
  std::vector<std::string_view> views;
};

TEST(PatternSearchTest, AnInputIsAsIfItsValueStoodInThePattern) {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 1500; ++round) {
    World world;
    world.AddRandom(random, static_cast<int>(random() % 25), 2);
    for (int i = 0; i < 4; ++i) {
      const Term term = RandomTerm(random, 3, 3);
      const Inputs first(random, *Pattern::Compile(term));
      for (int position = 0; position <= 3; ++position) {
        if (position > 0 && !HasArgument(term, position)) continue;
        for (const Order order : {Order::kPath, Order::kWalk}) {
          StepMeter meter;
          const auto search = *PatternSearch::New(
              world.source(), "s", *Pattern::Compile(term, first.names), position, meter, order);
          Inputs inputs = first;
          for (int start = 0; start < 3; ++start) {
            const Answers expected = world.Expected(term, inputs.names, inputs.values);
            ASSERT_TRUE(search->Start(inputs.views).ok());
            const Answers found = Rest(*search);
            ASSERT_EQ(order == Order::kPath ? found : Sorted(found),
                      order == Order::kPath ? expected : Sorted(expected))
                << PrintTerm(term) << " through " << position;
            for (Term& value : inputs.values) value = RandomTerm(random, 2, 0);
            for (size_t k = 0, next = 0; k < inputs.encoded.size(); ++k) {
              if (!inputs.encoded[k].empty()) inputs.encoded[k] = Encoded(inputs.values[next++]);
            }
            inputs.views.assign(inputs.encoded.begin(), inputs.encoded.end());
          }
        }
      }
    }
  }
}

// Up to three disjoint ranges between leaves.
std::vector<PatternSearch::Range> RandomRanges(std::mt19937_64& random) {
  std::vector<std::string> bounds;
  for (int i = 0; i < 6; ++i) {
    std::string bound = Encoded(RandomLeaf(random, 0));
    if (random() % 3 == 0) bound.push_back('\0');  // Right behind the term.
    if (random() % 3 == 0) bound.resize(1 + random() % bound.size());
    bounds.push_back(bound);
  }
  std::sort(bounds.begin(), bounds.end());
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  std::vector<PatternSearch::Range> ranges;
  for (size_t i = 0; i + 1 < bounds.size(); i += 2) ranges.push_back({bounds[i], bounds[i + 1]});
  return ranges;
}

TEST(PatternSearchTest, ARangeIsAsIfItsAnswersWerePickedFromAll) {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 2500; ++round) {
    World world;
    world.AddRandom(random, static_cast<int>(random() % 30), 2);
    for (int i = 0; i < 4; ++i) {
      const Term term = RandomTerm(random, 3, 3);
      const Pattern pattern = *Pattern::Compile(term);
      Ranges ranges(pattern.variable_names().size());
      for (auto& of_variable : ranges) {
        if (random() % 2 == 0) of_variable = RandomRanges(random);
      }
      const Answers expected = world.Expected(term, {}, {}, ranges);
      for (int position = 0; position <= 3; ++position) {
        if (position > 0 && !HasArgument(term, position)) continue;
        for (const Order order : {Order::kPath, Order::kWalk}) {
          StepMeter meter;
          const auto search =
              *PatternSearch::New(world.source(), "s", pattern, position, meter, order);
          ASSERT_TRUE(search->Start({}, ranges).ok());
          const Answers found = Rest(*search);
          ASSERT_EQ(order == Order::kPath ? found : Sorted(found),
                    order == Order::kPath ? expected : Sorted(expected))
              << PrintTerm(term) << " through " << position;
        }
      }
    }
  }
}

TEST(PatternSearchTest, GoesOnBehindEachAnswerAndBehindAnyOtherPlace) {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 800; ++round) {
    World world;
    world.AddRandom(random, static_cast<int>(random() % 20), 2);
    for (int i = 0; i < 3; ++i) {
      const Term term = RandomTerm(random, 3, 3);
      const Inputs inputs(random, *Pattern::Compile(term));
      Ranges ranges(inputs.encoded.size());
      for (size_t k = 0; k < ranges.size(); ++k) {
        if (inputs.encoded[k].empty() && random() % 3 == 0) ranges[k] = RandomRanges(random);
      }
      for (int position = 0; position <= 3; ++position) {
        if (position > 0 && !HasArgument(term, position)) continue;
        for (const Order order : {Order::kPath, Order::kWalk}) {
          StepMeter meter;
          const auto search = *PatternSearch::New(
              world.source(), "s", *Pattern::Compile(term, inputs.names), position, meter, order);
          ASSERT_TRUE(search->Start(inputs.views, ranges).ok());
          std::vector<std::string> positions;
          const Answers all = Rest(*search, &positions);
          for (size_t k = 0; k < positions.size(); ++k) {
            ASSERT_TRUE(search->StartAfter(inputs.views, ranges, positions[k]).ok());
            ASSERT_EQ(Rest(*search),
                      Answers(all.begin() + static_cast<ptrdiff_t>(k) + 1, all.end()))
                << PrintTerm(term) << " through " << position << " behind " << all[k];
            ASSERT_TRUE(search->StartAt(inputs.views, ranges, positions[k]).ok());
            ASSERT_EQ(Rest(*search), Answers(all.begin() + static_cast<ptrdiff_t>(k), all.end()));
          }
          const std::string made_up =
              Encoded(RandomTerm(random, 3, 2)) + (random() % 2 == 0 ? "" : "n1");
          ASSERT_TRUE(search->StartAfter(inputs.views, ranges, made_up).ok());
          const Answers rest = Rest(*search);
          if (order == Order::kPath) {
            ASSERT_EQ(rest, world.Expected(term, inputs.names, inputs.values, ranges, made_up))
                << PrintTerm(term) << " through " << position;
          }
        }
      }
    }
  }
}

TEST(PatternSearchTest, EachBudgetGivesTheFirstAnswersAndThenSaysSo) {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 60; ++round) {
    World world;
    world.AddRandom(random, 20, 2);
    const Term term = RandomTerm(random, 3, 3);
    for (int position = 0; position <= 2; ++position) {
      if (position > 0 && !HasArgument(term, position)) continue;
      const Answers expected = world.Expected(term, {}, {});
      bool complete = false;
      for (uint64_t budget = 1; !complete; ++budget) {
        ASSERT_LT(budget, 5000u);
        StepMeter meter(budget);
        const auto search =
            *PatternSearch::New(world.source(), "s", *Pattern::Compile(term), position, meter);
        ASSERT_TRUE(search->Start().ok());
        Answers found;
        while (true) {
          const auto next = search->Next();
          if (!next.ok()) {
            ASSERT_EQ(next.status().code(), absl::StatusCode::kResourceExhausted);
            ASSERT_EQ(meter.steps(), budget);
            break;
          }
          complete = !*next;
          if (complete) break;
          found.push_back(Present(*search));
        }
        ASSERT_LE(found.size(), expected.size());
        ASSERT_TRUE(std::equal(found.begin(), found.end(), expected.begin()));
        if (complete) ASSERT_EQ(found, expected);
      }
    }
  }
}

// Facts as changed by a working set over a base.
class LaidOver final : public FactSource {
 public:
  PathTrie upper;
  PathTrie lower;

  std::unique_ptr<Zipper> NewZipper() const override {
    return std::make_unique<OverlayZipper>(std::make_unique<ReadZipper>(upper),
                                           std::make_unique<ReadZipper>(lower));
  }
  absl::StatusOr<std::string_view> EntryBytes(uint64_t, int, std::string&) const override {
    return std::string_view();
  }
};

TEST(PatternSearchTest, ChangesOverABaseAreAsIfTheyWereMadeInIt) {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 600; ++round) {
    World world, gone;
    world.AddRandom(random, 15, 2);
    gone.AddRandom(random, 10, 2);
    LaidOver laid;
    const PathTrie& kept = world.source().trie();
    ReadZipper others(gone.source().trie());
    while (others.NextValue()) {
      if (kept.Find(others.path()).has_value()) continue;
      laid.lower.Set(others.path(), *others.value());
      laid.upper.Set(others.path(), kDeletedBit);
    }
    ReadZipper facts(kept);
    while (facts.NextValue()) {
      PathTrie& layer = random() % 2 == 0 ? laid.upper : laid.lower;
      layer.Set(facts.path(), *facts.value());
    }
    for (int i = 0; i < 4; ++i) {
      const Term term = RandomTerm(random, 3, 3);
      for (int position = 0; position <= 2; ++position) {
        if (position > 0 && !HasArgument(term, position)) continue;
        StepMeter meter;
        const auto search =
            *PatternSearch::New(laid, "s", *Pattern::Compile(term), position, meter);
        ASSERT_TRUE(search->Start().ok());
        ASSERT_EQ(Rest(*search), world.Expected(term, {}, {})) << PrintTerm(term);
      }
    }
  }
}

}  // namespace
}  // namespace pathkb
