// The steps of a plan that are no patterns: comparisons, `not` and `or`.

#ifndef PATHKB_CORE_QUERY_BRANCH_RUNS_H_
#define PATHKB_CORE_QUERY_BRANCH_RUNS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/query/plan.h"
#include "core/query/query_row.h"

namespace pathkb {

class StepSequence;

// A step that lets a row pass or not. Where a variable that it needs is open, it lets the row pass
// for now and is decided when the row is complete, because a later step may close the variable: so
// the order of a plan does not change the answers.
class CheckRun : public QueryStep {
 public:
  CheckRun(RunContext& context, const QueryPart& part) : context_(context), part_(part) {}

  absl::Status Start(QueryRow& row) override;
  absl::StatusOr<bool> Next(QueryRow& row) override;
  void AppendPosition(std::string&) const override {}
  absl::StatusOr<Resumed> Resume(QueryRow& row, std::string_view& bytes, bool behind) override;

 protected:
  // True if the row, as far as it is known, passes.
  virtual absl::StatusOr<bool> Holds(QueryRow& row) = 0;
  PlanStepReport Report(uint32_t depth) const;

  RunContext& context_;
  const QueryPart& part_;

 private:
  bool asked_ = false;     // Since Start().
  bool deferred_ = false;  // It is the last in QueryRow::deferred.
  uint64_t starts_ = 0;
  uint64_t rows_ = 0;
};

// A comparison.
class CompareRun final : public CheckRun {
 public:
  using CheckRun::CheckRun;

  // False where a side is open or free.
  absl::StatusOr<bool> Settle(QueryRow& row) override { return Holds(row); }
  void AppendReports(uint32_t depth, std::vector<PlanStepReport>& reports) const override {
    reports.push_back(Report(depth));
  }
  void AppendMatches(std::vector<const MatchRun*>&) const override {}

 protected:
  absl::StatusOr<bool> Holds(QueryRow& row) override;
};

// A `not`: passes where its conjunction has no row.
class NotRun final : public CheckRun {
 public:
  NotRun(RunContext& context, const QueryPart& part, std::unique_ptr<StepSequence> inner);
  ~NotRun() override;

  absl::StatusOr<bool> Settle(QueryRow& row) override;
  void AppendReports(uint32_t depth, std::vector<PlanStepReport>& reports) const override;
  void AppendMatches(std::vector<const MatchRun*>& matches) const override;

 protected:
  absl::StatusOr<bool> Holds(QueryRow& row) override;

 private:
  const std::unique_ptr<StepSequence> inner_;
  std::vector<RowValue> values_before_;
};

// An `or`: the rows of its first branch, then those of its second, and so on.
class OrRun final : public QueryStep {
 public:
  OrRun(RunContext& context, const QueryPart& part, const PlanStep& plan,
        std::vector<std::unique_ptr<StepSequence>> branches);
  ~OrRun() override;

  absl::Status Start(QueryRow& row) override;
  absl::StatusOr<bool> Next(QueryRow& row) override;
  void AppendPosition(std::string& bytes) const override;
  absl::StatusOr<Resumed> Resume(QueryRow& row, std::string_view& bytes, bool behind) override;
  absl::StatusOr<bool> Settle(QueryRow&) override { return true; }
  void AppendReports(uint32_t depth, std::vector<PlanStepReport>& reports) const override;
  void AppendMatches(std::vector<const MatchRun*>& matches) const override;

 private:
  RunContext& context_;
  const QueryPart& part_;
  const double estimated_rows_;
  const std::vector<std::unique_ptr<StepSequence>> branches_;
  size_t branch_ = 0;  // The one that goes on at the next Next().
  uint64_t starts_ = 0;
  uint64_t rows_ = 0;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_BRANCH_RUNS_H_
