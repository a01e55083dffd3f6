// Goal: exactly well-formed UTF-8 passes, and the offset of the first bad byte is right. Method:
// every code point encoded by hand, and the classical bad forms at several offsets.

#include "client/cpp/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace pathkb::client {
namespace {

// Encodes without asking whether the code point exists.
std::string Encode(uint32_t code) {
  std::string out;
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
  return out;
}

TEST(Utf8Test, EveryCodePoint) {
  for (uint32_t code = 0; code < 0x120000; ++code) {
    const bool exists = code < 0x110000 && !(code >= 0xD800 && code < 0xE000);
    ASSERT_EQ(FindInvalidUtf8(Encode(code)).has_value(), !exists) << std::hex << code;
  }
}

TEST(Utf8Test, BadFormsAtEveryOffset) {
  const std::string bad_forms[] = {
      "\x80",              // continuation without a lead
      "\xC0\x80",          // overlong
      "\xC1\xBF",          // overlong
      "\xE0\x80\x80",      // overlong
      "\xF0\x80\x80\x80",  // overlong
      "\xC3",              // cut off
      "\xE2\x82",          // cut off
      "\xC3(",             // lead without its continuation
      "\xF5\x80\x80\x80",  // beyond U+10FFFF
      "\xFF",
  };
  for (const std::string& bad : bad_forms) {
    for (size_t before = 0; before < 20; ++before) {
      for (const char* after : {"", "x", "abcdefghijkl"}) {
        // A form that is cut off stays bad whatever follows, as what follows is ASCII.
        const std::string text = std::string(before, 'a') + bad + after;
        ASSERT_EQ(FindInvalidUtf8(text), before) << text;
      }
    }
  }
  EXPECT_EQ(FindInvalidUtf8(""), std::nullopt);
  EXPECT_EQ(FindInvalidUtf8("plain text, longer than eight bytes, with \xC3\xA4 in it"),
            std::nullopt);
}

}  // namespace
}  // namespace pathkb::client
