// One pattern of a query being searched, for one row after another.
//
// Where all that is known of its variables is ground, one PatternSearch is started again and again
// with their bytes, and what it finds goes into the row as views of its path: no term is made, and
// nothing is allocated. Where a stored fact has left a value open, the pattern is filled with
// terms, compiled and searched anew for that row, and what is found may bind variables of facts
// that other values of the row hold.

#ifndef PATHKB_CORE_QUERY_MATCH_RUN_H_
#define PATHKB_CORE_QUERY_MATCH_RUN_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/query/pattern_search.h"
#include "core/query/plan.h"
#include "core/query/query_row.h"
#include "core/query/value_ranges.h"

namespace pathkb {

// One thread at a time. Borrows the context and the part.
class MatchRun final : public QueryStep {
 public:
  // What a search has done so far.
  struct Counts {
    uint64_t starts = 0;
    uint64_t rows = 0;
    uint64_t steps = 0;  // Of the meter.
  };

  // `bound`: variables that have a value when it is started; `comparisons` narrow down the others.
  //   as PatternSearch::New()
  static absl::StatusOr<std::unique_ptr<MatchRun>> New(RunContext& context, const QueryPart& part,
                                                       const PlanStep& plan,
                                                       const VariableSet& bound,
                                                       const Comparisons& comparisons);

  absl::Status Start(QueryRow& row) override;
  absl::StatusOr<bool> Next(QueryRow& row) override;
  void AppendPosition(std::string& bytes) const override;
  absl::StatusOr<Resumed> Resume(QueryRow& row, std::string_view& bytes, bool behind) override;
  absl::StatusOr<bool> Settle(QueryRow&) override { return true; }
  void AppendReports(uint32_t depth, std::vector<PlanStepReport>& reports) const override;
  void AppendMatches(std::vector<const MatchRun*>& matches) const override {
    matches.push_back(this);
  }

  // Goes to the next fact, whether it passes the filter or not, and leaves the row alone; false
  // when there are no more. Start() must come again before Next().
  absl::StatusOr<bool> Skip();
  // True if the row that it was started for had an open value in this pattern.
  bool is_open() const { return open_search_ != nullptr; }

  // The search that stands at the present fact.
  const PatternSearch& search() const { return is_open() ? *open_search_ : *search_; }
  const Counts& counts() const { return counts_; }
  // The pages that it looked at, if they are counted.
  const PageCounter& pages() const { return pages_; }
  // The pattern as text.
  std::string form() const;
  // Names of the variables that it binds.
  std::vector<std::string> BindsNames() const;

 private:
  // A variable of the pattern: its number there, and in the query.
  struct Slot {
    size_t variable;
    uint32_t number;
  };
  // A comparison that narrows down a variable of the pattern, with the value of another one.
  struct RowRange {
    size_t variable;
    ComparisonKind kind;
    uint32_t known;
  };

  MatchRun(RunContext& context, const QueryPart& part, const PlanStep& plan)
      : context_(context), part_(part), plan_(plan), counting_(context.source, pages_) {}

  PatternSearch& search() { return is_open() ? *open_search_ : *search_; }
  void SetKnownRanges(const VariableSet& bound, const Comparisons& comparisons);
  // Makes ready for the row: values_ and ranges_, or open_search_.
  absl::Status Prepare(QueryRow& row);
  void SetRowRanges(const QueryRow& row);
  absl::Status PrepareOpen(QueryRow& row);
  // Puts what was found into the row.
  absl::Status Take(QueryRow& row);
  absl::Status TakeOpen(QueryRow& row);
  // Sets a value to a term; ground ones are encoded.
  absl::Status SetTerm(Term term, RowValue& value);
  // What the row was before Start().
  void Restore(QueryRow& row);
  const std::vector<std::string>& FactVariableNames();
  std::span<const ValueRanges> Ranges() const { return ranges_; }

  // What it searches.
  const FactSource& source() const { return context_.count_pages ? counting_ : context_.source; }

  RunContext& context_;
  const QueryPart& part_;
  const PlanStep plan_;
  Counts counts_;
  PageCounter pages_;
  const CountingSource counting_;

  std::unique_ptr<PatternSearch> search_;
  std::vector<Slot> inputs_, outputs_;
  std::vector<std::string_view> values_;   // By number of the pattern's variable.
  std::vector<ValueRanges> known_ranges_;  // The same: by comparisons with constants.
  std::vector<ValueRanges> ranges_;        // With the row's values, too; empty if there are none.
  std::vector<RowRange> row_ranges_;

  std::unique_ptr<PatternSearch> open_search_;
  std::vector<RowValue> row_before_;     // is_open(): as it was at Start().
  std::vector<std::string> open_names_;  // is_open(): variables of the filled pattern.
  std::deque<Term> terms_;               // What open values of the row point to.
  std::deque<std::string> encodings_;    // What ground ones point to that came as terms.
  std::vector<std::string> fact_variable_names_;
  size_t step_number_ = 0;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_MATCH_RUN_H_
