// In which order the parts of a query are taken, and through which index each pattern is searched.
//
//   (, (age $x $n) (hypernym $y $x) (word $y "bank"))
//
//   word $y "bank"     argument 2        18 rows            the fewest, so it comes first
//   hypernym $y $x     terms             1 for each $y
//   age $x $n          terms             1 for each $x
//
// DESIGN.md, "Planning", says how that is decided.

#ifndef PATHKB_CORE_QUERY_PLAN_H_
#define PATHKB_CORE_QUERY_PLAN_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/facts/arg_index.h"
#include "core/query/fact_source.h"
#include "core/query/query_form.h"
#include "core/query/step_meter.h"

namespace pathkb {

struct PlanStep;

// The parts of a conjunction in the order in which they are taken.
struct Plan {
  std::vector<PlanStep> steps;
};

// One part.
struct PlanStep {
  uint32_t part = 0;  // Which of the conjunction's parts.
  // kMatch: the argument through whose index it is searched; 0 for terms/.
  int position = 0;
  // kMatch: one of a group with the step before. All of a group lack the same single variable;
  // which of them is searched for it, and which only checked, is decided for each row.
  bool with_previous = false;
  double estimated_rows = kUnknown;  // For each row of the steps before.
  std::vector<Plan> branches;        // kOr, kNot: of each branch.

  static constexpr double kUnknown = -1;
};

// What a plan is made for. Borrows all of it.
struct PlanContext {
  const FactSource& source;
  std::string_view space;
  IndexedArguments indexed;                        // Positions that may be used.
  const std::vector<std::string>& variable_names;  // Of the query, by number.
  StepMeter& meter;                                // Pays for the counting.
  // Variables that stand for constants: what shares only them is no more joined than what shares a
  // constant.
  VariableSet parameters = {};
  bool* few = nullptr;  // Null, or set where something counted was so little that it says little.
};

// Comparisons that hold for all that a conjunction finds: its own and those around it.
using Comparisons = std::vector<const Comparison*>;

// `around` and those among the parts of `conjunction`.
Comparisons ComparisonsIn(const Conjunction& conjunction, const Comparisons& around);

// Plans `conjunction`, where the variables in `bound` have values already. The same for the same
// facts in the same form, and whatever the order in which the parts are written, but for ties.
//   as EstimateRows()
absl::StatusOr<Plan> MakePlan(const PlanContext& context, const Conjunction& conjunction,
                              const VariableSet& bound, const Comparisons& around);

// The same with part number `first` in front, which needs nothing but `bound`. Rows are counted
// only where there is a choice behind it.
absl::StatusOr<Plan> MakePlanFrom(const PlanContext& context, const Conjunction& conjunction,
                                  const VariableSet& bound, uint32_t first);

// The plan as bytes, without the estimates, for page tokens.
void AppendPlan(const Plan& plan, std::string& bytes);

// Takes a plan of `conjunction` from the front of `bytes`.
//   InvalidArgument   they are none: a part is missing, comes before what it needs, or is searched
//                     through an index that is not there
absl::StatusOr<Plan> TakePlan(const PlanContext& context, const Conjunction& conjunction,
                              const VariableSet& bound, std::string_view& bytes);

// A comparison of a variable with something known.
struct KnownSide {
  uint32_t variable;     // Of the query.
  ComparisonKind kind;   // `(kind variable known)`.
  const Operand* known;  // A constant, or a variable that is bound.
};

// What `comparisons` say about the variables of `match` that are not in `bound`, but are compared
// with something that is.
std::vector<KnownSide> KnownSides(const QueryPart& match, const VariableSet& bound,
                                  const Comparisons& comparisons);

// Names of the variables of `match` that are in `bound`: its inputs.
std::vector<std::string> InputNames(const QueryPart& match, const VariableSet& bound,
                                    const std::vector<std::string>& variable_names);

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_PLAN_H_
