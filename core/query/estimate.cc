#include "core/query/estimate.h"

#include <memory>

#include "core/base/status_macros.h"

namespace pathkb {

absl::StatusOr<double> EstimateRows(const FactSource& source, std::string_view space,
                                    const Pattern& pattern, int position, StepMeter& meter,
                                    std::span<const std::vector<PatternSearch::Range>> ranges) {
  constexpr double kRowsMax = 256;
  // With its inputs free: at least as many.
  PATHKB_ASSIGN_OR_RETURN(Pattern free, Pattern::Compile(pattern.term()));
  PATHKB_ASSIGN_OR_RETURN(const auto search,
                          PatternSearch::New(source, space, std::move(free), position, meter,
                                             PatternSearch::Order::kWalk));
  PATHKB_RETURN_IF_ERROR(search->Start({}, ranges));
  double rows = 0;
  while (rows < kRowsMax) {
    PATHKB_ASSIGN_OR_RETURN(const bool found, search->Next());
    if (!found) break;
    ++rows;
  }
  return rows;
}

}  // namespace pathkb
