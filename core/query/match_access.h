// Through which index one pattern is best searched when some of its variables have values, and what
// that costs.
//
//   (r $x a $y)  over terms/     r | $x | a | $y     `a` lies behind `$x`: every $x is looked at
//                argument 2      r | a | $x | $y     no scan: what is visited is found

#ifndef PATHKB_CORE_QUERY_MATCH_ACCESS_H_
#define PATHKB_CORE_QUERY_MATCH_ACCESS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "core/query/plan.h"
#include "core/query/query_form.h"

namespace pathkb {

// One way to search a pattern. A value type.
struct MatchAccess {
  int position = 0;      // The argument through whose index; 0 for terms/.
  bool scans = false;    // More is visited than found: something known lies behind a variable.
  size_t known = 0;      // Children that are known, in the order of the keys, before the first that
                         // is not.
  bool counted = false;  // The two figures are estimates, not just 1.
  double visited = 1;    // Facts looked at for each row of the steps before.
  double rows = 1;       // Facts found.
};

// Chooses and remembers. One thread at a time; borrows the context, and the parts it is asked of.
class MatchAccessCache {
 public:
  explicit MatchAccessCache(const PlanContext& context) : context_(context) {}

  // The way that visits least, counted. Where one does not scan, no other is counted.
  //   as EstimateRows()
  absl::StatusOr<MatchAccess> Best(const QueryPart& match, const VariableSet& bound,
                                   const Comparisons& comparisons);

  // The same, but counted only if that is what decides.
  absl::StatusOr<MatchAccess> Uncounted(const QueryPart& match, const VariableSet& bound,
                                        const Comparisons& comparisons);

  // The first way that does not scan, else terms/; not counted.
  MatchAccess WithoutCount(const QueryPart& match, const VariableSet& bound,
                           const Comparisons& comparisons) const;

 private:
  // Facts that a search for `pattern`, which is `match` or a part of it, finds.
  absl::StatusOr<double> Count(const QueryPart& match, Term pattern, const VariableSet& bound,
                               const Comparisons& comparisons, int position);

  const PlanContext& context_;
  // By the part, and which of its variables are bound.
  std::map<std::pair<const QueryPart*, uint64_t>, MatchAccess> best_;
  // What was counted, by the pattern's code, its inputs and the position: parts that differ in the
  // names of their variables only, as those of a triangle do, are counted once.
  std::map<std::tuple<std::string, uint64_t, int>, double> counts_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_MATCH_ACCESS_H_
