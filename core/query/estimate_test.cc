// Exact where there is little; within a factor where there is much; the same each time; and cheap,
// counted in steps, whatever the size.

#include "core/query/estimate.h"

#include "gtest/gtest.h"

#include "core/query/facts_in_memory.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"

namespace pathkb {
namespace {

constexpr uint64_t kStepsMax = 6000;

std::string Encoded(const std::string& text) {
  std::string bytes;
  EXPECT_TRUE(EncodeTerm(*ParseTerm(text), bytes).ok());
  return bytes;
}

double Rows(const FactsInMemory& facts, const std::string& text,
            const std::vector<std::string>& inputs, int position,
            const std::vector<std::vector<PatternSearch::Range>>& ranges = {}) {
  const Pattern pattern = *Pattern::Compile(*ParseTerm(text), inputs);
  StepMeter meter;
  const double rows = *EstimateRows(facts, "s", pattern, position, meter, ranges);
  EXPECT_LT(meter.steps(), kStepsMax) << text;
  StepMeter again;
  EXPECT_EQ(*EstimateRows(facts, "s", pattern, position, again, ranges), rows);
  return rows;
}

// (r i i/10 mod 700) for 20,000 numbers i, and some little relations.
FactsInMemory Numbers() {
  FactsInMemory facts("s", IndexedArguments::FromBits(0b110));
  for (int i = 0; i < 20'000; ++i) {
    facts.Add("(r " + std::to_string(i) + " " + std::to_string(i / 10 % 700) + ")");
  }
  for (int i = 0; i < 30; ++i) {
    facts.Add("(small " + std::to_string(i % 10) + " " + std::to_string(i) + ")");
  }
  facts.Add("(one a)");
  return facts;
}

TEST(EstimateTest, LittleIsCounted) {
  const FactsInMemory facts = Numbers();
  EXPECT_EQ(Rows(facts, "(small $x $y)", {}, 0), 30);
  EXPECT_EQ(Rows(facts, "(small $x 7)", {}, 0), 1);
  EXPECT_EQ(Rows(facts, "(small $x $y)", {"x"}, 0), 3);
  EXPECT_EQ(Rows(facts, "(small $x $y)", {"y"}, 2), 1);
  EXPECT_EQ(Rows(facts, "(one a)", {}, 0), 1);
  EXPECT_EQ(Rows(facts, "(none $x)", {}, 0), 0);
  EXPECT_EQ(Rows(facts, "(none $x)", {"x"}, 0), 0);
  EXPECT_EQ(Rows(facts, "(r $x 77)", {}, 2), 30);
  EXPECT_EQ(Rows(facts, "(r $x $y)", {}, 0, {{{Encoded("100"), Encoded("105")}}}), 5);
}

TEST(EstimateTest, MuchIsEstimated) {
  const FactsInMemory facts = Numbers();
  const auto is_about = [](double found, double expected, double factor) {
    EXPECT_GE(found, expected / factor);
    EXPECT_LE(found, expected * factor);
  };
  is_about(Rows(facts, "(r $x $y)", {}, 0), 20'000, 2);
  is_about(Rows(facts, "$x", {}, 0), 20'031, 5);
  is_about(Rows(facts, "(r $x $y)", {"x"}, 0), 1, 1.5);
  is_about(Rows(facts, "(r $x $y)", {"y"}, 2), 28.6, 2);
  is_about(Rows(facts, "(r $x $y)", {}, 0, {{{Encoded("1000"), Encoded("11000")}}}), 10'000, 3);
  // Behind a variable it is rough; what matters is that it is neither none nor all.
  const double behind = Rows(facts, "(r $x 77)", {}, 0);
  EXPECT_GT(behind, 0);
  EXPECT_LT(behind, 4000);
  const double input_behind = Rows(facts, "(r $x $y)", {"y"}, 0);
  EXPECT_GT(input_behind, 1);
  EXPECT_LT(input_behind, 2000);
}

TEST(EstimateTest, ASpentBudgetSaysSo) {
  const FactsInMemory facts = Numbers();
  const Pattern pattern = *Pattern::Compile(*ParseTerm("(r $x $y)"));
  for (const uint64_t budget : {1, 100, 300}) {
    StepMeter meter(budget);
    EXPECT_EQ(EstimateRows(facts, "s", pattern, 0, meter).status().code(),
              absl::StatusCode::kResourceExhausted);
  }
}

}  // namespace
}  // namespace pathkb
