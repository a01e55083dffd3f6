#include "storage/tool/restore.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/arg_index.h"
#include "core/facts/index_check.h"
#include "core/facts/keys.h"
#include "core/facts/multiset.h"
#include "core/facts/request_table.h"
#include "storage/directory/data_directory.h"
#include "storage/directory/file_names.h"
#include "storage/directory/manifest_store.h"
#include "storage/file/path_parts.h"
#include "storage/snapshot/publication.h"
#include "storage/snapshot/snapshot.h"
#include "storage/snapshot/snapshot_writer.h"
#include "storage/terms/terms_reader.h"
#include "storage/tool/fact_pair.h"

namespace pathkb {
namespace {

constexpr size_t kListedMax = 10;

absl::StatusOr<SnapshotRecord> FindRecord(const Manifest& manifest, const std::string& from,
                                          const RestoreOptions& options) {
  if (options.id.empty() == (options.revision == 0)) {
    return absl::InvalidArgumentError(
        "the snapshot's id or its revision must be given, one of them");
  }
  std::vector<SnapshotRecord> records;
  if (manifest.base.has_value()) records.push_back(*manifest.base);
  records.insert(records.end(), manifest.older.begin(), manifest.older.end());
  const auto found = std::find_if(records.begin(), records.end(), [&](const auto& record) {
    return options.id.empty() ? record.revision == options.revision : record.id == options.id;
  });
  if (found != records.end()) return *found;
  std::string there;
  for (size_t i = 0; i < records.size() && i < kListedMax; ++i) {
    there += (i == 0 ? "" : ", ") + records[i].id;
  }
  if (records.size() > kListedMax)
    there += fmt::format(" and {} more", records.size() - kListedMax);
  return absl::NotFoundError(
      fmt::format("{} has no snapshot {}; it has {}", from,
                  options.id.empty() ? fmt::format("of revision {}", options.revision) : options.id,
                  records.empty() ? "none" : there));
}

// OK if nothing, or an empty directory, is at `path`.
absl::Status CheckIsFree(FileSystem& files, const std::string& path) {
  PATHKB_ASSIGN_OR_RETURN(const bool there, files.Exists(path));
  if (!there) return absl::OkStatus();
  const absl::StatusOr<std::vector<std::string>> names = files.List(path);
  if (names.ok() && names->empty()) return absl::OkStatus();
  if (!names.ok() && !absl::IsFailedPrecondition(names.status())) return names.status();
  return absl::AlreadyExistsError(fmt::format(
      "{} is {}; a restored database needs a place of its own", path,
      names.ok() ? fmt::format("a directory that holds {}", names->front()) : "a file"));
}

// Writes what `base` holds into the data directory `path`, as `source` says, which gets its zipper,
// entries and database id here; reads it back whole, and publishes it.
absl::StatusOr<SnapshotRecord> WriteInto(FileSystem& files, const std::string& path,
                                         const FactBase& base, SnapshotSource source) {
  PATHKB_ASSIGN_OR_RETURN(const DataDirectory directory, DataDirectory::CreateOrOpen(files, path));
  PATHKB_ASSIGN_OR_RETURN(const Manifest empty, ReadCurrent(files, path));
  const std::unique_ptr<Zipper> zipper = base.NewZipper();
  source.zipper = zipper.get();
  source.entry_bytes = [&base, scratch = std::string()](uint64_t value, int) mutable {
    return base.FindEntry(value, scratch);
  };
  source.database_id = empty.database_id;
  PATHKB_ASSIGN_OR_RETURN(const SnapshotRecord copy, WriteSnapshot(files, path, source));
  PATHKB_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> written,
                          Snapshot::Open(files, path, empty.database_id, copy));
  PATHKB_RETURN_IF_ERROR(written->Verify());
  PATHKB_RETURN_IF_ERROR(PublishSnapshot(files, path, empty,
                                         {.record = copy,
                                          .number = empty.number + 1,
                                          .retention = {.keep_last = 1},
                                          .now_unix_ms = copy.created_unix_ms})
                             .status());
  return copy;
}

absl::StatusOr<SnapshotRecord> CopyInto(FileSystem& files, const std::string& path,
                                        const Snapshot& snapshot, const RestoreOptions& options) {
  PATHKB_ASSIGN_OR_RETURN(const auto terms, TermsReader::Open(snapshot.terms_file()));
  const SnapshotRecord& record = snapshot.record();
  SnapshotSource source;
  source.revision = record.revision;
  source.created_unix_ms = record.created_unix_ms;
  source.server_version = options.server_version;
  source.compress_terms = terms->compressed();
  source.deduplicate = record.deduplicated;
  PATHKB_ASSIGN_OR_RETURN(const SnapshotRecord copy, WriteInto(files, path, snapshot, source));
  if (copy.facts != record.facts || copy.paths != record.paths || copy.entries != record.entries) {
    return absl::DataLossError(fmt::format(
        "{}: the copy has {} facts, {} paths and {} entries, the manifest says {}, {} and {}",
        record.id, copy.facts, copy.paths, copy.entries, record.facts, record.paths,
        record.entries));
  }
  return copy;
}

// True for the keys that a server writes.
bool IsServedKey(std::string_view key) {
  if (key.starts_with(kRequestsPrefix)) return true;
  const std::string_view space = SpacePrefixOf(key);
  if (space.empty()) return false;
  const std::string_view rest = key.substr(space.size());
  // CheckIndex() looks into these.
  if (IsIndexKey(key) || IsMultisetKey(key)) return true;
  if (!IsTermKey(key)) return rest.starts_with("facts/");
  return SplitTermKey(key.substr(space.size() + std::string_view("terms/").size())).ok();
}

// OK if each key is one that a server can serve.
absl::Status CheckKeys(const FactPair& pair, const std::string& tree_path) {
  const std::unique_ptr<Zipper> zipper = pair.NewZipper();
  bool at_value = zipper->value().has_value() || zipper->NextValue();
  for (; at_value; at_value = zipper->NextValue()) {
    if (IsServedKey(zipper->path())) continue;
    return absl::InvalidArgumentError(
        fmt::format("{}: holds the key \"{}\", which is none of a fact; `pathkb file dump` shows "
                    "what is in it",
                    tree_path, absl::CHexEscape(std::string(zipper->path().substr(0, 100)))));
  }
  return zipper->status();
}

// Where a new data directory is made before it gets its name.
struct NewPlace {
  std::string target;
  std::string partial;
};

absl::StatusOr<NewPlace> FindPlace(FileSystem& files, const std::string& to) {
  NewPlace place;
  place.target = to;
  while (place.target.size() > 1 && place.target.back() == '/') place.target.pop_back();
  place.partial = place.target + ".partial";
  PATHKB_RETURN_IF_ERROR(CheckIsFree(files, place.target));
  PATHKB_RETURN_IF_ERROR(CheckIsFree(files, place.partial));
  return place;
}

absl::Status GiveName(FileSystem& files, const NewPlace& place) {
  PATHKB_RETURN_IF_ERROR(files.Rename(place.partial, place.target));
  return files.SyncDirectory(DirectoryPart(place.target));
}

}  // namespace

absl::StatusOr<SnapshotRecord> RestoreSnapshot(FileSystem& files, const std::string& from,
                                               const std::string& to,
                                               const RestoreOptions& options) {
  PATHKB_ASSIGN_OR_RETURN(const bool is_ours, files.Exists(JoinPath(from, kCurrentName)));
  if (!is_ours) {
    return absl::FailedPreconditionError(
        fmt::format("{} is not a PathKB data directory: it holds no {}", from, kCurrentName));
  }
  PATHKB_ASSIGN_OR_RETURN(const NewPlace place, FindPlace(files, to));
  PATHKB_ASSIGN_OR_RETURN(const Manifest manifest, ReadCurrent(files, from));
  PATHKB_ASSIGN_OR_RETURN(const SnapshotRecord record, FindRecord(manifest, from, options));
  PATHKB_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> snapshot,
                          Snapshot::Open(files, from, manifest.database_id, record));
  const uint64_t changes_before = snapshot->OutsideChanges();
  PATHKB_RETURN_IF_ERROR(snapshot->Verify());
  if (options.dry_run) return record;

  PATHKB_ASSIGN_OR_RETURN(const SnapshotRecord copy,
                          CopyInto(files, place.partial, *snapshot, options));
  PATHKB_RETURN_IF_ERROR(snapshot->CheckIntact(changes_before));
  PATHKB_RETURN_IF_ERROR(GiveName(files, place));
  return copy;
}

absl::StatusOr<SnapshotRecord> LoadPair(FileSystem& files, const std::string& tree_path,
                                        const std::string& to, int64_t created_unix_ms,
                                        const std::string& server_version) {
  PATHKB_ASSIGN_OR_RETURN(const NewPlace place, FindPlace(files, to));
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<const FactPair> pair,
                          FactPair::Open(files, tree_path));
  PATHKB_RETURN_IF_ERROR(pair->tree().Verify().status());
  PATHKB_RETURN_IF_ERROR(CheckKeys(*pair, tree_path));
  absl::Status index = CheckIndex(*pair->NewZipper(), [&](uint64_t value, int, std::string& out) {
    return pair->FindEntry(value, out);
  });
  if (!index.ok()) {
    return absl::Status(index.code(),
                        ToAbsl(fmt::format("{}: {}", tree_path, ToStd(index.message()))));
  }
  SnapshotSource source;
  source.revision = 1;
  source.created_unix_ms = created_unix_ms;
  source.server_version = server_version;
  source.compress_terms = pair->terms() != nullptr && pair->terms()->compressed();
  PATHKB_ASSIGN_OR_RETURN(const SnapshotRecord copy,
                          WriteInto(files, place.partial, *pair, source));
  PATHKB_RETURN_IF_ERROR(GiveName(files, place));
  return copy;
}

}  // namespace pathkb
