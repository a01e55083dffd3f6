// What one file is: kind, version, size, counts, whom it belongs to.

#ifndef PATHKB_STORAGE_TOOL_DESCRIBE_H_
#define PATHKB_STORAGE_TOOL_DESCRIBE_H_

#include <string>

#include "absl/status/statusor.h"

#include "storage/file/file_system.h"
#include "storage/tool/figure_list.h"

namespace pathkb {

// The figures of `path`. The first ones are "file", "kind" and "bytes". Takes constant time for
// what says its counts itself; a .tree without a footer, a .paths, a delta and a log segment are
// read whole, once. Damage that shows only there becomes a figure "problem"; damage that leaves
// nothing to describe is an error:
//   DataLoss            not a readable header
//   FailedPrecondition  unknown kind, or a version newer than this program
//   others              as FileSystem
absl::StatusOr<FigureList> DescribeFile(FileSystem& files, const std::string& path);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_DESCRIBE_H_
