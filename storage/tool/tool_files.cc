#include "storage/tool/tool_files.h"

#include "storage/file/posix_file_system.h"

namespace pathkb {

FileSystem& ToolFiles() { return RealFileSystem(); }

}  // namespace pathkb
