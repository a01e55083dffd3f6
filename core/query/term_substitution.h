// Terms with their variables replaced.

#ifndef PATHKB_CORE_QUERY_TERM_SUBSTITUTION_H_
#define PATHKB_CORE_QUERY_TERM_SUBSTITUTION_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

#include "core/term/term.h"

namespace pathkb {

// Terms by the name of the variable that they stand in for; borrowed.
using TermsByName = absl::flat_hash_map<std::string, const Term*>;

// `term` with each variable that is in `values` replaced, once: variables in what is put in stay.
// Nothing recurses.
//   ResourceExhausted   the result would be more than kUnifyTermsMax (core/query/unify) terms
absl::StatusOr<Term> Substitute(const Term& term, const TermsByName& values);

// True if there is no variable in it.
bool IsGround(const Term& term);

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_TERM_SUBSTITUTION_H_
