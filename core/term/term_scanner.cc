// TermScanner of path_encoding.h.
//
//            tag of a leaf                     0xFF or others
//   kTag ------------------> EndTerm     kString <----> kStringEscape --0x01--> EndTerm
//    |  symbol, number                      ^     0x00
//    +-----------> kRaw ---> EndTerm        |
//    |  string                              |
//    +--------------------------------------+
//    |  long symbol, wide expression
//    +-----------> kLengthStart ---> kLength ---> kRaw, or kTag with more terms pending
//
// EndTerm goes back to kTag, or is the end when no term is pending.

#include <limits>

#include "core/base/varint.h"
#include "core/term/path_encoding.h"

namespace pathkb {

using State = TermScanner::State;

State TermScanner::FeedStructure(uint8_t byte) {
  switch (mode_) {
    case Mode::kTag:
      return FeedTag(byte);
    case Mode::kRaw:  // Feed() has dealt with all but the last byte.
      return EndTerm();
    case Mode::kLengthStart:
      if (byte <= kVarintInlineMax) {
        number_ = byte;
        length_bytes_ = 0;
        return TakeLength();
      }
      number_ = 0;
      length_bytes_ = length_bytes_left_ = byte - kVarintInlineMax;
      mode_ = Mode::kLength;
      return State::kInside;
    case Mode::kLength:
      number_ |= uint64_t{byte} << (8 * (length_bytes_ - length_bytes_left_));
      return --length_bytes_left_ == 0 ? TakeLength() : State::kInside;
    case Mode::kString:
      if (byte == kStringEscape) mode_ = Mode::kStringEscape;
      return State::kInside;
    case Mode::kStringEscape:
      if (byte == kStringEnd) return EndTerm();
      if (byte != kStringEscapedZero) return State::kInvalid;
      mode_ = Mode::kString;
      return State::kInside;
  }
  return State::kInvalid;
}

State TermScanner::FeedTag(uint8_t tag) {
  if (tag >= kSymbolTagMin) return SkipRaw(tag - kSymbolTagMin + 1);
  if (tag >= kVariableAgainTagMin) return EndTerm();
  if (tag <= kExpressionTagMax) {
    if (tag == 0) return EndTerm();
    if (pending_terms_ > std::numeric_limits<uint64_t>::max() - tag) return State::kInvalid;
    pending_terms_ += tag - 1;  // The expression itself is over when its children are.
    return State::kInside;
  }
  if (tag == kZeroTag) return EndTerm();
  if (tag <= kIntegerTagMax) return SkipRaw(tag > kZeroTag ? tag - kZeroTag : kZeroTag - tag);
  switch (tag) {
    case kFloatTag:
      return SkipRaw(sizeof(double));
    case kStringTag:
      mode_ = Mode::kString;
      return State::kInside;
    case kLongSymbolTag:
    case kWideExpressionTag:
      length_counts_terms_ = tag == kWideExpressionTag;
      mode_ = Mode::kLengthStart;
      return State::kInside;
    default:
      return State::kInvalid;
  }
}

State TermScanner::TakeLength() {
  if (VarintBytes(number_) != size_t{1} + length_bytes_) return State::kInvalid;
  if (!length_counts_terms_) {
    return number_ > kShortSymbolBytesMax ? SkipRaw(number_) : State::kInvalid;
  }
  if (number_ <= kExpressionTagMax) return State::kInvalid;
  if (number_ > std::numeric_limits<uint64_t>::max() - pending_terms_) return State::kInvalid;
  pending_terms_ += number_ - 1;
  mode_ = Mode::kTag;
  return State::kInside;
}

State TermScanner::EndTerm() {
  mode_ = Mode::kTag;
  return --pending_terms_ == 0 ? State::kComplete : State::kInside;
}

State TermScanner::SkipRaw(uint64_t bytes) {
  mode_ = Mode::kRaw;
  number_ = bytes;
  return State::kInside;
}

}  // namespace pathkb
