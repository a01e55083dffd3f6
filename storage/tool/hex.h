// Bytes as hexadecimal text, as every listing of keys and entries shows them.

#ifndef PATHKB_STORAGE_TOOL_HEX_H_
#define PATHKB_STORAGE_TOOL_HEX_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace pathkb {

// Appends two lower-case digits for each byte.
inline void AppendHex(std::string_view bytes, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : bytes) {
    const uint8_t byte = static_cast<uint8_t>(c);
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
}

// The same as a text of its own.
inline std::string HexOf(std::string_view bytes) {
  std::string text;
  AppendHex(bytes, text);
  return text;
}

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_HEX_H_
