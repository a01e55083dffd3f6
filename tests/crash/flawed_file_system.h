// A file system with one bug, put between the engine and the disk: what code that makes this
// mistake would do to its files. A test of durability that does not find the bug shows nothing.

#ifndef PATHKB_TESTS_CRASH_FLAWED_FILE_SYSTEM_H_
#define PATHKB_TESTS_CRASH_FLAWED_FILE_SYSTEM_H_

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/file/file_system.h"

namespace pathkb {

// The bugs.
enum class Flaw {
  kNoDirectorySync,        // No directory is ever synced.
  kNoSyncOfLogDirectory,   // A new log segment's name is not.
  kNoSyncOfSnapshotNames,  // A new snapshot's names are not.
  kNoSyncOfCurrent,        // CURRENT's name is not, and old files are removed all the same.
  kNoFileSync,             // No file is ever synced.
  kNoSyncOfLog,            // The log is not.
  kNoSyncOfSnapshots,      // Files of snapshots and deltas are not.
  kNoSyncOfManifests,      // Manifests and CURRENT are renamed and never synced.
  kTailNotWrittenAnew,     // What a process that died has left in memory is built on.
  kSyncBeforeLastWrite,    // What is appended last is not in what is synced.
  kSyncErrorsIgnored,      // A sync that fails counts as one that did not.
  kWriteErrorsIgnored,     // The same of an append.
  kManifestInPlace,        // CURRENT is overwritten instead of replaced.
  kOldLogRemovedTooEarly,  // Old log segments go before the manifest that does without them counts.
  kOldManifestRemovedEarly,  // The manifest that counts goes before CURRENT names the next.
  kOlderSnapshotRemoved,     // The snapshot to fall back on is removed.
  kLogOfOlderRemoved,        // The log that falling back needs is removed.
};

inline constexpr std::array<Flaw, 17> kAllFlaws = {
    Flaw::kNoDirectorySync,
    Flaw::kNoSyncOfLogDirectory,
    Flaw::kNoSyncOfSnapshotNames,
    Flaw::kNoSyncOfCurrent,
    Flaw::kNoFileSync,
    Flaw::kNoSyncOfLog,
    Flaw::kNoSyncOfSnapshots,
    Flaw::kNoSyncOfManifests,
    Flaw::kTailNotWrittenAnew,
    Flaw::kSyncBeforeLastWrite,
    Flaw::kSyncErrorsIgnored,
    Flaw::kWriteErrorsIgnored,
    Flaw::kManifestInPlace,
    Flaw::kOldLogRemovedTooEarly,
    Flaw::kOldManifestRemovedEarly,
    Flaw::kOlderSnapshotRemoved,
    Flaw::kLogOfOlderRemoved,
};

// The flaw's name, without the k.
std::string NameOf(Flaw flaw);

// Thread-safe if `files` is. Borrows it.
class FlawedFileSystem : public FileSystem {
 public:
  FlawedFileSystem(FileSystem& files, Flaw flaw) : files_(files), flaw_(flaw) {}

  absl::StatusOr<std::unique_ptr<WritableFile>> Create(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<const MappedFile>> Map(const std::string& path,
                                                        const MapOptions& options) override;
  absl::StatusOr<std::string> ReadFile(const std::string& path, uint64_t bytes_max) override;
  absl::StatusOr<uint64_t> FileBytes(const std::string& path) override;
  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override;
  absl::StatusOr<bool> Exists(const std::string& path) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status CreateDirectory(const std::string& path) override;
  absl::Status SyncDirectory(const std::string& directory) override;
  absl::StatusOr<uint64_t> FreeBytes(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path,
                                                 const std::string& holder) override;

 private:
  class File;

  // True if a sync of the file or directory is what the bug leaves out.
  bool LeavesOutSync(const std::string& path) const;
  absl::Status RenameInPlace(const std::string& from, const std::string& to);
  // Removes what the manifest that `text_path` holds, not counting yet or just counting, does not
  // keep, as far as the bug goes.
  absl::Status RemoveTooEarly(const std::string& text_path, const std::string& data_dir);
  absl::Status RemoveWhatFallingBackNeeds(const std::string& data_dir);

  FileSystem& files_;
  const Flaw flaw_;
};

}  // namespace pathkb

#endif  // PATHKB_TESTS_CRASH_FLAWED_FILE_SYSTEM_H_
