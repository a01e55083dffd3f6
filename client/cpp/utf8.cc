#include "client/cpp/utf8.h"

#include <cstdint>
#include <cstring>

#include "fmt/format.h"

namespace pathkb::client {

std::optional<size_t> FindInvalidUtf8(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    // Most text is ASCII: eight bytes at once.
    uint64_t eight;
    if (text.size() - at >= sizeof(eight)) {
      std::memcpy(&eight, text.data() + at, sizeof(eight));
      if ((eight & 0x8080808080808080u) == 0) {
        at += sizeof(eight);
        continue;
      }
    }
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) {
      ++at;
      continue;
    }
    // Bytes that follow, and the range of the first of them: it is what excludes overlong forms,
    // surrogates and code points that do not exist.
    size_t following;
    unsigned char first_min = 0x80;
    unsigned char first_max = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      following = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      following = 2;
      if (lead == 0xE0) first_min = 0xA0;
      if (lead == 0xED) first_max = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      following = 3;
      if (lead == 0xF0) first_min = 0x90;
      if (lead == 0xF4) first_max = 0x8F;
    } else {
      return at;
    }
    if (text.size() - at <= following) return at;
    for (size_t i = 1; i <= following; ++i) {
      const auto byte = static_cast<unsigned char>(text[at + i]);
      if (byte < first_min || byte > first_max) return at;
      first_min = 0x80;
      first_max = 0xBF;
    }
    at += 1 + following;
  }
  return std::nullopt;
}

std::string InvalidUtf8Text(std::string_view text, size_t offset) {
  return fmt::format("byte 0x{:02X} is not valid UTF-8", static_cast<unsigned char>(text[offset]));
}

bool IsCharacter(char32_t code) { return code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF); }

void AppendUtf8(char32_t code, std::string& out) {
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
    return;
  }
  const int following = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  // 110, 1110, 11110: as many leading ones as bytes.
  const char32_t lead = following == 1 ? 0xC0 : following == 2 ? 0xE0 : 0xF0;
  out.push_back(static_cast<char>(lead | code >> (6 * following)));
  for (int i = following - 1; i >= 0; --i) {
    out.push_back(static_cast<char>(0x80 | (code >> (6 * i) & 0x3F)));
  }
}

}  // namespace pathkb::client
