#include "storage/snapshot/snapshot_writer.h"

#include <memory>
#include <utility>
#include <vector>

#include "core/base/status_macros.h"
#include "core/facts/keys.h"
#include "storage/act/act_writer.h"
#include "storage/directory/file_names.h"
#include "storage/file/atomic_file.h"
#include "storage/file/paced_file.h"
#include "storage/file/path_parts.h"
#include "storage/sums/sums_writer.h"
#include "storage/terms/terms_writer.h"

namespace pathkb {
namespace {

// Which entry of the file an entry of the source has become. A named fact has two paths, far apart:
// its entry would otherwise be read, and compared, at two random places, which for compressed
// entries means inflating a block each time. Memory: 8 bytes for each id that was met.
class KnownIds {
 public:
  // The entry's id in the file; 0 if it was not met before.
  uint64_t Find(uint64_t value, int layer) const {
    const auto& pieces = pieces_of_layer_[layer];
    const uint64_t piece = value / kIdsPerPiece;
    if (piece >= pieces.size() || pieces[piece] == nullptr) return 0;
    return pieces[piece][value % kIdsPerPiece];
  }
  // `value` was read, so it is one of the source's ids, which are dense.
  void Insert(uint64_t value, int layer, uint64_t id) {
    auto& pieces = pieces_of_layer_[layer];
    const uint64_t piece = value / kIdsPerPiece;
    if (piece >= pieces.size()) pieces.resize(piece + 1);
    if (pieces[piece] == nullptr) pieces[piece] = std::make_unique<uint64_t[]>(kIdsPerPiece);
    pieces[piece][value % kIdsPerPiece] = id;
  }

 private:
  static constexpr uint64_t kIdsPerPiece = 8192;
  std::vector<std::unique_ptr<uint64_t[]>> pieces_of_layer_[2];
};

// The id in the file of the entry that the cursor's value stands for.
absl::StatusOr<uint64_t> IdOfEntry(const SnapshotSource& source, uint64_t value, TermsWriter& terms,
                                   KnownIds& known) {
  const int layer = source.zipper->value_layer();
  if (const uint64_t id = known.Find(value, layer); id != 0) return id;
  PATHKB_ASSIGN_OR_RETURN(const std::string_view entry, source.entry_bytes(value, layer));
  PATHKB_ASSIGN_OR_RETURN(const uint64_t id, terms.Intern(entry));
  known.Insert(value, layer, id);
  return id;
}

// Walks the source once, giving each path to the tree and each entry to the terms.
absl::Status WriteAll(const SnapshotSource& source, ActWriter& tree, TermsWriter& terms,
                      SnapshotRecord& record) {
  Zipper& zipper = *source.zipper;
  KnownIds known;
  bool at_value = zipper.value().has_value() || zipper.NextValue();
  for (; at_value; at_value = zipper.NextValue()) {
    uint64_t value = *zipper.value();
    if (value != 0) {
      PATHKB_ASSIGN_OR_RETURN(value, IdOfEntry(source, value, terms, known));
    }
    PATHKB_RETURN_IF_ERROR(tree.Add(zipper.path(), value));
    if (IsTermKey(zipper.path())) ++record.facts;
    if (++record.paths % kSnapshotPathsPerInterrupt == 0 && source.interrupt != nullptr) {
      PATHKB_RETURN_IF_ERROR(source.interrupt());
    }
  }
  return zipper.status();
}

}  // namespace

absl::StatusOr<SnapshotRecord> WriteSnapshotFiles(FileSystem& files, const SnapshotFileNames& names,
                                                  const SnapshotSource& source) {
  SnapshotRecord record;
  record.id = SnapshotId(source.created_unix_ms, source.revision);
  record.revision = source.revision;
  record.created_unix_ms = source.created_unix_ms;
  record.parent_id = source.parent_id;
  record.server_version = source.server_version;
  record.deduplicated = source.deduplicate && !source.canonical_tree;

  const auto create = [&](const SnapshotFileName& name) {
    return AtomicFile::Create(files, name.partial, name.final);
  };
  PATHKB_ASSIGN_OR_RETURN(const auto tree_file, create(names.tree));
  PATHKB_ASSIGN_OR_RETURN(const auto terms_file, create(names.terms));
  PATHKB_ASSIGN_OR_RETURN(const auto sums_file, create(names.sums));
  PacedFile paced_tree(tree_file->file(), source.pace);
  PacedFile paced_terms(terms_file->file(), source.pace);
  ActWriterOptions tree_options;
  tree_options.share_siblings = source.deduplicate;
  tree_options.canonical = source.canonical_tree;
  tree_options.memory_bytes =
      source.canonical_tree ? kActCanonicalMemoryBytes : source.tree_memory_bytes;
  tree_options.block_sums_of = source.database_id;
  ActWriter tree(paced_tree, tree_options);
  TermsOptions terms_options;
  terms_options.compress = source.compress_terms;
  TermsWriter terms(paced_terms, source.database_id, source.revision, terms_options);
  PATHKB_RETURN_IF_ERROR(WriteAll(source, tree, terms, record));
  PATHKB_ASSIGN_OR_RETURN(const ActTotals tree_totals, tree.Finish());
  PATHKB_ASSIGN_OR_RETURN(const TermsTotals terms_totals, terms.Finish());
  record.tree_bytes = tree_totals.file_bytes;
  record.tree_digest = tree_totals.digest;
  record.terms_bytes = terms_totals.file_bytes;
  record.terms_digest = terms_totals.digest;
  record.entries = terms_totals.entries;
  PATHKB_ASSIGN_OR_RETURN(const SumsTotals sums_totals,
                          WriteSums(sums_file->file(),
                                    {.database_id = source.database_id,
                                     .revision = source.revision,
                                     .bytes = tree_totals.file_bytes,
                                     .digest = tree_totals.digest},
                                    tree_totals.block_sums));
  record.sums_bytes = sums_totals.file_bytes;
  record.sums_digest = sums_totals.digest;

  PATHKB_RETURN_IF_ERROR(tree_file->Commit());
  PATHKB_RETURN_IF_ERROR(terms_file->Commit());
  PATHKB_RETURN_IF_ERROR(sums_file->Commit());
  return record;
}

absl::StatusOr<SnapshotRecord> WriteSnapshot(FileSystem& files, const std::string& data_dir,
                                             const SnapshotSource& source) {
  const std::string id = SnapshotId(source.created_unix_ms, source.revision);
  const auto name_of = [&](const std::string& name) {
    return SnapshotFileName{JoinPath(data_dir, TmpName(name)), JoinPath(data_dir, name)};
  };
  return WriteSnapshotFiles(files,
                            {.tree = name_of(SnapshotTreeName(id)),
                             .terms = name_of(SnapshotTermsName(id)),
                             .sums = name_of(SnapshotSumsName(id))},
                            source);
}

}  // namespace pathkb
