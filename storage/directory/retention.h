// Files that no manifest and no reader needs any more: finds them, and removes them.

#ifndef PATHKB_STORAGE_DIRECTORY_RETENTION_H_
#define PATHKB_STORAGE_DIRECTORY_RETENTION_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/directory/manifest.h"
#include "storage/file/file_system.h"

namespace pathkb {

// What is needed. The manifests are borrowed for the call.
struct RetentionNeeds {
  // When the question is asked.
  enum class Moment {
    kStart,    // After recovery, before anything writes: whatever no manifest names is a stray.
    kRunning,  // Files may be on their way: tmp/, and what is newer than the manifest, stays.
  };

  const Manifest* current = nullptr;   // As it was durably published; never null.
  const Manifest* previous = nullptr;  // Falling back needs its files; null if there is none.
  Moment moment = Moment::kRunning;
  std::set<std::string>
      in_use;  // Names (as file_names.h makes them) that somebody still has a use for.
};

// The names of files in manifests/, snapshots/, deltas/, wal/ and tmp/ that can go, sorted. Never
// among them:
//   * what `current`, `previous` or `in_use` names;
//   * a manifest newer than `current`;
//   * a log segment that begins behind what the deltas and the base of either manifest hold: it may
//     be too new to be in a manifest;
//   * names that file_names.h would not make, and anything in quarantine/ or outside those folders.
// Errors are those of FileSystem::List().
absl::StatusOr<std::vector<std::string>> FilesNotNeeded(FileSystem& files,
                                                        const std::string& directory,
                                                        const RetentionNeeds& needs);

// Removes `names`, as FilesNotNeeded() returned them, and makes that durable. One that is gone
// already is fine. Goes on behind an error and returns the first; InvalidArgument for a name that
// is not of those five folders, without removing it.
absl::Status RemoveFiles(FileSystem& files, const std::string& directory,
                         const std::vector<std::string>& names);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_DIRECTORY_RETENTION_H_
