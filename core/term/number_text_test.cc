// Checks what is a number, an integer or a float, and what is out of range; then random numbers
// there and back.

#include "core/term/number_text.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

#include "core/term/random_terms.h"

namespace pathkb {
namespace {

using Form = NumberText::Form;

TEST(NumberTextTest, Integers) {
  const std::pair<std::string_view, int64_t> cases[] = {
      {"0", 0},
      {"42", 42},
      {"-1", -1},
      {"+5", 5},
      {"-0", 0},
      {"007", 7},
      {"9223372036854775807", std::numeric_limits<int64_t>::max()},
      {"-9223372036854775808", std::numeric_limits<int64_t>::min()},
  };
  for (const auto& [word, value] : cases) {
    const NumberText number = ReadNumber(word);
    EXPECT_EQ(number.form, Form::kInteger) << word;
    EXPECT_EQ(number.integer, value) << word;
  }
}

TEST(NumberTextTest, Floats) {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::pair<std::string_view, double> cases[] = {
      {"2.5", 2.5},
      {"+2.5", 2.5},
      {"-1e9", -1e9},
      {"1.5E-3", 1.5e-3},
      {"1e+09", 1e9},
      {"0e0", 0},
      {"0.0e-999", 0},
      {"-0.0", 0},
      {"5e-324", 5e-324},
      {"+inf.0", infinity},
      {"-inf.0", -infinity},
      {"12345e-02", 123.45},
      {"1.7976931348623157e308", std::numeric_limits<double>::max()},
  };
  for (const auto& [word, value] : cases) {
    const NumberText number = ReadNumber(word);
    EXPECT_EQ(number.form, Form::kFloat) << word;
    EXPECT_EQ(number.number, value) << word;
  }
  EXPECT_EQ(ReadNumber("+nan.0").form, Form::kFloat);
  EXPECT_TRUE(std::isnan(ReadNumber("+nan.0").number));
}

TEST(NumberTextTest, NoNumbers) {
  for (std::string_view word :
       {"",    "+",   "-",    "a",      "1a",    "1.",  ".5",  "+.5",   "1.e5",
        "1e",  "1e+", "e5",   "0x10",   "1_000", "--1", "+-1", "1.5.2", "1e5e5",
        "inf", "nan", "+inf", "-nan.0", "nan.0", "1,5", " 1",  "1 "}) {
    EXPECT_EQ(ReadNumber(word).form, Form::kNone) << word;
  }
}

TEST(NumberTextTest, OutOfRange) {
  for (std::string_view word :
       {"9223372036854775808", "-9223372036854775809", "99999999999999999999"}) {
    EXPECT_EQ(ReadNumber(word).form, Form::kIntegerOutOfRange) << word;
  }
  for (std::string_view word :
       {"1e309", "-1e309", "1e-400", "-0.1e-400", "1e99999999999999999999"}) {
    EXPECT_EQ(ReadNumber(word).form, Form::kFloatOutOfRange) << word;
  }
  EXPECT_EQ(ReadNumber(std::string(1'000'000, '9')).form, Form::kIntegerOutOfRange);
  EXPECT_EQ(ReadNumber(std::string(1'000'000, '9') + ".0").form, Form::kFloatOutOfRange);
}

TEST(NumberTextTest, FloatsPrintShortAndWithPointOrExponent) {
  const std::pair<double, std::string_view> cases[] = {
      {1, "1.0"},
      {-1, "-1.0"},
      {0, "0.0"},
      {-0.0, "0.0"},
      {0.1, "0.1"},
      {100, "100.0"},
      {1e9, "1e+09"},
      {1e300, "1e+300"},
      {5e-324, "5e-324"},
      {123.45, "123.45"},
      {-std::numeric_limits<double>::infinity(), "-inf.0"},
      {-std::numeric_limits<double>::quiet_NaN(), "+nan.0"},
  };
  for (const auto& [value, word] : cases) {
    std::string out;
    AppendFloat(value, out);
    EXPECT_EQ(out, word);
  }
}

TEST(NumberTextTest, RandomNumbersThereAndBack) {
  RandomTerms random(TestSeed());
  for (int i = 0; i < 100'000; ++i) {
    const int64_t integer = random.Integer();
    std::string word;
    AppendInteger(integer, word);
    NumberText read = ReadNumber(word);
    ASSERT_EQ(read.form, Form::kInteger) << word;
    ASSERT_EQ(read.integer, integer) << word;

    const double number = random.Float();
    word.clear();
    AppendFloat(number, word);
    read = ReadNumber(word);
    ASSERT_EQ(read.form, Form::kFloat) << word;
    ASSERT_TRUE(Term::Float(read.number) == Term::Float(number)) << word;
  }
}

}  // namespace
}  // namespace pathkb
