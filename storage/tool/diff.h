// What differs between the keys of two files. Two cursors go through them in step, so neither is
// loaded.

#ifndef PATHKB_STORAGE_TOOL_DIFF_H_
#define PATHKB_STORAGE_TOOL_DIFF_H_

#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/statusor.h"

#include "storage/file/file_system.h"
#include "storage/tool/text_sink.h"

namespace pathkb {

// How many keys are in the first file only, in the second only, in both with different values, and
// in both alike.
struct DiffCounts {
  uint64_t removed = 0;
  uint64_t added = 0;
  uint64_t changed = 0;
  uint64_t equal = 0;
  bool values_compared = false;  // False: one of them has keys only, or values of another kind.
  bool complete = true;          // False: the sink or `lines_max` ended it.

  bool differ() const { return removed + added + changed != 0; }
};

// Compares two files with keys: .tree, .paths and deltas. Writes a line for each difference:
//   - key in hex, tab, value                     in the first file only
//   + key in hex, tab, value                     in the second only
//   ~ key in hex, tab, value, tab, value         in both, with these values
// At most `lines_max` of them; the comparison ends there.
//   FailedPrecondition  not two files with keys, or a list that does not ascend
//   DataLoss            damage
absl::StatusOr<DiffCounts> DiffFiles(FileSystem& files, const std::string& first_path,
                                     const std::string& second_path, const TextSink& sink,
                                     uint64_t lines_max = std::numeric_limits<uint64_t>::max());

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_DIFF_H_
