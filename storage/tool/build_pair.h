// Facts in, a pair out: the artifact that is compiled once and then mapped wherever it is needed.

#ifndef PATHKB_STORAGE_TOOL_BUILD_PAIR_H_
#define PATHKB_STORAGE_TOOL_BUILD_PAIR_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "core/facts/arg_index.h"
#include "storage/directory/manifest.h"
#include "storage/file/file_system.h"
#include "storage/tool/fact_set.h"

namespace pathkb {

// How to write a pair.
struct BuildOptions {
  std::string space = "default";
  // Arguments that are indexed, or "none"; as in a space that a server makes.
  std::string index{kIndexArgumentsDefault};
  bool replace = false;         // Of files that are there.
  bool canonical = false;       // The .tree as PathMap would write it.
  bool compress_terms = false;  // The .terms through zlib.
};

// Reads all facts of `inputs` (.metta, .jsonl) and writes `stem`.tree, .terms and .sums. The same
// facts make the same bytes, in whatever order they come: the database id is made of the content,
// the revision is 1. Memory: the facts, as a server would hold them.
//   InvalidArgument  an ending that is not known, a bad space name, or text that does not parse:
//                    file, line and column
//   AlreadyExists    see `replace`
//   others           as FileSystem
absl::StatusOr<SnapshotRecord> BuildPair(FileSystem& files, const std::vector<std::string>& inputs,
                                         const std::string& stem, const BuildOptions& options);

// The same for facts that are read already; their set says what is indexed.
absl::StatusOr<SnapshotRecord> WriteFactSet(FileSystem& files, const FactSet& facts,
                                            const std::string& stem, const BuildOptions& options);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_BUILD_PAIR_H_
