// Lists what is in a file, a line for each thing:
//
//   .tree    key in hex, tab, value              .terms    id, tab, entry in hex
//   .paths   key in hex, tab, place from 0       .sums     block number, tab, sum in hex
//   delta    change, tab, key in hex [, tab, entry in hex]
//   log      revision, tab, space, tab, how many facts were set, deleted by term and by name
//   manifest, CURRENT   their text

#ifndef PATHKB_STORAGE_TOOL_DUMP_H_
#define PATHKB_STORAGE_TOOL_DUMP_H_

#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/status.h"

#include "storage/file/file_system.h"
#include "storage/tool/text_sink.h"

namespace pathkb {

// Writes the list of `path` to `sink`, at most `lines_max` lines. A sink that wants no more ends it
// without an error; a small file may describe more keys than anyone can list.
//   DataLoss            damage; what could be read before it, in a .tree also behind it, was
//                       written
//   FailedPrecondition  none of the kinds above, or a version newer than this program
//   ResourceExhausted   a path over a bound
absl::Status DumpFile(FileSystem& files, const std::string& path, const TextSink& sink,
                      uint64_t lines_max = std::numeric_limits<uint64_t>::max());

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_DUMP_H_
