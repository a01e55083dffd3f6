// Writes the .sums file that stands beside a .tree: the sums that a BlockSummer made while the
// .tree was written. FORMAT.md beside this file describes the bytes.

#ifndef PATHKB_STORAGE_SUMS_SUMS_WRITER_H_
#define PATHKB_STORAGE_SUMS_SUMS_WRITER_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

#include "storage/file/database_id.h"
#include "storage/file/file_system.h"

namespace pathkb {

// Which file the sums are of.
struct SumsSubject {
  DatabaseId database_id;  // As the BlockSummer had it.
  uint64_t revision = 0;   // Of the snapshot that the file belongs to.
  uint64_t bytes = 0;      // Its size.
  uint64_t digest = 0;     // Of all of it; for a .tree ActDigest().
};

// What a finished file holds.
struct SumsTotals {
  uint64_t file_bytes = 0;
  uint64_t digest = 0;  // Checksum() of the whole file.
};

// Writes all of it to `file`, which must be empty; only appends, never syncs or closes it. `sums`
// is what BlockSummer::Finish() returned after `subject.bytes` bytes; another number of sums is
// Internal, and nothing is written. Other errors are those of the file.
absl::StatusOr<SumsTotals> WriteSums(WritableFile& file, const SumsSubject& subject,
                                     std::string_view sums);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_SUMS_SUMS_WRITER_H_
