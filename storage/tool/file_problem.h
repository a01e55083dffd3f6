// Something wrong with a file, in the one form that `pathkb file` shows: FILE: offset N: rule.

#ifndef PATHKB_STORAGE_TOOL_FILE_PROBLEM_H_
#define PATHKB_STORAGE_TOOL_FILE_PROBLEM_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace pathkb {

// A value type.
struct FileProblem {
  std::string file;
  std::optional<uint64_t> offset;  // None for a text file, and for what is not at one place.
  std::string rule;                // What should hold there and does not.

  // "FILE: offset N: rule", or "FILE: rule", without a line end.
  std::string Line() const;
};

// The problem that an error about `file` tells of. Readers begin their messages with the file's
// name and say "offset N" or "byte N" somewhere in them.
FileProblem ProblemOf(std::string_view file, const absl::Status& error);

// Told of each problem as it is found.
using ProblemSink = std::function<void(const FileProblem& problem)>;

// True if `error` says that something is wrong with what is in a file, so that others may be fine:
// damage, a version newer than this program, a path over a bound. False for what concerns the disk
// or the call: no such file, no permission.
bool IsAboutContent(const absl::Status& error);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_FILE_PROBLEM_H_
