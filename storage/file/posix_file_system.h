// The real disk, through plain POSIX calls. Every descriptor is closed on exec; calls that a signal
// interrupts are made again, short writes are continued.

#ifndef PATHKB_STORAGE_FILE_POSIX_FILE_SYSTEM_H_
#define PATHKB_STORAGE_FILE_POSIX_FILE_SYSTEM_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "storage/file/file_system.h"

namespace pathkb {

// The one file system of this process. Thread-safe; lives as long as the process.
FileSystem& RealFileSystem();

// The error for a failed system call, as file_system.h maps it: "<operation> <path>: <errno text>".
// `error` is an errno, not 0.
absl::Status StatusFromErrno(std::string_view operation, std::string_view path, int error);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_POSIX_FILE_SYSTEM_H_
