// Goal: what comes out is what the sets say, in path order, with the entry that the policy says.
// Method: small tables by hand; random spaces against std::map.

#include "core/query/combine.h"

#include <cstdlib>
#include <iostream>
#include <map>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "core/facts/copy_mark.h"
#include "core/facts/entry.h"
#include "core/query/facts_in_memory.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"

namespace pathkb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Entry Confident(double confidence, std::string source = "") {
  Entry entry;
  entry.confidence = confidence;
  entry.source = std::move(source);
  return entry;
}

// "(p 1)", or "(p 1)@name", with " 0.5" behind it unless its confidence is 1.
absl::StatusOr<std::vector<std::string>> Facts(Combination& combination) {
  std::vector<std::string> facts;
  for (;;) {
    const absl::StatusOr<bool> found = combination.Next();
    if (!found.ok()) return found.status();
    if (!*found) return facts;
    std::string_view bytes = combination.encoded_term();
    std::string text = PrintTerm(*DecodeTerm(bytes));
    if (!combination.name().empty()) text += "@" + std::string(combination.name());
    const Entry entry = *DecodeEntry(combination.entry());
    if (entry.confidence != 1) text += " " + std::to_string(entry.confidence).substr(0, 3);
    facts.push_back(text);
  }
}

std::vector<std::string> Facts(CombineOperation operation, ConflictPolicy policy,
                               const std::vector<CombineOperand>& operands) {
  Combination combination(operation, policy, operands, nullptr);
  const auto facts = Facts(combination);
  EXPECT_TRUE(facts.ok()) << facts.status();
  return facts.value_or(std::vector<std::string>());
}

TEST(CombineTest, FourOperations) {
  FactsInMemory a("a"), b("b");
  for (const char* fact : {"(p 1)", "(p 2)", "(p 3)"}) a.Add(fact);
  for (const char* fact : {"(p 2)", "(p 4)"}) b.Add(fact);
  const std::vector<CombineOperand> both = {{&a, "a"}, {&b, "b"}};
  const auto run = [&](CombineOperation operation) {
    return Facts(operation, ConflictPolicy::kError, both);
  };
  EXPECT_THAT(run(CombineOperation::kUnion), ElementsAre("(p 1)", "(p 2)", "(p 3)", "(p 4)"));
  EXPECT_THAT(run(CombineOperation::kIntersection), ElementsAre("(p 2)"));
  EXPECT_THAT(run(CombineOperation::kDifference), ElementsAre("(p 1)", "(p 3)"));
  EXPECT_THAT(run(CombineOperation::kRestriction), ElementsAre("(p 2)"));
}

TEST(CombineTest, NamesBelongToAFactAndRestrictionsGoByTheirBeginning) {
  FactsInMemory a("a"), b("b");
  a.Add("(p 1)", "x/one");
  a.Add("(p 1)", "y/one");
  a.Add("(p 2)", "x/two");
  a.Add("(p 3)", "x/three");
  b.Add("(p 1)", "x/one");
  b.Add("(p 2)");
  b.Add("(p 3)", "x/");
  const std::vector<CombineOperand> both = {{&a, "a"}, {&b, "b"}};
  EXPECT_THAT(Facts(CombineOperation::kIntersection, ConflictPolicy::kLeft, both),
              ElementsAre("(p 1)@x/one"));
  EXPECT_THAT(Facts(CombineOperation::kRestriction, ConflictPolicy::kLeft, both),
              ElementsAre("(p 1)@x/one", "(p 2)@x/two", "(p 3)@x/three"));
  EXPECT_THAT(
      Facts(CombineOperation::kUnion, ConflictPolicy::kLeft, {{&a, "a", "x/"}, {&b, "b", ""}}),
      ElementsAre("(p 1)@x/one", "(p 2)@x/two", "(p 3)@x/", "(p 3)@x/three"));
}

TEST(CombineTest, Policies) {
  FactsInMemory a("a"), b("b"), c("c");
  a.Add("(p 1)", "", Confident(0.5));
  b.Add("(p 1)", "", Confident(0.9));
  c.Add("(p 1)", "", Confident(0.7));
  const std::vector<CombineOperand> all = {{&a, "a", {}, 7}, {&b, "b", {}, 5}, {&c, "c", {}, 7}};
  const auto entry = [&](ConflictPolicy policy) {
    return Facts(CombineOperation::kUnion, policy, all);
  };
  EXPECT_THAT(entry(ConflictPolicy::kLeft), ElementsAre("(p 1) 0.5"));
  EXPECT_THAT(entry(ConflictPolicy::kRight), ElementsAre("(p 1) 0.7"));
  EXPECT_THAT(entry(ConflictPolicy::kNewest), ElementsAre("(p 1) 0.7"));
  EXPECT_THAT(entry(ConflictPolicy::kMaxConfidence), ElementsAre("(p 1) 0.9"));
  Combination refused(CombineOperation::kIntersection, ConflictPolicy::kError, all, nullptr);
  const auto facts = Facts(refused);
  EXPECT_EQ(facts.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(facts.status().message()), HasSubstr("(p 1)"));
  // Equal entries are no conflict, and what is taken away has none.
  Combination equal(CombineOperation::kUnion, ConflictPolicy::kError, {{&a, "a"}, {&a, "a"}},
                    nullptr);
  EXPECT_THAT(*Facts(equal), ElementsAre("(p 1) 0.5"));
  EXPECT_EQ(equal.conflicts(), 0);
  EXPECT_TRUE(Facts(CombineOperation::kDifference, ConflictPolicy::kError, all).empty());
}

TEST(CombineTest, CopiesAreCounted) {
  FactsInMemory a("a"), b("b");
  // As a multiset holds them: three and one, against two and none, and a name that is no copy.
  for (const auto& [source, copies] : {std::pair(&a, 3u), std::pair(&b, 2u)}) {
    source->Add("(p 1)");
    for (uint32_t copy = 2; copy <= copies; ++copy) source->Add("(p 1)", CopyMark(copy));
  }
  a.Add("(p 2)");
  b.Add("(p 1)", "n");
  const std::vector<CombineOperand> both = {{&a, "a"}, {&b, "b"}};
  const auto run = [&](CombineOperation operation) {
    return Facts(operation, ConflictPolicy::kError, both);
  };
  EXPECT_THAT(run(CombineOperation::kUnion),
              ElementsAre("(p 1)", "(p 1)", "(p 1)", "(p 1)@n", "(p 2)"));
  EXPECT_THAT(run(CombineOperation::kIntersection), ElementsAre("(p 1)", "(p 1)"));
  EXPECT_THAT(run(CombineOperation::kDifference), ElementsAre("(p 1)", "(p 2)"));
  EXPECT_THAT(run(CombineOperation::kRestriction), ElementsAre("(p 1)", "(p 1)", "(p 1)"));
  // A copy has no name, so it is not among those that have one.
  EXPECT_THAT(Facts(CombineOperation::kUnion, ConflictPolicy::kError, {{&b, "b", ""}}),
              ElementsAre("(p 1)@n"));
}

TEST(CombineTest, OneOperandAndSpacesThatDoNotExist) {
  FactsInMemory a("a");
  a.Add("(p 1)");
  for (const CombineOperation operation :
       {CombineOperation::kUnion, CombineOperation::kIntersection, CombineOperation::kDifference}) {
    EXPECT_THAT(Facts(operation, ConflictPolicy::kError, {{&a, "a"}}), ElementsAre("(p 1)"));
    EXPECT_THAT(Facts(operation, ConflictPolicy::kError, {{&a, "none"}}), ElementsAre());
  }
  EXPECT_THAT(Facts(CombineOperation::kRestriction, ConflictPolicy::kError, {{&a, "a"}}),
              ElementsAre());
}

TEST(CombineTest, AnInterruptEndsTheWalk) {
  FactsInMemory a("a");
  for (int i = 0; i < 5000; ++i) a.Add("(p " + std::to_string(i) + ")");
  for (const CombineOperation operation :
       {CombineOperation::kUnion, CombineOperation::kIntersection, CombineOperation::kDifference}) {
    Combination combination(operation, ConflictPolicy::kLeft, {{&a, "a"}, {&a, "a"}},
                            [] { return absl::CancelledError("enough"); });
    EXPECT_EQ(Facts(combination).status().message(), "enough");
  }
}

TEST(CombineTest, RandomSpacesAgainstMaps) {
  const char* given = std::getenv("PATHKB_TEST_SEED");
  const uint64_t seed = given == nullptr ? 20261121 : std::strtoull(given, nullptr, 10);
  std::cout << "PATHKB_TEST_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  const auto below = [&](uint64_t bound) { return random() % bound; };
  for (int round = 0; round < 300; ++round) {
    const size_t count = 1 + below(5);
    std::vector<std::unique_ptr<FactsInMemory>> sources;
    std::vector<std::map<std::string, double>> maps;  // By encoded term.
    std::vector<CombineOperand> operands;
    for (size_t i = 0; i < count; ++i) {
      sources.push_back(std::make_unique<FactsInMemory>("s"));
      maps.emplace_back();
      const size_t facts = below(60);
      for (size_t k = 0; k < facts; ++k) {
        const Term term = Term::Expression(
            {Term::Symbol("p"), Term::Integer(static_cast<int64_t>(below(40)) - 20)});
        std::string encoded;
        ASSERT_TRUE(EncodeTerm(term, encoded).ok());
        const double confidence = static_cast<double>(1 + below(3)) / 4;
        maps.back()[encoded] = confidence;
        sources.back()->Add(term, "", Confident(confidence));
      }
      operands.push_back({sources.back().get(), "s"});
    }
    for (const CombineOperation operation :
         {CombineOperation::kUnion, CombineOperation::kIntersection,
          CombineOperation::kDifference}) {
      std::map<std::string, double> expected = maps[0];
      for (size_t i = 1; i < count; ++i) {
        if (operation == CombineOperation::kUnion) {
          for (const auto& [key, value] : maps[i]) {
            const auto [it, added] = expected.emplace(key, value);
            it->second = std::max(it->second, value);
          }
          continue;
        }
        std::map<std::string, double> kept;
        for (const auto& [key, value] : expected) {
          const auto other = maps[i].find(key);
          const bool found = other != maps[i].end();
          if (operation == CombineOperation::kDifference && !found) kept[key] = value;
          if (operation == CombineOperation::kIntersection && found) {
            kept[key] = std::max(value, other->second);
          }
        }
        expected = kept;
      }
      Combination combination(operation, ConflictPolicy::kMaxConfidence, operands, nullptr);
      auto next = expected.begin();
      for (;;) {
        const auto found = combination.Next();
        ASSERT_TRUE(found.ok()) << found.status();
        if (!*found) break;
        ASSERT_NE(next, expected.end());
        ASSERT_EQ(combination.encoded_term(), next->first);
        ASSERT_EQ(DecodeEntry(combination.entry())->confidence, next->second);
        ++next;
      }
      ASSERT_EQ(next, expected.end());
    }
  }
}

}  // namespace
}  // namespace pathkb
