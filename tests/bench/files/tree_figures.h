// What is measured of a .tree file besides the operations: how open time grows with the file, the
// first answer from a cold disk, what sharing saves, and the memory of a writer of large files.

#ifndef PATHKB_TESTS_BENCH_FILES_TREE_FIGURES_H_
#define PATHKB_TESTS_BENCH_FILES_TREE_FIGURES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "tests/bench/files/file_figure.h"

namespace pathkb::bench {

// Writes a valid .tree file of `file_bytes` to `path`, which must not be there. All but its ends is
// a hole that nothing refers to: references count back from where they stand, so the objects of a
// small file may stand anywhere; only the offsets in header and footer change. Its keys are the
// first kSparseKeys generated ones. It takes next to no room on disk.
//   InvalidArgument  `file_bytes` is less than the small file has
absl::Status WriteSparseTree(const std::string& path, uint64_t file_bytes);
inline constexpr uint64_t kSparseKeys = 1000;

// open_<size>, in ns: opening sparse files of 1 MiB to 10 GB, each checked by a lookup.
absl::Status MeasureOpen(const std::string& folder, size_t repeat, FileReport report);

// How a peer writes and opens what MeasureCold() compares.
struct ColdPeer {
  std::string name;
  // Writes the first `keys` generated keys into a folder.
  std::function<absl::Status(const std::string& folder, uint64_t keys)> write;
  // Opens that and looks the generated key `index` up; whether it has the right value.
  std::function<absl::StatusOr<bool>(const std::string& folder, uint64_t index)> get;
};

// cold_get, in us: opening a file of `keys` generated keys and looking one up, none of it in the
// page cache; cold_read, in kB: what that has brought into it. Writes one of ours,
// one that is checked, and one of each of `peers`; also reports size, in MB.
absl::Status MeasureCold(const std::string& folder, size_t repeat, uint64_t keys,
                         const std::vector<ColdPeer>& peers, FileReport report);

// size, in bytes/entry, with sharing (tree) and without (tree_unshared):
//   versions_scattered   a space of `facts` facts with an entry each, ten times; each time another
//                        1 % of the facts, at random, have a new entry
//   versions_nearby      the same, but those 1 % lie side by side
//   versions_replaced    the same space of plain facts (all values 0); each time another 1 % of
//                        them, at random, are gone and others, anywhere, have come
//   random               ten times as many keys of 16 random bytes with random values
absl::Status MeasureSharing(const std::string& folder, size_t facts, FileReport report);

// write, in entries/s, and peak_memory, in MB, of a writer of `keys` generated keys: how much more
// memory the process had at most while it wrote; memory_bound, in MB: what the options allow.
absl::Status MeasureLarge(const std::string& folder, uint64_t keys, FileReport report);

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_FILES_TREE_FIGURES_H_
