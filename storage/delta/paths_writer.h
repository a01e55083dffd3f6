// Writes PathMap's `.paths`: a list of paths, compressed. FORMAT.md beside this file has the bytes.
//
//   one zlib stream ( record* )        record = u32 length, then as many path bytes
//
// No header, no count, no values. PathMap reads what this writes; the compressed bytes differ from
// PathMap's own, as it links another zlib.

#ifndef PATHKB_STORAGE_DELTA_PATHS_WRITER_H_
#define PATHKB_STORAGE_DELTA_PATHS_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/delta/zlib_stream.h"

namespace pathkb {

// Longest path that a record can hold.
inline constexpr uint64_t kPathsRecordBytesMax = 0xffff'ffff;

// How a list is written.
struct PathsWriterOptions {
  int level = kDeflateLevel;     // 0 (stored) to 9.
  bool drop_empty_path = false;  // As PathMap's writer does, which loses a value at the root.
};

// What a finished list holds.
struct PathsWritten {
  uint64_t records = 0;
  uint64_t path_bytes = 0;    // Of all paths together.
  uint64_t raw_bytes = 0;     // The same, with the lengths.
  uint64_t stored_bytes = 0;  // Of the zlib stream.
  uint64_t raw_checksum = 0;  // Checksum() of the records.
};

// One thread at a time. Memory: 300 KiB and the longest path.
class PathsWriter {
 public:
  // Gives the stream to `sink`, piece by piece.
  explicit PathsWriter(ByteSink sink, const PathsWriterOptions& options = {});

  // Adds a path, which must be above all before it in byte order. The empty path is the lowest.
  //   InvalidArgument     out of order, added before, or longer than kPathsRecordBytesMax; the path
  //                       is left out, the list goes on
  //   FailedPrecondition  after Finish()
  // Errors of the sink are kept and returned by every later call.
  absl::Status Add(std::string_view path);

  // Ends the stream. Once.
  absl::StatusOr<PathsWritten> Finish();

 private:
  const PathsWriterOptions options_;
  Deflater deflater_;
  std::string last_path_;
  bool has_last_path_ = false;
  bool finished_ = false;
  PathsWritten written_;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_DELTA_PATHS_WRITER_H_
