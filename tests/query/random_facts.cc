#include "tests/query/random_facts.h"

#include <limits>
#include <string>
#include <utility>

namespace pathkb {
namespace {

// Among them those that are special somewhere in a query, but never in a fact.
const std::vector<std::string> kHeads = {"r", "r", "r", "s", "s", "t", "<", "or", "quote"};
const std::vector<std::string> kVariables = {"x", "y", "u"};
const std::vector<std::string> kTexts = {"", "a", "ab", "abc", "b", "a\"\\\n", "\xC3\xA9"};

std::string LongSymbol(size_t which) { return std::string(63 + which, 'l'); }

}  // namespace

Term RandomFacts::Number() {
  using Integers = std::numeric_limits<int64_t>;
  switch (UpTo(9)) {
    case 0: {
      const std::vector<int64_t> borders = {
          Integers::min(),  Integers::max(),        Integers::max() - 1,    -256, -257, 255, 256,
          int64_t{1} << 53, (int64_t{1} << 53) + 1, -(int64_t{1} << 53) - 1};
      return Term::Integer(Any(borders));
    }
    case 1: {
      using Floats = std::numeric_limits<double>;
      const std::vector<double> borders = {Floats::infinity(),
                                           -Floats::infinity(),
                                           Floats::quiet_NaN(),
                                           0.0,
                                           -0.5,
                                           9007199254740992.0,
                                           9223372036854775808.0,
                                           -9223372036854775808.0,
                                           Floats::denorm_min()};
      return Term::Float(Any(borders));
    }
    case 2:
      return OneIn(2) ? Term::Integer(odd_.Integer()) : Term::Float(odd_.Float());
    case 3:
    case 4:
      return Term::Float((static_cast<double>(UpTo(8)) - 3) / 2);
    default:
      return Term::Integer(static_cast<int64_t>(UpTo(4)) - 1);
  }
}

Term RandomFacts::String() {
  if (OneIn(12)) return Term::String(odd_.Text(5));
  return Term::String(Any(kTexts));
}

Term RandomFacts::Constant() {
  if (prefers_numbers_ && !OneIn(4)) return OneIn(3) ? String() : Number();
  switch (UpTo(11)) {
    case 0:
    case 1:
      return Number();
    case 2:
      return String();
    case 3:
      return Term::Symbol(LongSymbol(UpTo(3)));
    case 4:
      return Term::Expression({Term::Symbol("f"), Term::Symbol(OneIn(2) ? "a" : "b")});
    default:
      return Term::Symbol(std::string(1, static_cast<char>('a' + UpTo(3))));
  }
}

Term RandomFacts::Argument(size_t variable_in, int levels) {
  if (variable_in > 0 && OneIn(variable_in)) return Term::Variable(Any(kVariables));
  if (levels == 0 || !OneIn(7)) return Constant();
  std::vector<Term> children = {Term::Symbol("f")};
  if (OneIn(10)) children.clear();
  for (size_t i = UpTo(2); i > 0; --i) children.push_back(Argument(variable_in, levels - 1));
  return Term::Expression(std::move(children));
}

Term RandomFacts::FactTerm(bool odd_terms) {
  if (odd_terms && OneIn(30)) return odd_.Next();
  if (OneIn(40)) return OneIn(3) ? Term::Variable("x") : Constant();
  const size_t variable_in = odd_terms && OneIn(4) ? 4 : 0;
  std::vector<Term> children;
  children.push_back(OneIn(25) ? Argument(variable_in, 1) : Term::Symbol(Any(kHeads)));
  for (size_t i = OneIn(8) ? UpTo(4) : 1 + UpTo(1); i > 0; --i) {
    children.push_back(Argument(variable_in, 2));
  }
  // Of more children than have a tag of their own.
  if (odd_terms && OneIn(40)) {
    const Term last = children.back();
    while (children.size() < 62 + UpTo(5)) children.push_back(last);
  }
  return Term::Expression(std::move(children));
}

Entry RandomFacts::RandomEntry() {
  Entry entry;
  if (OneIn(2)) return entry;
  entry.confidence = 1.0 - 0.25 * static_cast<double>(UpTo(4));
  if (OneIn(2)) entry.source = OneIn(2) ? "s1" : "s2";
  if (OneIn(3)) entry.metadata["k"] = OneIn(2) ? "v" : "w";
  if (OneIn(4)) entry.metadata["l"] = "v";
  return entry;
}

NaiveFacts RandomFacts::Facts(size_t count_max, bool odd_terms) {
  const bool with_variables = odd_terms && !OneIn(4);
  NaiveFacts facts;
  for (size_t i = UpTo(count_max); i > 0; --i) {
    NaiveFact fact{FactTerm(with_variables), "", RandomEntry()};
    if (OneIn(6)) fact.name = std::string(OneIn(2) ? "n/" : "m") + std::to_string(i);
    facts.push_back(std::move(fact));
  }
  facts = InPathOrder(facts);
  if (!OneIn(4)) return facts;
  // Some unnamed facts several times, as a multiset has them.
  NaiveFacts repeated;
  for (const NaiveFact& fact : facts) {
    repeated.push_back(fact);
    while (fact.name.empty() && OneIn(3)) repeated.push_back({fact.term, "", RandomEntry()});
  }
  return repeated;
}

}  // namespace pathkb
