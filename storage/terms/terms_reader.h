// One mapped .terms file: finds an entry by its id, where it lies. FORMAT.md beside this file
// describes the bytes.

#ifndef PATHKB_STORAGE_TERMS_TERMS_READER_H_
#define PATHKB_STORAGE_TERMS_TERMS_READER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/database_id.h"
#include "storage/file/mapped_file.h"

namespace pathkb {

// Immutable, so any number of threads may use it. Keeps the mapping alive; entries must not outlive
// the reader. Nothing is loaded when it is opened. Open() checks header, footer and sizes; an
// entry's place is checked whenever it is read; Verify() checks every byte.
class TermsReader {
 public:
  // Constant time, whatever the size.
  //   FailedPrecondition  a version or flags newer than this program; the message names both
  //   DataLoss            no .terms file at all, cut short, or header and footer contradict
  static absl::StatusOr<std::unique_ptr<const TermsReader>> Open(
      std::shared_ptr<const MappedFile> file);

  // The entry with this id, from 1 to entry_count(). Touches two places of the file: the index and
  // the entry.
  //   NotFound  no such id in this file
  //   DataLoss  the index contradicts itself
  absl::StatusOr<std::string_view> Find(uint64_t id) const;

  uint64_t entry_count() const { return entry_count_; }
  uint64_t file_bytes() const { return bytes_.size(); }
  // The database and the revision of the snapshot that the file belongs to.
  const DatabaseId& database_id() const { return database_id_; }
  uint64_t revision() const { return revision_; }

  // Reads the whole file: its checksum, and that the index ascends from the first entry to the end
  // of the last. DataLoss otherwise.
  absl::Status Verify() const;

 private:
  explicit TermsReader(std::shared_ptr<const MappedFile> file);
  uint64_t IndexAt(uint64_t position) const;

  const std::shared_ptr<const MappedFile> file_;
  const std::string_view bytes_;
  DatabaseId database_id_;
  uint64_t revision_ = 0;
  uint64_t index_offset_ = 0;  // Where the index starts, and the entries end.
  uint64_t entry_count_ = 0;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TERMS_TERMS_READER_H_
