// How many facts a pattern will find, cheaply: for whoever decides in which order patterns are
// joined, and through which index.

#ifndef PATHKB_CORE_QUERY_ESTIMATE_H_
#define PATHKB_CORE_QUERY_ESTIMATE_H_

#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/query/fact_source.h"
#include "core/query/pattern.h"
#include "core/query/pattern_search.h"
#include "core/query/step_meter.h"

namespace pathkb {

// Facts that a search for `pattern` through `position` will hand out for each start; on average
// over the values that are there, where the pattern has inputs. Exact up to some hundred, else
// from samples, mostly within a factor of two, but rougher for what stands behind a variable; the
// same each time for the same source. Costs some thousand moves of a cursor at most, whatever the
// size. `ranges` as in PatternSearch::Start(). Sets `few`, if it is not null, where there are so
// few facts that all were counted. Errors as PatternSearch::Next().
absl::StatusOr<double> EstimateRows(const FactSource& source, std::string_view space,
                                    const Pattern& pattern, int position, StepMeter& meter,
                                    VariableRanges ranges = {}, bool* few = nullptr);

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_ESTIMATE_H_
