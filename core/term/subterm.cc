#include "core/term/subterm.h"

namespace pathkb {
namespace {

// Takes a length or a number of children, which must be more than `short_max` and no more than
// there are bytes behind it.
bool TakeLength(std::string_view bytes, size_t& at, uint64_t short_max, uint64_t& length) {
  std::string_view rest = bytes.substr(at);
  if (!ConsumeVarint(rest, length) || length <= short_max || length > rest.size()) return false;
  at = bytes.size() - rest.size();
  return true;
}

}  // namespace

bool PassOtherToken(uint8_t tag, std::string_view bytes, size_t& at, uint64_t& children) {
  uint64_t length = 0;
  if (tag <= kIntegerTagMax) {
    length = static_cast<uint64_t>(tag > kZeroTag ? tag - kZeroTag : kZeroTag - tag);
  } else if (tag == kStringTag) {
    for (;;) {
      const void* const zero = std::memchr(bytes.data() + at, kStringEscape, bytes.size() - at);
      if (zero == nullptr) return false;
      at = static_cast<size_t>(static_cast<const char*>(zero) - bytes.data()) + 2;
      if (at > bytes.size()) return false;
      const uint8_t meaning = static_cast<uint8_t>(bytes[at - 1]);
      if (meaning == kStringEnd) return true;
      if (meaning != kStringEscapedZero) return false;
    }
  } else if (tag == kFloatTag) {
    length = sizeof(double);
  } else if (tag == kLongSymbolTag) {
    if (!TakeLength(bytes, at, kShortSymbolBytesMax, length)) return false;
  } else if (tag == kWideExpressionTag) {
    if (!TakeLength(bytes, at, kExpressionTagMax, length)) return false;
    children += length;
    return true;
  } else {
    return false;
  }
  if (length > bytes.size() - at) return false;
  at += length;
  return true;
}

}  // namespace pathkb
