// zlib streams (RFC 1950) in pieces of any size, both ways: what `.paths` lists and the sections of
// a delta are wrapped in. Both sides also sum what is inside (storage/file/checksum), since the
// Adler-32 of zlib is weak and sections of a delta are bound to a sum of our own.

#ifndef PATHKB_STORAGE_DELTA_ZLIB_STREAM_H_
#define PATHKB_STORAGE_DELTA_ZLIB_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/checksum.h"

struct z_stream_s;

namespace pathkb {

// Takes bytes that are ready, all of them, or says why not.
using ByteSink = std::function<absl::Status(std::string_view bytes)>;

// The level PathMap writes with.
inline constexpr int kDeflateLevel = 7;

// Most bytes that deflate makes out of one: a match of 258 takes two bits.
inline constexpr uint64_t kDeflateRatioMax = 1032;

// Bytes in, one zlib stream out. One thread at a time. Memory: 300 KiB. The same bytes, however
// they come in pieces, make the same stream with the same zlib.
class Deflater {
 public:
  // Gives the stream to `sink`, piece by piece. `level` is 0 (stored) to 9.
  explicit Deflater(ByteSink sink, int level = kDeflateLevel);
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Adds `bytes`. Errors are those of the sink, or ResourceExhausted if zlib gets no memory; the
  // first is kept and returned by every later call.
  absl::Status Append(std::string_view bytes);

  // Ends the stream. Once; nothing may be added after it.
  absl::Status Finish();

  // Bytes added so far, and bytes given to the sink so far; their Checksum() is that of the former.
  uint64_t raw_bytes() const { return raw_bytes_; }
  uint64_t stored_bytes() const { return stored_bytes_; }

  // Checksum() of all bytes added; call it after Finish().
  uint64_t raw_checksum() const { return checksum_.Digest(); }

 private:
  // Deflates what is pending; `flush` is zlib's.
  void Drain(int flush);

  const ByteSink sink_;
  const std::unique_ptr<z_stream_s> stream_;
  const std::unique_ptr<char[]> out_;
  std::string pending_;  // Added, but too little to be worth a call.
  ChecksumStream checksum_;
  uint64_t raw_bytes_ = 0;
  uint64_t stored_bytes_ = 0;
  absl::Status status_;
};

// One zlib stream in, its content out. One thread at a time. Memory: 40 KiB.
class Inflater {
 public:
  // How far one call came.
  struct Step {
    size_t used = 0;  // Bytes taken from the front of the input.
    size_t made = 0;  // Bytes written.
  };

  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Takes what it can from the front of `in` and writes at most `out_bytes` (1 to 2^30) to `out`.
  // Stops at the end of the stream, which is where the rest of `in` starts. A step of zero bytes
  // each way means that it wants more input. After an error every call returns it again.
  //   DataLoss           what is wrong with the stream, without a place: no zlib stream, a broken
  //                      block, a wrong Adler-32, a preset dictionary wanted
  //   ResourceExhausted  no memory
  absl::StatusOr<Step> Inflate(std::string_view in, char* out, size_t out_bytes);

  // True once the stream has come to its proper end, its Adler-32 being right.
  bool ended() const { return ended_; }

  // Bytes taken and bytes made so far, and the Checksum() of the latter.
  uint64_t used_bytes() const { return used_bytes_; }
  uint64_t made_bytes() const { return made_bytes_; }
  uint64_t raw_checksum() const { return checksum_.Digest(); }

 private:
  const std::unique_ptr<z_stream_s> stream_;
  ChecksumStream checksum_;
  uint64_t used_bytes_ = 0;
  uint64_t made_bytes_ = 0;
  bool ended_ = false;
  uint8_t first_byte_ = 0;  // To name a gzip file.
  absl::Status status_;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_DELTA_ZLIB_STREAM_H_
