// Checks that terms behave as values, also when one is a part of the other, and that terms a
// million deep are copied, compared and destroyed without a stack to match.

#include "core/term/term.h"

#include <limits>
#include <utility>

#include "gtest/gtest.h"

#include "core/term/random_terms.h"

namespace pathkb {
namespace {

constexpr size_t kDeep = 1'000'000;

Term Pair(Term a, Term b) {
  std::vector<Term> children;
  children.push_back(std::move(a));
  children.push_back(std::move(b));
  return Term::Expression(std::move(children));
}

TEST(TermTest, HoldsWhatItWasMadeFrom) {
  EXPECT_EQ(Term().kind(), Term::Kind::kExpression);
  EXPECT_TRUE(Term().children().empty());
  EXPECT_EQ(Term::Symbol("a").kind(), Term::Kind::kSymbol);
  EXPECT_EQ(Term::Symbol("a").text(), "a");
  EXPECT_EQ(Term::Variable("x").kind(), Term::Kind::kVariable);
  EXPECT_EQ(Term::Variable("x").text(), "x");
  EXPECT_EQ(Term::String("s").kind(), Term::Kind::kString);
  EXPECT_EQ(Term::String("s").text(), "s");
  EXPECT_EQ(Term::Integer(-7).kind(), Term::Kind::kInteger);
  EXPECT_EQ(Term::Integer(-7).integer(), -7);
  EXPECT_EQ(Term::Float(2.5).kind(), Term::Kind::kFloat);
  EXPECT_EQ(Term::Float(2.5).number(), 2.5);
  const Term pair = Pair(Term::Symbol("a"), Term::Integer(1));
  ASSERT_EQ(pair.children().size(), 2u);
  EXPECT_EQ(pair.children()[1].integer(), 1);
  EXPECT_FALSE(pair.is_leaf());
}

TEST(TermTest, WhatAKindDoesNotHaveIsEmpty) {
  EXPECT_EQ(Term::Integer(7).text(), "");
  EXPECT_EQ(Term::Symbol("7").integer(), 0);
  EXPECT_EQ(Term::Integer(7).number(), 0);
  EXPECT_TRUE(Term::String("x").children().empty());
  EXPECT_TRUE(Term::String("x").is_leaf());
}

TEST(TermTest, EqualityIsStructural) {
  EXPECT_EQ(Term::Integer(1), Term::Integer(1));
  EXPECT_FALSE(Term::Integer(1) == Term::Float(1.0));
  EXPECT_FALSE(Term::Symbol("a") == Term::String("a"));
  EXPECT_FALSE(Term::Symbol("a") == Term::Variable("a"));
  EXPECT_FALSE(Term() == Pair(Term(), Term()));
  EXPECT_EQ(Pair(Term(), Term::Symbol("b")), Pair(Term(), Term::Symbol("b")));
  EXPECT_FALSE(Pair(Pair(Term(), Term::Symbol("b")), Term()) ==
               Pair(Pair(Term(), Term::Symbol("c")), Term()));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(Term::Float(nan), Term::Float(-nan));
  EXPECT_EQ(Term::Float(0.0), Term::Float(-0.0));
}

TEST(TermTest, CopiesAreIndependent) {
  Term original = Pair(Pair(Term::Symbol("a"), Term::Integer(1)), Term::String("s"));
  Term copy = original;
  EXPECT_EQ(copy, original);
  copy.mutable_children()[0].mutable_children()[0] = Term::Symbol("changed");
  EXPECT_FALSE(copy == original);
  EXPECT_EQ(original.children()[0].children()[0].text(), "a");
}

TEST(TermTest, AssignsFromAPartOfItself) {
  const Term inner = Pair(Term::Symbol("a"), Term::Integer(1));
  Term moved = Pair(inner, Term());
  moved = std::move(moved.mutable_children()[0]);
  EXPECT_EQ(moved, inner);
  Term copied = Pair(inner, Term());
  copied = copied.children()[0];
  EXPECT_EQ(copied, inner);
  Term& itself = copied;
  copied = itself;
  EXPECT_EQ(copied, inner);
}

TEST(TermTest, RandomTermsEqualTheirCopies) {
  RandomTerms terms(TestSeed());
  for (int i = 0; i < 2000; ++i) {
    const Term term = terms.Next();
    Term copy = term;
    EXPECT_EQ(copy, term);
    const Term moved = std::move(copy);
    EXPECT_EQ(moved, term);
    copy = terms.Next();
    copy = moved;
    EXPECT_EQ(copy, term);
  }
}

TEST(TermTest, DepthCostsNoStack) {
  const Term deep = NestedTerm(kDeep);
  const Term copy = deep;
  EXPECT_TRUE(copy == deep);
  EXPECT_FALSE(deep == NestedTerm(kDeep - 1));
  Term target = NestedTerm(10);
  target = deep;
  EXPECT_TRUE(target == deep);
  target = Term::Integer(1);
}

TEST(TermTest, DeepAndBushyCostsNoStack) {
  Term term;
  for (size_t i = 0; i < kDeep / 10; ++i) {
    Term twig = Pair(Pair(Term::Integer(1), Term()), Term::Symbol("a"));
    term = i % 2 == 0 ? Pair(std::move(twig), std::move(term))
                      : Pair(std::move(term), std::move(twig));
  }
  EXPECT_TRUE(Term(term) == term);
}

}  // namespace
}  // namespace pathkb
