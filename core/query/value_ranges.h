// What a comparison says about a variable, as ranges of encoded bytes: a search then never visits
// what is outside of them.
//
//   (< $n 30)        [40, 49 1E)   integers        [51, 51 <30.0>)   floats
//   (prefix $s "ba") [52 b a, 52 b b)  strings     [C2 b a, C2 b b) [C3 b a, C3 b b) ...  symbols

#ifndef PATHKB_CORE_QUERY_VALUE_RANGES_H_
#define PATHKB_CORE_QUERY_VALUE_RANGES_H_

#include <string_view>
#include <vector>

#include "core/query/comparison.h"
#include "core/query/pattern_search.h"

namespace pathkb {

using ValueRanges = std::vector<PatternSearch::Range>;

// Replaces `ranges` by ascending, disjoint ranges that hold every encoded ground term x for which
// `(kind x constant)` is true, and few others. False if the comparison says too little for that;
// `ranges` is then empty. Where nothing can be true, one range that holds nothing is left.
bool RangesOf(ComparisonKind kind, std::string_view constant, ValueRanges& ranges);

// Replaces `ranges` by what is in both; as above, one range that holds nothing if that is nothing.
void IntersectRanges(const ValueRanges& other, ValueRanges& ranges);

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_VALUE_RANGES_H_
