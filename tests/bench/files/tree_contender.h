// The .tree file as a contender.

#ifndef PATHKB_TESTS_BENCH_FILES_TREE_CONTENDER_H_
#define PATHKB_TESTS_BENCH_FILES_TREE_CONTENDER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "storage/act/act_writer.h"
#include "tests/bench/files/file_contender.h"

namespace pathkb::bench {

// The file that the contenders here write into their folder.
std::string TreeFile(const std::string& folder);

// Options that leave equal subtries unshared; all else is as by default.
ActWriterOptions UnsharedOptions();

// Under the name tree: as the writer makes it by default. Its source is a PathTrie.
std::unique_ptr<FileContender> MakeTreeContender();
// Under the name tree_unshared.
std::unique_ptr<FileContender> MakeUnsharedTreeContender();
// Under the name tree_pathmap: the bytes that PathMap would write.
std::unique_ptr<FileContender> MakePathMapTreeContender();

// Opens a .tree file wherever it is.
absl::StatusOr<std::unique_ptr<OpenedFile>> OpenTree(const std::string& path);

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_FILES_TREE_CONTENDER_H_
