// One mapped .sums file: the sums of the 64 KiB blocks of the .tree that it stands beside.
// FORMAT.md beside this file describes the bytes.
//
//   x.tree  | block 0 | block 1 | ... |   --BlockGuard-->  is this block as it was written?
//   x.sums  | sum 0   | sum 1   | ... |   --sums()----^

#ifndef PATHKB_STORAGE_SUMS_SUMS_READER_H_
#define PATHKB_STORAGE_SUMS_SUMS_READER_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/database_id.h"
#include "storage/file/mapped_file.h"

namespace pathkb {

// Immutable, so any number of threads may use it. Keeps the file alive; sums() must not outlive the
// reader. A damaged sum that Open() does not see makes a good block look bad, never a bad one good.
class SumsReader {
 public:
  // Looks at the header and the size only, so constant time, if the file is really mapped: give
  // `always_map` to Map(), or a small one is read.
  //   FailedPrecondition  a version newer than this program; the message names both
  //   DataLoss            no .sums file at all, cut short, or the header contradicts itself
  static absl::StatusOr<std::unique_ptr<const SumsReader>> Open(
      std::shared_ptr<const MappedFile> file);

  // The size and the digest (of a .tree: ActDigest()) of the file that the sums are of.
  uint64_t covered_bytes() const { return covered_bytes_; }
  uint64_t covered_digest() const { return covered_digest_; }
  // The database and the revision of the snapshot that both files belong to.
  const DatabaseId& database_id() const { return database_id_; }
  uint64_t revision() const { return revision_; }
  // Size of this file.
  uint64_t file_bytes() const { return bytes_.size(); }

  // The sums as BlockGuard takes them: kBlockSumBytes for each block of covered_bytes().
  std::string_view sums() const;

  // Reads the whole file; DataLoss if a byte of it is not as it was written.
  absl::Status Verify() const;

 private:
  explicit SumsReader(std::shared_ptr<const MappedFile> file);

  const std::shared_ptr<const MappedFile> file_;
  const std::string_view bytes_;
  DatabaseId database_id_;
  uint64_t revision_ = 0;
  uint64_t covered_bytes_ = 0;
  uint64_t covered_digest_ = 0;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_SUMS_SUMS_READER_H_
