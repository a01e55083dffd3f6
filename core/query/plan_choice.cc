#include "core/query/plan_choice.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/status_macros.h"
#include "core/term/path_encoding.h"

namespace pathkb {

PlanChoice::PlanChoice(RunContext& run, const PlanContext& plan, const Query& query)
    : plan_(plan),
      query_(query),
      first_step_(run, plan, query.form().top, query.form().parameters) {}

absl::StatusOr<PlanChoice::Reason> PlanChoice::ReasonFor(QueryRow& row) {
  if (!first_step_.has_choice()) return kNoChoice;
  PATHKB_ASSIGN_OR_RETURN(const std::optional<uint32_t> first, first_step_.Find(row));
  return first.value_or(kValues);
}

absl::StatusOr<Plan> PlanChoice::Make(Reason reason, const QueryRow& row) {
  const QueryForm& form = query_.form();
  if (reason < kValues) return MakePlanFrom(plan_, form.top, form.parameters, reason);
  if (reason == kNoChoice || query_.parameters().empty()) {
    return MakePlan(plan_, form.top, form.parameters, {});
  }
  std::vector<Term> values;
  for (const uint32_t number : query_.parameter_variables()) {
    Term value;
    if (number != Query::kNoVariable) {
      std::string_view bytes = row.values[number].bytes;
      PATHKB_ASSIGN_OR_RETURN(value, DecodeTerm(bytes));
    }
    values.push_back(std::move(value));
  }
  const auto filled = query_.Fill(values);
  // With values that could not stand in the text there is nothing to be found; any order will do.
  if (!filled.ok()) return MakePlan(plan_, form.top, form.parameters, {});
  const PlanContext context = {plan_.source, plan_.space, plan_.indexed,
                               filled->form().variable_names, plan_.meter};
  return MakePlan(context, filled->form().top, VariableSet(), {});
}

}  // namespace pathkb
