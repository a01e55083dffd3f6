// What Explain tells of one step of a plan: the fields of PlanStep in query_service.proto.

#ifndef PATHKB_CORE_QUERY_PLAN_REPORT_H_
#define PATHKB_CORE_QUERY_PLAN_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

namespace pathkb {

// One step, in the order in which steps are taken for each row of those before. A value type.
struct PlanStepReport {
  std::string kind;                // `match`, `check`, `compare`, `not`, `or`.
  std::string form;                // The part of the query that it answers, as text.
  std::string access;              // `terms`, `argument 2`, `argument 2, range`; empty if none.
  std::vector<std::string> binds;  // Variables, without the dollar sign.
  uint32_t depth = 0;              // In `or` and `not`; 0 at the top.
  double estimated_rows = 0;       // For each row of the step before.
  uint64_t starts = 0;             // Rows of the step before that have come to it.
  uint64_t rows = 0;               // Found so far, in all.
  uint64_t cursor_steps = 0;       // Moves of its cursors so far.
  uint64_t pages = 0;              // Pages of files they looked at; 0 unless they are counted.
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_PLAN_REPORT_H_
