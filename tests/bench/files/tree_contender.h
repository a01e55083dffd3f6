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

// Options that share equal subtries, in the memory that the writer has by default for equal
// segments.
ActWriterOptions SharingOptions();

// Under the name tree; equal subtries are stored once. Its source is a PathTrie.
std::unique_ptr<FileContender> MakeTreeContender();
// Under the name tree_plain; as the former, but each subtrie is written in full.
std::unique_ptr<FileContender> MakePlainTreeContender();

// Opens a .tree file wherever it is.
absl::StatusOr<std::unique_ptr<OpenedFile>> OpenTree(const std::string& path);

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_FILES_TREE_CONTENDER_H_
