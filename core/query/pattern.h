// A term with variables, ready to be walked along a trie. The encoded term is the program: its tags
// say what a path must hold, byte by byte, and two tables say where each subterm ends and from
// where on anything goes.
//
//   (word $s "bank")   03 | C4 word | C0 | 55 bank 00 01        tags from core/term/ENCODING.md
//                      =    =         $s   =
//   (word n01 $x)      03 | C4 word | C3 n01 | C0               free from the last byte on:
//                      whatever =    =         =        $x               lies below here is an
//                      answer

#ifndef PATHKB_CORE_QUERY_PATTERN_H_
#define PATHKB_CORE_QUERY_PATTERN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "core/term/term.h"

namespace pathkb {

// Immutable.
class Pattern {
 public:
  // `inputs`: names of variables whose values are given when a search starts; those that are not in
  // the term do no harm. InvalidArgument for more variables than kVariablesMax.
  static absl::StatusOr<Pattern> Compile(Term term, const std::vector<std::string>& inputs = {});

  const Term& term() const { return term_; }
  // The encoded term.
  const std::string& code() const { return code_; }
  // Names, by first occurrence, without `$`.
  const std::vector<std::string>& variable_names() const { return variable_names_; }
  // True if the value of variable number `variable` is given when a search starts.
  bool is_input(size_t variable) const { return (inputs_ >> variable & 1) != 0; }

  // True if a subterm begins at byte `pc` of code(); then SubtermEnd(pc) is the byte after it.
  bool IsSubtermStart(size_t pc) const { return subterm_end_[pc] != 0; }
  size_t SubtermEnd(size_t pc) const { return subterm_end_[pc]; }

  // The first byte of code() from which on there are only variables that occur nowhere else;
  // code().size() if there is no such tail.
  size_t free_from() const { return free_from_; }

  // Number of the variable that is named, again or newly, by the tag at byte `pc` of code().
  size_t VariableAt(size_t pc) const { return variable_at_[pc]; }

  // True if some variable occurs twice: then a candidate's subterms must be compared.
  bool has_repeated_variable() const { return has_repeated_variable_; }

 private:
  Pattern() = default;

  Term term_;
  std::string code_;
  std::vector<std::string> variable_names_;
  uint64_t inputs_ = 0;                // Bit k: variable k is one.
  std::vector<uint32_t> subterm_end_;  // By byte of code_; 0 where none starts.
  std::vector<uint8_t> variable_at_;   // By byte of code_; meaningful at variable tags.
  size_t free_from_ = 0;
  bool has_repeated_variable_ = false;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_PATTERN_H_
