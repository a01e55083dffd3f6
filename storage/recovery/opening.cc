#include "storage/recovery/opening.h"

#include <vector>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "storage/directory/file_names.h"
#include "storage/directory/retention.h"
#include "storage/file/path_parts.h"
#include "storage/recovery/recovery.h"

namespace pathkb {
namespace {

// What an interrupted snapshot or start has left, and what only older manifests name.
absl::Status RemoveStrays(FileSystem& files, const std::string& data_dir,
                          const Manifest& manifest) {
  RetentionNeeds needs;
  needs.current = &manifest;
  needs.moment = RetentionNeeds::Moment::kStart;
  PATHKB_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                          FilesNotNeeded(files, data_dir, needs));
  return RemoveFiles(files, data_dir, names);
}

}  // namespace

absl::StatusOr<OpenedDirectory> OpenForWriting(FileSystem& files, const std::string& data_dir,
                                               const RecoveryOptions& options) {
  OpenedDirectory opened;
  PATHKB_ASSIGN_OR_RETURN(opened.directory, DataDirectory::CreateOrOpen(files, data_dir));
  PATHKB_ASSIGN_OR_RETURN(opened.recovered, Recover(files, data_dir, options));
  PATHKB_RETURN_IF_ERROR(PrepareForWriting(files, data_dir, opened.recovered));
  const absl::Status removed = RemoveStrays(files, data_dir, opened.recovered.manifest);
  if (!removed.ok()) {
    opened.recovered.notes.push_back(
        fmt::format("files that nothing needs stay: {}", ToStd(removed.message())));
  }
  return opened;
}

absl::StatusOr<OpenedDirectory> OpenToLook(FileSystem& files, const std::string& data_dir,
                                           RecoveryOptions options) {
  PATHKB_ASSIGN_OR_RETURN(const bool is_ours, files.Exists(JoinPath(data_dir, kCurrentName)));
  if (!is_ours) {
    return absl::FailedPreconditionError(
        fmt::format("{} is not a PathKB data directory: it holds no {}", data_dir, kCurrentName));
  }
  options.stop_at_damage = true;
  OpenedDirectory opened;
  opened.directory.path = data_dir;
  PATHKB_ASSIGN_OR_RETURN(opened.recovered, Recover(files, data_dir, options));
  return opened;
}

}  // namespace pathkb
