// Which part of a query comes first, by looking at what each would find for the values at hand.
//
//   (, (word $s $p) (gloss $s $g) (part $s $q))       $p and $q are given
//
//   word $s $p     known: word $p     18 facts      these two are looked at: of them most is known
//   part $s $q     known: part $q     3 facts       the least, and few: it comes first
//   gloss $s $g    known: gloss                     not looked at
//
// A count stops where it is clear that there are more than few. So this costs some microseconds,
// each time a query is started, and whatever was remembered of other starts (their values may be
// rare where these are in everything) is never a reason to begin at the wrong end.

#ifndef PATHKB_CORE_QUERY_FIRST_STEP_H_
#define PATHKB_CORE_QUERY_FIRST_STEP_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"

#include "core/query/match_run.h"
#include "core/query/plan.h"
#include "core/query/query_row.h"

namespace pathkb {

// The parts of one conjunction. One thread at a time. Borrows its arguments, `plan` for the
// constructor only.
class FirstStep {
 public:
  // `bound`: variables that have a value in the rows to come.
  FirstStep(RunContext& run, const PlanContext& plan, const Conjunction& conjunction,
            const VariableSet& bound);

  // False if there is nothing to choose: only one part finds anything, or may come first.
  bool has_choice() const { return has_choice_; }

  // The part that finds fewest facts for `row` among those of which most is known; nullopt if it is
  // more than a few. The row stays as it is. Errors as QueryRun::Next().
  absl::StatusOr<std::optional<uint32_t>> Find(QueryRow& row);

  // Adds the pages that looking took so far, if they are counted.
  void AddPages(PageCounter& pages) const;

 private:
  struct Candidate {
    uint32_t part = 0;
    int position = 0;
    size_t known = 0;
    std::unique_ptr<MatchRun> search;  // Made when first needed.
  };

  RunContext& run_;
  const Conjunction& conjunction_;
  const VariableSet bound_;
  const Comparisons comparisons_;
  std::vector<Candidate> candidates_;  // What can be counted; of which most is known comes first.
  bool has_choice_ = false;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_FIRST_STEP_H_
