// What the variables of a query stand for while it is being answered, and what a step of a plan
// does with that: it is started for each row of the steps before it and extends the row, once for
// each Next().
//
//   row                $x       $y      $z
//   after (p $x)       n1       -       -        bytes, in the path of that step's cursor
//   after (q $x $y)    n1       n7      -
//
// A value is bytes as long as it is ground. Where a stored fact holds variables it may be a term
// that holds some; such a value is open, and a later step may still change it.

#ifndef PATHKB_CORE_QUERY_QUERY_ROW_H_
#define PATHKB_CORE_QUERY_QUERY_ROW_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/query/fact_filter.h"
#include "core/query/fact_source.h"
#include "core/query/pattern_search.h"
#include "core/query/plan_report.h"
#include "core/query/step_meter.h"
#include "core/term/term.h"

namespace pathkb {

class MatchRun;
class QueryStep;

// What one variable stands for. Borrows from the step that set it, until that one moves on.
struct RowValue {
  enum class State : uint8_t { kFree, kGround, kOpen };

  State state = State::kFree;
  std::string_view bytes;      // kGround: the encoded term.
  const Term* term = nullptr;  // kOpen: a term with variables, maybe only one.
};

// A row, built up by steps.
struct QueryRow {
  std::vector<RowValue> values;  // By number of the variable.
  // Checks that met an open value: they are decided when the row is complete.
  std::vector<QueryStep*> deferred;
};

// What all steps of a run share.
struct RunContext {
  const FactSource& source;
  const std::string space;
  const std::vector<std::string>& variable_names;  // Of the query, by number.
  const PatternSearch::Order order;
  StepMeter& meter;
  FactFilterRun filter;
  // No variable of the query has a name that begins with this: what variables of facts are called.
  std::string fact_variable_prefix;
  size_t match_steps = 0;    // Made so far; tells their facts' variables apart.
  bool count_pages = false;  // Whether searches count the pages they look at.
};

// A step at work. One thread at a time.
class QueryStep {
 public:
  // Where a step stands after Resume().
  enum class Resumed : uint8_t {
    kThere,   // At the row that the position meant; or, for `behind`, just in front of the next.
    kBehind,  // At the first row behind it: that one is gone.
    kEnd,     // There are no more rows.
  };

  virtual ~QueryStep() = default;

  // Begins anew, for the row as it is now.
  virtual absl::Status Start(QueryRow& row) = 0;

  // Extends the row in the next way; false when there are no more, and the row is then as it was
  // before Start(). Errors as QueryRun::Next().
  virtual absl::StatusOr<bool> Next(QueryRow& row) = 0;

  // Appends where it stands, for Resume().
  virtual void AppendPosition(std::string& bytes) const = 0;

  // Takes a position from the front of `bytes` and goes there; with `behind` to just behind it, so
  // that Next() finds the next row. Unless it is there, the rest of `bytes` means nothing.
  //   InvalidArgument   the bytes are no position of this step
  //   as Next()
  virtual absl::StatusOr<Resumed> Resume(QueryRow& row, std::string_view& bytes, bool behind) = 0;

  // A check decides for a complete row; open values stay so. True for all other steps.
  virtual absl::StatusOr<bool> Settle(QueryRow& row) = 0;

  // Appends a report of this step and of those inside it, which are one deeper.
  virtual void AppendReports(uint32_t depth, std::vector<PlanStepReport>& reports) const = 0;

  // Appends the searches in this step and in those inside it.
  virtual void AppendMatches(std::vector<const MatchRun*>& matches) const = 0;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_QUERY_ROW_H_
