#include "core/term/utf8.h"

#include <cstdint>

namespace pathkb {

Utf8Character DecodeUtf8(std::string_view text, size_t offset) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[offset + i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  size_t bytes = 0;
  char32_t code = 0;
  char32_t code_min = 0;  // The smallest character that needs that many bytes.
  if ((first & 0xE0) == 0xC0) {
    bytes = 2, code = first & 0x1F, code_min = 0x80;
  } else if ((first & 0xF0) == 0xE0) {
    bytes = 3, code = first & 0x0F, code_min = 0x800;
  } else if ((first & 0xF8) == 0xF0) {
    bytes = 4, code = first & 0x07, code_min = 0x10000;
  } else {
    return {};
  }
  if (text.size() - offset < bytes) return {};
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3F);
  }
  if (code < code_min || !IsCharacter(code)) return {};
  return {code, bytes};
}

bool IsCharacter(char32_t code) {
  return code <= kCharacterMax && !(code >= 0xD800 && code <= 0xDFFF);
}

void AppendUtf8(char32_t code, std::string& out) {
  const auto append = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  const auto append_tail = [&](int shift) { append(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    append(code);
  } else if (code < 0x800) {
    append(0xC0 | code >> 6);
    append_tail(0);
  } else if (code < 0x10000) {
    append(0xE0 | code >> 12);
    append_tail(6);
    append_tail(0);
  } else {
    append(0xF0 | code >> 18);
    append_tail(12);
    append_tail(6);
    append_tail(0);
  }
}

bool IsBlank(char32_t code) {
  if (code < 0x80) return code == ' ' || (code >= '\t' && code <= '\r');
  return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
         code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

bool IsInvisible(char32_t code) {
  if (code < 0x80) return code < 0x20 || code == 0x7F;
  return code < 0xA0 || code == 0xAD || code == 0x61C || code == 0x200B || code == 0x200E ||
         code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB);
}

}  // namespace pathkb
