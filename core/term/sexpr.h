// S-expression text to terms and back, in MeTTa's syntax.
//
//   ; comment to the end of the line
//   symbol  $variable  42  -1  2.5  1e9  "text with \" \\ \n \t \r \u{41} escapes"  (expression ...)
//
// Symbols hold anything but blanks, parentheses, `"` at their start and `;`. What reads as an i64 is an
// integer, else what reads as a decimal number with a point or exponent is a float.

#ifndef PATHKB_CORE_TERM_SEXPR_H_
#define PATHKB_CORE_TERM_SEXPR_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/term/term.h"

namespace pathkb {

// Bounds on one term. A text that passes one is refused with ResourceExhausted.
struct SexprLimits {
  size_t depth_max = 1000;             // Nested parentheses.
  size_t atom_bytes_max = 1 << 20;     // One symbol, variable or string, escapes resolved.
  size_t term_bytes_max = 4 << 20;     // Text of one top-level term.
};

// Reads terms one after another from a text in memory. One thread at a time.
class SexprReader {
 public:
  // Borrows `text`, which must outlive the reader.
  explicit SexprReader(std::string_view text, const SexprLimits& limits = {});

  // The next top-level term; nullopt at the end of the text (blanks and comments may precede it).
  //   InvalidArgument     what is wrong, as "line 3, column 7: ...": columns count from 1, in
  //                       characters; with an excerpt of the line
  //   ResourceExhausted   a limit, with its value; same form
  // After an error every further call gives the same error.
  absl::StatusOr<std::optional<Term>> Next();

  // Byte offset just after what was read so far.
  size_t offset() const { return offset_; }

 private:
  absl::Status ErrorAt(size_t offset, std::string_view what, bool limit = false) const;
  absl::StatusOr<Term> ReadAtom();
  absl::StatusOr<std::string> ReadString();
  // Skips blanks and comments; false at the end of the text.
  bool SkipBlanks();

  const std::string_view text_;
  const SexprLimits limits_;
  size_t offset_ = 0;
  absl::Status failed_;
};

// Reads a text that holds exactly one term. InvalidArgument also for no term or more than one.
absl::StatusOr<Term> ParseTerm(std::string_view text, const SexprLimits& limits = {});

// Text that ParseTerm() turns into an equal term.
std::string PrintTerm(const Term& term);

}  // namespace pathkb

#endif  // PATHKB_CORE_TERM_SEXPR_H_
