// Goal: each form of output says what the message says. Method: one rich and one plain fact in
// every form.

#include "client/cli/output/fact_printer.h"

#include "gtest/gtest.h"

namespace pathkb::cli {
namespace {

v1::Fact PlainFact() {
  v1::Fact fact;
  fact.set_term("(parent Tom \"B\\\"ob\")");
  return fact;
}

v1::Fact RichFact() {
  v1::Fact fact;
  fact.set_term("(= (+ 2 2) 4)");
  fact.set_name("facts/math/addition");
  fact.mutable_entry()->set_confidence(0.25);
  fact.mutable_entry()->set_source("a \"book\"");
  (*fact.mutable_entry()->mutable_metadata())["z"] = "1";
  (*fact.mutable_entry()->mutable_metadata())["a"] = "2\n";
  return fact;
}

v1::Match MakeMatch(const v1::Fact& fact) {
  v1::Match match;
  *match.mutable_fact() = fact;
  for (const char* variable : {"y", "x"}) {
    v1::Binding* binding = match.add_bindings();
    binding->set_variable(variable);
    binding->set_term(std::string("(is ") + variable + ")");
  }
  return match;
}

template <typename Row>
std::string Printed(OutputFormat format, const std::vector<Row>& rows) {
  std::string text;
  TextOutput out(&text);
  FactPrinter printer(format, out);
  for (const Row& row : rows) EXPECT_TRUE(printer.Print(row));
  EXPECT_TRUE(printer.Finish());
  return text;
}

TEST(FactPrinterTest, Facts) {
  const std::vector<v1::Fact> facts = {PlainFact(), RichFact()};
  EXPECT_EQ(Printed(OutputFormat::kMetta, facts), "(parent Tom \"B\\\"ob\")\n(= (+ 2 2) 4)\n");
  EXPECT_EQ(
      Printed(OutputFormat::kJson, facts),
      "{\"fact\":\"(parent Tom \\\"B\\\\\\\"ob\\\")\",\"name\":\"\",\"confidence\":1,\"source\":"
      "\"\",\"metadata\":{}}\n"
      "{\"fact\":\"(= (+ 2 2) 4)\",\"name\":\"facts/math/addition\",\"confidence\":0.25,"
      "\"source\":\"a \\\"book\\\"\",\"metadata\":{\"a\":\"2\\n\",\"z\":\"1\"}}\n");
  EXPECT_EQ(Printed(OutputFormat::kTable, facts),
            "fact                  name                 confidence  source    metadata\n"
            "(parent Tom \"B\\\"ob\")\n"
            "(= (+ 2 2) 4)         facts/math/addition  0.25        a \"book\"  a=2\\n z=1\n");
}

TEST(FactPrinterTest, Matches) {
  const std::vector<v1::Match> matches = {MakeMatch(PlainFact())};
  EXPECT_EQ(Printed(OutputFormat::kMetta, matches), "(parent Tom \"B\\\"ob\")\n");
  EXPECT_EQ(
      Printed(OutputFormat::kJson, matches),
      "{\"fact\":\"(parent Tom \\\"B\\\\\\\"ob\\\")\",\"name\":\"\",\"confidence\":1,\"source\":"
      "\"\",\"metadata\":{},\"bindings\":{\"y\":\"(is y)\",\"x\":\"(is x)\"}}\n");
  EXPECT_EQ(Printed(OutputFormat::kTable, matches),
            "$y      $x\n"
            "(is y)  (is x)\n");
}

TEST(FactPrinterTest, AMatchWithoutVariablesShowsItsFact) {
  v1::Match match;
  *match.mutable_fact() = PlainFact();
  EXPECT_EQ(Printed(OutputFormat::kTable, std::vector<v1::Match>{match}),
            "fact\n(parent Tom \"B\\\"ob\")\n");
}

TEST(FactPrinterTest, AnswersToAJoinedQuery) {
  std::vector<v1::Match> matches(2);
  for (v1::Match& match : matches) {
    match = MakeMatch(PlainFact());
    match.clear_fact();
  }
  EXPECT_EQ(Printed(OutputFormat::kMetta, matches),
            "((= $y (is y)) (= $x (is x)))\n((= $y (is y)) (= $x (is x)))\n");
  EXPECT_EQ(MatchJson(matches[0]), "{\"bindings\":{\"y\":\"(is y)\",\"x\":\"(is x)\"}}");
  EXPECT_EQ(Printed(OutputFormat::kTable, matches), "$y      $x\n(is y)  (is x)\n(is y)  (is x)\n");
  // Without variables the only answer is that it holds.
  for (v1::Match& match : matches) match.clear_bindings();
  EXPECT_EQ(Printed(OutputFormat::kMetta, matches), "()\n()\n");
  EXPECT_EQ(Printed(OutputFormat::kTable, matches), "answer\nyes\nyes\n");
}

TEST(FactPrinterTest, FilledTemplates) {
  std::vector<v1::Match> matches(1);
  matches[0].set_term("(grandparent Tom \"Ann\")");
  EXPECT_EQ(Printed(OutputFormat::kMetta, matches), "(grandparent Tom \"Ann\")\n");
  EXPECT_EQ(MatchJson(matches[0]), "{\"term\":\"(grandparent Tom \\\"Ann\\\")\"}");
  EXPECT_EQ(Printed(OutputFormat::kTable, matches), "answer\n(grandparent Tom \"Ann\")\n");
}

}  // namespace
}  // namespace pathkb::cli
