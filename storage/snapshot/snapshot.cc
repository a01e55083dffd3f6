#include "storage/snapshot/snapshot.h"

#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/act/act_zipper.h"
#include "storage/directory/file_names.h"
#include "storage/file/mapped_file.h"

namespace pathkb {
namespace {

// Maps a file whose size the manifest knows.
absl::StatusOr<std::shared_ptr<const MappedFile>> MapRecorded(FileSystem& files,
                                                              const std::string& path,
                                                              uint64_t recorded_bytes) {
  PATHKB_ASSIGN_OR_RETURN(std::shared_ptr<const MappedFile> file, files.Map(path));
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

}  // namespace

Snapshot::Snapshot(SnapshotRecord record, std::unique_ptr<const ActReader> tree,
                   std::unique_ptr<const TermsReader> terms)
    : record_(std::move(record)), tree_(std::move(tree)), terms_(std::move(terms)) {}

absl::StatusOr<std::shared_ptr<const Snapshot>> Snapshot::Open(FileSystem& files,
                                                               const std::string& data_dir,
                                                               const DatabaseId& database_id,
                                                               const SnapshotRecord& record) {
  const std::string tree_path = data_dir + "/" + SnapshotTreeName(record.id);
  const std::string terms_path = data_dir + "/" + SnapshotTermsName(record.id);
  PATHKB_ASSIGN_OR_RETURN(auto tree_file, MapRecorded(files, tree_path, record.tree_bytes));
  PATHKB_ASSIGN_OR_RETURN(auto terms_file, MapRecorded(files, terms_path, record.terms_bytes));
  PATHKB_ASSIGN_OR_RETURN(auto tree, ActReader::Open(std::move(tree_file)));
  PATHKB_ASSIGN_OR_RETURN(auto terms, TermsReader::Open(std::move(terms_file)));
  PATHKB_RETURN_IF_ERROR(CheckPair(*terms, terms_path, database_id, record));
  return std::shared_ptr<const Snapshot>(new Snapshot(record, std::move(tree), std::move(terms)));
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

std::unique_ptr<Zipper> Snapshot::NewZipper() const { return std::make_unique<ActZipper>(*tree_); }

absl::Status Snapshot::Verify() const {
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
  return terms_->Verify();
}

}  // namespace pathkb
