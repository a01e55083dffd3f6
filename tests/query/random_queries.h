// Random queries that facts answer: patterns are made of facts by putting variables in the place of
// subterms, and the patterns of one query share the names.

#ifndef PATHKB_TESTS_QUERY_RANDOM_QUERIES_H_
#define PATHKB_TESTS_QUERY_RANDOM_QUERIES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/term/term.h"
#include "tests/query/random_facts.h"
#include "tests/support/naive_facts.h"

namespace pathkb {

// The same for the same seed. One thread at a time.
class RandomQueries {
 public:
  explicit RandomQueries(uint64_t seed) : random_(seed) {}

  // A pattern: a fact with variables in it, one that is nearly a fact, or one of its own.
  Term Pattern(const NaiveFacts& facts);

  // A valid joined query of `,` or `or`, of up to three positive patterns, with `not`, comparisons,
  // `prefix`, nested forms and `quote` among them, in any order of writing.
  Term Joined(const NaiveFacts& facts);

  // A filter that some facts pass; often one that asks for nothing.
  NaiveFilter Filter();

  // A term with some of `variables`, which may be none.
  Term Template(const std::vector<std::string>& variables);

  // A joined query of one pattern whose variable `$n`, which some fact has a number or a text for,
  // is compared with one or two constants of that kind.
  Term Ranged(const NaiveFacts& facts);

 private:
  // Subterms that have been replaced, by their text, and the variable that each became.
  using Names = std::map<std::string, std::string>;

  // The term with variables for some of its subterms. The same subterm mostly gets the same one.
  Term Generalized(const Term& term, Names& names, size_t variable_in, bool at_top);
  // `pattern`, or, where its head means something inside a joined query, a quote of it.
  Term AsPart(const Term& pattern);
  // A part that binds at least the variables of `pattern`: itself, a disjunction, a conjunction.
  Term PositivePart(const Term& pattern, Names& names, const NaiveFacts& facts);
  // The pattern with a constant of it, if it has any, replaced by another one.
  Term Mutated(const Term& pattern);
  // `not` or a comparison, over variables that positive parts bind.
  Term Check(const std::vector<std::string>& bound, const NaiveFacts& facts);
  Term Negation(const std::vector<std::string>& bound, const NaiveFacts& facts);
  Term Comparison(const std::vector<std::string>& bound);
  // A comparison of `variable` with a constant of some kind, such as `(< $x 3)`.
  Term ComparisonWithConstant(const std::string& variable);

  RandomFacts random_;
  size_t inner_names_ = 0;  // Used for the variables of a `not`.
};

}  // namespace pathkb

#endif  // PATHKB_TESTS_QUERY_RANDOM_QUERIES_H_
