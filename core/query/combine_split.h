// Where to cut a combination (combine.h) so that several threads can work on it, each on a stretch
// of keys.

#ifndef PATHKB_CORE_QUERY_COMBINE_SPLIT_H_
#define PATHKB_CORE_QUERY_COMBINE_SPLIT_H_

#include <cstdint>
#include <vector>

#include "core/query/combine.h"

namespace pathkb {

// Ranges that follow each other and hold all keys, at least one and at most `parts_max`, with about
// `facts` facts of the operands in each, or more where that makes too many parts. From random
// samples: parts may be a few times larger or smaller than others, or empty. Some microseconds for
// few facts, some milliseconds for any number. The same each time.
std::vector<CombineRange> SplitCombination(const std::vector<CombineOperand>& operands,
                                           uint64_t facts, uint64_t parts_max);

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_COMBINE_SPLIT_H_
