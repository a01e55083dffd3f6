#include "storage/tool/open_file.h"

#include <utility>

#include "absl/status/status.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"

namespace pathkb {

absl::StatusOr<std::shared_ptr<const MappedFile>> MapToRead(FileSystem& files,
                                                            const std::string& path) {
  PATHKB_ASSIGN_OR_RETURN(std::shared_ptr<const MappedFile> file, files.Map(path));
  file->Advise(MapAccess::kSequential);
  return file;
}

absl::StatusOr<std::unique_ptr<const ActReader>> OpenTree(FileSystem& files,
                                                          const std::string& path) {
  PATHKB_ASSIGN_OR_RETURN(std::shared_ptr<const MappedFile> file, MapToRead(files, path));
  return ActReader::Open(std::move(file));
}

absl::Status NotPossible(const std::string& path, std::string_view format_name,
                         std::string_view wanted) {
  return absl::FailedPreconditionError(
      fmt::format("{}: is of kind '{}', which cannot be {}", path, format_name, wanted));
}

}  // namespace pathkb
