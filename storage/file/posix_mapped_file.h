// MappedFile over mmap(), and over a copy in memory for small files: what FileSystem::Map() of the
// real disk returns.

#ifndef PATHKB_STORAGE_FILE_POSIX_MAPPED_FILE_H_
#define PATHKB_STORAGE_FILE_POSIX_MAPPED_FILE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "storage/file/mapped_file.h"

namespace pathkb {

// As FileSystem::Map(). With `populate`, also DataLoss for a file that cannot be read to its end.
absl::StatusOr<std::unique_ptr<const MappedFile>> MapPosixFile(const std::string& path,
                                                               const MapOptions& options);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_POSIX_MAPPED_FILE_H_
