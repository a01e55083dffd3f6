#include "core/query/query_steps.h"

#include <utility>

#include "core/base/status_macros.h"
#include "core/query/branch_runs.h"
#include "core/query/group_run.h"
#include "core/query/resume_chain.h"

namespace pathkb {
namespace {

// Makes the step that `plan` begins with, or the group from there on; `index` then is the last step
// that is in it, and `bound` holds what it binds.
absl::StatusOr<std::unique_ptr<QueryStep>> MakeStep(RunContext& context,
                                                    const Conjunction& conjunction,
                                                    const Plan& plan, size_t& index,
                                                    VariableSet& bound,
                                                    const Comparisons& comparisons) {
  const PlanStep& step = plan.steps[index];
  const QueryPart& part = conjunction.parts[step.part];
  if (part.kind == QueryPart::Kind::kCompare) {
    return std::unique_ptr<QueryStep>(std::make_unique<CompareRun>(context, part));
  }
  if (part.kind != QueryPart::Kind::kMatch) {
    std::vector<std::unique_ptr<StepSequence>> branches;
    for (size_t i = 0; i < part.branches.size(); ++i) {
      PATHKB_ASSIGN_OR_RETURN(auto branch, StepSequence::New(context, part.branches[i],
                                                             step.branches[i], bound, comparisons));
      branches.push_back(std::move(branch));
    }
    if (part.kind == QueryPart::Kind::kNot) {
      return std::unique_ptr<QueryStep>(
          std::make_unique<NotRun>(context, part, std::move(branches[0])));
    }
    bound |= part.binds;
    return std::unique_ptr<QueryStep>(
        std::make_unique<OrRun>(context, part, step, std::move(branches)));
  }
  std::vector<GroupRun::Member> members;
  const VariableSet bound_before = bound;
  const size_t first = index;
  while (true) {
    const PlanStep& member_step = plan.steps[index];
    const QueryPart& member_part = conjunction.parts[member_step.part];
    GroupRun::Member& member = members.emplace_back();
    PATHKB_ASSIGN_OR_RETURN(
        member.search, MatchRun::New(context, member_part, member_step, bound_before, comparisons));
    bound |= member_part.binds;
    if (index + 1 == plan.steps.size() || !plan.steps[index + 1].with_previous) break;
    ++index;
  }
  if (index == first) return std::unique_ptr<QueryStep>(std::move(members[0].search));
  for (size_t i = 0; i < members.size(); ++i) {
    PlanStep check = plan.steps[first + i];
    check.position = 0;
    PATHKB_ASSIGN_OR_RETURN(members[i].check, MatchRun::New(context, conjunction.parts[check.part],
                                                            check, bound, comparisons));
  }
  return std::unique_ptr<QueryStep>(std::make_unique<GroupRun>(std::move(members)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<StepSequence>> StepSequence::New(RunContext& context,
                                                                const Conjunction& conjunction,
                                                                const Plan& plan, VariableSet bound,
                                                                const Comparisons& around) {
  std::unique_ptr<StepSequence> sequence(new StepSequence());
  const Comparisons comparisons = ComparisonsIn(conjunction, around);
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    PATHKB_ASSIGN_OR_RETURN(auto step, MakeStep(context, conjunction, plan, i, bound, comparisons));
    sequence->steps_.push_back(std::move(step));
  }
  return sequence;
}

void StepSequence::Start() {
  at_ = 0;
  start_ = true;
}

absl::StatusOr<bool> StepSequence::Next(QueryRow& row) {
  while (true) {
    QueryStep& step = *steps_[at_];
    if (start_) {
      start_ = false;
      PATHKB_RETURN_IF_ERROR(step.Start(row));
    }
    absl::StatusOr<bool> found = step.Next(row);
    if (!found.ok()) return found;
    if (!*found) {
      if (at_ == 0) return false;
      --at_;
      continue;
    }
    if (at_ + 1 == steps_.size()) return true;
    ++at_;
    start_ = true;
  }
}

absl::StatusOr<bool> StepSequence::NextSettled(QueryRow& row, size_t from) {
  while (true) {
    PATHKB_ASSIGN_OR_RETURN(const bool found, Next(row));
    if (!found) return false;
    bool holds = true;
    for (size_t i = from; holds && i < row.deferred.size(); ++i) {
      PATHKB_ASSIGN_OR_RETURN(holds, row.deferred[i]->Settle(row));
    }
    if (holds) return true;
  }
}

void StepSequence::AppendPosition(std::string& bytes) const {
  for (const auto& step : steps_) step->AppendPosition(bytes);
}

absl::StatusOr<QueryStep::Resumed> StepSequence::Resume(QueryRow& row, std::string_view& bytes,
                                                        bool behind) {
  return ResumeChain(
      steps_, at_, start_, [&] { return Next(row); }, row, bytes, behind);
}

void StepSequence::AppendReports(uint32_t depth, std::vector<PlanStepReport>& reports) const {
  for (const auto& step : steps_) step->AppendReports(depth, reports);
}

void StepSequence::AppendMatches(std::vector<const MatchRun*>& matches) const {
  for (const auto& step : steps_) step->AppendMatches(matches);
}

}  // namespace pathkb
