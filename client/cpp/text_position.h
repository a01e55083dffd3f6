// Where something stands in an input.

#ifndef PATHKB_CLIENT_CPP_TEXT_POSITION_H_
#define PATHKB_CLIENT_CPP_TEXT_POSITION_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace pathkb::client {

// A place in a text: both count from 1, the column in characters (UTF-8 code points), not bytes. In
// an input that is no text but a list, `line` counts its members and `column` is 0.
struct TextPosition {
  uint64_t line = 1;
  uint64_t column = 1;

  friend bool operator==(const TextPosition&, const TextPosition&) = default;
  friend auto operator<=>(const TextPosition&, const TextPosition&) = default;

  // Moves over one byte of the text. Only the first byte of a character counts.
  void Advance(char byte) {
    if (byte == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<unsigned char>(byte) & 0xC0) != 0x80) {
      ++column;
    }
  }

  // Moves over all of `text`.
  void Advance(std::string_view text) {
    for (const char byte : text) Advance(byte);
  }
};

// "line 3, column 7"; of a list "path 12".
std::string ShowPosition(TextPosition position);

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_TEXT_POSITION_H_
