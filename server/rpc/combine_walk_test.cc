// Goal: a combination that several threads work on comes to the same facts, in the same order, with
// the same numbers as one walk; a conflict is found wherever it is, behind the facts before it; and
// a walk that is given up or interrupted ends. Method: spaces large enough for several parts,
// beside Combination itself, with one thread and with four.

#include "server/rpc/combine_walk.h"

#include <atomic>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "core/facts/entry.h"
#include "core/query/facts_in_memory.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"

namespace pathkb {
namespace {

using ::testing::HasSubstr;
using Output = CombinePlan::Output;

constexpr int kFacts = 60'000;

Entry WithConfidence(double confidence) {
  Entry entry;
  entry.confidence = confidence;
  return entry;
}

struct Result {
  std::vector<std::string> facts;
  uint64_t conflicts = 0;
  uint64_t number = 0;
  absl::Status status;
};

std::string ChangeText(const Change& change) {
  std::string_view bytes = change.encoded_term;
  return PrintTerm(*DecodeTerm(bytes)) + " " +
         std::to_string(DecodeEntry(change.entry)->confidence);
}

Result TakeAll(CombineWalk& walk) {
  Result result;
  for (;;) {
    auto block = walk.Next();
    result.status = block.status();
    if (!block.ok() || !block->has_value()) return result;
    EXPECT_GT((*block)->facts, 0u);
    result.number += (*block)->facts;
    result.conflicts += (*block)->conflicts;
    for (const Change& change : (*block)->changes) result.facts.push_back(ChangeText(change));
    for (const v1::Fact& fact : (*block)->message.facts()) {
      result.facts.push_back(fact.term() + " " + std::to_string(fact.entry().confidence()));
    }
  }
}

// As one walk, without threads.
Result WalkOnce(const CombinePlan& plan) {
  Combination combination(plan.operation, plan.policy, plan.operands, nullptr);
  Result result;
  for (;;) {
    const auto found = combination.Next();
    EXPECT_TRUE(found.ok()) << found.status();
    if (!found.ok() || !*found) break;
    ++result.number;
    if (plan.output == Output::kNothing) continue;
    if (plan.output == Output::kOthersChanges && combination.is_of_first()) continue;
    Change change;
    change.encoded_term = combination.encoded_term();
    change.entry = combination.entry();
    result.facts.push_back(ChangeText(change));
  }
  result.conflicts = combination.conflicts();
  return result;
}

class CombineWalkTest : public ::testing::Test {
 protected:
  // Every third fact is in both, every ninth with entries that differ.
  static void SetUpTestSuite() {
    a_ = new FactsInMemory("a");
    b_ = new FactsInMemory("b");
    for (int i = 0; i < kFacts; ++i) {
      const std::string fact = "(edge " + std::to_string(i % 300) + " " + std::to_string(i) + ")";
      if (i % 3 != 2) a_->Add(fact, "", WithConfidence(0.5));
      if (i % 3 != 1) b_->Add(fact, "", WithConfidence(i % 9 == 0 ? 0.75 : 0.5));
    }
  }
  static void TearDownTestSuite() {
    delete a_;
    delete b_;
  }

  static CombinePlan Plan(CombineOperation operation, ConflictPolicy policy, Output output) {
    return {operation, policy, {{a_, "a"}, {b_, "b"}}, output};
  }

  static FactsInMemory *a_, *b_;
  ThreadPool threads_{4};
};

FactsInMemory* CombineWalkTest::a_ = nullptr;
FactsInMemory* CombineWalkTest::b_ = nullptr;

TEST_F(CombineWalkTest, ComesToTheSameAsOneWalk) {
  ThreadPool one_thread(1);
  for (const CombineOperation operation :
       {CombineOperation::kUnion, CombineOperation::kIntersection, CombineOperation::kDifference,
        CombineOperation::kRestriction}) {
    for (const Output output :
         {Output::kNothing, Output::kMessages, Output::kChanges, Output::kOthersChanges}) {
      const CombinePlan plan = Plan(operation, ConflictPolicy::kMaxConfidence, output);
      const Result expected = WalkOnce(plan);
      for (ThreadPool* threads : {&one_thread, &threads_}) {
        CombineWalk walk(plan, *threads, nullptr);
        const Result result = TakeAll(walk);
        ASSERT_TRUE(result.status.ok()) << result.status;
        EXPECT_EQ(result.number, expected.number);
        EXPECT_EQ(result.conflicts, expected.conflicts);
        ASSERT_TRUE(result.facts == expected.facts);
      }
    }
  }
}

TEST_F(CombineWalkTest, AConflictComesBehindTheFactsBeforeIt) {
  // The last fact of all in path order that both have.
  FactsInMemory c("c");
  c.Add("(edge 298 " + std::to_string(kFacts - 2) + ")", "", WithConfidence(0.25));
  CombinePlan plan = Plan(CombineOperation::kUnion, ConflictPolicy::kError, Output::kMessages);
  plan.operands = {{a_, "a"}, {&c, "c"}};
  CombineWalk walk(plan, threads_, nullptr);
  const Result result = TakeAll(walk);
  EXPECT_EQ(result.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(result.status.message()), HasSubstr("(edge 298 59998)"));
  plan.policy = ConflictPolicy::kLeft;
  const Result whole = WalkOnce(plan);
  ASSERT_LT(result.facts.size(), whole.facts.size());
  EXPECT_GT(result.facts.size(), whole.facts.size() - 300);
  EXPECT_TRUE(std::equal(result.facts.begin(), result.facts.end(), whole.facts.begin()));
}

TEST_F(CombineWalkTest, AnInterruptEndsItAndItMayBeGivenUp) {
  const CombinePlan plan = Plan(CombineOperation::kUnion, ConflictPolicy::kLeft, Output::kChanges);
  std::atomic<bool> wanted = true;
  const auto interrupt = [&wanted] {
    return wanted ? absl::OkStatus() : absl::CancelledError("enough");
  };
  CombineWalk interrupted(plan, threads_, interrupt);
  ASSERT_TRUE(interrupted.Next().ok());
  wanted = false;
  EXPECT_EQ(TakeAll(interrupted).status.message(), "enough");
  wanted = true;
  for (int taken = 0; taken < 10; ++taken) {
    CombineWalk given_up(plan, threads_, interrupt);
    for (int i = 0; i < taken; ++i) ASSERT_TRUE(given_up.Next()->has_value());
  }
}

}  // namespace
}  // namespace pathkb
