// The steps of a plan, made into what runs: see core/query/query_row.h for what a step does.
//
//   StepSequence    MatchRun -> GroupRun -> CheckRun -> OrRun          one after another; back when
//                                                       |-- sequence   one has no more
//                                                       `-- sequence

#ifndef PATHKB_CORE_QUERY_QUERY_STEPS_H_
#define PATHKB_CORE_QUERY_QUERY_STEPS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/query/match_run.h"
#include "core/query/plan.h"
#include "core/query/query_row.h"

namespace pathkb {

// A conjunction at work: nested loops over its steps. Nests in itself as the query does, at most
// kQueryNestingMax deep. One thread at a time; borrows the context and the conjunction.
class StepSequence {
 public:
  // `bound`: variables that have a value when it is started.
  //   as MatchRun::New()
  static absl::StatusOr<std::unique_ptr<StepSequence>> New(RunContext& context,
                                                           const Conjunction& conjunction,
                                                           const Plan& plan, VariableSet bound,
                                                           const Comparisons& around);

  // In front of the first row that extends `row`.
  void Start();
  // As QueryStep::Next(), AppendPosition() and Resume().
  absl::StatusOr<bool> Next(QueryRow& row);
  void AppendPosition(std::string& bytes) const;
  absl::StatusOr<QueryStep::Resumed> Resume(QueryRow& row, std::string_view& bytes, bool behind);

  // Next(), passing over rows for which one of the checks deferred from number `from` on does not
  // hold: `from` of them were there when it was started.
  absl::StatusOr<bool> NextSettled(QueryRow& row, size_t from);

  // As QueryStep's.
  void AppendReports(uint32_t depth, std::vector<PlanStepReport>& reports) const;
  // As QueryStep's.
  void AppendMatches(std::vector<const MatchRun*>& matches) const;

 private:
  StepSequence() = default;

  std::vector<std::unique_ptr<QueryStep>> steps_;
  size_t at_ = 0;       // The step that goes on at the next Next().
  bool start_ = false;  // It is to be started first.
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_QUERY_STEPS_H_
