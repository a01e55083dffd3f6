// Unicode characters in UTF-8: taken from a text and appended to one, and the two properties that
// s-expressions ask for.

#ifndef PATHKB_CORE_TERM_UTF8_H_
#define PATHKB_CORE_TERM_UTF8_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace pathkb {

// The largest Unicode character.
inline constexpr char32_t kCharacterMax = 0x10FFFF;

// U+FEFF, which some programs write at the start of a text.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// One character taken from a text.
struct Utf8Character {
  char32_t code = 0;
  size_t bytes = 0;  // 1 to 4; 0 if no character starts there.
};

// The character of `text` that starts at `offset`, which must be less than its size. `bytes` is 0
// for what RFC 3629 excludes: stray or missing continuation bytes, forms longer than needed,
// surrogates, and what lies past kCharacterMax.
Utf8Character DecodeUtf8(std::string_view text, size_t offset);

// True for a character that UTF-8 can hold: up to kCharacterMax and no surrogate.
bool IsCharacter(char32_t code);

// Appends the 1 to 4 bytes of `code`, for which IsCharacter() must hold.
void AppendUtf8(char32_t code, std::string& out);

// True for what separates words: the characters with Unicode's property White_Space.
bool IsBlank(char32_t code);

// True for what would vanish or reorder its neighbours when shown: control characters, line and
// paragraph separators, direction marks and overrides, the zero-width blank, the byte order mark.
// The zero-width joiners are not among them: Persian and emoji are spelled with those.
bool IsInvisible(char32_t code);

}  // namespace pathkb

#endif  // PATHKB_CORE_TERM_UTF8_H_
