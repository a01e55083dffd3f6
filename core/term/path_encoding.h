// Terms to path bytes and back. ENCODING.md beside this file is the full table of tags and proves the
// order. An encoded term is self-delimiting: no encoding is a proper prefix of another, so anything may
// follow it in a path.

#ifndef PATHKB_CORE_TERM_PATH_ENCODING_H_
#define PATHKB_CORE_TERM_PATH_ENCODING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/term/term.h"

namespace pathkb {

// --- Tags: the first byte of an encoded subterm ----------------------------------------------------
// 0x00-0x3F  expression of that many children, which follow
// 0x40-0x7F  PathKB's own: numbers, strings, long symbols, wide expressions; see ENCODING.md
// 0x80-0xBF  the k-th variable of this term again (k = tag - 0x80)
// 0xC0       a variable not seen before in this term
// 0xC1-0xFF  symbol of 1 to 63 bytes, which follow
inline constexpr uint8_t kExpressionTagMax = 0x3F;
inline constexpr uint8_t kVariableAgainTagMin = 0x80;
inline constexpr uint8_t kVariableAgainTagMax = 0xBF;
inline constexpr uint8_t kNewVariableTag = 0xC0;
inline constexpr uint8_t kSymbolTagMin = 0xC1;
// At most this many different variables in one term.
inline constexpr size_t kVariablesMax = 64;

// Appends the encoding of `term` to `path`. Variables are numbered by first occurrence; their names
// go to `variable_names` in that order, if it is not null.
//   InvalidArgument   more than kVariablesMax different variables
absl::Status EncodeTerm(const Term& term, std::string& path,
                        std::vector<std::string>* variable_names = nullptr);

// Takes one encoded term from the front of `path`. Variables get their name from `variable_names`, or
// "v1", "v2", ... past its end.
//   DataLoss   the bytes are no encoded term (also: cut off, non-canonical)
absl::StatusOr<Term> DecodeTerm(std::string_view& path,
                                const std::vector<std::string>& variable_names = {});

// Finds where an encoded term ends, byte by byte, without decoding it: the automaton that lets a walk
// over a trie skip a subterm. A small value type, copied at each branching.
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
  State Feed(uint8_t byte);

  // True if the next byte fed is a tag, that is, a (sub)term starts there.
  bool at_tag() const;

 private:
  // Filled by path_encoding.cc; see there for the automaton.
  enum class Mode : uint8_t { kTag, kRaw, kLength, kText, kTextEscape };
  uint64_t pending_terms_ = 1;  // Terms still to come, the present one included.
  uint64_t raw_left_ = 0;       // Bytes still to skip in kRaw.
  uint64_t length_ = 0;         // Length read so far in kLength.
  uint8_t length_bytes_left_ = 0;
  uint8_t length_shift_ = 0;
  bool length_counts_terms_ = false;  // kLength is a child count, not a byte count.
  Mode mode_ = Mode::kTag;
};

// Bytes of the encoded term at the front of `path`, without decoding it. DataLoss as DecodeTerm().
absl::StatusOr<size_t> EncodedTermBytes(std::string_view path);

}  // namespace pathkb

#endif  // PATHKB_CORE_TERM_PATH_ENCODING_H_
