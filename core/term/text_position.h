// Where in a text something is wrong, for people: line, column, and a piece of the line that is
// safe to print. The position also travels inside the error's absl::Status, for programs.

#ifndef PATHKB_CORE_TERM_TEXT_POSITION_H_
#define PATHKB_CORE_TERM_TEXT_POSITION_H_

#include <cstddef>
#include <optional>
#include <string_view>

#include "absl/status/status.h"

namespace pathkb {

// A place in a text.
struct TextPosition {
  size_t offset = 0;  // In bytes, from 0.
  size_t line = 1;    // From 1; lines end with \n.
  size_t column = 1;  // From 1, in characters.
};

// The position of byte `offset` of `text`; O(offset). A byte that is no UTF-8 counts as a
// character, a byte order mark at the start of the text as none.
TextPosition LocateInText(std::string_view text, size_t offset);

// An error with `code` about byte `offset` of `text`; O(offset):
//   line 3, column 7: <what>, in: <some 40 characters of the line before and after>
// Control characters in the excerpt are shown as \n, \u{1b} and so on, invalid UTF-8 as \xff.
absl::Status TextError(absl::StatusCode code, std::string_view text, size_t offset,
                       std::string_view what);

// The position that TextError() put into `status`; nullopt for any other status.
std::optional<TextPosition> ErrorPosition(const absl::Status& status);

}  // namespace pathkb

#endif  // PATHKB_CORE_TERM_TEXT_POSITION_H_
