// The real disk, through plain POSIX calls. Every descriptor is closed on exec; calls that a signal
// interrupts are made again, short writes are continued.

#ifndef PATHKB_STORAGE_FILE_POSIX_FILE_SYSTEM_H_
#define PATHKB_STORAGE_FILE_POSIX_FILE_SYSTEM_H_

#include "storage/file/file_system.h"

namespace pathkb {

// The one file system of this process. Thread-safe; lives as long as the process.
FileSystem& RealFileSystem();

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_POSIX_FILE_SYSTEM_H_
