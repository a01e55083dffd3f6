// Characters as escapes in a text, \n or \u{1b}, so that they can be seen.

#ifndef PATHKB_CORE_TERM_ESCAPE_H_
#define PATHKB_CORE_TERM_ESCAPE_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace pathkb {

// Appends the character of `text` at `offset`, escaped if it is invisible (IsInvisible()): \n, \t,
// \r, else \u{hex}. A byte that is no UTF-8 is appended as \xff. Returns the bytes of `text` this
// took.
size_t AppendVisible(std::string_view text, size_t offset, std::string& out);

}  // namespace pathkb

#endif  // PATHKB_CORE_TERM_ESCAPE_H_
