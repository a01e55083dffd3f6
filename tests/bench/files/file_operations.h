// Runs the operations on one key set: every contender in turns, as often as asked, and the median
// of each.

#ifndef PATHKB_TESTS_BENCH_FILES_FILE_OPERATIONS_H_
#define PATHKB_TESTS_BENCH_FILES_FILE_OPERATIONS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "tests/bench/files/file_contender.h"
#include "tests/bench/files/file_figure.h"
#include "tests/bench/trie/key_sets.h"

namespace pathkb::bench {

// What to run.
struct FilePlan {
  KeySet set = KeySet::kFacts;
  // Keys in a file.
  size_t keys = 0;
  // Repetitions of what is timed; at least 1.
  size_t repeat = 1;
  // Names of operations; empty for all.
  std::vector<std::string> operations;
  // Where files may be made; each contender gets a folder in it, removed at the end.
  std::string folder;
};

// Names of all operations, in the order in which they run:
//   write      entries/s    from a sorted source; processor time of all threads, nothing synced
//   size       bytes/entry  of all files
//   open       ns           by the clock on the wall, the file in the page cache
//   get        ns/entry     look up all keys in random order, the file in the page cache
//   get_batch  ns/entry     the same, 64 at a time
//   scan       ns/entry     all keys in order, with value, key size and last byte
//   scan_cursor  ns/entry   the same by a cursor that could stop and turn anywhere
std::vector<std::string_view> FileOperationNames();

// Runs what `plan` says. Each repetition makes all contenders do an operation before it is
// repeated, every other time in reverse. What a contender cannot do is left out. What was written
// last is what is read. Internal if two contenders come to different results; errors of contenders.
absl::Status RunFileOperations(const FilePlan& plan,
                               const std::vector<std::unique_ptr<FileContender>>& contenders,
                               FileReport report);

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_FILES_FILE_OPERATIONS_H_
