#include "core/query/branch_runs.h"

#include <utility>

#include "core/base/status_macros.h"
#include "core/base/varint.h"
#include "core/query/query_steps.h"

namespace pathkb {

absl::Status CheckRun::Start(QueryRow&) {
  asked_ = false;
  deferred_ = false;
  ++starts_;
  return absl::OkStatus();
}

absl::StatusOr<bool> CheckRun::Next(QueryRow& row) {
  if (asked_) {
    if (deferred_) row.deferred.pop_back();
    deferred_ = false;
    return false;
  }
  asked_ = true;
  // Counted like a move of a cursor: there are queries that do little else.
  if (!context_.meter.Step()) return context_.meter.status();
  for (size_t number = part_.needs._Find_first(); number < part_.needs.size();
       number = part_.needs._Find_next(number)) {
    if (row.values[number].state == RowValue::State::kGround) continue;
    row.deferred.push_back(this);
    deferred_ = true;
    ++rows_;
    return true;
  }
  PATHKB_ASSIGN_OR_RETURN(const bool holds, Holds(row));
  if (holds) ++rows_;
  return holds;
}

absl::StatusOr<QueryStep::Resumed> CheckRun::Resume(QueryRow& row, std::string_view&, bool behind) {
  PATHKB_RETURN_IF_ERROR(Start(row));
  asked_ = behind;
  if (behind) return Resumed::kThere;
  PATHKB_ASSIGN_OR_RETURN(const bool passes, Next(row));
  return passes ? Resumed::kThere : Resumed::kEnd;
}

PlanStepReport CheckRun::Report(uint32_t depth) const {
  PlanStepReport report;
  report.kind = part_.kind == QueryPart::Kind::kNot ? "not" : "compare";
  report.form = FormText(part_, context_.variable_names);
  report.depth = depth;
  report.estimated_rows = 1;
  report.starts = starts_;
  report.rows = rows_;
  return report;
}

absl::StatusOr<bool> CompareRun::Holds(QueryRow& row) {
  const Comparison& comparison = part_.comparison;
  std::string_view sides[2] = {comparison.left.encoded, comparison.right.encoded};
  const Operand* const operands[2] = {&comparison.left, &comparison.right};
  for (int i = 0; i < 2; ++i) {
    if (!operands[i]->is_variable()) continue;
    const RowValue& value = row.values[operands[i]->variable];
    if (value.state != RowValue::State::kGround) return false;
    sides[i] = value.bytes;
  }
  return Compare(comparison.kind, sides[0], sides[1]);
}

NotRun::NotRun(RunContext& context, const QueryPart& part, std::unique_ptr<StepSequence> inner)
    : CheckRun(context, part), inner_(std::move(inner)) {}

NotRun::~NotRun() = default;

absl::StatusOr<bool> NotRun::Holds(QueryRow& row) {
  values_before_ = row.values;
  const size_t deferred_before = row.deferred.size();
  inner_->Start();
  PATHKB_ASSIGN_OR_RETURN(const bool found, inner_->NextSettled(row, deferred_before));
  if (found) {
    // It stopped in the middle: nothing of that may stay.
    row.deferred.resize(deferred_before);
    row.values = values_before_;
  }
  return !found;
}

absl::StatusOr<bool> NotRun::Settle(QueryRow& row) {
  // What is deferred inside is decided inside.
  const std::vector<QueryStep*> deferred = std::exchange(row.deferred, {});
  absl::StatusOr<bool> holds = Holds(row);
  row.deferred = deferred;
  return holds;
}

void NotRun::AppendReports(uint32_t depth, std::vector<PlanStepReport>& reports) const {
  reports.push_back(Report(depth));
  inner_->AppendReports(depth + 1, reports);
}

void NotRun::AppendMatches(std::vector<const MatchRun*>& matches) const {
  inner_->AppendMatches(matches);
}

OrRun::OrRun(RunContext& context, const QueryPart& part, const PlanStep& plan,
             std::vector<std::unique_ptr<StepSequence>> branches)
    : context_(context),
      part_(part),
      estimated_rows_(plan.estimated_rows),
      branches_(std::move(branches)) {}

OrRun::~OrRun() = default;

absl::Status OrRun::Start(QueryRow&) {
  ++starts_;
  branch_ = 0;
  branches_[0]->Start();
  return absl::OkStatus();
}

absl::StatusOr<bool> OrRun::Next(QueryRow& row) {
  while (branch_ < branches_.size()) {
    PATHKB_ASSIGN_OR_RETURN(const bool found, branches_[branch_]->Next(row));
    if (found) {
      ++rows_;
      return true;
    }
    if (++branch_ < branches_.size()) branches_[branch_]->Start();
  }
  return false;
}

void OrRun::AppendPosition(std::string& bytes) const {
  AppendVarint(branch_, bytes);
  branches_[branch_]->AppendPosition(bytes);
}

absl::StatusOr<QueryStep::Resumed> OrRun::Resume(QueryRow& row, std::string_view& bytes,
                                                 bool behind) {
  uint64_t branch = 0;
  if (!ConsumeVarint(bytes, branch) || branch >= branches_.size()) {
    return absl::InvalidArgumentError(
        "this position was not made for this query: an `or` has no such branch");
  }
  ++starts_;
  branch_ = branch;
  PATHKB_ASSIGN_OR_RETURN(const Resumed resumed, branches_[branch_]->Resume(row, bytes, behind));
  if (behind) {
    // Whatever is left of this branch comes next.
    if (resumed == Resumed::kEnd && ++branch_ < branches_.size()) branches_[branch_]->Start();
    return resumed == Resumed::kThere ? Resumed::kThere : Resumed::kBehind;
  }
  if (resumed != Resumed::kEnd) return resumed;
  if (++branch_ < branches_.size()) branches_[branch_]->Start();
  PATHKB_ASSIGN_OR_RETURN(const bool found, Next(row));
  return found ? Resumed::kBehind : Resumed::kEnd;
}

void OrRun::AppendReports(uint32_t depth, std::vector<PlanStepReport>& reports) const {
  PlanStepReport& report = reports.emplace_back();
  report.kind = "or";
  report.form = FormText(part_, context_.variable_names);
  report.depth = depth;
  report.estimated_rows = estimated_rows_;
  report.starts = starts_;
  report.rows = rows_;
  for (const auto& branch : branches_) branch->AppendReports(depth + 1, reports);
}

void OrRun::AppendMatches(std::vector<const MatchRun*>& matches) const {
  for (const auto& branch : branches_) branch->AppendMatches(matches);
}

}  // namespace pathkb
