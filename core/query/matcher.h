// Walks a cursor along a pattern and hands out one match at a time, in path order.
//
// The walk is a depth-first search over (place in the trie, place in the pattern). At each
// branching it takes only the bytes that can still lead to a match, so a subtrie that cannot match
// is never entered:
//
//   pattern byte is           bytes taken                     and then
//   tag of a known subterm    that tag                        the rest of that token, at one go
//                             a variable's tag, in the trie   past the whole subterm
//   a new variable            any                             over one subterm of the trie
//   the same variable again   as a known subterm, the one it is bound to; or as a new variable
//   only new variables left   -                               every value below is a candidate
//   its end                   -                               every value below; what follows the
//                                                             term in the path is the fact's name
//
// A candidate that holds variables, or was found by a pattern that repeats one, is then unified as
// a whole (core/query/unify), which is what decides.

#ifndef PATHKB_CORE_QUERY_MATCHER_H_
#define PATHKB_CORE_QUERY_MATCHER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/base/byte_mask.h"
#include "core/query/pattern.h"
#include "core/term/path_encoding.h"
#include "core/term/term.h"
#include "core/trie/zipper.h"

namespace pathkb {

// One thread at a time. Memory is bounded by the depth of the trie.
class Matcher {
 public:
  // Asked every few thousand steps; an error stops the walk and is what Next() returns.
  using Interrupt = std::function<absl::Status()>;

  // Walks below the place where `zipper` stands (the end of core/facts/keys' TermsPrefix()).
  // Borrows `pattern`.
  Matcher(std::unique_ptr<Zipper> zipper, const Pattern& pattern, Interrupt interrupt = nullptr);

  // Goes to the next match; false when there are no more.
  //   DataLoss            the trie under the cursor contradicts itself
  //   ResourceExhausted   a fact whose variables unify to something too large
  //   whatever the interrupt said
  absl::StatusOr<bool> Next();

  // --- The present match; views hold until the next Next()
  // -------------------------------------------

  // The fact's encoded term.
  std::string_view encoded_term() const { return zipper_->path().substr(root_, term_end_ - root_); }
  // The fact's name; empty if it has none.
  std::string_view name() const { return zipper_->path().substr(term_end_); }
  // Value at its path, and the layer it is from: see Zipper.
  uint64_t value() const { return *zipper_->value(); }
  int value_layer() const { return zipper_->value_layer(); }

  // What each of the pattern's variables is bound to, in the order of variable_names(). The fact's
  // own variables are called `fact_variable_names`. Errors as Next().
  absl::StatusOr<std::vector<Term>> Bindings(
      const std::vector<std::string>& fact_variable_names = {}) const;

 private:
  enum class Mode : uint8_t {
    kPattern,  // At byte pc of the pattern.
    kSkip,     // Inside a subterm that a variable of the pattern is being bound to.
    kCopy,     // Inside a subterm that must equal what a variable is bound to already.
    kAll,      // Every value from here on is a candidate.
  };
  // Part of the path, by position.
  struct Span {
    size_t begin = 0;
    size_t end = 0;
  };
  // Where the walk stands in the pattern, once for each place on the way down.
  struct Frame {
    size_t depth = 0;  // Bytes of the path.
    size_t pc = 0;
    Mode mode = Mode::kPattern;
    bool fact_has_variable = false;  // The path so far holds one.
    bool entered = false;            // kAll: the value right here has been offered.
    TermScanner scanner;             // kSkip and kCopy: over the subterm.
    Span copy;                       // kCopy: what is still to be equal, in the path.
    size_t subterm_begin = 0;        // kSkip and kCopy: where the subterm began.
    uint64_t bound = 0;              // Bit k: variables_[k] holds.
    ByteMask todo;                   // Children still to be tried.
    unsigned next_byte = 0;          // The next of them is at or after this.
  };

  // Fills in `mode` and `todo` of a frame whose pc, bound and depth are set.
  void Enter(Frame& frame);
  // Fills in `todo` of a frame by its mode.
  void SetTodo(Frame& frame) const;
  // Tries child `byte` of the topmost frame: moves the cursor and pushes a frame, or does nothing.
  void TryChild(uint8_t byte);
  // The same, by the mode of the topmost frame; the cursor has gone down one byte. False: a dead
  // end.
  bool StepPattern(Frame& child, uint8_t byte) const;
  bool StepSkip(Frame& child, uint8_t byte);
  bool StepCopy(Frame& child, uint8_t byte) const;
  // The subterm that was skipped or copied ends here.
  void LeaveSubterm(Frame& child) const;
  // Goes back up to the frame below the topmost one.
  void Pop();
  // True if the value under the cursor is a match; sets term_end_ and what Bindings() needs.
  absl::StatusOr<bool> Accept(const Frame& frame);
  // Over a free tail: finds the end of the term and the variables' subterms.
  absl::Status ScanTail(const Frame& frame, bool& fact_has_variable);
  // True if the encoded term in this part of the path holds no variable.
  bool IsGround(Span span) const;

  const std::unique_ptr<Zipper> zipper_;
  const Pattern& pattern_;
  const Interrupt interrupt_;
  const size_t root_;  // Bytes of the path where the terms begin.

  std::vector<Frame> frames_;
  std::vector<Span> variables_;  // By number of the pattern's variable; see Frame::bound.
  size_t term_end_ = 0;
  bool needs_unify_ = false;  // Of the present match.
  uint64_t steps_ = 0;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_MATCHER_H_
