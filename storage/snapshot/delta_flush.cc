#include "storage/snapshot/delta_flush.h"

#include <memory>
#include <string_view>

#include "core/base/status_macros.h"
#include "core/trie/read_zipper.h"
#include "core/trie/tombstone.h"
#include "storage/delta/delta_writer.h"
#include "storage/directory/file_names.h"
#include "storage/file/atomic_file.h"
#include "storage/file/path_parts.h"

namespace pathkb {
namespace {

DeltaOp OpOf(uint64_t value) {
  if (IsDeleted(value)) return HidesBelow(value) ? DeltaOp::kDeleteBelow : DeltaOp::kDelete;
  return HidesBelow(value) ? DeltaOp::kReplace : DeltaOp::kSet;
}

absl::Status AddAll(const DeltaSource& source, DeltaWriter& delta) {
  ReadZipper zipper(source.changes);
  uint64_t paths = 0;
  bool at_value = zipper.value().has_value() || zipper.NextValue();
  for (; at_value; at_value = zipper.NextValue()) {
    if (++paths % kDeltaPathsPerInterrupt == 0 && source.interrupt != nullptr) {
      PATHKB_RETURN_IF_ERROR(source.interrupt());
    }
    const uint64_t value = *zipper.value();
    const DeltaOp op = OpOf(value);
    std::string_view entry;
    if (HasEntry(op) && UpperValue(value) != 0) entry = source.entries.Find(UpperValue(value));
    PATHKB_RETURN_IF_ERROR(delta.Add(zipper.path(), op, entry));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DeltaRecord> FlushDelta(FileSystem& files, const std::string& data_dir,
                                       const DeltaSource& source) {
  const std::string name = DeltaName(source.from_revision, source.to_revision);
  PATHKB_ASSIGN_OR_RETURN(
      const std::unique_ptr<AtomicFile> file,
      AtomicFile::Create(files, JoinPath(data_dir, TmpName(name)), JoinPath(data_dir, name)));
  PacedFile paced(file->file(), source.pace);
  DeltaWriter delta(paced, {.database_id = source.database_id,
                            .from_revision = source.from_revision,
                            .to_revision = source.to_revision});
  PATHKB_RETURN_IF_ERROR(AddAll(source, delta));
  PATHKB_ASSIGN_OR_RETURN(const DeltaTotals totals, delta.Finish());
  PATHKB_RETURN_IF_ERROR(file->Commit());
  DeltaRecord record;
  record.from_revision = source.from_revision;
  record.to_revision = source.to_revision;
  record.bytes = totals.file_bytes;
  record.digest = totals.digest;
  record.facts = source.facts;
  record.created_unix_ms = source.created_unix_ms;
  return record;
}

}  // namespace pathkb
