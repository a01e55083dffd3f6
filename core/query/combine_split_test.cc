// Goal: parts are of about the size that was asked for, and what they come to, one behind the
// other, is the whole combination. Method: spaces of different sizes and shapes; each operation as
// one walk and in parts of many sizes.

#include "core/query/combine_split.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "core/query/facts_in_memory.h"

namespace pathkb {
namespace {

std::vector<std::string> Keys(CombineOperation operation,
                              const std::vector<CombineOperand>& operands, CombineRange range) {
  Combination combination(operation, ConflictPolicy::kLeft, operands, nullptr, std::move(range));
  std::vector<std::string> keys;
  for (;;) {
    const auto found = combination.Next();
    EXPECT_TRUE(found.ok()) << found.status();
    if (!found.ok() || !*found) return keys;
    keys.push_back(std::string(combination.encoded_term()) + "|" + std::string(combination.name()));
  }
}

class CombineSplitTest : public ::testing::Test {
 protected:
  // Two spaces that overlap, with nested terms and names, and one in which nearly all facts share
  // a long beginning.
  void SetUp() override {
    for (int i = 0; i < 3'000; ++i) {
      const std::string number = std::to_string(i);
      if (i % 3 != 0) a_.Add("(edge " + number + " (to " + std::to_string(i * 7) + "))");
      if (i % 2 != 0) b_.Add("(edge " + number + " (to " + std::to_string(i * 7) + "))");
      if (i % 5 == 0) b_.Add("(edge 1 (to 7))", "names/" + number);
      if (i % 50 == 0) c_.Add("(r" + number + ")");
      c_.Add("(edge (of one kind only) " + number + ")");
    }
  }

  FactsInMemory a_{"a"}, b_{"b"}, c_{"c"}, empty_{"empty"};
  const std::vector<CombineOperand> operands_ = {
      {&a_, "a"}, {&b_, "b"}, {&c_, "c"}, {&empty_, "empty"}, {&a_, "none"}};
};

TEST_F(CombineSplitTest, PartsComeToTheWhole) {
  for (const CombineOperation operation :
       {CombineOperation::kUnion, CombineOperation::kIntersection, CombineOperation::kDifference,
        CombineOperation::kRestriction}) {
    const std::vector<std::vector<CombineOperand>> choices = {
        operands_, {operands_[0], operands_[1]}, {operands_[1], operands_[0]}, {operands_[2]}};
    for (const auto& operands : choices) {
      const auto whole = Keys(operation, operands, {});
      for (const uint64_t facts : {1, 10, 100, 1'000, 100'000}) {
        std::vector<std::string> keys;
        std::string from;
        const auto ranges = SplitCombination(operands, facts, 500);
        for (const CombineRange& range : ranges) {
          EXPECT_EQ(range.from, from);
          const auto part = Keys(operation, operands, range);
          keys.insert(keys.end(), part.begin(), part.end());
          from = range.until.value_or("");
        }
        EXPECT_FALSE(ranges.back().until.has_value());
        ASSERT_EQ(keys, whole) << ranges.size() << " parts";
      }
    }
  }
}

TEST_F(CombineSplitTest, PartsAreOfAboutOneSize) {
  for (const auto& operands : {operands_, {operands_[2]}}) {
    const size_t all = Keys(CombineOperation::kUnion, operands, {}).size();
    const auto ranges = SplitCombination(operands, 200, 500);
    EXPECT_GE(ranges.size(), 8u);
    size_t largest = 0;
    for (const CombineRange& range : ranges) {
      largest = std::max(largest, Keys(CombineOperation::kUnion, operands, range).size());
    }
    EXPECT_LE(largest, all / 4) << ranges.size() << " parts";
  }
  EXPECT_LE(SplitCombination(operands_, 1, 7).size(), 8u);
}

TEST_F(CombineSplitTest, FewFactsAreOnePart) {
  EXPECT_EQ(SplitCombination(operands_, 100'000, 500).size(), 1u);
  EXPECT_EQ(SplitCombination({operands_[3]}, 1, 500).size(), 1u);
  EXPECT_EQ(SplitCombination({operands_[4]}, 1, 500).size(), 1u);
  EXPECT_EQ(SplitCombination(operands_, 1, 1).size(), 1u);
}

}  // namespace
}  // namespace pathkb
