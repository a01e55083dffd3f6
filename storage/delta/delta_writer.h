// Writes one delta: what changed after a base revision, path by path in ascending order. FORMAT.md
// beside this file describes the bytes.
//
//   Add(path, op, entry) --> paths --------------------> file
//                        '-> ops, entry numbers --> memory, compressed --> file, at the end
//                        '-> distinct entries ----> memory --------------> file, at the end

#ifndef PATHKB_STORAGE_DELTA_DELTA_WRITER_H_
#define PATHKB_STORAGE_DELTA_DELTA_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/facts/entry_store.h"
#include "storage/delta/delta_format.h"
#include "storage/delta/paths_writer.h"
#include "storage/delta/zlib_stream.h"
#include "storage/file/checksum.h"
#include "storage/file/file_system.h"

namespace pathkb {

// What a finished delta holds.
struct DeltaTotals {
  uint64_t file_bytes = 0;
  uint64_t digest = 0;      // Checksum() of the whole file.
  uint64_t ops = 0;         // Paths.
  uint64_t entries = 0;     // Distinct ones.
  uint64_t path_bytes = 0;  // Of all paths together.
};

// One thread at a time. Borrows the file, which must be empty and outlive the writer; only appends,
// never syncs or closes it. The same calls with the same zlib make the same bytes.
//
// Memory: about 1.2 MiB, most of it zlib's; the longest path; operations and entry numbers,
// compressed, mostly about one byte an operation and never more than ten, in strings that grow by
// doubling; and, until
// Finish(), the distinct entries, with some 80 bytes beside each.
class DeltaWriter {
 public:
  // `level` is zlib's, 0 (stored) to 9.
  DeltaWriter(WritableFile& file, const DeltaHeader& header, int level = kDeflateLevel);
  DeltaWriter(const DeltaWriter&) = delete;
  DeltaWriter& operator=(const DeltaWriter&) = delete;

  // Adds what happened to `path`, which must be above all before it in byte order. `entry` is for
  // operations that have one; empty for a plain fact and for the other operations.
  //   InvalidArgument     out of order, added before, an entry with an operation that has none, or
  //                       a path or an entry over its bound (delta_format.h); or `to_revision` is
  //                       not above `from_revision`. The path is left out, the delta goes on
  //   ResourceExhausted   all entries together would pass kDeltaEntriesBytesMax; as before
  //   FailedPrecondition  after Finish()
  // Errors of the file are kept and returned by every later call.
  absl::Status Add(std::string_view path, DeltaOp op, std::string_view entry = {});

  // Writes the other sections and the tail. Once. A file without it is no delta.
  absl::StatusOr<DeltaTotals> Finish();

 private:
  absl::Status Write(std::string_view bytes);
  absl::Status AddEntryNumber(std::string_view entry);
  absl::Status WriteEntries();

  WritableFile& file_;
  const DeltaHeader header_;
  const int level_;
  ChecksumStream digest_;  // Of all bytes given to the file.
  uint64_t file_bytes_ = 0;
  absl::Status status_;  // The first error of the file.
  bool finished_ = false;

  EntryStore entries_;
  uint64_t entries_raw_bytes_ = 0;
  DeltaTail tail_;
  std::string stored_ops_;
  std::string stored_entry_numbers_;
  Deflater ops_;
  Deflater entry_numbers_;
  PathsWriter paths_;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_DELTA_DELTA_WRITER_H_
