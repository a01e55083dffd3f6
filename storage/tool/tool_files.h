// The disk, for a caller that may include nothing of storage but this folder.

#ifndef PATHKB_STORAGE_TOOL_TOOL_FILES_H_
#define PATHKB_STORAGE_TOOL_TOOL_FILES_H_

#include "storage/file/file_system.h"

namespace pathkb {

// The file system of this process. Thread-safe; lives as long as the process.
FileSystem& ToolFiles();

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_TOOL_FILES_H_
