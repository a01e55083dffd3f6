// Checks the place and the words of every error the reader can give, and each limit on both sides.

#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

#include "core/term/sexpr.h"
#include "core/term/text_position.h"

namespace pathkb {
namespace {

// The first error of `text`, read to its end.
absl::Status FirstError(std::string_view text, const SexprLimits& limits = {}) {
  SexprReader reader(text, limits);
  while (true) {
    const absl::StatusOr<std::optional<Term>> term = reader.Next();
    if (!term.ok()) {
      EXPECT_EQ(reader.Next().status(), term.status());
      EXPECT_TRUE(ErrorPosition(term.status()).has_value());
      return term.status();
    }
    if (!term->has_value()) return absl::OkStatus();
  }
}

TEST(SexprErrorTest, EachErrorAndWhereItIs) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      // Parentheses: the innermost open one, not the end of the text.
      {"(a (b c)",
       "line 1, column 1: the text ends before the parenthesis opened here is closed, in: (a (b "
       "c)"},
      {"(a\n (b c",
       "line 2, column 2: the text ends before the parenthesis opened here is closed, in:  (b c"},
      {"(a (b) ; )",
       "line 1, column 1: the text ends before the parenthesis opened here is closed, in: (a (b) ; "
       ")"},
      {"(a)\n  )", "line 2, column 3: no parenthesis is open that `)` could close, in:   )"},
      // Strings.
      {"(say\n  \"hello)",
       "line 2, column 3: the text ends before the string opened here is closed, in:   \"hello)"},
      {"\"\\", "line 1, column 2: the text ends within an escape, in: \"\\"},
      {"\"a\\q\"", "line 1, column 3: unknown escape \\q, in: \"a\\q\""},
      {"\"\xC3\xA9\\\xC3\xA9\"",
       "line 1, column 3: unknown escape \\\xC3\xA9, in: \"\xC3\xA9\\\xC3\xA9\""},
      {"\"\\\n\"", "line 1, column 2: unknown escape \\\\n, in: \"\\"},
      {"\"\\x4\"",
       "line 1, column 2: \\x takes two hex digits, up to 7f; \\u{...} takes any character, in: "
       "\"\\x4\""},
      {"\"\\xff\"",
       "line 1, column 2: \\x takes two hex digits, up to 7f; \\u{...} takes any character, in: "
       "\"\\xff\""},
      {"\"\\u41\"", "line 1, column 2: \\u without {hex digits}, in: \"\\u41\""},
      {"\"\\u{}\"", "line 1, column 2: \\u{ takes 1 to 8 hex digits and }, in: \"\\u{}\""},
      {"\"\\u{41\"", "line 1, column 2: \\u{ takes 1 to 8 hex digits and }, in: \"\\u{41\""},
      {"\"\\u{000000041}\"",
       "line 1, column 2: \\u{ takes 1 to 8 hex digits and }, in: \"\\u{000000041}\""},
      {"\"\\u{d800}\"", "line 1, column 2: no character has this number, in: \"\\u{d800}\""},
      {"\"\\u{110000}\"", "line 1, column 2: no character has this number, in: \"\\u{110000}\""},
      // Names in quotes.
      {"(a #\"\")", "line 1, column 4: a symbol needs a character at least, in: (a #\"\")"},
      {"(a $\"b)",
       "line 1, column 5: the text ends before the string opened here is closed, in: (a $\"b)"},
      // Numbers.
      {"(a 99999999999999999999)",
       "line 1, column 4: an integer that does not fit 64 bits; in quotes it can be a string, in: "
       "(a "
       "99999999999999999999)"},
      {"1e999",
       "line 1, column 1: a number too large or too small for a 64-bit float; in quotes it can be "
       "a "
       "string, in: 1e999"},
      // UTF-8, wherever it stands.
      {"(\xC3\xA9 a\xFF)", "line 1, column 5: this is not UTF-8, in: (\xC3\xA9 a\\xff)"},
      {"\xFF", "line 1, column 1: this is not UTF-8, in: \\xff"},
      {"$a\xC3", "line 1, column 3: this is not UTF-8, in: $a\\xc3"},
      {"\"a\xED\xA0\x80\"", "line 1, column 3: this is not UTF-8, in: \"a\\xed\\xa0\\x80\""},
      {"a ; b\xC0\x80", "line 1, column 6: this is not UTF-8, in: a ; b\\xc0\\x80"},
      {"\"\\\xFF\"", "line 1, column 3: this is not UTF-8, in: \"\\\\xff\""},
  };
  for (const auto& [text, message] : cases) {
    const absl::Status error = FirstError(text);
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(std::string(error.message()), message);
  }
}

TEST(SexprErrorTest, ParseTermWantsExactlyOne) {
  const auto message = [](std::string_view text) {
    const absl::Status error = ParseTerm(text).status();
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument);
    return std::string(error.message());
  };
  EXPECT_EQ(message(""), "line 1, column 1: the text holds no term");
  EXPECT_EQ(message(" ; a\n"), "line 2, column 1: the text holds no term");
  EXPECT_EQ(message("(a) (b)"),
            "line 1, column 5: one term was expected, and here starts more, in: (a) (b)");
  EXPECT_EQ(message("(a))"),
            "line 1, column 4: one term was expected, and here starts more, in: (a))");
  EXPECT_TRUE(ParseTerm(" (a) ; fine").ok());
}

TEST(SexprErrorTest, TermsBeforeTheErrorAreRead) {
  SexprReader reader("(a) b )");
  ASSERT_TRUE(reader.Next().ok());
  ASSERT_TRUE(reader.Next().ok());
  EXPECT_FALSE(reader.Next().ok());
  EXPECT_FALSE(reader.Next().ok());
}

TEST(SexprErrorTest, DepthLimit) {
  const auto nested = [](size_t depth) {
    return "\n" + std::string(depth, '(') + std::string(depth, ')');
  };
  EXPECT_TRUE(FirstError(nested(1000)).ok());
  for (size_t depth : {1001, 10'000, 1'000'000}) {
    const absl::Status error = FirstError(nested(depth));
    EXPECT_EQ(error.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_TRUE(std::string(error.message())
                    .starts_with("line 2, column 1001: parentheses are nested too deep (limit "
                                 "depth_max is 1000), in: ...((("))
        << error;
  }
}

TEST(SexprErrorTest, AtomLimit) {
  const SexprLimits limits = {.atom_bytes_max = 4};
  for (std::string_view text :
       {"abcd", "$abcd", "\"abcd\"", "#\"abcd\"", "\"a\\nbc\"", "\xC3\xA9\xC3\xA9"}) {
    EXPECT_TRUE(FirstError(text, limits).ok()) << text;
  }
  for (std::string_view text : {"abcde", "$abcde", "\"abcde\"", "#\"abcde\"", "$\"abcde\"",
                                "\"a\\nbcd\"", "\"abcd\\n\"", "\xC3\xA9\xC3\xA9\xC3\xA9",
                                "\xC3\xA9"
                                "a\xC3\xA9"}) {
    const std::string line = "(f " + std::string(text) + ")";
    const absl::Status error = FirstError(line, limits);
    EXPECT_EQ(error.code(), absl::StatusCode::kResourceExhausted) << text;
    EXPECT_EQ(
        std::string(error.message()),
        "line 1, column 4: the atom that starts here is too long (limit atom_bytes_max is 4), "
        "in: " +
            line);
  }
}

TEST(SexprErrorTest, AFiveMegabyteAtomIsRefused) {
  const std::string atom(5'000'000, 'x');
  for (const std::string& text : {atom, "$" + atom, "\"" + atom + "\"", "\"" + atom}) {
    const absl::Status error = FirstError(text);
    EXPECT_EQ(error.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_TRUE(std::string(error.message())
                    .starts_with("line 1, column 1: the atom that starts here is too long (limit "
                                 "atom_bytes_max is 1048576), in: "))
        << error;
    EXPECT_LT(error.message().size(), 250u);
  }
}

TEST(SexprErrorTest, TermLimit) {
  const SexprLimits limits = {.term_bytes_max = 10};
  EXPECT_TRUE(FirstError("(a b c dd) (a b c dd)", limits).ok());
  const absl::Status error = FirstError("(a b c dd)\n(a b ; xx\n )", limits);
  EXPECT_EQ(error.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(std::string(error.message()),
            "line 2, column 1: the text of the term that starts here is too long (limit "
            "term_bytes_max is 10), in: (a b ; xx");
  // A text of any length may stand between terms.
  EXPECT_TRUE(FirstError("a" + std::string(100, ' ') + "b", limits).ok());
}

}  // namespace
}  // namespace pathkb
