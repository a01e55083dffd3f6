// Whether bytes are UTF-8. Text fields of messages must be, and a server can only say of one that
// is not that it does not understand the message; so the client looks first, where the place is
// known. And characters into UTF-8, for formats that have escapes.

#ifndef PATHKB_CLIENT_CPP_UTF8_H_
#define PATHKB_CLIENT_CPP_UTF8_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pathkb::client {

// Offset of the first byte that is not part of well-formed UTF-8 (overlong forms, surrogates and
// what lies beyond U+10FFFF are not); nullopt if all is well.
std::optional<size_t> FindInvalidUtf8(std::string_view text);

// "byte 0xFF is not valid UTF-8", of the byte at `offset`.
std::string InvalidUtf8Text(std::string_view text, size_t offset);

// True for a character that UTF-8 can hold: up to U+10FFFF and no surrogate.
bool IsCharacter(char32_t code);

// Appends the 1 to 4 bytes of `code`, for which IsCharacter() must hold.
void AppendUtf8(char32_t code, std::string& out);

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_UTF8_H_
