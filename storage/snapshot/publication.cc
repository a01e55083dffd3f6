#include "storage/snapshot/publication.h"

#include <optional>
#include <vector>

#include "core/base/status_macros.h"
#include "storage/directory/file_names.h"
#include "storage/directory/manifest_store.h"
#include "storage/file/path_parts.h"

namespace pathkb {
namespace {

// Where the log that is kept begins.
uint64_t FirstRevisionOfLog(const Manifest& next, size_t older_kept_max) {
  if (older_kept_max == 0) return next.base->revision + 1;
  return next.older.empty() ? 1 : next.older.back().revision + 1;
}

}  // namespace

absl::StatusOr<Manifest> PublishSnapshot(FileSystem& files, const std::string& data_dir,
                                         const Manifest& before, const Publication& publication) {
  Manifest next = before;
  next.format_version = kManifestFormatVersion;
  next.number = publication.number;
  next.base = publication.record;
  if (before.base.has_value() && before.base->id != publication.record.id) {
    next.older.insert(next.older.begin(), *before.base);
  }
  if (next.older.size() > publication.older_kept_max) {
    next.older.resize(publication.older_kept_max);
  }
  std::erase_if(next.deltas, [&](const DeltaRecord& delta) {
    return delta.from_revision < publication.record.revision;
  });
  next.wal_first_revision = FirstRevisionOfLog(next, publication.older_kept_max);
  next.wal_segments.clear();
  PATHKB_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                          files.List(JoinPath(data_dir, kWalFolder)));
  for (const std::string& name : names) {
    const std::optional<ParsedFileName> parsed = ParseFileName(JoinPath(kWalFolder, name));
    if (parsed.has_value() && parsed->first_revision >= next.wal_first_revision) {
      next.wal_segments.push_back(parsed->first_revision);
    }
  }
  PATHKB_RETURN_IF_ERROR(PublishManifest(files, data_dir, next));
  return next;
}

}  // namespace pathkb
