#include "storage/directory/retention.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "storage/directory/file_names.h"
#include "storage/file/path_parts.h"

namespace pathkb {
namespace {

constexpr std::array<std::string_view, 5> kSweptFolders = {
    kDeltasFolder, kManifestsFolder, kSnapshotsFolder, kTmpFolder, kWalFolder};

void AddSnapshot(const SnapshotRecord& record, std::set<std::string>& names) {
  names.insert(SnapshotTreeName(record.id));
  names.insert(SnapshotTermsName(record.id));
  names.insert(SnapshotSumsName(record.id));
}

// The names of all files that `manifest` needs, itself among them.
void AddNames(const Manifest& manifest, std::set<std::string>& names) {
  names.insert(ManifestName(manifest.number));
  if (manifest.base.has_value()) AddSnapshot(*manifest.base, names);
  for (const SnapshotRecord& record : manifest.older) AddSnapshot(record, names);
  for (const DeltaRecord& delta : manifest.deltas) {
    names.insert(DeltaName(delta.from_revision, delta.to_revision));
  }
  for (uint64_t first_revision : manifest.wal_segments) {
    names.insert(WalSegmentName(first_revision));
  }
}

// True for a snapshot that can only have been made after the current base.
bool IsNewerThanBase(const ParsedSnapshotId& snapshot, const Manifest& current) {
  if (!current.base.has_value()) return true;
  return snapshot.revision >= current.base->revision &&
         snapshot.created_unix_ms > current.base->created_unix_ms;
}

// True if a file of ours that nothing names can go all the same only later, or never.
bool MayBeOnItsWay(const ParsedFileName& file, const RetentionNeeds& needs,
                   uint64_t covered_revision) {
  const bool running = needs.moment == RetentionNeeds::Moment::kRunning;
  switch (file.kind) {
    case FileKind::kManifest:
      return file.number > needs.current->number;
    case FileKind::kSnapshotTree:
    case FileKind::kSnapshotTerms:
    case FileKind::kSnapshotSums:
      return running && IsNewerThanBase(file.snapshot, *needs.current);
    case FileKind::kDelta:
      return running && file.to_revision > needs.current->CoveredRevision();
    case FileKind::kWalSegment:
      return file.first_revision > covered_revision;
    case FileKind::kTmp:
      return running;
    case FileKind::kLock:
    case FileKind::kCurrent:
    case FileKind::kReserve:
    case FileKind::kQuarantine:
      break;
  }
  return true;
}

bool IsSwept(std::string_view folder) {
  return std::find(kSweptFolders.begin(), kSweptFolders.end(), folder) != kSweptFolders.end();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> FilesNotNeeded(FileSystem& files,
                                                        const std::string& directory,
                                                        const RetentionNeeds& needs) {
  PATHKB_CHECK(needs.current != nullptr);
  std::set<std::string> needed = needs.in_use;
  AddNames(*needs.current, needed);
  uint64_t covered_revision = needs.current->CoveredRevision();
  if (needs.previous != nullptr) {
    AddNames(*needs.previous, needed);
    covered_revision = std::min(covered_revision, needs.previous->CoveredRevision());
  }
  std::vector<std::string> not_needed;
  for (std::string_view folder : kSweptFolders) {
    PATHKB_ASSIGN_OR_RETURN(const std::vector<std::string> held,
                            files.List(JoinPath(directory, folder)));
    for (const std::string& held_name : held) {
      std::string name = JoinPath(folder, held_name);
      const std::optional<ParsedFileName> parsed = ParseFileName(name);
      if (!parsed.has_value() || needed.count(name) > 0) continue;
      if (!MayBeOnItsWay(*parsed, needs, covered_revision)) not_needed.push_back(std::move(name));
    }
  }
  return not_needed;
}

absl::Status RemoveFiles(FileSystem& files, const std::string& directory,
                         const std::vector<std::string>& names) {
  absl::Status first_error;
  std::set<std::string> touched;
  for (const std::string& name : names) {
    const std::string folder = DirectoryPart(name);
    if (!ParseFileName(name).has_value() || !IsSwept(folder)) {
      first_error.Update(absl::InvalidArgumentError(
          fmt::format("{}: \"{}\" is not the name of a file to remove", directory, name)));
      continue;
    }
    const absl::Status removed = files.Remove(JoinPath(directory, name));
    if (removed.ok()) touched.insert(folder);
    if (!absl::IsNotFound(removed)) first_error.Update(removed);
  }
  for (const std::string& folder : touched) {
    first_error.Update(files.SyncDirectory(JoinPath(directory, folder)));
  }
  return first_error;
}

}  // namespace pathkb
