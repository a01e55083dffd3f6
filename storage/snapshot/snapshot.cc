#include "storage/snapshot/snapshot.h"

#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/act/act_zipper.h"
#include "storage/directory/file_names.h"
#include "storage/file/checksum.h"
#include "storage/file/mapped_file.h"

namespace pathkb {
namespace {

// Maps a file whose size the manifest knows.
absl::StatusOr<std::shared_ptr<const MappedFile>> MapRecorded(FileSystem& files,
                                                              const std::string& path,
                                                              uint64_t recorded_bytes,
                                                              const MapOptions& options) {
  PATHKB_ASSIGN_OR_RETURN(std::shared_ptr<const MappedFile> file, files.Map(path, options));
  if (file->bytes().size() != recorded_bytes) {
    return absl::DataLossError(fmt::format("{}: has {} bytes, the manifest says {}", path,
                                           file->bytes().size(), recorded_bytes));
  }
  return file;
}

// What makes two sound files a pair.
absl::Status CheckPair(const TermsReader& terms, const std::string& path,
                       const DatabaseId& database_id, const SnapshotRecord& record) {
  if (terms.database_id() != database_id) {
    return absl::DataLossError(fmt::format("{}: is of database {}, not of {}", path,
                                           terms.database_id().ToHex(), database_id.ToHex()));
  }
  if (terms.revision() != record.revision || terms.entry_count() != record.entries) {
    return absl::DataLossError(
        fmt::format("{}: holds {} entries of revision {}, the manifest says {} of revision {}",
                    path, terms.entry_count(), terms.revision(), record.entries, record.revision));
  }
  return absl::OkStatus();
}

// And what ties the .sums to their .tree.
absl::Status CheckSums(const SumsReader& sums, const std::string& path,
                       const DatabaseId& database_id, const SnapshotRecord& record) {
  if (sums.database_id() != database_id || sums.revision() != record.revision ||
      sums.covered_bytes() != record.tree_bytes || sums.covered_digest() != record.tree_digest) {
    return absl::DataLossError(fmt::format(
        "{}: covers {} bytes with digest {:016x} of revision {} of database {}; the manifest says "
        "{} bytes, {:016x}, {} and {}",
        path, sums.covered_bytes(), sums.covered_digest(), sums.revision(),
        sums.database_id().ToHex(), record.tree_bytes, record.tree_digest, record.revision,
        database_id.ToHex()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Snapshot>> Snapshot::Open(FileSystem& files,
                                                               const std::string& data_dir,
                                                               const DatabaseId& database_id,
                                                               const SnapshotRecord& record,
                                                               const MapOptions& options) {
  const std::string tree_path = data_dir + "/" + SnapshotTreeName(record.id);
  const std::string terms_path = data_dir + "/" + SnapshotTermsName(record.id);
  std::shared_ptr<Snapshot> snapshot(new Snapshot(record));
  PATHKB_ASSIGN_OR_RETURN(snapshot->tree_file_,
                          MapRecorded(files, tree_path, record.tree_bytes, options));
  PATHKB_ASSIGN_OR_RETURN(snapshot->terms_file_,
                          MapRecorded(files, terms_path, record.terms_bytes, options));
  if (record.sums_bytes != 0) {
    const std::string sums_path = data_dir + "/" + SnapshotSumsName(record.id);
    // Mapped even if it is small: reading it would take time that grows with the .tree.
    PATHKB_ASSIGN_OR_RETURN(auto sums_file,
                            MapRecorded(files, sums_path, record.sums_bytes, {.always_map = true}));
    PATHKB_ASSIGN_OR_RETURN(snapshot->sums_, SumsReader::Open(std::move(sums_file)));
    PATHKB_RETURN_IF_ERROR(CheckSums(*snapshot->sums_, sums_path, database_id, record));
    snapshot->guard_ = std::make_unique<BlockGuard>(snapshot->tree_file_->bytes(),
                                                    snapshot->sums_->sums(), database_id);
  }
  PATHKB_ASSIGN_OR_RETURN(snapshot->tree_,
                          ActReader::Open(snapshot->tree_file_, snapshot->guard_.get()));
  PATHKB_ASSIGN_OR_RETURN(snapshot->terms_, TermsReader::Open(snapshot->terms_file_));
  PATHKB_RETURN_IF_ERROR(CheckPair(*snapshot->terms_, terms_path, database_id, record));
  return snapshot;
}

absl::StatusOr<std::optional<uint64_t>> Snapshot::Find(std::string_view path) const {
  return tree_->Find(path);
}

absl::StatusOr<std::string_view> Snapshot::FindEntry(uint64_t id, std::string& scratch) const {
  if (id == 0) return std::string_view();
  absl::StatusOr<std::string_view> entry = terms_->Find(id, scratch);
  // The id came from the .tree of this pair.
  if (absl::IsNotFound(entry.status())) {
    return absl::DataLossError(fmt::format("{} refers to entry {}, but its .terms has only {}",
                                           tree_->file_path(), id, terms_->entry_count()));
  }
  return entry;
}

absl::Status Snapshot::CheckIntact(uint64_t changes_before) const {
  absl::Status status = tree_file_->CheckIntact();
  status.Update(terms_file_->CheckIntact());
  const uint64_t changes = tree_file_->outside_changes() + terms_file_->outside_changes();
  // What is there now is looked at anew before it is believed.
  if (changes != changes_forgotten_.load()) Forget(changes);
  // A change is reported to one caller only, but concerns all who were reading.
  if (status.ok() && changes != changes_before) {
    status = absl::UnavailableError(
        fmt::format("{}: it or its .terms was changed from outside", tree_->file_path()));
  }
  return status;
}

uint64_t Snapshot::OutsideChanges() const { return changes_forgotten_.load(); }

void Snapshot::Forget(uint64_t changes) const {
  if (guard_ != nullptr) guard_->Forget();
  terms_->Forget();
  uint64_t forgotten = changes_forgotten_.load();
  while (forgotten < changes && !changes_forgotten_.compare_exchange_weak(forgotten, changes)) {
  }
}

absl::StatusOr<uint64_t> Snapshot::CountBelow(std::string_view prefix,
                                              const Interrupt& interrupt) const {
  {
    std::lock_guard<std::mutex> lock(counts_mutex_);
    const auto found = counts_.find(prefix);
    if (found != counts_.end()) return found->second;
  }
  const uint64_t changes_before = OutsideChanges();
  PATHKB_ASSIGN_OR_RETURN(const uint64_t count, FactBase::CountBelow(prefix, interrupt));
  // What was read of files that are changed by others is not to be remembered.
  PATHKB_RETURN_IF_ERROR(CheckIntact(changes_before));
  std::lock_guard<std::mutex> lock(counts_mutex_);
  if (counts_.size() >= kCountsMax) counts_.clear();
  counts_.emplace(prefix, count);
  return count;
}

uint64_t Snapshot::EntryFileBytes() const { return terms_->entry_file_bytes(); }

std::unique_ptr<Zipper> Snapshot::NewZipper() const { return std::make_unique<ActZipper>(*tree_); }

std::unique_ptr<Zipper> Snapshot::NewCountingZipper(PageCounter& pages) const {
  auto zipper = std::make_unique<ActZipper>(*tree_);
  zipper->CountPages(&pages);
  return zipper;
}

absl::Status Snapshot::Verify() const {
  const uint64_t changes_before = OutsideChanges();
  if (sums_ != nullptr) PATHKB_RETURN_IF_ERROR(sums_->Verify());
  PATHKB_ASSIGN_OR_RETURN(const ActContents contents, tree_->Verify());
  if (contents.paths != record_.paths) {
    return absl::DataLossError(fmt::format("{}: holds {} paths, the manifest says {}",
                                           tree_->file_path(), contents.paths, record_.paths));
  }
  if (tree_->Digest() != record_.tree_digest) {
    return absl::DataLossError(fmt::format("{}: digest {:016x}, the manifest says {:016x}",
                                           tree_->file_path(), tree_->Digest(),
                                           record_.tree_digest));
  }
  if (const uint64_t digest = Checksum(terms_file_->bytes()); digest != record_.terms_digest) {
    return absl::DataLossError(fmt::format("{}: digest {:016x}, the manifest says {:016x}",
                                           terms_file_->path(), digest, record_.terms_digest));
  }
  PATHKB_RETURN_IF_ERROR(terms_->Verify());
  return CheckIntact(changes_before);
}

}  // namespace pathkb
