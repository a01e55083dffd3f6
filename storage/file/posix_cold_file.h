// ColdFile by direct input: past the page cache, which neither answers nor grows.

#ifndef PATHKB_STORAGE_FILE_POSIX_COLD_FILE_H_
#define PATHKB_STORAGE_FILE_POSIX_COLD_FILE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "storage/file/cold_file.h"

namespace pathkb {

// Opens the file `path`. On a file system that knows no direct input (one in memory) the file is
// read as usual, after asking the system to forget what it has of it. Errors as file_system.h says.
absl::StatusOr<std::unique_ptr<ColdFile>> OpenPosixColdFile(const std::string& path);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_POSIX_COLD_FILE_H_
