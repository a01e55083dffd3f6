// The query language over a list of facts, as its definition reads: what the real one is tested
// against. Every fact is tried for every pattern, with plain recursive unification; `or` is
// multiplied out first, and what only checks (`not`, comparisons) is looked at when all patterns of
// a branch have matched. For small terms and few facts. Queries are taken to be valid.
//
//   (, (p $x) (or (q $x) (r $x)) (not (s $x)))
//     = (p $x) (q $x), checked by (not (s $x))
//     or (p $x) (r $x), checked by (not (s $x))

#ifndef PATHKB_TESTS_SUPPORT_NAIVE_QUERY_H_
#define PATHKB_TESTS_SUPPORT_NAIVE_QUERY_H_

#include <cstddef>
#include <string>
#include <vector>

#include "core/term/term.h"
#include "tests/support/naive_facts.h"

namespace pathkb {

// One answer.
struct NaiveAnswer {
  // What each variable of NaiveVariables() is, in that order. A variable that stays free, of the
  // query or of a fact, is a variable here, under a name of the model's own.
  std::vector<Term> bindings;
  // Of a single pattern: the fact, as its index in the list.
  size_t fact = 0;
};

// The variables that answers bind, by first occurrence; those that are only inside a `not` are not
// among them.
std::vector<std::string> NaiveVariables(const Term& query);

// True if `query` is a pattern alone: at the top only `,` and `or` are special.
bool IsNaivePattern(const Term& query);

// All answers. Those of a single pattern come in the order of the list, those of a joined query in
// no order that means anything. Combinations of facts that give the same bindings are all there.
std::vector<NaiveAnswer> NaiveAnswers(const NaiveFacts& facts, const Term& query,
                                      const NaiveFilter& filter = {});

// The facts that match `pattern`, whatever its head, in the order of the list.
std::vector<NaiveAnswer> NaiveMatches(const NaiveFacts& facts, const Term& pattern,
                                      const NaiveFilter& filter = {});

// The template with the variables of an answer filled in.
Term NaiveFill(const Term& the_template, const std::vector<std::string>& variables,
               const NaiveAnswer& answer);

// One text for all ways to name the free variables of some terms: equal exactly if the terms are
// equal but for these names.
std::string NaiveKey(const std::vector<Term>& terms);

}  // namespace pathkb

#endif  // PATHKB_TESTS_SUPPORT_NAIVE_QUERY_H_
