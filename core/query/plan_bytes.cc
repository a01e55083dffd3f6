// Plans as bytes and back: for each step the number of its part, how it is searched (low four bits
// the argument, 10 for a member of a group), and the plans of its branches.
//
//   02 00 | 00 12      part 2 through terms/, then part 0 through argument 2, in one group with it

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/varint.h"
#include "core/query/plan.h"

namespace pathkb {
namespace {

absl::Status NoPlan(std::string_view why) {
  return absl::InvalidArgumentError(
      fmt::format("this position was not made for this query: {}", why));
}

// Plans are nested as queries are: kQueryNestingMax deep.
absl::StatusOr<PlanStep> TakeStep(const PlanContext& context, const Conjunction& conjunction,
                                  const VariableSet& bound, std::string_view& bytes) {
  PlanStep step;
  uint64_t part_number = 0;
  if (!ConsumeVarint(bytes, part_number) || part_number >= conjunction.parts.size()) {
    return NoPlan("no part of that number");
  }
  step.part = static_cast<uint32_t>(part_number);
  const QueryPart& part = conjunction.parts[step.part];
  if ((part.needs & ~bound).any()) return NoPlan("a part comes before what it needs");
  if (part.branches.empty()) {
    if (bytes.empty()) return NoPlan("it is cut off");
    const uint8_t access = static_cast<uint8_t>(bytes[0]);
    bytes.remove_prefix(1);
    step.position = access & 0x0F;
    step.with_previous = (access & 0x10) != 0;
    const bool is_match = part.kind == QueryPart::Kind::kMatch;
    if (access > (is_match ? 0x1F : 0)) return NoPlan("an unknown kind of access");
    if (step.position == 0) return step;
    if (step.position > kIndexPositionsMax || !context.indexed.Has(step.position)) {
      return NoPlan(fmt::format("there is no index of argument {}", step.position));
    }
    const size_t children = part.pattern.children().size();
    if (static_cast<size_t>(step.position) >= children || children >= 64) {
      return NoPlan("a pattern has no such argument");
    }
  }
  for (const Conjunction& branch : part.branches) {
    PATHKB_ASSIGN_OR_RETURN(Plan plan, TakePlan(context, branch, bound, bytes));
    step.branches.push_back(std::move(plan));
  }
  return step;
}

}  // namespace

void AppendPlan(const Plan& plan, std::string& bytes) {
  for (const PlanStep& step : plan.steps) {
    AppendVarint(step.part, bytes);
    if (step.branches.empty()) {
      bytes.push_back(static_cast<char>(step.position | (step.with_previous ? 0x10 : 0)));
    }
    for (const Plan& branch : step.branches) AppendPlan(branch, bytes);
  }
}

absl::StatusOr<Plan> TakePlan(const PlanContext& context, const Conjunction& conjunction,
                              const VariableSet& bound_before, std::string_view& bytes) {
  Plan plan;
  VariableSet bound = bound_before;
  VariableSet bound_before_group;
  std::vector<bool> taken(conjunction.parts.size());
  for (size_t i = 0; i < conjunction.parts.size(); ++i) {
    PATHKB_ASSIGN_OR_RETURN(PlanStep step, TakeStep(context, conjunction, bound, bytes));
    const QueryPart& part = conjunction.parts[step.part];
    if (taken[step.part]) return NoPlan("a part comes twice");
    taken[step.part] = true;
    if (step.with_previous) {
      // It must lack what the step before lacks, one variable.
      const QueryPart* before =
          plan.steps.empty() ? nullptr : &conjunction.parts[plan.steps.back().part];
      const bool fits = before != nullptr && before->kind == QueryPart::Kind::kMatch &&
                        (part.binds & ~bound_before_group).count() == 1 &&
                        (part.binds & ~bound_before_group) == (before->binds & ~bound_before_group);
      if (!fits) return NoPlan("a group of parts that lack different variables");
    } else {
      bound_before_group = bound;
    }
    bound |= part.binds;
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

}  // namespace pathkb
