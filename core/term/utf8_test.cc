// Checks every Unicode character there and back, and each kind of bytes that UTF-8 excludes.

#include "core/term/utf8.h"

#include "gtest/gtest.h"

namespace pathkb {
namespace {

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
