// An opened snapshot pair: the .tree that maps paths to entry ids, and the .terms that holds the
// entries; and beside the .tree its .sums, by which each of its blocks is checked on first touch.

#ifndef PATHKB_STORAGE_SNAPSHOT_SNAPSHOT_H_
#define PATHKB_STORAGE_SNAPSHOT_SNAPSHOT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/facts/fact_base.h"
#include "storage/act/act_reader.h"
#include "storage/directory/manifest.h"
#include "storage/file/block_sums.h"
#include "storage/file/file_system.h"
#include "storage/file/mapped_file.h"
#include "storage/sums/sums_reader.h"
#include "storage/terms/terms_reader.h"

namespace pathkb {

// Immutable, any thread. The files stay mapped as long as this lives, whatever becomes of their
// names.
class Snapshot : public FactBase {
 public:
  // Opens the pair that `record` names in `data_dir`, its .tree and .terms mapped as `options` say.
  // Constant time, whatever the size, unless they ask for pages to be read in: sizes, headers and
  // footers are checked, not the content.
  //   NotFound             a file is missing
  //   DataLoss             a file is not what the record says, or not of this database, or damaged
  //                        where it was looked at
  //   FailedPrecondition   a format version newer than this program
  static absl::StatusOr<std::shared_ptr<const Snapshot>> Open(FileSystem& files,
                                                              const std::string& data_dir,
                                                              const DatabaseId& database_id,
                                                              const SnapshotRecord& record,
                                                              const MapOptions& options = {});

  absl::StatusOr<std::optional<uint64_t>> Find(std::string_view path) const override;
  absl::StatusOr<std::string_view> FindEntry(uint64_t id, std::string& scratch) const override;
  // Remembers the last kCountsMax prefixes that it was asked for.
  absl::StatusOr<uint64_t> CountBelow(std::string_view prefix,
                                      const Interrupt& interrupt = nullptr) const override;
  uint64_t EntryFileBytes() const override;
  std::unique_ptr<Zipper> NewZipper() const override;
  std::unique_ptr<Zipper> NewCountingZipper(PageCounter& pages) const override;
  absl::Status CheckIntact(uint64_t changes_before) const override;
  uint64_t OutsideChanges() const override;

  // Reads all files whole and checks every reference and the digests of the record. DataLoss names
  // the file and what is wrong.
  absl::Status Verify() const;

  const SnapshotRecord& record() const { return record_; }

  // The mapped files, for reports and for reading them in; they may outlive this object.
  const std::shared_ptr<const MappedFile>& tree_file() const { return tree_file_; }
  const std::shared_ptr<const MappedFile>& terms_file() const { return terms_file_; }

 private:
  static constexpr size_t kCountsMax = 1024;

  explicit Snapshot(SnapshotRecord record) : record_(std::move(record)) {}

  // Believes nothing that was checked before the first `changes` changes of the files.
  void Forget(uint64_t changes) const;

  // What Open() fills in, each part borrowing those above it.
  const SnapshotRecord record_;
  std::shared_ptr<const MappedFile> tree_file_;
  std::shared_ptr<const MappedFile> terms_file_;
  std::unique_ptr<const SumsReader> sums_;  // Null, and guard_ with it, if there is no .sums.
  std::unique_ptr<const BlockGuard> guard_;
  std::unique_ptr<const ActReader> tree_;
  std::unique_ptr<const TermsReader> terms_;

  // How many of the files' outside_changes() nothing is believed any more from before. Behind their
  // sum for a moment: a call that begins just then may rely on what must be forgotten, and is told.
  mutable std::atomic<uint64_t> changes_forgotten_ = 0;

  mutable std::mutex counts_mutex_;
  mutable std::map<std::string, uint64_t, std::less<>> counts_
      ABSL_GUARDED_BY(counts_mutex_);  // Values below a prefix.
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_SNAPSHOT_SNAPSHOT_H_
