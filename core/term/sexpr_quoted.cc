// The part of sexpr.h that reads what stands in quotes: strings, and names like #"a b".

#include <cstdint>

#include "core/base/status_macros.h"
#include "core/term/escape.h"
#include "core/term/sexpr.h"
#include "core/term/utf8.h"

namespace pathkb {
namespace {

// Most hex digits between the braces of \u{...}.
constexpr size_t kUnicodeDigitsMax = 8;
constexpr unsigned kHexEscapeMax = 0x7F;

bool IsAscii(char byte) { return static_cast<uint8_t>(byte) < 0x80; }

// Value of a hex digit, or -1.
int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

absl::StatusOr<std::string_view> SexprReader::ReadQuoted(size_t atom_offset) {
  const size_t quote_offset = offset_++;
  size_t run = offset_;  // Start of what is read and not in unescaped_.
  unescaped_.clear();
  while (offset_ < text_.size()) {
    const char byte = text_[offset_];
    if (byte == '"') {
      const std::string_view tail = text_.substr(run, offset_ - run);
      ++offset_;
      if (run == quote_offset + 1) return tail;  // Without escapes, the text itself will do.
      unescaped_.append(tail);
      return std::string_view(unescaped_);
    }
    if (byte == '\\') {
      unescaped_.append(text_.substr(run, offset_ - run));
      PATHKB_RETURN_IF_ERROR(ReadEscape());
      run = offset_;
    } else if (IsAscii(byte)) {
      ++offset_;
    } else {
      const size_t bytes = DecodeUtf8(text_, offset_).bytes;
      if (bytes == 0) return NotUtf8(offset_);
      offset_ += bytes;
    }
    if (unescaped_.size() + (offset_ - run) > limits_.atom_bytes_max) {
      return OverAtomLimit(atom_offset);
    }
  }
  return Wrong(quote_offset, "the text ends before the string opened here is closed");
}

absl::Status SexprReader::ReadEscape() {
  const size_t start = offset_++;
  if (offset_ == text_.size()) return Wrong(start, "the text ends within an escape");
  const char kind = text_[offset_];
  const auto take = [this](char c) {
    unescaped_.push_back(c);
    ++offset_;
    return absl::OkStatus();
  };
  switch (kind) {
    case '"':
    case '\'':
    case '\\':
      return take(kind);
    case 'n':
      return take('\n');
    case 't':
      return take('\t');
    case 'r':
      return take('\r');
    case 'x':
    case 'u':
      break;
    default: {
      if (DecodeUtf8(text_, offset_).bytes == 0) return NotUtf8(offset_);
      std::string what = "unknown escape \\";
      AppendVisible(text_, offset_, what);
      return Wrong(start, what);
    }
  }
  ++offset_;
  const bool braced = kind == 'u';
  if (braced && text_.substr(offset_, 1) != "{") return Wrong(start, "\\u without {hex digits}");
  if (braced) ++offset_;
  const size_t digits_start = offset_;
  const size_t digits_max = braced ? kUnicodeDigitsMax : 2;
  char32_t code = 0;
  while (offset_ < text_.size() && offset_ - digits_start < digits_max &&
         HexDigit(text_[offset_]) >= 0) {
    code = code << 4 | static_cast<char32_t>(HexDigit(text_[offset_++]));
  }
  const size_t digits = offset_ - digits_start;
  if (!braced && (digits != 2 || code > kHexEscapeMax)) {
    return Wrong(start, "\\x takes two hex digits, up to 7f; \\u{...} takes any character");
  }
  if (braced) {
    if (digits == 0 || text_.substr(offset_, 1) != "}") {
      return Wrong(start, "\\u{ takes 1 to 8 hex digits and }");
    }
    if (!IsCharacter(code)) return Wrong(start, "no character has this number");
    ++offset_;
  }
  AppendUtf8(code, unescaped_);
  return absl::OkStatus();
}

}  // namespace pathkb
