// The middle of some figures.

#ifndef PATHKB_TESTS_BENCH_FILES_MEDIAN_H_
#define PATHKB_TESTS_BENCH_FILES_MEDIAN_H_

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/base/check.h"

namespace pathkb::bench {

// Of at least one; of an even number the mean of the two in the middle.
inline double Median(std::vector<double> values) {
  PATHKB_CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_FILES_MEDIAN_H_
