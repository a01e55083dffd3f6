// Walks a cursor along a pattern through one family of keys and hands out one candidate at a time,
// in the order of the keys. A depth-first search over (place in the trie, token of the pattern)
// that keeps a frame only where there is a choice:
//
//   token                        what is done
//   known bytes                  straight down; but if variables are stored here (one look at the
//                                children), they are choices beside the bytes: each stands for the
//                                whole subterm
//   an input, or a variable      the same with the bytes that it stands for
//     that is bound already
//   a new variable               each subterm in turn, by way of the next value behind the last one
//   ... that has ranges          the same, going by a seek from the end of one to the next
//   only new variables are left  every value below is a candidate
//
// A candidate is a match unless needs_unify(): then its variables decide (core/query/unify).

#ifndef PATHKB_CORE_QUERY_PATTERN_WALK_H_
#define PATHKB_CORE_QUERY_PATTERN_WALK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "core/query/pattern.h"
#include "core/query/step_meter.h"
#include "core/trie/zipper.h"

namespace pathkb {

// Encoded subterms (core/term/path_encoding) from `low` on that come before `high`. A value type.
struct SubtermRange {
  std::string low;
  std::string high;
};

// By number of the variable; a variable without any may be anything.
using VariableRanges = std::span<const std::vector<SubtermRange>>;

// One thread at a time. Borrows pattern and meter. Restarting allocates nothing, and costs one way
// down from where the new inputs differ from those before. Memory is bounded by the longest path.
class PatternWalk {
 public:
  // What is asked of the argument by which an index is arranged.
  enum class Argument : uint8_t {
    kAny,    // Nothing; so it is without an index.
    kExact,  // It is the pattern's own, byte for byte. argument_varies() says if others may match.
    kOther,  // It is another one that matches, because the fact has variables there.
    kBare,   // The whole fact is but a variable. Only in terms/.
  };

  // `zipper` stands at the root of all keys; `family` are the bytes in front of the terms, arranged
  // for argument `position` (0: terms/).
  PatternWalk(std::unique_ptr<Zipper> zipper, std::string_view family, const Pattern& pattern,
              int position, Argument argument, StepMeter& meter);

  // Begins anew. `values` and `ranges` as for PatternSearch::Start(), checked; the ranges are
  // borrowed. With `from`, bytes of a key behind the family, candidates in front of it are left
  // out, and the one right there too unless `inclusive`.
  void Start(std::span<const std::string_view> values, VariableRanges ranges,
             std::optional<std::string_view> from = std::nullopt, bool inclusive = false);
  // True if there is nothing for any start, and no error either.
  bool is_empty() const { return !alive_ && alive_status_.ok(); }
  // Goes to the next candidate; false when there are no more, or when status() is not OK.
  bool Next();
  // DataLoss, or what the meter says.
  const absl::Status& status() const { return status_; }

  // --- The present candidate; views hold until the next Next() or Start() ------------------------

  // What follows the family in its key: the term, as the family has it, and the name.
  std::string_view key() const { return zipper_->path().substr(family_bytes_); }
  size_t term_bytes() const { return term_end_ - family_bytes_; }
  uint64_t value() const { return *zipper_->value(); }
  int value_layer() const { return zipper_->value_layer(); }
  // True if the fact holds variables, as far as the walk had to look.
  bool fact_has_variable() const { return met_known_ || has_variable_; }
  // True if only unification tells whether this is a match.
  bool needs_unify() const {
    return met_known_ || (has_variable_ && pattern_.has_repeated_variable());
  }
  // What a variable is bound to; only if not fact_has_variable().
  std::string_view Binding(size_t variable) const {
    if (pattern_.is_input(variable)) return known_[variable];
    const Span span = spans_[variable];
    return zipper_->path().substr(span.begin, span.end - span.begin);
  }

  // The value of an input.
  std::string_view input(size_t variable) const { return known_[variable]; }
  // With kExact, since Start(): some fact has variables in that argument, in keys before the
  // present candidate or in front of the next one.
  bool argument_varies() const { return argument_varies_; }
  // The bytes of that argument; only if it holds no variables but inputs.
  std::string ArgumentBytes() const;

 private:
  enum class Choice : uint8_t { kTail, kSubterm, kRange, kAlternative };
  // Part of the path, by position.
  struct Span {
    size_t begin = 0;
    size_t end = 0;
  };
  // Where the walk stands in the pattern.
  struct Place {
    uint32_t token = 0;
    uint32_t offset = 0;             // In the bytes that a variable stands for.
    uint64_t bound = 0;              // Bit k: spans_[k] holds.
    bool met_known = false;          // A variable of the fact stands for something known.
    bool argument_variable = false;  // ... in the argument.
    bool has_variable = false;       // A variable of the pattern stands for something with one.
    bool tight = false;              // The path is a prefix of from_, or all of it.
  };
  // A place where there is a choice.
  struct Frame {
    Choice choice = Choice::kTail;
    bool entered = false;
    bool variables_here = false;  // kRange: facts have some at this place.
    uint16_t next_byte = 0;       // kAlternative: the next one is at or after this.
    size_t depth = 0;             // Bytes of the path.
    size_t end = 0;               // kSubterm, kRange: of the present subterm.
    size_t range = 0;             // kRange: the present one.
    Place place;
  };

  // Goes from where the last start has left the cursor to behind what this one has in common with
  // it: whole tokens, and the first that differs, too. Sets place_.
  void KeepCommonWay();
  // Goes down all that has no choice, and pushes a frame where one is; or comes to a dead end.
  void Advance();
  void Push(Choice choice);
  // Goes down known bytes that begin a subterm. False if a frame was pushed, or at a dead end.
  bool TakeKnown(std::string_view bytes);
  // The same with what the variable at the present token stands for, token by token.
  bool TakeValue(size_t variable);
  bool Descend(std::string_view bytes);
  // Keeps place_.tight right when `bytes` are gone down; false if that is in front of from_.
  bool StayBehindFrom(std::string_view bytes, size_t depth);
  // The variable's bytes are known_: it is an input, or is bound to a ground term.
  bool IsKnown(size_t variable);

  // The next choice of a frame; false if there is none. The last three leave the cursor behind it.
  bool NextInTail(Frame& frame);
  bool NextAlternative(Frame& frame);
  bool NextSubterm(Frame& frame);
  bool NextInRanges(Frame& frame);
  // Takes the subterm at the frame's depth on the path; false if it is broken.
  bool FindSubterm(Frame& frame, bool& has_variable);
  void TakeSubterm(Frame& frame, bool has_variable);
  // Goes to the first value at or behind path[0, depth) + `bytes` that begins with the former.
  bool SeekBelow(size_t depth, std::string_view bytes);
  bool SeekFrom(size_t depth);
  void AscendTo(size_t depth) { zipper_->Ascend(zipper_->path().size() - depth); }
  bool Step();
  bool Broken();
  // What of from_ lies behind `depth`.
  std::string_view FromBehind(size_t depth) const { return std::string_view(from_).substr(depth); }
  const PatternToken& token() const { return tokens_[place_.token]; }
  bool InArgument() const {
    return place_.token >= argument_begin_ && place_.token < argument_end_;
  }

  const std::unique_ptr<Zipper> zipper_;
  const Pattern& pattern_;
  StepMeter& meter_;
  const Argument argument_;
  const size_t family_bytes_;
  PatternTokens tokens_;
  size_t argument_begin_ = 0;
  size_t argument_end_ = 0;
  size_t free_from_;  // Number of the token from which on there are only new variables.

  // Behind the tokens that are the same for every start.
  bool alive_ = false;         // They are there.
  absl::Status alive_status_;  // Why not, if that is no matter of facts.
  size_t fixed_depth_ = 0;
  uint32_t fixed_token_ = 0;

  // From fixed_depth_ up to here the path is known tokens that the last start went down without a
  // choice; it stays the beginning of the path until the next one.
  size_t passed_depth_ = 0;
  bool passed_boundary_ = false;  // There is no choice right behind it, either.
  bool passing_ = false;          // The present start is still on that way.

  // Of the present start.
  VariableRanges ranges_;
  size_t tail_ = 0;  // As free_from_, and none of the variables has ranges.
  std::vector<std::string>
      known_;         // By variable: an input's value, or a copy of what it is bound to.
  std::string from_;  // Path, from the root.
  bool inclusive_ = false;
  bool fresh_ = false;
  Place place_;
  std::vector<Frame> frames_;
  absl::Status status_;
  bool argument_varies_ = false;

  // Of the present candidate.
  std::vector<Span> spans_;  // By variable.
  size_t term_end_ = 0;
  bool met_known_ = false;
  bool has_variable_ = false;

  std::string scratch_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_PATTERN_WALK_H_
