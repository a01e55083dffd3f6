// A table of pairs with what each variable must be bound to.

#include "core/query/unify.h"

#include "gtest/gtest.h"

#include "core/term/sexpr.h"

namespace pathkb {
namespace {

// "x=1 y=2" for a match, "no" for none. Variables are asked for in the order given.
std::string Bindings(const std::string& pattern, const std::string& fact,
                     const std::vector<std::string>& variables) {
  const Term a = *ParseTerm(pattern);
  const Term b = *ParseTerm(fact);
  const auto bindings = *Unify(a, b, variables);
  EXPECT_EQ(bindings.has_value(), *Unifies(a, b));
  if (!bindings.has_value()) return "no";
  std::string text;
  for (size_t i = 0; i < variables.size(); ++i) {
    text += (i == 0 ? "" : " ") + variables[i] + "=" + PrintTerm((*bindings)[i]);
  }
  return text;
}

TEST(UnifyTest, VariablesOfThePattern) {
  EXPECT_EQ(Bindings("(parent $x Bob)", "(parent Tom Bob)", {"x"}), "x=Tom");
  EXPECT_EQ(Bindings("(parent $x Bob)", "(parent Tom Ann)", {"x"}), "no");
  EXPECT_EQ(Bindings("(p $x $x)", "(p (a 1) (a 1))", {"x"}), "x=(a 1)");
  EXPECT_EQ(Bindings("(p $x $x)", "(p 1 1.0)", {"x"}), "no");
  EXPECT_EQ(Bindings("(p $x)", "(p a b)", {"x"}), "no");
  EXPECT_EQ(Bindings("$x", "(p a)", {"x"}), "x=(p a)");
}

TEST(UnifyTest, VariablesOfTheFactAreApart) {
  EXPECT_EQ(Bindings("(p a $x)", "(p $x b)", {"x"}), "x=b");
  EXPECT_EQ(Bindings("(p $x)", "(p $y)", {"x"}), "x=$y");
  EXPECT_EQ(Bindings("(p $x $z)", "(p $x (f $x))", {"x", "z"}), "x=$x#1 z=(f $x#1)");
  EXPECT_EQ(Bindings("(p a b)", "(p $v $v)", {}), "no");
  EXPECT_EQ(Bindings("(p a a)", "(p $v $v)", {}), "");
  EXPECT_EQ(Bindings("(p (g $x) a)", "(p $v $w)", {"x"}), "x=$x");
}

TEST(UnifyTest, OccursCheck) {
  EXPECT_EQ(Bindings("(p $x $x)", "(p $v (f $v))", {"x"}), "no");
  EXPECT_EQ(Bindings("(p $x (f $x))", "(p $v $v)", {"x"}), "no");
  EXPECT_EQ(Bindings("(p $x $y)", "(p $v (f $v))", {"x", "y"}), "x=$v y=(f $v)");
}

TEST(UnifyTest, BindingsAreResolvedAllTheWay) {
  EXPECT_EQ(Bindings("(p $x $y $z)", "(p (f $a) $a 7)", {"x", "y", "z"}), "x=(f $a) y=$a z=7");
  EXPECT_EQ(Bindings("(p $x $y 7)", "(p (f $a) $a $a)", {"x", "y"}), "x=(f 7) y=7");
}

TEST(UnifyTest, TermsOfExponentialSizeAreRefused) {
  // $x0 = (f $x1 $x1), $x1 = (f $x2 $x2), ...: the binding of $x0 would have 2^40 leaves.
  std::string pattern = "(p", fact = "(p";
  for (int i = 0; i < 40; ++i) {
    pattern += " $x" + std::to_string(i) + " $x" + std::to_string(i);
    fact += " (f $y" + std::to_string(i + 1) + " $y" + std::to_string(i + 1) + ") $y" +
            std::to_string(i);
  }
  const auto bindings = Unify(*ParseTerm(pattern + ")"), *ParseTerm(fact + ")"), {"x0"});
  EXPECT_EQ(bindings.status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(UnifyTest, DeepTermsDoNotRecurse) {
  Term a = Term::Variable("x");
  Term b = Term::Integer(1);
  for (int i = 0; i < 200'000; ++i) {
    std::vector<Term> wrap_a, wrap_b;
    wrap_a.push_back(std::move(a));
    wrap_b.push_back(std::move(b));
    a = Term::Expression(std::move(wrap_a));
    b = Term::Expression(std::move(wrap_b));
  }
  const auto bindings = *Unify(a, b, {"x"});
  ASSERT_TRUE(bindings.has_value());
  EXPECT_EQ((*bindings)[0], Term::Integer(1));
}

}  // namespace
}  // namespace pathkb
