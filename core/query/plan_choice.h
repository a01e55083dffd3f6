// Which plan a query takes, for the values at hand: the order behind a first step that finds little
// is the same whatever the values are, and made once; where no first step is like that, the plan is
// made for these values. DESIGN.md, "Plans that are kept", says why that is enough.

#ifndef PATHKB_CORE_QUERY_PLAN_CHOICE_H_
#define PATHKB_CORE_QUERY_PLAN_CHOICE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "core/query/first_step.h"
#include "core/query/plan.h"
#include "core/query/plan_memory.h"
#include "core/query/query.h"
#include "core/query/query_row.h"

namespace pathkb {

// One thread at a time. Borrows its arguments.
class PlanChoice {
 public:
  PlanChoice(RunContext& run, const PlanContext& plan, const Query& query,
             const PlanKeeping& keeping);

  // What a plan hangs on besides the query and its facts: the number of the part that comes first,
  // or one of these.
  using Reason = uint32_t;
  static constexpr Reason kNoChoice = ~uint32_t{0};    // There is but one way to begin.
  static constexpr Reason kValues = ~uint32_t{0} - 1;  // All values of the row: no part is cheap.

  // Why the row's plan will be what it is. `row`: only parameters have values, each has. Errors as
  // QueryRun::Next().
  absl::StatusOr<Reason> ReasonFor(QueryRow& row);

  // The plan for a row of that reason; but for kValues, the same for each such row. It is
  // remembered, or was. Errors as MakePlan().
  absl::StatusOr<Plan> Make(Reason reason, const QueryRow& row);

  // As FirstStep's.
  void AddPages(PageCounter& pages) const { first_step_.AddPages(pages); }

 private:
  // The plan of the query's shape that begins with part `first`; from the memory, if it is there.
  absl::StatusOr<Plan> OfShape(uint32_t first);
  // The same, counted from `source`, under `key`. No plan: there is too little of what counts.
  absl::StatusOr<std::optional<Plan>> Remembered(const FactSource& source, std::string key,
                                                 uint32_t first, bool may_be_few);

  const PlanContext& plan_;
  const Query& query_;
  const PlanKeeping& keeping_;
  FirstStep first_step_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_PLAN_CHOICE_H_
