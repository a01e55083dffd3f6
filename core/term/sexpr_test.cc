// Checks what each text means, that printed terms read back equal, for chosen and for random terms,
// and that long and deep texts are read in time proportional to them. sexpr_error_test.cc has the
// errors.

#include "core/term/sexpr.h"

#include <limits>
#include <utility>

#include "gtest/gtest.h"

#include "core/term/random_terms.h"

namespace pathkb {
namespace {

Term Parse(std::string_view text) {
  absl::StatusOr<Term> term = ParseTerm(text);
  EXPECT_TRUE(term.ok()) << term.status();
  return term.ok() ? *std::move(term) : Term::Symbol("did not parse");
}

// The terms of `text`, printed, one behind the other.
std::string Printed(std::string_view text) {
  SexprReader reader(text);
  std::string printed;
  while (true) {
    absl::StatusOr<std::optional<Term>> term = reader.Next();
    EXPECT_TRUE(term.ok()) << term.status();
    if (!term.ok() || !term->has_value()) break;
    if (!printed.empty()) printed += " | ";
    printed += PrintTerm(**term);
  }
  EXPECT_EQ(reader.offset(), text.size());
  return printed;
}

TEST(SexprTest, ReadsEachKind) {
  EXPECT_EQ(Parse("Tom"), Term::Symbol("Tom"));
  EXPECT_EQ(Parse("$x"), Term::Variable("x"));
  EXPECT_EQ(Parse("$"), Term::Variable(""));
  EXPECT_EQ(Parse("42"), Term::Integer(42));
  EXPECT_EQ(Parse("-1"), Term::Integer(-1));
  EXPECT_EQ(Parse("+5"), Term::Integer(5));
  EXPECT_EQ(Parse("2.5"), Term::Float(2.5));
  EXPECT_EQ(Parse("-1e9"), Term::Float(-1e9));
  EXPECT_EQ(Parse("1.5E-3"), Term::Float(1.5e-3));
  EXPECT_EQ(Parse("-inf.0"), Term::Float(-std::numeric_limits<double>::infinity()));
  EXPECT_EQ(Parse("\"text\""), Term::String("text"));
  EXPECT_EQ(Parse("()"), Term());
  EXPECT_EQ(Parse("(parent Tom $x)"),
            Term::Expression({Term::Symbol("parent"), Term::Symbol("Tom"), Term::Variable("x")}));
  EXPECT_EQ(Parse("((()) ())"), Term::Expression({Term::Expression({Term()}), Term()}));
}

TEST(SexprTest, MostWordsAreSymbols) {
  for (std::string_view word : {"a",
                                "=",
                                ",",
                                "!",
                                "-",
                                "+",
                                "->",
                                "inf",
                                "nan",
                                "1a",
                                ".5",
                                "5.",
                                "a\"b",
                                "a$b",
                                "#",
                                "#x",
                                "'a",
                                "a\\n",
                                "\xC3\xA9t\xC3\xA9",
                                "\xF0\x9F\x98\x80"}) {
    EXPECT_EQ(Parse(word), Term::Symbol(word)) << word;
    EXPECT_EQ(PrintTerm(Term::Symbol(word)), word);
  }
}

TEST(SexprTest, BlanksAndCommentsSeparate) {
  EXPECT_EQ(Printed(""), "");
  EXPECT_EQ(Printed(" \t\n\v\f\r "), "");
  EXPECT_EQ(Printed("; only a comment"), "");
  EXPECT_EQ(Printed("a b\n\nc"), "a | b | c");
  EXPECT_EQ(Printed("a;comment\nb"), "a | b");
  EXPECT_EQ(Printed("$x;comment\n$y"), "$x | $y");
  EXPECT_EQ(Printed("( a ; one (\n b ; two \" )\r\n )"), "(a b)");
  EXPECT_EQ(Printed("a(b)c"), "a | (b) | c");
  EXPECT_EQ(Printed("(a\"b c\"d)"), "(a\"b c\"d)");  // Quotes within a word are the word's.
  EXPECT_EQ(Printed("\"b c\"d"), "\"b c\" | d");
  // A no-break space and an ideographic one separate, too.
  EXPECT_EQ(Printed("a\xC2\xA0"
                    "b\xE3\x80\x80"
                    "c"),
            "a | b | c");
  EXPECT_EQ(Printed("\xEF\xBB\xBF(a)"), "(a)");
}

TEST(SexprTest, EscapesInStrings) {
  EXPECT_EQ(Parse(R"("\" \\ \' \n \t \r \x41 \u{e9} \u{1F600} \u{0}")"),
            Term::String(std::string("\" \\ ' \n \t \r A \xC3\xA9 \xF0\x9F\x98\x80 \0", 23)));
  EXPECT_EQ(Parse("\"two\nlines; no comment ( \""), Term::String("two\nlines; no comment ( "));
  EXPECT_EQ(Parse("\"\""), Term::String(""));
  EXPECT_EQ(Parse("\"a\\\\\""), Term::String("a\\"));
}

TEST(SexprTest, QuotedNames) {
  EXPECT_EQ(Parse("#\"42\""), Term::Symbol("42"));
  EXPECT_EQ(Parse("#\"a b\\n\""), Term::Symbol("a b\n"));
  EXPECT_EQ(Parse("$\"a b\""), Term::Variable("a b"));
  EXPECT_EQ(Parse("$\"\""), Term::Variable(""));
  EXPECT_EQ(Printed("(#\"ab\"c $\"d\"\"e\")"), "(ab c $d \"e\")");
}

TEST(SexprTest, PrintsPlainlyWherePossible) {
  EXPECT_EQ(PrintTerm(Parse("( parent   Tom\n\"B\\u{6f}b\" 1.50 +7 $x () (a))")),
            "(parent Tom \"Bob\" 1.5 7 $x () (a))");
  EXPECT_EQ(PrintTerm(Term::Symbol("42")), "#\"42\"");
  EXPECT_EQ(PrintTerm(Term::Symbol("99999999999999999999")), "#\"99999999999999999999\"");
  EXPECT_EQ(PrintTerm(Term::Symbol("+nan.0")), "#\"+nan.0\"");
  EXPECT_EQ(PrintTerm(Term::Symbol("$x")), "#\"$x\"");
  EXPECT_EQ(PrintTerm(Term::Symbol("#\"")), "#\"#\\\"\"");
  EXPECT_EQ(PrintTerm(Term::Variable("a b")), "$\"a b\"");
  EXPECT_EQ(PrintTerm(Term::Variable("42")), "$42");
  EXPECT_EQ(PrintTerm(Term::String("a\n\x1b\xE2\x80\xAE\xC3\xA9")),
            "\"a\\n\\u{1b}\\u{202e}\xC3\xA9\"");
  EXPECT_EQ(PrintTerm(Term::Float(1)), "1.0");
}

TEST(SexprTest, WhatHasNoTextPrintsSomethingThatIsRefused) {
  for (const Term& term : {Term::Symbol(""), Term::Symbol("a\xFF"), Term::String("\xC3("),
                           Term::Variable("\xED\xA0\x80")}) {
    const absl::StatusOr<Term> read = ParseTerm(PrintTerm(term));
    EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << PrintTerm(term);
  }
  EXPECT_EQ(PrintTerm(Term::String("a\xFF")), "\"a\\xff\"");
}

TEST(SexprTest, RandomTermsReadBackEqual) {
  RandomTerms terms(TestSeed());
  for (int i = 0; i < 20'000; ++i) {
    const Term term = terms.Next();
    const std::string text = PrintTerm(term);
    const absl::StatusOr<Term> read = ParseTerm(text);
    ASSERT_TRUE(read.ok()) << read.status() << "\n" << text;
    ASSERT_TRUE(*read == term) << text;
    ASSERT_EQ(PrintTerm(*read), text);
    ASSERT_EQ(text.find('\n'), text.npos);
  }
}

TEST(SexprTest, RandomTextsAreReadOrRefused) {
  RandomTerms random(TestSeed());
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random.Text(30);
    SexprReader reader(text);
    size_t before = 0;
    while (true) {
      const absl::StatusOr<std::optional<Term>> term = reader.Next();
      if (!term.ok() || !term->has_value()) break;
      ASSERT_GT(reader.offset(), before);
      before = reader.offset();
      const absl::StatusOr<Term> again = ParseTerm(PrintTerm(**term));
      ASSERT_TRUE(again.ok()) << again.status();
      ASSERT_TRUE(*again == **term);
    }
    ASSERT_LE(reader.offset(), text.size());
  }
}

TEST(SexprTest, AMillionParenthesesOneBehindTheOther) {
  std::string text = "(";
  for (int i = 0; i < 500'000; ++i) text += "()";
  text += ")";
  EXPECT_EQ(Parse(text).children().size(), 500'000u);
}

TEST(SexprTest, AMillionDeepIfAllowed) {
  constexpr size_t kDepth = 1'000'000;
  const std::string text = std::string(kDepth, '(') + std::string(kDepth, ')');
  const absl::StatusOr<Term> term = ParseTerm(text, {.depth_max = kDepth});
  ASSERT_TRUE(term.ok()) << term.status();
  EXPECT_TRUE(*term == NestedTerm(kDepth - 1));
  EXPECT_TRUE(PrintTerm(*term) == text);
}

}  // namespace
}  // namespace pathkb
