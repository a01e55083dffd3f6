// Reads one delta. Open() looks at every byte of it first, so that a delta that is damaged, cut or
// forged is refused as a whole and never applied in part. FORMAT.md beside this file describes the
// bytes.

#ifndef PATHKB_STORAGE_DELTA_DELTA_READER_H_
#define PATHKB_STORAGE_DELTA_DELTA_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/delta/delta_format.h"
#include "storage/file/database_id.h"
#include "storage/file/file_system.h"
#include "storage/file/mapped_file.h"

namespace pathkb {

// What the delta must fit.
struct DeltaExpected {
  std::optional<DatabaseId> database_id = std::nullopt;  // Any, if left out.
  // Its base, from_revision, must lie in this range, both ends included.
  uint64_t base_revision_min = 0;
  uint64_t base_revision_max = UINT64_MAX;
};

// One operation.
struct DeltaChange {
  std::string_view path;  // Lives until the next call of Next().
  DeltaOp op = DeltaOp::kSet;
  std::string_view entry =
      {};  // Empty for a plain fact or without one. Lives as long as the reader.

  friend bool operator==(const DeltaChange&, const DeltaChange&) = default;
};

// One thread at a time. Keeps the mapping alive.
//
// Time: Open() reads and inflates everything once; reading the operations inflates it again, except
// for the entries. Memory: the entries, at most kDeltaEntriesBytesMax, and half a byte for each;
// three times the longest path; about 300 KiB. All of it by bytes that were found there, never by
// what a field claims.
class DeltaReader {
 public:
  // Maps the file and checks all of it.
  //   NotFound            no such file
  //   FailedPrecondition  another database's delta, another base, or a format version or flags
  //   newer
  //                       than this program; the message names both sides
  //   ResourceExhausted   no memory for zlib
  //   DataLoss            everything else: file, offset and rule are in the message
  static absl::StatusOr<std::unique_ptr<DeltaReader>> Open(FileSystem& files,
                                                           const std::string& path,
                                                           const DeltaExpected& expected = {});
  // The same for a file that is mapped already.
  static absl::StatusOr<std::unique_ptr<DeltaReader>> Open(std::shared_ptr<const MappedFile> file,
                                                           const DeltaExpected& expected = {});
  ~DeltaReader();

  // The next operation, in ascending order of paths; nullopt at the end.
  //   DataLoss  the file changed under the mapping since it was opened; returned again by every
  //             later call
  absl::StatusOr<std::optional<DeltaChange>> Next();

  const DeltaHeader& header() const { return header_; }
  uint64_t file_bytes() const { return bytes_.size(); }
  // Paths, distinct entries, and bytes of all paths together.
  uint64_t op_count() const { return tail_.op_count; }
  uint64_t entry_count() const { return tail_.entry_count; }
  uint64_t path_bytes() const { return tail_.path_bytes; }

  // The paths as a plain `.paths` list, as it lies in the file.
  std::string_view paths_stream() const { return StoredSection(kDeltaPaths); }

 private:
  class Walk;

  explicit DeltaReader(std::shared_ptr<const MappedFile> file);
  absl::Status CheckHeader(const DeltaExpected& expected);
  absl::Status CheckTail();
  // OK if sizes and counts in the tail can belong together.
  absl::Status CheckCounts() const;
  absl::Status LoadEntries();
  // Bytes of entry `number`, 1 to entry_count().
  std::string_view EntryAt(uint64_t number) const;

  std::string SectionName(DeltaSectionIndex section) const;
  uint64_t SectionOffset(DeltaSectionIndex section) const;
  std::string_view StoredSection(DeltaSectionIndex section) const;

  const std::shared_ptr<const MappedFile> file_;
  const std::string_view bytes_;
  DeltaHeader header_;
  DeltaTail tail_;
  std::string entries_;                // The content of the section.
  std::vector<uint64_t> entry_marks_;  // Where every sixteenth entry starts in it.
  std::unique_ptr<Walk> walk_;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_DELTA_DELTA_READER_H_
