// Whether bytes are UTF-8. Text fields of messages must be, and a server can only say of one that
// is not that it does not understand the message; so the client looks first, where the place is
// known.

#ifndef PATHKB_CLIENT_CPP_UTF8_H_
#define PATHKB_CLIENT_CPP_UTF8_H_

#include <cstddef>
#include <optional>
#include <string_view>

namespace pathkb::client {

// Offset of the first byte that is not part of well-formed UTF-8 (overlong forms, surrogates and
// what lies beyond U+10FFFF are not); nullopt if all is well.
std::optional<size_t> FindInvalidUtf8(std::string_view text);

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_UTF8_H_
