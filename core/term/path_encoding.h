// Terms to path bytes and back. ENCODING.md beside this file is the full table of tags, with
// examples and the order that the bytes give. An encoded term is self-delimiting: no encoding is a
// proper prefix of another, so anything may follow it in a path. It is canonical, too: a term has
// one encoding, but for the names of its variables, and only that decodes.
//
//   (parent Tom $x)    03 C6 p a r e n t C3 T o m C0

#ifndef PATHKB_CORE_TERM_PATH_ENCODING_H_
#define PATHKB_CORE_TERM_PATH_ENCODING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/term/ordered_number.h"  // kIntegerTagMin, kZeroTag, kIntegerTagMax
#include "core/term/term.h"

namespace pathkb {

// --- Tags: the first byte of an encoded subterm ---
// 0x00-0x3F  expression of that many children, which follow
// 0x40-0x50  integer: 0x48 is 0; n bytes more follow 0x48 + n (positive) or 0x48 - n (negative)
// 0x51       float, 8 bytes
// 0x52       string
// 0x53       symbol of more than 63 bytes
// 0x54       expression of more than 63 children
// 0x55-0x7F  reserved
// 0x80-0xBF  the k-th variable of this term again (k = tag - 0x80)
// 0xC0       a variable not seen before in this term
// 0xC1-0xFF  symbol of 1 to 63 bytes, which follow
inline constexpr uint8_t kExpressionTagMax = 0x3F;
inline constexpr uint8_t kFloatTag = 0x51;
inline constexpr uint8_t kStringTag = 0x52;
inline constexpr uint8_t kLongSymbolTag = 0x53;
inline constexpr uint8_t kWideExpressionTag = 0x54;
inline constexpr uint8_t kVariableAgainTagMin = 0x80;
inline constexpr uint8_t kVariableAgainTagMax = 0xBF;
inline constexpr uint8_t kNewVariableTag = 0xC0;
inline constexpr uint8_t kSymbolTagMin = 0xC1;
// Bytes of the longest symbol that has its length in the tag.
inline constexpr size_t kShortSymbolBytesMax = 63;
// At most this many different variables in one term.
inline constexpr size_t kVariablesMax = 64;

// Within a string, 0x00 is written as 0x00 0xFF; 0x00 0x01 ends it.
inline constexpr uint8_t kStringEscape = 0x00;
inline constexpr uint8_t kStringEscapedZero = 0xFF;
inline constexpr uint8_t kStringEnd = 0x01;

// Appends the encoding of `term` to `path`. Variables are numbered by first occurrence; their names
// replace what `variable_names` holds, in that order, if it is not null. Time is O(size of the
// term); nothing recurses. Text is taken as bytes, UTF-8 or not.
//   InvalidArgument   more than kVariablesMax different variables, or an empty symbol; `path` is
//                     then as it was
absl::Status EncodeTerm(const Term& term, std::string& path,
                        std::vector<std::string>* variable_names = nullptr);

// Takes one encoded term from the front of `path`. Variables get their name from `variable_names`,
// or "v1", "v2", ... past its end, with as many "_" behind as it takes to differ from those. Time
// and memory are O(bytes of the encoding), whatever counts and lengths it claims; nothing recurses.
//   DataLoss   the bytes are no encoded term (also: cut off, non-canonical), with the offset at
//              fault; `path` is then as it was
absl::StatusOr<Term> DecodeTerm(std::string_view& path,
                                const std::vector<std::string>& variable_names = {});

// Finds where an encoded term ends, byte by byte, without decoding it: the automaton that lets a
// walk over a trie skip a subterm. A small value type, copied at each branching.
//
// It accepts every encoded term and refuses whatever could not be told apart in structure: reserved
// tags, malformed strings, lengths not in their shortest form. It does not look at the bytes of
// numbers, nor whether a variable has been seen before; so it can also start at a subterm.
class TermScanner {
 public:
  // What the byte just fed was, and what is left.
  enum class State : uint8_t {
    kInside,    // more bytes belong to the term
    kComplete,  // the term ends with this byte
    kInvalid,   // no term goes on like this
  };

  // Ready for the first byte of a term.
  TermScanner() = default;

  // Not to be called again after kComplete or kInvalid.
  State Feed(uint8_t byte) {
    if (mode_ == Mode::kRaw && number_ > 1) {
      --number_;
      return State::kInside;
    }
    return FeedStructure(byte);
  }

  // True if the next byte fed is a tag, that is, a (sub)term starts there.
  bool at_tag() const { return mode_ == Mode::kTag; }

 private:
  enum class Mode : uint8_t {
    kTag,           // before a tag
    kRaw,           // before number_ bytes that mean nothing to us
    kLengthStart,   // before the first byte of a length
    kLength,        // within a length, length_bytes_left_ bytes before its end
    kString,        // in a string
    kStringEscape,  // behind a kStringEscape
  };

  // Feed() for all but the inside of a run of raw bytes.
  State FeedStructure(uint8_t byte);
  State FeedTag(uint8_t tag);
  // A length has been read.
  State TakeLength();
  // A term that is no expression with children has ended.
  State EndTerm();
  // `bytes` of no interest follow, then the term ends.
  State SkipRaw(uint64_t bytes);

  uint64_t pending_terms_ = 1;  // Terms still to come, the present one included.
  uint64_t number_ = 0;         // kRaw: bytes still to skip. kLength: what was read of it.
  uint8_t length_bytes_ = 0;    // kLength: bytes behind the first one.
  uint8_t length_bytes_left_ = 0;
  bool length_counts_terms_ = false;  // The length is a child count, not a byte count.
  Mode mode_ = Mode::kTag;
};

// Bytes of the encoded term at the front of `path`, without building it. Accepts what DecodeTerm()
// accepts. DataLoss as DecodeTerm().
absl::StatusOr<size_t> EncodedTermBytes(std::string_view path);

}  // namespace pathkb

#endif  // PATHKB_CORE_TERM_PATH_ENCODING_H_
