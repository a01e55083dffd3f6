#include "tests/crash/flawed_file_system.h"

#include <string_view>
#include <utility>

#include "core/base/status_macros.h"
#include "storage/directory/file_names.h"
#include "storage/directory/manifest.h"
#include "storage/directory/manifest_store.h"
#include "storage/directory/retention.h"
#include "storage/file/path_parts.h"

namespace pathkb {
namespace {

// The part of the path that says what a file is for: its folder, and under tmp/ its name.
bool IsIn(const std::string& path, std::string_view part) {
  return path.find("/" + std::string(part)) != std::string::npos;
}

bool IsOfSnapshot(const std::string& path) {
  for (std::string_view ending : {".tree", ".terms", ".sums", ".paths"}) {
    if (path.find(ending) != std::string::npos) return true;
  }
  return false;
}

bool IsOfManifest(const std::string& path) {
  return path.find(kManifestsFolder) != std::string::npos ||
         path.find(kCurrentName) != std::string::npos;
}

}  // namespace

std::string NameOf(Flaw flaw) {
  constexpr const char* kNames[] = {"NoDirectorySync",
                                    "NoSyncOfLogDirectory",
                                    "NoSyncOfSnapshotNames",
                                    "NoSyncOfCurrent",
                                    "NoFileSync",
                                    "NoSyncOfLog",
                                    "NoSyncOfSnapshots",
                                    "NoSyncOfManifests",
                                    "TailNotWrittenAnew",
                                    "SyncBeforeLastWrite",
                                    "SyncErrorsIgnored",
                                    "WriteErrorsIgnored",
                                    "ManifestInPlace",
                                    "OldLogRemovedTooEarly",
                                    "OldManifestRemovedEarly",
                                    "OlderSnapshotRemoved",
                                    "LogOfOlderRemoved"};
  static_assert(std::size(kNames) == kAllFlaws.size());
  return kNames[static_cast<size_t>(flaw)];
}

// Hands on to the real file what the bug does not spoil.
class FlawedFileSystem::File : public WritableFile {
 public:
  File(std::unique_ptr<WritableFile> file, std::string path, const FlawedFileSystem& files)
      : file_(std::move(file)), path_(std::move(path)), files_(files) {}

  absl::Status Append(std::string_view bytes) override {
    if (files_.flaw_ == Flaw::kSyncBeforeLastWrite) {
      const std::string before = std::exchange(late_, std::string(bytes));
      return before.empty() ? absl::OkStatus() : file_->Append(before);
    }
    const absl::Status appended = file_->Append(bytes);
    return files_.flaw_ == Flaw::kWriteErrorsIgnored ? absl::OkStatus() : appended;
  }
  absl::Status WriteAt(uint64_t offset, std::string_view bytes) override {
    PATHKB_RETURN_IF_ERROR(WriteLate());
    return file_->WriteAt(offset, bytes);
  }
  absl::StatusOr<std::string> ReadAt(uint64_t offset, uint64_t length) override {
    PATHKB_RETURN_IF_ERROR(WriteLate());
    return file_->ReadAt(offset, length);
  }
  absl::Status Sync() override {
    if (files_.LeavesOutSync(path_)) return absl::OkStatus();
    const absl::Status synced = file_->Sync();
    PATHKB_RETURN_IF_ERROR(WriteLate());
    return files_.flaw_ == Flaw::kSyncErrorsIgnored ? absl::OkStatus() : synced;
  }
  absl::Status Close() override {
    PATHKB_RETURN_IF_ERROR(WriteLate());
    return file_->Close();
  }

 private:
  // Writes what was held back.
  absl::Status WriteLate() {
    const std::string late = std::exchange(late_, "");
    return late.empty() ? absl::OkStatus() : file_->Append(late);
  }

  const std::unique_ptr<WritableFile> file_;
  const std::string path_;
  const FlawedFileSystem& files_;
  std::string late_;
};

bool FlawedFileSystem::LeavesOutSync(const std::string& path) const {
  switch (flaw_) {
    case Flaw::kNoFileSync:
      return true;
    case Flaw::kNoSyncOfLog:
      return IsIn(path, kWalFolder);
    case Flaw::kNoSyncOfSnapshots:
      return IsOfSnapshot(path);
    case Flaw::kNoSyncOfManifests:
      return IsOfManifest(path);
    default:
      return false;
  }
}

absl::StatusOr<std::unique_ptr<WritableFile>> FlawedFileSystem::Create(const std::string& path) {
  PATHKB_ASSIGN_OR_RETURN(std::unique_ptr<WritableFile> file, files_.Create(path));
  return std::make_unique<File>(std::move(file), path, *this);
}

absl::StatusOr<std::unique_ptr<const MappedFile>> FlawedFileSystem::Map(const std::string& path,
                                                                        const MapOptions& options) {
  return files_.Map(path, options);
}

absl::StatusOr<std::string> FlawedFileSystem::ReadFile(const std::string& path,
                                                       uint64_t bytes_max) {
  return files_.ReadFile(path, bytes_max);
}

absl::StatusOr<uint64_t> FlawedFileSystem::FileBytes(const std::string& path) {
  return files_.FileBytes(path);
}

absl::StatusOr<std::vector<std::string>> FlawedFileSystem::List(const std::string& directory) {
  return files_.List(directory);
}

absl::StatusOr<bool> FlawedFileSystem::Exists(const std::string& path) {
  return files_.Exists(path);
}

absl::Status FlawedFileSystem::RenameInPlace(const std::string& from, const std::string& to) {
  PATHKB_ASSIGN_OR_RETURN(const std::string bytes, files_.ReadFile(from, kManifestBytesMax));
  const absl::Status removed = files_.Remove(to);
  if (!removed.ok() && !absl::IsNotFound(removed)) return removed;
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<WritableFile> file, files_.Create(to));
  PATHKB_RETURN_IF_ERROR(file->Append(bytes));
  PATHKB_RETURN_IF_ERROR(file->Sync());
  return files_.Remove(from);
}

absl::Status FlawedFileSystem::RemoveTooEarly(const std::string& text_path,
                                              const std::string& data_dir) {
  PATHKB_ASSIGN_OR_RETURN(const std::string text, files_.ReadFile(text_path, kManifestBytesMax));
  PATHKB_ASSIGN_OR_RETURN(const Manifest next, ParseManifest(text, text_path));
  RetentionNeeds needs;
  needs.current = &next;
  PATHKB_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                          FilesNotNeeded(files_, data_dir, needs));
  const std::string_view folder =
      flaw_ == Flaw::kOldLogRemovedTooEarly ? kWalFolder : kManifestsFolder;
  std::vector<std::string> some;
  for (const std::string& name : names) {
    if (name.starts_with(folder)) some.push_back(name);
  }
  return RemoveFiles(files_, data_dir, some);
}

absl::Status FlawedFileSystem::RemoveWhatFallingBackNeeds(const std::string& data_dir) {
  PATHKB_ASSIGN_OR_RETURN(const Manifest manifest, ReadCurrent(files_, data_dir));
  std::vector<std::string> names;
  if (flaw_ == Flaw::kOlderSnapshotRemoved) {
    for (const SnapshotRecord& older : manifest.older) names.push_back(SnapshotTreeName(older.id));
  } else if (manifest.base.has_value()) {
    for (const uint64_t first : manifest.wal_segments) {
      if (first <= manifest.base->revision) names.push_back(WalSegmentName(first));
    }
  }
  return RemoveFiles(files_, data_dir, names);
}

absl::Status FlawedFileSystem::Rename(const std::string& from, const std::string& to) {
  const bool current = to.ends_with(kCurrentName);
  const bool manifest = IsIn(to, kManifestsFolder);
  if (current && flaw_ == Flaw::kManifestInPlace) return RenameInPlace(from, to);
  if (flaw_ == Flaw::kTailNotWrittenAnew && IsIn(to, std::string(kWalFolder) + "/")) {
    return files_.Remove(from);
  }
  if (manifest &&
      (flaw_ == Flaw::kOldLogRemovedTooEarly || flaw_ == Flaw::kOldManifestRemovedEarly)) {
    PATHKB_RETURN_IF_ERROR(RemoveTooEarly(from, DirectoryPart(DirectoryPart(to))));
  }
  PATHKB_RETURN_IF_ERROR(files_.Rename(from, to));
  if (current && (flaw_ == Flaw::kOlderSnapshotRemoved || flaw_ == Flaw::kLogOfOlderRemoved)) {
    return RemoveWhatFallingBackNeeds(DirectoryPart(to));
  }
  return absl::OkStatus();
}

absl::Status FlawedFileSystem::Remove(const std::string& path) { return files_.Remove(path); }

absl::Status FlawedFileSystem::CreateDirectory(const std::string& path) {
  return files_.CreateDirectory(path);
}

absl::Status FlawedFileSystem::SyncDirectory(const std::string& directory) {
  const bool left_out =
      flaw_ == Flaw::kNoDirectorySync ||
      (flaw_ == Flaw::kNoSyncOfLogDirectory && IsIn(directory, kWalFolder)) ||
      (flaw_ == Flaw::kNoSyncOfSnapshotNames && IsIn(directory, kSnapshotsFolder)) ||
      (flaw_ == Flaw::kNoSyncOfCurrent && DirectoryPart(directory) == "/");
  return left_out ? absl::OkStatus() : files_.SyncDirectory(directory);
}

absl::StatusOr<uint64_t> FlawedFileSystem::FreeBytes(const std::string& path) {
  return files_.FreeBytes(path);
}

absl::StatusOr<std::unique_ptr<FileLock>> FlawedFileSystem::Lock(const std::string& path,
                                                                 const std::string& holder) {
  return files_.Lock(path, holder);
}

}  // namespace pathkb
