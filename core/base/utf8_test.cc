// Checks every Unicode character there and back, also with an encoder of its own, and each kind of
// bytes that UTF-8 excludes, alone and at every offset of a text.

#include "core/base/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace pathkb {
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

TEST(Utf8Test, EveryCharacterThereAndBack) {
  for (char32_t code = 0; code <= kCharacterMax; ++code) {
    if (!IsCharacter(code)) continue;
    std::string text = "a";
    AppendUtf8(code, text);
    text += "b";
    const Utf8Character character = DecodeUtf8(text, 1);
    ASSERT_EQ(character.code, code);
    ASSERT_EQ(character.bytes, text.size() - 2);
    // Cut off, it is none.
    for (size_t bytes = 1; bytes < character.bytes; ++bytes) {
      ASSERT_EQ(DecodeUtf8(text.substr(1, bytes), 0).bytes, 0u);
    }
  }
}

TEST(Utf8Test, RefusesWhatUtf8Excludes) {
  const std::string_view cases[] = {
      "\x80",
      "\xBF",  // A continuation byte alone.
      "\xC3(",
      "\xE2\x82(",
      "\xF0\x9F\x98(",  // One missing.
      "\xC0\x80",
      "\xC1\xBF",  // Two bytes for what needs one.
      "\xE0\x80\x80",
      "\xE0\x9F\xBF",  // Three for what needs two.
      "\xF0\x80\x80\x80",
      "\xF0\x8F\xBF\xBF",  // Four for what needs three.
      "\xED\xA0\x80",
      "\xED\xBF\xBF",  // Surrogates.
      "\xF4\x90\x80\x80",
      "\xF7\xBF\xBF\xBF",  // Past the last character.
      "\xF8\x88\x80\x80\x80",
      "\xFE",
      "\xFF",  // Never used.
  };
  for (std::string_view bytes : cases) EXPECT_EQ(DecodeUtf8(bytes, 0).bytes, 0u) << bytes;
}

TEST(Utf8Test, FindsWhatIsNoCharacter) {
  for (uint32_t code = 0; code < 0x120000; ++code) {
    const bool exists = code < 0x110000 && !(code >= 0xD800 && code < 0xE000);
    ASSERT_EQ(FindInvalidUtf8(Encode(code)).has_value(), !exists) << std::hex << code;
  }
}

TEST(Utf8Test, FindsBadFormsAtEveryOffset) {
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

TEST(Utf8Test, Properties) {
  for (char32_t code : {U' ', U'\t', U'\n', U'\v', U'\f', U'\r', U'\u0085', U'\u00A0', U'\u1680',
                        U'\u2000', U'\u200A', U'\u2028', U'\u3000'}) {
    EXPECT_TRUE(IsBlank(code)) << static_cast<uint32_t>(code);
  }
  for (char32_t code : {U'a', U'\0', U'\x1f', U'\u200B', U'\uFEFF', U'\u00E9'}) {
    EXPECT_FALSE(IsBlank(code)) << static_cast<uint32_t>(code);
  }
  for (char32_t code :
       {U'\0', U'\n', U'\x1b', U'\x7f', U'\u009b', U'\u202E', U'\u2066', U'\uFEFF'}) {
    EXPECT_TRUE(IsInvisible(code)) << static_cast<uint32_t>(code);
  }
  for (char32_t code : {U' ', U'~', U'\u00E9', U'\u200D', U'\U0001F600'}) {
    EXPECT_FALSE(IsInvisible(code)) << static_cast<uint32_t>(code);
  }
}

}  // namespace
}  // namespace pathkb
