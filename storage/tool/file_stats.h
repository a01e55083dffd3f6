// What a file is made of, whatever kind it is: the figures behind `pathkb file stats`.

#ifndef PATHKB_STORAGE_TOOL_FILE_STATS_H_
#define PATHKB_STORAGE_TOOL_FILE_STATS_H_

#include <string>

#include "absl/status/statusor.h"

#include "storage/file/file_system.h"
#include "storage/tool/figure_list.h"

namespace pathkb {

// The figures of a .tree (tree_stats.h), or of a .terms: entries, their bytes, and how they compare
// to those of the file. Linear in the file.
//   DataLoss            damage
//   FailedPrecondition  another kind of file, or a newer version
//   others              as FileSystem
absl::StatusOr<FigureList> FileStats(FileSystem& files, const std::string& path);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_FILE_STATS_H_
