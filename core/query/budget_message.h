// What to say when a query has spent its budget of steps: which part of it ran away, and what to
// bind.

#ifndef PATHKB_CORE_QUERY_BUDGET_MESSAGE_H_
#define PATHKB_CORE_QUERY_BUDGET_MESSAGE_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"

#include "core/query/match_run.h"

namespace pathkb {

// ResourceExhausted. `matches`: all searches of the query, at least one.
absl::Status BudgetSpent(uint64_t step_budget, const std::vector<const MatchRun*>& matches);

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_BUDGET_MESSAGE_H_
