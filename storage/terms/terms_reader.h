// One mapped .terms file: finds an entry by its id, where it lies, and the id of an entry.
// FORMAT.md beside this file describes the bytes.

#ifndef PATHKB_STORAGE_TERMS_TERMS_READER_H_
#define PATHKB_STORAGE_TERMS_TERMS_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/checksum.h"
#include "storage/file/database_id.h"
#include "storage/file/mapped_file.h"
#include "storage/terms/terms_format.h"

namespace pathkb {

// Any thread. Keeps the mapping alive; entries must not outlive the reader. Nothing is loaded when
// it is opened. Open() checks header, footer and sizes; the checksum of what is read is looked at
// when it is touched for the first time (in files of version 1: only by Verify()); Verify() checks
// every byte.
//
// Memory: two bits for each 64 KiB of file, and of compressed files up to 16 blocks of 64 KiB, so
// that neighbours are not inflated again and again.
class TermsReader {
 public:
  // Constant time, whatever the size. A file that was written with another hash needs it here, too.
  //   FailedPrecondition  a version or flags newer than this program; the message names both
  //   DataLoss            no .terms file at all, cut short, or header and footer contradict
  static absl::StatusOr<std::unique_ptr<const TermsReader>> Open(
      std::shared_ptr<const MappedFile> file, TermsHash hash = Checksum);

  virtual ~TermsReader() = default;
  TermsReader(const TermsReader&) = delete;
  TermsReader& operator=(const TermsReader&) = delete;

  // The entry with this id, from 1 to entry_count(): a view into the mapping, or into `scratch` if
  // it is stored compressed; so it lives as long as both, `scratch` unchanged. Touches two places
  // of the file, a word of the index and the entry, of compressed ones the block.
  //   NotFound  no such id in this file
  //   DataLoss  a checksum is wrong, or the file contradicts itself, or a page of it could not be
  //             read. What is read later, through a view into the mapping, file() can tell
  absl::StatusOr<std::string_view> Find(uint64_t id, std::string& scratch) const;

  // The id of an entry with exactly these bytes; nullopt if there is none. Touches the find index
  // in two places, and each candidate as Find() does, nearly always just the right one. A file of
  // version 1 has no such index and is read from its start.
  //   DataLoss  as above
  absl::StatusOr<std::optional<uint64_t>> FindId(std::string_view entry) const;

  // Reads the whole file, once, from start to end: its checksum, and that every part of it is just
  // as a writer makes it. Memory: the largest compressed block. DataLoss names offset and rule.
  absl::Status Verify() const;

  // Believes nothing any more that was checked before: for when the file has changed under the
  // mapping. Does not wait for calls that are under way.
  virtual void Forget() const = 0;

  const MappedFile& file() const { return *file_; }
  uint64_t entry_count() const { return entry_count_; }
  // Of the entries alone, compressed if they are: without header, indexes and checksums.
  uint64_t entry_file_bytes() const { return entry_file_bytes_; }
  uint64_t file_bytes() const { return bytes_.size(); }
  // The format's version, 1 or 2, and whether blocks may be compressed.
  uint32_t version() const { return version_; }
  bool compressed() const { return (flags_ & kTermsFlagCompressed) != 0; }
  // The database and the revision of the snapshot that the file belongs to.
  const DatabaseId& database_id() const { return database_id_; }
  uint64_t revision() const { return revision_; }

 protected:
  // Takes over a file whose header is sound.
  TermsReader(std::shared_ptr<const MappedFile> file, uint64_t entry_count,
              uint64_t entry_file_bytes);

  // Find(), FindId() and Verify() of a version, while the pages can be read.
  virtual absl::StatusOr<std::string_view> FindIn(uint64_t id, std::string& scratch) const = 0;
  virtual absl::StatusOr<std::optional<uint64_t>> FindIdIn(std::string_view entry) const = 0;
  virtual absl::Status VerifyIn() const = 0;

  absl::Status NoSuchId(uint64_t id) const;
  // DataLoss: what is at `offset` breaks `rule`.
  absl::Status Broken(uint64_t offset, std::string_view rule) const;

  const std::shared_ptr<const MappedFile> file_;
  const std::string_view bytes_;
  const uint64_t entry_count_;
  const uint64_t entry_file_bytes_;

 private:
  uint32_t version_ = 0;
  uint32_t flags_ = 0;
  DatabaseId database_id_;
  uint64_t revision_ = 0;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TERMS_TERMS_READER_H_
