// The content of one section of a delta, byte by byte or piece by piece: inflates it as it is asked
// for, and refuses a section that is not exactly what the tail says of it.

#ifndef PATHKB_STORAGE_DELTA_SECTION_READER_H_
#define PATHKB_STORAGE_DELTA_SECTION_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "storage/delta/delta_format.h"
#include "storage/delta/zlib_stream.h"

namespace pathkb {

// One thread at a time. Borrows the stored bytes. Memory: 60 KiB, whatever the sizes say.
class SectionReader {
 public:
  // `name` (file and section) and `start_offset` (of the stored bytes in the file) are for
  // messages. `stored` is as long as `section` says.
  SectionReader(std::string name, std::string_view stored, uint64_t start_offset,
                const DeltaSection& section);
  SectionReader(const SectionReader&) = delete;
  SectionReader& operator=(const SectionReader&) = delete;

  // Sets `byte` to the next byte. False at the end or after an error; status() tells them apart.
  bool Next(uint8_t& byte) {
    if (position_ == size_ && !Refill()) return false;
    byte = static_cast<uint8_t>(piece_[position_++]);
    return true;
  }

  // Sets `bytes` to the next bytes, at least one, which live until the next call. False as above.
  bool NextPiece(std::string_view& bytes);

  // Takes one integer (core/base/varint). False as above; an integer that is cut off is an error.
  bool NextVarint(uint64_t& number);

  // OK as long as all is well. DataLoss, with file, section, offsets and rule, if the stream is
  // damaged, holds more or less than the tail says, or does not match the tail's checksum;
  // ResourceExhausted if zlib gets no memory.
  const absl::Status& status() const { return status_; }

  // OK if the end has been reached and was right; DataLoss if there is more, or earlier errors.
  absl::Status Finish();

  // Makes an error about the byte last taken, with file, section and offsets; kept as status().
  absl::Status Fail(std::string_view rule, absl::StatusCode code = absl::StatusCode::kDataLoss);

 private:
  bool Refill();

  const std::string name_;
  const uint64_t start_offset_;
  const DeltaSection section_;
  std::string_view input_;  // Stored bytes not used yet.
  Inflater inflater_;
  const std::unique_ptr<char[]> piece_;
  size_t position_ = 0;  // In the piece, which has `size_` bytes.
  size_t size_ = 0;
  bool at_end_ = false;
  absl::Status status_;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_DELTA_SECTION_READER_H_
