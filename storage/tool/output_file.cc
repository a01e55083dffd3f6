#include "storage/tool/output_file.h"

#include "fmt/format.h"

#include "core/base/status_macros.h"

namespace pathkb {

absl::Status CheckMayWrite(FileSystem& files, const std::string& path, bool replace) {
  PATHKB_ASSIGN_OR_RETURN(const bool there, files.Exists(path));
  if (!there || replace) return absl::OkStatus();
  return absl::AlreadyExistsError(fmt::format("{} is there already; --force replaces it", path));
}

std::string PartialName(const std::string& path) { return path + ".partial"; }

absl::StatusOr<std::unique_ptr<AtomicFile>> CreateOutput(FileSystem& files, const std::string& path,
                                                         bool replace) {
  PATHKB_RETURN_IF_ERROR(CheckMayWrite(files, path, replace));
  return AtomicFile::Create(files, PartialName(path), path);
}

absl::Status SinkFile::Append(std::string_view bytes) {
  return sink_(bytes) ? absl::OkStatus() : absl::CancelledError("the reader has gone away");
}

absl::Status SinkFile::WriteAt(uint64_t, std::string_view) {
  return absl::UnimplementedError("a stream cannot be changed behind its end");
}

}  // namespace pathkb
