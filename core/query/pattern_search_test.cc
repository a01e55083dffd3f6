// Answers, inputs, ranges and positions by hand, over a few facts.

#include "core/query/pattern_search.h"

#include "gtest/gtest.h"

#include "core/query/facts_in_memory.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"

namespace pathkb {
namespace {

std::string Encoded(const std::string& text) {
  std::string bytes;
  EXPECT_TRUE(EncodeTerm(*ParseTerm(text), bytes).ok());
  return bytes;
}

// The rest of the answers as text.
std::vector<std::string> Rest(PatternSearch& search) {
  std::vector<std::string> answers;
  while (*search.Next()) {
    std::string text;
    const std::vector<Term> bindings = *search.Bindings();
    for (const Term& term : bindings) text += (text.empty() ? "" : " ") + PrintTerm(term);
    answers.push_back(text);
  }
  return answers;
}

using Answers = std::vector<std::string>;

TEST(PatternSearchTest, InputsRangesAndPositions) {
  FactsInMemory facts;
  for (const char* text : {"(p a 1)", "(p a 2)", "(p b 2)", "(p b 3)", "(p $v 2)"}) facts.Add(text);
  StepMeter meter;
  const auto search =
      *PatternSearch::New(facts, "s", *Pattern::Compile(*ParseTerm("(p $x $n)"), {"x"}), 0, meter);
  const std::string a = Encoded("a"), b = Encoded("b");
  ASSERT_TRUE(search->Start(std::vector<std::string_view>{a}).ok());
  EXPECT_EQ(Rest(*search), (Answers{"a 2", "a 1", "a 2"}));
  ASSERT_TRUE(search->Start(std::vector<std::string_view>{b}).ok());
  EXPECT_EQ(Rest(*search), (Answers{"b 2", "b 2", "b 3"}));
  const std::vector<std::vector<PatternSearch::Range>> ranges = {{},
                                                                 {{Encoded("2"), Encoded("3")}}};
  ASSERT_TRUE(search->Start(std::vector<std::string_view>{b}, ranges).ok());
  EXPECT_EQ(Rest(*search), (Answers{"b 2", "b 2"}));
  ASSERT_TRUE(search->Start(std::vector<std::string_view>{b}).ok());
  ASSERT_TRUE(*search->Next());
  const std::string position = search->Position();
  ASSERT_TRUE(search->StartAfter(std::vector<std::string_view>{b}, {}, position).ok());
  EXPECT_EQ(Rest(*search), (Answers{"b 2", "b 3"}));
}

}  // namespace
}  // namespace pathkb
