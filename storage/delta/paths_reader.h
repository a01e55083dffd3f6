// Reads PathMap's `.paths`, as strictly as PathMap's own reader does not: a list that is cut off,
// damaged, or followed by something is an error, never a shorter list. FORMAT.md beside this file
// has the bytes.
//
//   compressed pieces --Feed()--> inflated piece --Next()--> path, path, ...
//                                      |
//                                      +-- a record that goes on in the next piece is carried over
//
// Every error says where: "NAME: at byte 15 (inflated byte 0): RULE". The first is how far into the
// compressed stream was read, the second where the record starts, or where inflating stopped.

#ifndef PATHKB_STORAGE_DELTA_PATHS_READER_H_
#define PATHKB_STORAGE_DELTA_PATHS_READER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/delta/zlib_stream.h"

namespace pathkb {

// What a list may be.
struct PathsReaderOptions {
  uint64_t record_bytes_max = uint64_t{64} << 20;    // Of one path.
  uint64_t record_count_max = uint64_t{1} << 32;     // Of the list.
  uint64_t inflated_bytes_max = uint64_t{64} << 30;  // Of the list, with lengths.

  // Inflated bytes for each compressed byte; looked at past `ratio_free_bytes` inflated ones. 0 for
  // no bound beyond that of deflate, which is about 1,030.
  uint64_t ratio_max = 256;
  uint64_t ratio_free_bytes = uint64_t{64} << 20;

  bool accept_no_bytes = false;  // An input of zero bytes is an empty list; PathMap thinks so.
  bool embedded = false;     // Bytes after the stream are the caller's: bytes_used() says where.
  bool must_ascend = false;  // A path that is not above the one before it is an error.

  // What passing a bound is called.
  absl::StatusCode over_bound = absl::StatusCode::kResourceExhausted;

  uint64_t start_offset = 0;  // Where the stream starts in the file; added to offsets in messages.
};

// One thread at a time. Memory: 100 KiB and at most three times the longest path, which grows with
// the bytes that arrive, never by what a length claims.
class PathsReader {
 public:
  // `name` is for messages: the file, for example.
  explicit PathsReader(std::string name, const PathsReaderOptions& options = {});
  PathsReader(const PathsReader&) = delete;
  PathsReader& operator=(const PathsReader&) = delete;

  // Gives the next piece of the compressed stream, of any size; borrowed until Next() has returned
  // nullopt, which it must have before the next piece.
  void Feed(std::string_view bytes);

  // The next path, which lives until the next call; nullopt when all that was fed is used up, or
  // when the stream has ended. What it hands out is not proven until Finish() says OK: whoever
  // builds something from it shows it to nobody before that. Errors are returned again by every
  // later call.
  //   DataLoss           not a zlib stream, damage, a cut record, bytes after the stream, a path
  //                      out of order if they must ascend
  //   ResourceExhausted  a bound of the options, if `over_bound` is that; no memory for zlib
  absl::StatusOr<std::optional<std::string_view>> Next();

  // Says that no more bytes come. OK if the stream ended properly, at the end of a record.
  //   DataLoss            no bytes at all, or the stream is cut off
  //   FailedPrecondition  Next() was not called until it returned nullopt
  absl::Status Finish();

  // True once the end of the stream has been seen and found right.
  bool ended() const { return inflater_.ended(); }

  // Of the compressed stream, so far.
  uint64_t bytes_used() const { return inflater_.used_bytes(); }
  // What was inflated so far, lengths included, and its Checksum().
  uint64_t inflated_bytes() const { return inflater_.made_bytes(); }
  uint64_t raw_checksum() const { return inflater_.raw_checksum(); }

  // Paths handed out so far, and their bytes without the lengths.
  uint64_t record_count() const { return record_count_; }
  uint64_t path_bytes() const { return path_bytes_; }

  // True as long as each path was above the one before it, so that a trie can be built in one pass.
  bool strictly_ascending() const { return strictly_ascending_; }

 private:
  // The next record out of the inflated piece; nullopt if it ends before the record does.
  absl::StatusOr<std::optional<std::string_view>> NextInPiece();
  absl::Status CheckLength();
  absl::Status CheckOrder(std::string_view path);
  // Makes the next inflated piece; false if that needs more input.
  absl::StatusOr<bool> InflatePiece();
  // Keeps the error, with `rule` and the two offsets.
  absl::Status Fail(absl::StatusCode code, uint64_t inflated_offset, std::string_view rule);

  const std::string name_;
  const PathsReaderOptions options_;
  Inflater inflater_;
  const std::unique_ptr<char[]> piece_;
  std::string_view input_;      // Fed and not used.
  std::string_view unparsed_;   // Rest of the inflated piece.
  bool is_drained_ = true;      // Next() has returned nullopt since the last Feed().
  uint64_t record_offset_ = 0;  // Inflated offset of the present record.

  // The present record, as far as it came: the digits of its length, then its path.
  char length_digits_[4] = {};
  size_t length_digit_count_ = 0;
  uint64_t length_ = 0;
  std::string carried_;  // Its path's bytes from earlier pieces.

  std::string last_path_;
  bool strictly_ascending_ = true;
  uint64_t record_count_ = 0;
  uint64_t path_bytes_ = 0;
  absl::Status status_;
};

// What a list turned out to hold.
struct PathsRead {
  uint64_t records = 0;
  uint64_t path_bytes = 0;
  uint64_t inflated_bytes = 0;
  uint64_t bytes_used = 0;  // Of the input.
  bool strictly_ascending = true;
};

// Reads a list that lies in memory or in a mapping and calls `on_path` with each path, in order of
// the stream; an error of it ends the reading and is returned. Errors otherwise as in PathsReader:
// what `on_path` was given counts only if this returns OK.
absl::StatusOr<PathsRead> ReadPaths(
    std::string_view bytes, std::string name, const PathsReaderOptions& options,
    const std::function<absl::Status(std::string_view path)>& on_path);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_DELTA_PATHS_READER_H_
