// Checks that the order of the bytes is the order of terms that ENCODING.md states, by a comparison
// of terms that knows nothing of the bytes.

#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "gtest/gtest.h"

#include "core/term/path_encoding.h"
#include "core/term/random_terms.h"
#include "core/term/sexpr.h"

namespace pathkb {
namespace {

template <typename T>
int Sign(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

// How lengths above 63 sort: by the number of their bytes, then little-endian; up to 247 by value.
int CompareLengths(size_t a, size_t b) {
  const auto key = [](size_t length) {
    std::vector<size_t> key = {length};
    if (length > 247) {
      for (key = {248}; length > 0; length >>= 8) {
        ++key[0];
        key.push_back(length & 0xFF);
      }
    }
    return key;
  };
  return Sign(key(a), key(b));
}

// Compares terms in the documented order. Recurses; so not for terms of any depth.
class TermOrder {
 public:
  // Negative, 0 or positive, as `a` comes before, with or after `b`.
  static int Compare(const Term& a, const Term& b) { return TermOrder().CompareNext(a, b); }

 private:
  // The numbers that the variables of one term have got so far.
  using Numbers = std::map<std::string, size_t>;

  static int Rank(const Term& term, const Numbers& numbers) {
    switch (term.kind()) {
      case Term::Kind::kExpression:
        return term.children().size() <= 63 ? 1 : 6;
      case Term::Kind::kInteger:
        return 2;
      case Term::Kind::kFloat:
        return 3;
      case Term::Kind::kString:
        return 4;
      case Term::Kind::kSymbol:
        return term.text().size() > 63 ? 5 : 9;
      case Term::Kind::kVariable:
        return numbers.contains(term.text()) ? 7 : 8;
    }
    return 0;
  }

  static int CompareFloats(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return Sign(std::isnan(a), std::isnan(b));
    return Sign(a, b);
  }

  // Compares what comes next in both terms, all before being alike.
  int CompareNext(const Term& a, const Term& b) {
    const int rank = Rank(a, a_numbers_);
    if (const int order = Sign(rank, Rank(b, b_numbers_)); order != 0) return order;
    switch (rank) {
      case 2:
        return Sign(a.integer(), b.integer());
      case 3:
        return CompareFloats(a.number(), b.number());
      case 4:
        return a.text().compare(b.text());
      case 5:
        if (a.text().size() == b.text().size()) return a.text().compare(b.text());
        return CompareLengths(a.text().size(), b.text().size());
      case 7:
        return Sign(a_numbers_[a.text()], b_numbers_[b.text()]);
      case 8:
        a_numbers_.emplace(a.text(), a_numbers_.size());
        b_numbers_.emplace(b.text(), b_numbers_.size());
        return 0;
      case 9:
        if (a.text().size() == b.text().size()) return a.text().compare(b.text());
        return Sign(a.text().size(), b.text().size());
      default:
        break;
    }
    const size_t a_count = a.children().size();
    const size_t b_count = b.children().size();
    if (a_count != b_count) {
      return rank == 1 ? Sign(a_count, b_count) : CompareLengths(a_count, b_count);
    }
    for (size_t i = 0; i < a_count; ++i) {
      const int order = CompareNext(a.children()[i], b.children()[i]);
      if (order != 0) return order;
    }
    return 0;
  }

  Numbers a_numbers_;
  Numbers b_numbers_;
};

// Checks bytes against terms.
void ExpectSameOrder(const Term& a, const Term& b) {
  std::string a_path;
  std::string b_path;
  ASSERT_TRUE(EncodeTerm(a, a_path).ok());
  ASSERT_TRUE(EncodeTerm(b, b_path).ok());
  const auto sign = [](int order) { return Sign(order, 0); };
  ASSERT_EQ(sign(a_path.compare(b_path)), sign(TermOrder::Compare(a, b))) << PrintTerm(a) << "\n"
                                                                          << PrintTerm(b);
}

TEST(PathEncodingOrderTest, AListInOrder) {
  const std::string_view in_order[] = {
      "()",          "(1)",    "(a)",         "(1 1)",
      "(a (b))",     "(a b)",  "(b a)",       "-9223372036854775808",
      "-65537",      "-65536", "-257",        "-256",
      "-255",        "-1",     "0",           "1",
      "255",         "256",    "65536",       "9223372036854775807",
      "-inf.0",      "-1e300", "-1.0",        "-5e-324",
      "0.0",         "5e-324", "1.0",         "1e300",
      "+inf.0",      "+nan.0", "\"\"",        "\"\\u{0}\"",
      "\"\\u{0}a\"", "\"a\"",  "\"a\\u{0}\"", "\"a\\u{0}b\"",
      "\"a\\u{1}\"", "\"ab\"", "\"b\"",       "\"\xC3\xA9\"",
      "$x",          "z",      "ab",          "zz",
      "abc"};
  for (size_t i = 0; i < std::size(in_order); ++i) {
    for (size_t j = 0; j < std::size(in_order); ++j) {
      const Term a = *ParseTerm(in_order[i]);
      const Term b = *ParseTerm(in_order[j]);
      EXPECT_EQ(Sign(TermOrder::Compare(a, b), 0), Sign(i, j)) << in_order[i] << " " << in_order[j];
      ExpectSameOrder(a, b);
    }
  }
}

TEST(PathEncodingOrderTest, RandomTerms) {
  RandomTerms random(TestSeed());
  std::vector<Term> terms;
  for (int i = 0; i < 500; ++i) terms.push_back(random.Next());
  for (const Term& a : terms) {
    for (const Term& b : terms) ASSERT_NO_FATAL_FAILURE(ExpectSameOrder(a, b));
  }
}

TEST(PathEncodingOrderTest, RandomLeavesOfOneKind) {
  RandomTerms random(TestSeed());
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_NO_FATAL_FAILURE(
        ExpectSameOrder(Term::Integer(random.Integer()), Term::Integer(random.Integer())));
    ASSERT_NO_FATAL_FAILURE(
        ExpectSameOrder(Term::Float(random.Float()), Term::Float(random.Float())));
    ASSERT_NO_FATAL_FAILURE(
        ExpectSameOrder(Term::String(random.Text(3)), Term::String(random.Text(3))));
    const int64_t value = random.Integer();
    if (value == std::numeric_limits<int64_t>::max()) continue;
    ASSERT_NO_FATAL_FAILURE(ExpectSameOrder(Term::Integer(value), Term::Integer(value + 1)));
  }
}

TEST(PathEncodingOrderTest, SymbolsAndExpressionsOfEachLength) {
  for (size_t a : {1, 2, 63, 64, 65, 247, 248, 255, 256, 257, 511, 512, 65535, 65536}) {
    for (size_t b : {1, 2, 63, 64, 65, 247, 248, 255, 256, 257, 511, 512, 65535, 65536}) {
      ASSERT_NO_FATAL_FAILURE(
          ExpectSameOrder(Term::Symbol(std::string(a, 's')), Term::Symbol(std::string(b, 's'))));
      ASSERT_NO_FATAL_FAILURE(ExpectSameOrder(Term::Expression(std::vector<Term>(a)),
                                              Term::Expression(std::vector<Term>(b))));
    }
  }
}

}  // namespace
}  // namespace pathkb
