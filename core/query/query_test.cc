// What a query is taken for, by small tables: its variables and its form as text, and for each kind
// of mistake the message, which must name the form and say what to do.

#include "core/query/query.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "core/term/sexpr.h"

namespace pathkb {
namespace {

absl::StatusOr<Query> Compiled(const std::string& text) { return Query::Compile(*ParseTerm(text)); }

// `count` different variables, with blanks between.
std::string Variables(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += " $v" + std::to_string(i);
  return text;
}

// `inner` inside `count` times `(head ...)`.
std::string Nested(const std::string& head, int count, std::string inner) {
  for (int i = 0; i < count; ++i) inner = "(" + head + " " + inner + ")";
  return inner;
}

TEST(QueryTest, VariablesOfAnswers) {
  const struct {
    const char* text;
    bool single;
    std::vector<std::string> names;
  } kRows[] = {
      {"(p $x $y $x)", true, {"x", "y"}},
      {"$all", true, {"all"}},
      {"(not $x)", true, {"x"}},
      {"(< $x 3)", true, {"x"}},
      {"(quote $x)", true, {"x"}},
      {"(, (p $y $x))", false, {"y", "x"}},
      {"(, (p $x) (q $y $x))", false, {"x", "y"}},
      {"(, (p $x) (not (q $x $z)))", false, {"x"}},
      {"(, (not (q $x $z)) (p $y) (p $x))", false, {"x", "y"}},
      {"(or (p $x) (q $y))", false, {"x", "y"}},
      {"(, (p $x) (or (q $x) (r $y)))", false, {"x", "y"}},
      {"(, (quote (not $x)) (p $x))", false, {"x"}},
      {"(, (p a))", false, {}},
      {"(, $x)", false, {"x"}},
      {"(, (not (p $x)))", false, {}},
      {"(, (not (not (p $x))))", false, {}},
      {"(, (< 1 2))", false, {}},
      {"(, foo 42 \"text\" or)", false, {}},
      {"(, (or (, (p $x) (< $x 3)) (q $x)) (== $x 1))", false, {"x"}},
  };
  for (const auto& row : kRows) {
    const auto query = Compiled(row.text);
    ASSERT_TRUE(query.ok()) << row.text << ": " << query.status();
    EXPECT_EQ(query->is_single_pattern(), row.single) << row.text;
    EXPECT_EQ(query->variable_names(), row.names) << row.text;
  }
}

TEST(QueryTest, FormsAsText) {
  const std::pair<const char*, const char*> kRows[] = {
      {"(, (, (p $x)) (, (q $x) (r $x)))", "(p $x)|(q $x)|(r $x)"},
      {"(, (quote (p $x)) (quote (or $x)))", "(p $x)|(quote (or $x))"},
      {"(, (p $x) (<= $x 3.5) (prefix $x \"a\"))", "(p $x)|(<= $x 3.5)|(prefix $x \"a\")"},
      {"(, (p $x) (not (, (q $x) (r $x))))", "(p $x)|(not (, (q $x) (r $x)))"},
      {"(or (p $x) (, (q $x) (not (r $x))))", "(or (p $x) (, (q $x) (not (r $x))))"},
  };
  for (const auto& [text, expected] : kRows) {
    const auto query = Compiled(text);
    ASSERT_TRUE(query.ok()) << query.status();
    std::string forms;
    for (const QueryPart& part : query->form().top.parts) {
      forms += (forms.empty() ? "" : "|") + FormText(part, query->form().variable_names);
    }
    EXPECT_EQ(forms, expected);
  }
}

TEST(QueryTest, Mistakes) {
  std::string many_parts = "(,";
  for (int i = 0; i < 65; ++i) many_parts += " (p $x)";
  const std::pair<std::string, const char*> kRows[] = {
      {"(,)", "(,): `,` takes at least one part, not 0"},
      {"(or)", "(or): `or` takes at least one branch, not 0"},
      {"(, (not))", "(not): `not` takes one query, not 0"},
      {"(, (not (p) (q)))", "(not (p) (q)): `not` takes one query, not 2"},
      {"(, (quote))", "(quote): `quote` takes one pattern, not 0"},
      {"(, (p $x) (< $x))", "(< $x): `<` takes two operands, not 1"},
      {"(, (p $x) (< $x 1 2))", "written (quote PATTERN)"},
      {"(, (p $x) (< $y 3))", "nothing binds $y in (< $y 3): add a pattern that holds $y"},
      {"(, (< $x 3))", "nothing binds $x in (< $x 3)"},
      {"(, (p $x) (not (q $y)) (< $y 3))", "$y is used in (not (q $y)) and outside of it"},
      {"(, (p $x) (not (, (q $x) (< $y 3))))", "nothing binds $y in (< $y 3)"},
      {"(, (p $x) (not (q $y)) (not (r $y)))",
       "$y is used in (not (q $y)) and outside of it, where no pattern binds it"},
      {"(, (or (p $x) (q $y)) (< $x 3))",
       "branch 2 of (or (p $x) (q $y)) does not bind $x, which is used outside of it"},
      {"(, (or (p $x) (not (q $x))) (> $x 1))", "$x is used in (not (q $x)) and outside of it"},
      {"(or (p $x) (not (q $y)) (< $x 3))", "nothing binds $x in (< $x 3)"},
      {"(, (p $x) (< $x foo))", "operand 2 must be a variable, a number or a string, not foo"},
      {"(, (p $x) (< (f) 1))", "operand 1 must be a variable, a number or a string, not (f)"},
      {"(, (p $x) (prefix $x $x))", "operand 2 must be a string or a symbol, not $x"},
      {"(, (p $x) (prefix $x 1))", "operand 2 must be a string or a symbol, not 1"},
      {"(, (p $x) (prefix 1 a))", "operand 1 must be a variable, a string or a symbol, not 1"},
      {"(, (p $x) (== $x (f $y)))", "operand 2 holds the variable $y"},
      {"(p" + Variables(65) + ")", "has 65 different variables; 64 are allowed in one"},
      {"(, (p" + Variables(65) + "))", "has 65 different variables; 64 are allowed in one"},
      {"(p" + Variables(100'000) + ")", "more than 1024 different variables"},
      {"(, (p" + Variables(100'000) + "))", "more than 1024 different variables"},
      {many_parts + ")", "more than 64 parts"},
      {Nested(",", 17, "(p $x)"), "nested more than 16 deep"},
      {"(, " + Nested("not", 500, "(p $x)") + ")", "nested more than 16 deep"},
      {"(, " + Nested("or", 900, "(p $x)") + ")", "nested more than 16 deep"},
  };
  for (const auto& [text, expected] : kRows) {
    const absl::Status status = Compiled(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text.substr(0, 100);
    EXPECT_NE(std::string(status.message()).find(expected), std::string::npos)
        << text.substr(0, 100) << "\n"
        << status << "\nexpected: " << expected;
    EXPECT_LT(status.message().size(), 500u);
  }
  const auto no_symbol = Term::Expression({Term::Symbol("p"), Term::Symbol("")});
  EXPECT_NE(std::string(Query::Compile(no_symbol).status().message()).find("an empty symbol"),
            std::string::npos);
}

TEST(QueryTest, BoundsThatAreJustMet) {
  std::string many_parts = "(,";
  for (int i = 0; i < 64; ++i) many_parts += " (p $x)";
  EXPECT_TRUE(Compiled(many_parts + ")").ok());
  EXPECT_TRUE(Compiled(Nested(",", 16, "(p $x)")).ok());
  EXPECT_TRUE(Compiled("(p" + Variables(64) + ")").ok());
  EXPECT_TRUE(Compiled(Nested("not", 900, "(p $x)")).ok());  // A pattern, at the top.
  EXPECT_TRUE(Compiled("(, " + Nested("f", 990, "(p $x)") + ")").ok());
}

TEST(QueryTest, PartsThatWaitForOneAnother) {
  // Each `or` binds what the other one needs, so that neither can come first.
  const auto query = Compiled("(, (or (, (p $x) (q $y)) (q2 $y)) (or (, (r $x) (s $y)) (r2 $x)))");
  EXPECT_EQ(query.status().code(), absl::StatusCode::kInvalidArgument) << query.status();
  // With a pattern that binds one of them there is an order.
  EXPECT_TRUE(
      Compiled("(, (or (, (p $x) (q $y)) (q2 $y)) (or (, (r $x) (s $y)) (r2 $x)) (t $x))").ok());
}

}  // namespace
}  // namespace pathkb
