// Writes a .terms file: entries by id, each distinct entry once. FORMAT.md beside this file
// describes the bytes; what an entry means is not known here.

#ifndef PATHKB_STORAGE_TERMS_TERMS_WRITER_H_
#define PATHKB_STORAGE_TERMS_TERMS_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/checksum.h"
#include "storage/file/database_id.h"
#include "storage/file/file_system.h"

namespace pathkb {

// What a finished file holds.
struct TermsTotals {
  uint64_t file_bytes = 0;
  uint64_t entries = 0;  // Distinct ones; their ids are 1 to this.
  uint64_t digest = 0;   // Checksum() of the whole file.
};

// One thread at a time. Borrows the file, which must be empty and outlive the writer; only appends,
// never syncs or closes it.
//
// Memory: the bytes of every distinct entry, because equality is decided by comparing bytes, and
// about 30 bytes beside each.
class TermsWriter {
 public:
  using Hash = std::function<uint64_t(std::string_view)>;

  // The id and the revision of the snapshot that the file belongs to. `hash` only serves to find
  // candidates for equality; tests pass a bad one.
  TermsWriter(
      WritableFile& file, const DatabaseId& database_id, uint64_t revision,
      Hash hash = [](std::string_view entry) { return Checksum(entry); });
  TermsWriter(const TermsWriter&) = delete;
  TermsWriter& operator=(const TermsWriter&) = delete;

  // The id of `entry`, which is stored unless an equal one was before. Ids count from 1 in the
  // order of first appearance; 0 stands for the plain fact, which has no entry. An empty entry is
  // one like any other. Errors of the file are kept and returned by every later call;
  // FailedPrecondition after Finish().
  absl::StatusOr<uint64_t> Intern(std::string_view entry);

  // Writes what is pending, the index and the footer. Once.
  absl::StatusOr<TermsTotals> Finish();

 private:
  uint64_t entry_bytes() const { return starts_.back(); }
  bool Holds(uint64_t id, std::string_view entry) const;
  void AppendEntry(std::string_view entry);
  void Write(std::string_view bytes);

  WritableFile& file_;
  const Hash hash_;
  ChecksumStream digest_;  // Of all bytes given to the file.
  uint64_t file_bytes_ = 0;
  absl::Status status_;  // The first error of the file.
  bool finished_ = false;

  // All entries back to back, cut into blocks of equal size; a full block has been written.
  std::vector<std::unique_ptr<char[]>> blocks_;
  // Where each entry starts in these bytes, and as the last element, where they end.
  std::vector<uint64_t> starts_ = {0};
  absl::flat_hash_map<uint64_t, uint64_t> newest_id_of_hash_;
  absl::flat_hash_map<uint64_t, uint64_t> older_id_of_same_hash_;  // From id to id; nearly empty.
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TERMS_TERMS_WRITER_H_
