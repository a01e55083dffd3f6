// A term with variables, ready to be walked along a trie: its tokens in the order in which they lie
// on a path, and for each where the subterm ends that begins with it.
//
//   (word $s (sense "bank" 1))     03 | C4 word | C0 | 03 | C5 sense | 52 bank 00 01 | 49 01
//   number                         0    1         2    3    4          5               6
//   next                           7    2         3    7    5          6               7

#ifndef PATHKB_CORE_QUERY_PATTERN_H_
#define PATHKB_CORE_QUERY_PATTERN_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"

#include "core/term/term.h"

namespace pathkb {

// What stands on a path for one piece of a pattern: all of a leaf, or of an expression what stands
// before its children. A value type.
struct PatternToken {
  static constexpr uint32_t kNoVariable = ~uint32_t{0};

  bool is_variable() const { return variable != kNoVariable; }

  uint32_t begin = 0;  // In code().
  uint32_t end = 0;
  uint32_t next = 0;                // Number of the token behind the subterm that begins here.
  uint32_t variable = kNoVariable;  // Number of the variable that it is.
};

using PatternTokens = absl::InlinedVector<PatternToken, 8>;

// Immutable.
class Pattern {
 public:
  // `inputs`: names of variables whose values are given when a search starts; those that are not in
  // the term do no harm. O(size of the term).
  //   InvalidArgument   more variables than kVariablesMax, or an empty symbol
  static absl::StatusOr<Pattern> Compile(Term term, const std::vector<std::string>& inputs = {});

  const Term& term() const { return term_; }
  // The encoded term.
  const std::string& code() const { return code_; }
  // Names, by first occurrence, without `$`.
  const std::vector<std::string>& variable_names() const { return variable_names_; }
  // True if the value of variable number `variable` is given when a search starts.
  bool is_input(size_t variable) const { return (inputs_ >> variable & 1) != 0; }

  // In the order of the code.
  const PatternTokens& tokens() const { return tokens_; }
  // The known bytes of a token.
  std::string_view Bytes(const PatternToken& token) const {
    return std::string_view(code_).substr(token.begin, token.end - token.begin);
  }
  // True if variable number `variable` comes several times.
  bool is_repeated(size_t variable) const { return (repeated_ >> variable & 1) != 0; }
  // True if some variable that is no input does.
  bool has_repeated_variable() const { return (repeated_ & ~inputs_) != 0; }

  // Number of the first token of child `position` of the term; 0 if the term is no expression of up
  // to 63 children that has such a child. The child's tokens end with its `next`.
  size_t ChildToken(int position) const;

 private:
  Pattern() = default;

  Term term_;
  std::string code_;
  std::vector<std::string> variable_names_;
  PatternTokens tokens_;
  uint64_t inputs_ = 0;    // Bit k: variable k is one.
  uint64_t repeated_ = 0;  // Bit k: variable k comes several times.
};

// A pattern's tokens in the order of the keys of an index. `next` is a number in that order. A
// value type.
struct ArrangedTokens {
  PatternTokens tokens;
  // The argument's tokens are [begin, end); both 0 without an index.
  size_t argument_begin = 0;
  size_t argument_end = 0;
};

// The tokens of `pattern` arranged as core/facts/arg_index has the keys: child `position` behind
// child 0, or before it if `position` is 1; 0 for the term's own order. The pattern must have such
// a child.
ArrangedTokens ArrangeTokens(const Pattern& pattern, int position);

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_PATTERN_H_
