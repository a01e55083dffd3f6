// Where an encoded subterm ends, in bytes that lie in one piece, such as the path under a cursor:
// what a walk over a trie asks for each answer, and the argument index for each fact. In
// path_encoding, TermScanner answers the same byte by byte, EncodedTermBytes() with all checks of a
// decoder; this one looks at structure only.

#ifndef PATHKB_CORE_TERM_SUBTERM_H_
#define PATHKB_CORE_TERM_SUBTERM_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/base/varint.h"
#include "core/term/path_encoding.h"

namespace pathkb {

// True for the tags of variables, new or again.
inline bool IsVariableTag(uint8_t tag) {
  return tag >= kVariableAgainTagMin && tag <= kNewVariableTag;
}

// PassToken() for what is neither variable, short symbol nor narrow expression.
bool PassOtherToken(uint8_t tag, std::string_view bytes, size_t& at, uint64_t& children);

// Moves `at` from the tag of a subterm to behind its token: all of the subterm, or, of an
// expression, what stands before its children; adds their number to `children`. False if the bytes
// end before that, or are no token; `at` is then anywhere inside them.
inline bool PassToken(std::string_view bytes, size_t& at, uint64_t& children) {
  if (at >= bytes.size()) return false;
  const uint8_t tag = static_cast<uint8_t>(bytes[at++]);
  if (tag >= kSymbolTagMin) {
    at += static_cast<size_t>(tag - kNewVariableTag);
    return at <= bytes.size();
  }
  if (tag <= kExpressionTagMax) {
    children += tag;
    return true;
  }
  return IsVariableTag(tag) || PassOtherToken(tag, bytes, at, children);
}

// Moves `at` from the tag of a subterm to its end, and sets `has_variable` if there is one inside.
// False if the bytes do not hold a whole subterm there. O(bytes of the subterm).
inline bool PassSubterm(std::string_view bytes, size_t& at, bool& has_variable) {
  uint64_t pending = 1;  // Never more than there are bytes: PassToken() sees to that.
  do {
    if (at < bytes.size() && IsVariableTag(static_cast<uint8_t>(bytes[at]))) has_variable = true;
    if (!PassToken(bytes, at, pending)) return false;
  } while (--pending != 0);
  return true;
}

}  // namespace pathkb

#endif  // PATHKB_CORE_TERM_SUBTERM_H_
