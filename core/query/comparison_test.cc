// Comparisons of encoded terms by a table of pairs, borders of both kinds of numbers among them;
// then random pairs: what is true must lie in the ranges that the comparison gives, and what lies
// in them must be true wherever ranges are exact, that is, everywhere but for long symbols.

#include "core/query/comparison.h"

#include <cstdio>
#include <string>

#include "gtest/gtest.h"

#include "core/query/value_ranges.h"
#include "core/term/path_encoding.h"
#include "core/term/random_terms.h"
#include "core/term/sexpr.h"

namespace pathkb {
namespace {

std::string Encoded(const Term& term) {
  std::string bytes;
  EXPECT_TRUE(EncodeTerm(term, bytes).ok());
  return bytes;
}

std::string Encoded(const std::string& text) { return Encoded(*ParseTerm(text)); }

TEST(ComparisonTest, Table) {
  const struct {
    const char* left;
    const char* right;
    const char* holds;  // The symbols that hold.
  } kRows[] = {
      {"1", "2", "< <= !="},
      {"-1", "-256", "> >= !="},
      {"1", "1.0", "<= >= =="},
      {"0", "-0.0", "<= >= =="},
      {"2", "2.5", "< <= !="},
      {"-2", "-2.5", "> >= !="},
      {"9007199254740993", "9007199254740992.0", "> >= !="},
      {"9223372036854775807", "9223372036854775808.0", "< <= !="},
      {"-9223372036854775808", "-9223372036854775808.0", "<= >= =="},
      {"-9223372036854775808", "-9.3e18", "> >= !="},
      {"5", "+inf.0", "< <= !="},
      {"5", "-inf.0", "> >= !="},
      {"+nan.0", "+nan.0", "!="},
      {"+nan.0", "1", "!="},
      {R"("a")", R"("b")", "< <= !="},
      {R"("a")", R"("a")", "<= >= == prefix"},
      {R"("ab")", R"("a")", "> >= != prefix"},
      {R"("")", R"("a")", "< <= !="},
      {R"("ab")", R"("")", "> >= != prefix"},
      {R"("a\u{0}b")", R"("a\u{0}")", "> >= != prefix"},
      {R"("a\u{0}b")", R"("a")", "> >= != prefix"},
      {R"("a")", R"("a\u{0}")", "< <= !="},
      {"abc", R"("ab")", "!= prefix"},
      {R"("abc")", "ab", "!= prefix"},
      {"abc", "abc", "== prefix"},
      {"abc", "abd", "!="},
      {"1", R"("1")", "!="},
      {"(f 1)", "(f 1)", "=="},
      {"(f 1)", "(f 1.0)", "!="},
      {"()", "0", "!="},
  };
  for (const auto& row : kRows) {
    for (const char* symbol : {"<", "<=", ">", ">=", "==", "!=", "prefix"}) {
      const std::string all = std::string(" ") + row.holds + " ";
      const bool holds = all.find(std::string(" ") + symbol + " ") != std::string::npos;
      const ComparisonKind kind = *ComparisonKindOf(symbol);
      EXPECT_EQ(Compare(kind, Encoded(row.left), Encoded(row.right)), holds)
          << "(" << symbol << " " << row.left << " " << row.right << ")";
      if (kind == ComparisonKind::kPrefix) continue;
      EXPECT_EQ(Compare(Mirrored(kind), Encoded(row.right), Encoded(row.left)), holds);
    }
  }
  EXPECT_FALSE(ComparisonKindOf("=").has_value());
  EXPECT_EQ(SymbolOf(ComparisonKind::kGreaterOrEqual), ">=");
}

bool IsIn(const std::string& bytes, const ValueRanges& ranges) {
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (i > 0) EXPECT_LE(ranges[i - 1].high, ranges[i].low);
    if (ranges[i].low <= bytes && bytes < ranges[i].high) return true;
  }
  return false;
}

// A term of those that have ranges, often near one another.
Term RandomOperand(RandomTerms& random) {
  switch (random.UpTo(7)) {
    case 0:
      return Term::Integer(random.Integer());
    case 1:
      return Term::Float(random.Float());
    case 2:
      return Term::Integer(static_cast<int64_t>(random.UpTo(4)) - 2);
    case 3:
      return Term::Float(static_cast<double>(random.UpTo(8)) / 2 - 2);
    case 4:
      return Term::String(random.Text(3));
    case 5:
      return Term::String(std::string(random.UpTo(3), '\xFF') + std::string(random.UpTo(1), 'a'));
    case 6:
      return Term::Symbol(std::string(1 + random.UpTo(80), random.UpTo(1) == 0 ? 'a' : '\xFF'));
    default:
      return Term::Symbol("a" + random.Text(2));
  }
}

TEST(ComparisonTest, RangesHoldExactlyWhatIsTrue) {
  RandomTerms random(TestSeed());
  for (int i = 0; i < 300'000; ++i) {
    const std::string constant = Encoded(RandomOperand(random));
    const Term value = RandomOperand(random);
    const std::string bytes = Encoded(value);
    const auto kind = static_cast<ComparisonKind>(random.UpTo(6));
    const bool holds = Compare(kind, bytes, constant);
    ValueRanges ranges;
    const bool has_ranges = RangesOf(kind, constant, ranges);
    ASSERT_EQ(has_ranges, kind != ComparisonKind::kNotEqual);
    if (!has_ranges) continue;
    ASSERT_FALSE(ranges.empty());
    const bool is_long_symbol = static_cast<uint8_t>(bytes[0]) == kLongSymbolTag;
    if (is_long_symbol && kind == ComparisonKind::kPrefix) {
      ASSERT_LE(holds, IsIn(bytes, ranges));
      continue;
    }
    ASSERT_EQ(IsIn(bytes, ranges), holds) << SymbolOf(kind) << " " << PrintTerm(value)
                                          << " constant " << testing::PrintToString(constant);
    // With a second comparison, both must hold.
    const std::string other = Encoded(RandomOperand(random));
    ValueRanges more;
    if (!RangesOf(ComparisonKind::kLess, other, more)) continue;
    IntersectRanges(more, ranges);
    ASSERT_EQ(IsIn(bytes, ranges), holds && Compare(ComparisonKind::kLess, bytes, other));
  }
}

TEST(ComparisonTest, ExpressionsHaveNoRanges) {
  ValueRanges ranges;
  EXPECT_FALSE(RangesOf(ComparisonKind::kEqual, Encoded("(f 1)"), ranges));
  EXPECT_TRUE(ranges.empty());
}

}  // namespace
}  // namespace pathkb
