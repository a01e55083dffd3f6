// Opens what `pathkb file` is pointed at: a file with what stands beside it.

#ifndef PATHKB_STORAGE_TOOL_OPEN_FILE_H_
#define PATHKB_STORAGE_TOOL_OPEN_FILE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "storage/act/act_reader.h"
#include "storage/file/file_system.h"
#include "storage/file/mapped_file.h"

namespace pathkb {

// Maps `path` to be read once from end to end. Errors as FileSystem::Map().
absl::StatusOr<std::shared_ptr<const MappedFile>> MapToRead(FileSystem& files,
                                                            const std::string& path);

// Maps and opens a .tree. Errors as MapToRead() and ActReader::Open(), which name the file.
absl::StatusOr<std::unique_ptr<const ActReader>> OpenTree(FileSystem& files,
                                                          const std::string& path);

// FailedPrecondition that says that `wanted` cannot be done with this kind of file.
absl::Status NotPossible(const std::string& path, std::string_view format_name,
                         std::string_view wanted);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_OPEN_FILE_H_
