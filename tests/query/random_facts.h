// Random facts in which random patterns find something: few heads, few constants, every kind of
// term, variables stored in facts, and now and then a term as odd as core/term/random_terms makes
// them.

#ifndef PATHKB_TESTS_QUERY_RANDOM_FACTS_H_
#define PATHKB_TESTS_QUERY_RANDOM_FACTS_H_

#include <cstdint>
#include <vector>

#include "core/term/random_terms.h"
#include "core/term/term.h"
#include "tests/support/naive_facts.h"

namespace pathkb {

// The same for the same seed. One thread at a time.
class RandomFacts {
 public:
  explicit RandomFacts(uint64_t seed) : odd_(seed) {}

  // Up to `count_max` facts in path order; names are unique. One set in four has no variables in
  // it, most others a few. One in four has some unnamed facts several times, one behind the other,
  // and may so have more facts. With `odd_terms`, now and then a fact is deep, wide or anything at
  // all.
  NaiveFacts Facts(size_t count_max, bool odd_terms);

  // From now on, most constants are numbers and strings: for questions about ranges of them.
  void PreferNumbers() { prefers_numbers_ = true; }

  // A term without variables that facts hold often.
  Term Constant();
  // A number, with a liking for those that are equal and of another kind, and for borders.
  Term Number();
  // A string, with a liking for those that begin alike.
  Term String();

  // True once in `n` times.
  bool OneIn(size_t n) { return UpTo(n - 1) == 0; }
  // From 0 to `max`, both included.
  size_t UpTo(size_t max) { return odd_.UpTo(max); }
  // One of them.
  template <typename Values>
  const typename Values::value_type& Any(const Values& values) {
    return values[UpTo(values.size() - 1)];
  }

 private:
  Term FactTerm(bool odd_terms);
  // One argument; with the chance of 1 in `variable_in` a variable (0: never).
  Term Argument(size_t variable_in, int levels);
  Entry RandomEntry();

  RandomTerms odd_;
  bool prefers_numbers_ = false;
};

}  // namespace pathkb

#endif  // PATHKB_TESTS_QUERY_RANDOM_FACTS_H_
