// The .tree file as a contender.

#ifndef PATHKB_TESTS_BENCH_FILES_TREE_CONTENDER_H_
#define PATHKB_TESTS_BENCH_FILES_TREE_CONTENDER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/act/act_writer.h"
#include "storage/file/database_id.h"
#include "tests/bench/files/file_contender.h"

namespace pathkb::bench {

// The file that the contenders here write into their folder, and the sums beside it, if any.
std::string TreeFile(const std::string& folder);
std::string SumsFile(const std::string& folder);

// Options that leave equal subtries unshared; all else is as by default.
ActWriterOptions UnsharedOptions();

// Under the name tree: as the writer makes it by default. Its source is a PathTrie.
std::unique_ptr<FileContender> MakeTreeContender();
// Under the name tree_unshared.
std::unique_ptr<FileContender> MakeUnsharedTreeContender();
// Under the name tree_pathmap: the bytes that PathMap would write.
std::unique_ptr<FileContender> MakePathMapTreeContender();

// Under the name tree_checked: as tree, with the sums of its blocks in a file beside it, each block
// compared with its sum before it is used for the first time, as in a snapshot.
std::unique_ptr<FileContender> MakeCheckedTreeContender();

// Opens a .tree file wherever it is; with `sums_path`, and a .sums file there, a checked one.
absl::StatusOr<std::unique_ptr<OpenedFile>> OpenTree(const std::string& path,
                                                     const std::string& sums_path = "");

// Writes the .sums file of a tree that was written with options.block_sums_of, which is
// BenchDatabase().
absl::Status WriteTreeSums(const std::string& sums_path, const ActTotals& totals);
DatabaseId BenchDatabase();

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_FILES_TREE_CONTENDER_H_
