// Cuts a text that arrives in pieces into lines.

#ifndef PATHKB_CLIENT_CPP_FORMATS_LINE_SPLITTER_H_
#define PATHKB_CLIENT_CPP_FORMATS_LINE_SPLITTER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pathkb::client {

// Splits one input at its line feeds; a carriage return before one is left out, and so is a byte
// order mark at the very start. One thread at a time. Holds at most one unfinished line, of at most
// `line_bytes_max`. Used as a FactReader is.
class LineSplitter {
 public:
  static constexpr size_t kLineBytesMax = 16 << 20;

  // Of a longer line only the first `line_bytes_max` bytes are handed out; `too_long` says so.
  explicit LineSplitter(size_t line_bytes_max = kLineBytesMax) : line_bytes_max_(line_bytes_max) {}

  // One line, valid until the next call of anything.
  struct Line {
    std::string_view text;
    uint64_t number = 1;
    bool too_long = false;
  };

  // As FactReader::Feed().
  void Feed(std::string_view chunk) { rest_ = chunk; }
  // As FactReader::Finish(). The last line needs no line feed; an empty one behind the last line
  // feed is none.
  void Finish() { finished_ = true; }
  // The next line; nullopt when the chunk is used up.
  std::optional<Line> Next();

  // Bytes up to the end of the last line, its line feed included, and the number of the next one.
  uint64_t offset() const { return offset_; }
  uint64_t next_number() const { return next_number_; }
  // Before the first Feed(): the text begins there, in the middle of another one.
  void GoOnFrom(uint64_t offset, uint64_t number) {
    offset_ = offset;
    next_number_ = number;
  }

 private:
  // Appends to partial_ what fits.
  void Keep(std::string_view piece);
  Line Make(std::string_view text, size_t bytes, bool too_long);

  const size_t line_bytes_max_;
  std::string_view rest_;  // Borrowed from the caller of Feed().
  std::string partial_;    // The start of the present line, from earlier chunks.
  std::string handed_out_;
  uint64_t partial_bytes_ = 0;  // Of that start, what was too much to be kept included.
  bool finished_ = false;
  uint64_t offset_ = 0;
  uint64_t next_number_ = 1;
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FORMATS_LINE_SPLITTER_H_
