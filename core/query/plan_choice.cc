#include "core/query/plan_choice.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/status_macros.h"
#include "core/base/varint.h"
#include "core/query/query_shape.h"
#include "core/term/path_encoding.h"

namespace pathkb {

PlanChoice::PlanChoice(RunContext& run, const PlanContext& plan, const Query& query,
                       const PlanKeeping& keeping)
    : plan_(plan),
      query_(query),
      keeping_(keeping),
      first_step_(run, plan, query.form().top, query.form().parameters) {}

absl::StatusOr<PlanChoice::Reason> PlanChoice::ReasonFor(QueryRow& row) {
  if (!first_step_.has_choice()) return kNoChoice;
  PATHKB_ASSIGN_OR_RETURN(const std::optional<uint32_t> first, first_step_.Find(row));
  return first.value_or(kValues);
}

absl::StatusOr<Plan> PlanChoice::Make(Reason reason, const QueryRow& row) {
  const QueryForm& form = query_.form();
  if (reason < kValues) return OfShape(reason);
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

absl::StatusOr<Plan> PlanChoice::OfShape(uint32_t first) {
  const QueryForm& form = query_.form();
  std::optional<std::string> shape;
  if (keeping_.memory != nullptr) shape = ShapeKey(form);
  if (!shape.has_value()) return MakePlanFrom(plan_, form.top, form.parameters, first);
  std::string key;
  AppendLengthPrefixed(plan_.space, key);
  AppendVarint(plan_.indexed.bits(), key);
  AppendVarint(keeping_.base_number, key);
  AppendVarint(first, key);
  key += *shape;
  std::optional<Plan> plan;
  if (keeping_.base != nullptr) {
    PATHKB_ASSIGN_OR_RETURN(plan, Remembered(*keeping_.base, "b" + key, first, false));
  }
  if (!plan.has_value()) {
    std::string at_revision = "r";
    AppendVarint(keeping_.revision, at_revision);
    PATHKB_ASSIGN_OR_RETURN(plan, Remembered(plan_.source, at_revision + key, first, true));
  }
  return *std::move(plan);
}

absl::StatusOr<std::optional<Plan>> PlanChoice::Remembered(const FactSource& source,
                                                           std::string key, uint32_t first,
                                                           bool may_be_few) {
  if (const std::optional<std::string> known = keeping_.memory->Find(key)) {
    if (known->empty()) return std::nullopt;
    std::string_view bytes = *known;
    PATHKB_ASSIGN_OR_RETURN(Plan plan, TakePlan(plan_, query_.form().top, VariableSet(), bytes));
    return plan;
  }
  const QueryForm shape = ShapeForm(query_.form());
  bool few = false;
  const PlanContext context = {source,      plan_.space,      plan_.indexed, shape.variable_names,
                               plan_.meter, shape.parameters, &few};
  PATHKB_ASSIGN_OR_RETURN(Plan plan, MakePlanFrom(context, shape.top, shape.parameters, first));
  if (few && !may_be_few) {
    keeping_.memory->Put(key, "");
    return std::nullopt;
  }
  std::string bytes;
  AppendPlan(plan, bytes);
  keeping_.memory->Put(key, bytes);
  return plan;
}

}  // namespace pathkb
