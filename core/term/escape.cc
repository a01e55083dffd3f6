#include "core/term/escape.h"

#include <cstdint>
#include <iterator>

#include "fmt/format.h"

#include "core/term/utf8.h"

namespace pathkb {

size_t AppendVisible(std::string_view text, size_t offset, std::string& out) {
  const Utf8Character character = DecodeUtf8(text, offset);
  if (character.bytes == 0) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<uint8_t>(text[offset]));
    return 1;
  }
  switch (character.code) {
    case '\n':
      out.append("\\n");
      break;
    case '\t':
      out.append("\\t");
      break;
    case '\r':
      out.append("\\r");
      break;
    default:
      if (IsInvisible(character.code)) {
        fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}",
                       static_cast<uint32_t>(character.code));
      } else {
        out.append(text.substr(offset, character.bytes));
      }
  }
  return character.bytes;
}

}  // namespace pathkb
