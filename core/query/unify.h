// Two-sided matching of terms: the pattern and the stored fact may both hold variables, which are
// of different worlds even when they have the same name.

#ifndef PATHKB_CORE_QUERY_UNIFY_H_
#define PATHKB_CORE_QUERY_UNIFY_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "core/term/term.h"

namespace pathkb {

// Terms that one unification may look at or build. Bindings that share variables can describe terms
// of exponential size; past this bound they are refused.
inline constexpr size_t kUnifyTermsMax = 4'000'000;

// Unifies `pattern` with `fact`, with occurs check: a variable is never bound to a term that holds
// it. nullopt if they do not unify; else one term for each of `pattern_variables`, in that order,
// with all bindings resolved. A variable of the fact that stays free appears under its name, with
// `#1` added if the pattern has one of that name; a variable of the pattern that stays free appears
// as itself.
//   ResourceExhausted   more than kUnifyTermsMax terms
absl::StatusOr<std::optional<std::vector<Term>>> Unify(
    const Term& pattern, const Term& fact, const std::vector<std::string>& pattern_variables);

// True if they unify; cheaper than Unify(). Errors as there.
absl::StatusOr<bool> Unifies(const Term& pattern, const Term& fact);

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_UNIFY_H_
