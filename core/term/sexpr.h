// S-expression text to terms and back, in MeTTa's syntax.
//
//   ; comment to the end of the line
//   symbol  $variable  42  -1  2.5  1e9  (expression ...)
//   "text with \" \' \\ \n \t \r \x41 \u{41} escapes"
//
// Text is UTF-8. Words end at blanks (whatever Unicode calls white space), parentheses and `;`; a
// `"` begins a string only where a word would begin. What a word means is decided in this order:
//
//   $name            a variable; `$` alone is one, too
//   42 -1 +5         an integer, which must fit 64 bits (number_text.h has the grammar)
//   2.5 -1e9 +inf.0  a float; also -inf.0 and +nan.0. `inf` and `nan` are symbols
//   anything else    a symbol
//
// One thing is not MeTTa's: #"..." is a symbol, and $"..." a variable, with the characters between
// the quotes for a name. Without it no text could name the symbol `42` of a file that MORK wrote,
// or one with a blank in it.

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
  size_t depth_max = 1000;          // Nested parentheses.
  size_t atom_bytes_max = 1 << 20;  // One symbol, variable or string, escapes resolved.
  size_t term_bytes_max = 4 << 20;  // Text of one top-level term, comments inside it included.
};

// Reads terms one after another from a text in memory. One thread at a time. Time is O(bytes read);
// it holds the terms of one top-level term, 40 bytes and the text of each. Nothing recurses.
class SexprReader {
 public:
  // Borrows `text`, which must outlive the reader. A byte order mark at its start is skipped.
  explicit SexprReader(std::string_view text, const SexprLimits& limits = {});

  // The next top-level term; nullopt at the end of the text (blanks and comments may precede it).
  //   InvalidArgument     what is wrong, as "line 3, column 7: ...": columns count from 1, in
  //                       characters; with an excerpt of the line. Not UTF-8, a parenthesis without
  //                       its partner, a string without its end, an unknown escape, a number that
  //                       does not fit
  //   ResourceExhausted   a limit, with its name and value; same form
  // ErrorPosition() in text_position.h takes the position out of such a status. After an error
  // every further call gives the same error.
  absl::StatusOr<std::optional<Term>> Next();

  // Byte offset just after what was read so far; after an error, somewhere in the term at fault.
  size_t offset() const { return offset_; }

 private:
  // A parenthesis whose partner has not come yet.
  struct OpenParenthesis {
    size_t offset;       // Of itself.
    size_t first_child;  // Its children are those of terms_ from here on.
  };

  friend absl::StatusOr<Term> ParseTerm(std::string_view text, const SexprLimits& limits);

  absl::Status Wrong(size_t offset, std::string_view what) const;
  absl::Status OverLimit(size_t offset, std::string_view what, std::string_view limit_name,
                         size_t limit) const;
  absl::Status OverAtomLimit(size_t offset) const;
  absl::Status NotUtf8(size_t offset) const;

  // Skips blanks and comments. Fails for a comment that is not UTF-8.
  absl::Status SkipBlanks();
  // Reads one top-level term into terms_, which stays empty at the end of the text.
  absl::Status ReadTerm();
  absl::Status OpenExpression();
  absl::Status CloseExpression();
  absl::Status ReadWord();
  absl::Status ReadPlainSymbol(std::string_view word, size_t word_offset);
  // Reads from the quote at offset_ past the closing one. `atom_offset` is where the atom starts;
  // the result is good until the next call.
  absl::StatusOr<std::string_view> ReadQuoted(size_t atom_offset);
  // Reads from the backslash at offset_; appends the character meant to unescaped_.
  absl::Status ReadEscape();

  const std::string_view text_;
  const SexprLimits limits_;
  size_t offset_ = 0;
  std::vector<Term> terms_;  // Read, and not yet part of a closed expression.
  std::vector<OpenParenthesis> open_;
  std::string unescaped_;  // Text of a string that has escapes.
  absl::Status failed_;
};

// Reads a text that holds exactly one term. InvalidArgument also for no term or more than one.
absl::StatusOr<Term> ParseTerm(std::string_view text, const SexprLimits& limits = {});

// Text that ParseTerm() turns into an equal term, on one line, in UTF-8. Equal terms print alike.
// Nothing in it is invisible: control characters and the like are escaped. Two kinds of term have
// no text that reads back, so that no reader gets what it does not expect: those with an empty
// symbol, printed as #"", and those that hold bytes which are not UTF-8, printed as \xff. Time is
// O(bytes printed); nothing recurses.
std::string PrintTerm(const Term& term);

}  // namespace pathkb

#endif  // PATHKB_CORE_TERM_SEXPR_H_
