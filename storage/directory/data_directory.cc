#include "storage/directory/data_directory.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/directory/file_names.h"
#include "storage/directory/manifest_store.h"
#include "storage/file/path_parts.h"

namespace pathkb {
namespace {

constexpr size_t kNamesShown = 3;
constexpr uint64_t kFirstManifest = 1;

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsFolder(std::string_view name) {
  return std::find(kFolders.begin(), kFolders.end(), name) != kFolders.end();
}

// "a, b, c and 4 more".
std::string SomeOf(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kNamesShown); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", names[i]);
  }
  if (names.size() > kNamesShown) text += fmt::format(" and {} more", names.size() - kNamesShown);
  return text;
}

// OK if a directory that holds `names` and no CURRENT may become a data directory: it is empty, or
// an interrupted first start has left only what it makes before CURRENT.
absl::Status CheckMayBecomeOurs(FileSystem& files, const std::string& path,
                                const std::vector<std::string>& names) {
  std::vector<std::string> foreign;
  for (const std::string& name : names) {
    // The root of a volume of its own may have lost+found.
    if (name != kLockName && name != "lost+found" && !IsFolder(name)) foreign.push_back(name);
  }
  if (!foreign.empty()) {
    return absl::FailedPreconditionError(fmt::format(
        "{} is not a PathKB data directory: it holds {} and no CURRENT", path, SomeOf(foreign)));
  }
  std::vector<std::string> left;
  for (const std::string& folder : names) {
    if (!IsFolder(folder) || folder == kTmpFolder) continue;
    PATHKB_ASSIGN_OR_RETURN(const std::vector<std::string> held,
                            files.List(JoinPath(path, folder)));
    for (const std::string& name : held) {
      std::string full_name = JoinPath(folder, name);
      if (full_name != ManifestName(kFirstManifest)) left.push_back(std::move(full_name));
    }
  }
  if (left.empty()) return absl::OkStatus();
  return absl::DataLossError(fmt::format(
      "{} is a PathKB data directory that has lost its CURRENT: it holds {}, and nothing "
      "says which of its files count",
      path, SomeOf(left)));
}

// The names in `path`, making it if it is not there.
absl::StatusOr<std::vector<std::string>> ListOrCreate(FileSystem& files, const std::string& path) {
  absl::StatusOr<std::vector<std::string>> names = files.List(path);
  if (absl::IsFailedPrecondition(names.status())) {
    return absl::FailedPreconditionError(
        fmt::format("{} is a file; the data directory must be a directory", path));
  }
  if (!absl::IsNotFound(names.status())) return names;
  PATHKB_RETURN_IF_ERROR(files.CreateDirectory(path));
  PATHKB_RETURN_IF_ERROR(files.SyncDirectory(DirectoryPart(path)));
  return std::vector<std::string>();
}

// OK if a directory with these names may be opened or made into ours.
absl::Status CheckNames(FileSystem& files, const std::string& path,
                        const std::vector<std::string>& names) {
  if (!Contains(names, kCurrentName)) return CheckMayBecomeOurs(files, path, names);
  // Other programs have a file CURRENT too.
  if (Contains(names, kManifestsFolder)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("{} is not a PathKB data directory: it holds CURRENT and no manifests/", path));
}

absl::Status MakeFolders(FileSystem& files, const std::string& path,
                         const std::vector<std::string>& names) {
  for (std::string_view folder : kFolders) {
    if (Contains(names, folder)) continue;
    PATHKB_RETURN_IF_ERROR(files.CreateDirectory(JoinPath(path, folder)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DataDirectory> DataDirectory::CreateOrOpen(FileSystem& files,
                                                          const std::string& path) {
  PATHKB_ASSIGN_OR_RETURN(std::vector<std::string> names, ListOrCreate(files, path));
  PATHKB_RETURN_IF_ERROR(CheckNames(files, path, names));
  DataDirectory directory;
  directory.path = path;
  PATHKB_ASSIGN_OR_RETURN(directory.lock, DirectoryLock::Acquire(files, path));
  // Another process may have made it ours meanwhile, and gone; from here on nothing changes.
  PATHKB_ASSIGN_OR_RETURN(names, files.List(path));
  PATHKB_RETURN_IF_ERROR(CheckNames(files, path, names));
  directory.created = !Contains(names, kCurrentName);
  // A process that died may have left names that are not durable: the directory's own, or a CURRENT
  // that a power cut would take back after retention has removed what the old one needs.
  if (directory.created) PATHKB_RETURN_IF_ERROR(files.SyncDirectory(DirectoryPart(path)));
  PATHKB_RETURN_IF_ERROR(MakeFolders(files, path, names));
  PATHKB_RETURN_IF_ERROR(files.SyncDirectory(path));
  if (directory.created) {
    Manifest manifest;
    manifest.number = kFirstManifest;
    manifest.database_id = DatabaseId::Random();
    PATHKB_RETURN_IF_ERROR(PublishManifest(files, path, manifest));
  }
  return directory;
}

}  // namespace pathkb
