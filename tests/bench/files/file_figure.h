// One cell of the table that a benchmark of files prints.

#ifndef PATHKB_TESTS_BENCH_FILES_FILE_FIGURE_H_
#define PATHKB_TESTS_BENCH_FILES_FILE_FIGURE_H_

#include <string>

#include "absl/functional/function_ref.h"

namespace pathkb::bench {

// The median of an operation's repetitions.
struct FileFigure {
  std::string set;  // Which keys.
  std::string operation;
  std::string contender;
  std::string unit;
  double value = 0;
};

// Takes a figure as soon as it is known.
using FileReport = absl::FunctionRef<void(const FileFigure&)>;

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_FILES_FILE_FIGURE_H_
