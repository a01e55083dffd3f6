// Variable-length unsigned integers, in path bytes, the log, and the .tree format alike:
//
//   first byte 0 .. 247        the number itself
//   first byte 247 + n, n 1..8 the number follows in n little-endian bytes
//
// Writers use the fewest bytes; readers also take longer forms.

#ifndef PATHKB_CORE_BASE_VARINT_H_
#define PATHKB_CORE_BASE_VARINT_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pathkb {

inline constexpr size_t kVarintBytesMax = 9;
inline constexpr uint8_t kVarintInlineMax = 247;

// Bytes that AppendVarint() writes for `number`, 1 to 9.
inline size_t VarintBytes(uint64_t number) {
  if (number <= kVarintInlineMax) return 1;
  return 1 + (static_cast<size_t>(std::bit_width(number)) + 7) / 8;
}

// Writes `number` to `to`, where kVarintBytesMax bytes may be overwritten; returns how many of them
// it takes.
inline size_t StoreVarint(uint64_t number, char* to) {
  if (number <= kVarintInlineMax) {
    *to = static_cast<char>(number);
    return 1;
  }
  const size_t bytes = VarintBytes(number);
  *to = static_cast<char>(kVarintInlineMax + bytes - 1);
  for (size_t i = 0; i < sizeof(number); ++i) to[1 + i] = static_cast<char>(number >> (8 * i));
  return bytes;
}

// Appends `number` to `out` in its shortest form.
inline void AppendVarint(uint64_t number, std::string& out) {
  char bytes[kVarintBytesMax];
  out.append(bytes, StoreVarint(number, bytes));
}

// Takes one integer from the front of `bytes` into `number`. False if `bytes` ends before the
// integer does; both are then as they were.
inline bool ConsumeVarint(std::string_view& bytes, uint64_t& number) {
  if (bytes.empty()) return false;
  const uint8_t first = static_cast<uint8_t>(bytes[0]);
  if (first <= kVarintInlineMax) {
    number = first;
    bytes.remove_prefix(1);
    return true;
  }
  const size_t width = first - kVarintInlineMax;
  if (bytes.size() < 1 + width) return false;
  uint64_t value = 0;
  for (size_t i = 0; i < width; ++i) {
    value |= uint64_t{static_cast<uint8_t>(bytes[1 + i])} << (8 * i);
  }
  number = value;
  bytes.remove_prefix(1 + width);
  return true;
}

// Appends `text` behind its length in bytes.
inline void AppendLengthPrefixed(std::string_view text, std::string& out) {
  AppendVarint(text.size(), out);
  out.append(text);
}

// Takes one length-prefixed string from the front of `bytes`; `text` then points into it. False
// if `bytes` ends too early; both are then as they were.
inline bool ConsumeLengthPrefixed(std::string_view& bytes, std::string_view& text) {
  std::string_view rest = bytes;
  uint64_t length = 0;
  if (!ConsumeVarint(rest, length) || length > rest.size()) return false;
  text = rest.substr(0, length);
  rest.remove_prefix(length);
  bytes = rest;
  return true;
}

}  // namespace pathkb

#endif  // PATHKB_CORE_BASE_VARINT_H_
