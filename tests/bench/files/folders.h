// Files of a benchmark: a folder for each that is written, its size, and out of the page cache with
// it.

#ifndef PATHKB_TESTS_BENCH_FILES_FOLDERS_H_
#define PATHKB_TESTS_BENCH_FILES_FOLDERS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace pathkb::bench {

// Makes `folder` as an empty one, without what was in it.
absl::Status MakeEmptyFolder(const std::string& folder);

// Removes `folder` with all that is in it.
void RemoveFolder(const std::string& folder);

// Bytes of all files in `folder`; a hole in one counts as if it were none.
uint64_t FolderBytes(const std::string& folder);

// Bytes of `path`, a file, that are in the page cache.
absl::StatusOr<uint64_t> CachedBytes(const std::string& path);
// The same of all files in `folder`.
absl::StatusOr<uint64_t> CachedFolderBytes(const std::string& folder);

// Syncs all files in `folder` and has the kernel forget their pages, so that the next access waits
// for the disk. Needs no privilege. Unavailable if more than a hundredth of a file stays, as it
// does while somebody maps it or where the folder is in memory anyhow.
absl::Status DropFromPageCache(const std::string& folder);

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_FILES_FOLDERS_H_
