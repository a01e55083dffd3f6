// Set algebra of spaces: union, intersection, difference, restriction of any number of operands, as
// one walk along all of them at once, in path order. An operand is a space in some source, which
// may be of another revision than the others'.
//
//   a  (p 1) (p 2) (p 3)           union         (p 1) (p 2) (p 3) (p 4)
//   b        (p 2)       (p 4)     intersection        (p 2)
//                                  difference    (p 1)       (p 3)
//
// Two facts are the same if term and name are. Where their entries differ, that is a conflict, and
// a policy says which one the result has. Of copies of an unnamed fact (core/facts/DUPLICATES.md)
// the first is the same as the first of another operand, and so on: so a union has as many as the
// operand with most of them, an intersection as many as the one with fewest, a difference what is
// left when as many are taken away as the others have.

#ifndef PATHKB_CORE_QUERY_COMBINE_H_
#define PATHKB_CORE_QUERY_COMBINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/facts/copy_mark.h"
#include "core/query/fact_source.h"

namespace pathkb {

// What the result holds.
enum class CombineOperation : uint8_t {
  kUnion,         // What any operand has.
  kIntersection,  // What each operand has.
  kDifference,    // What the first has, and none of the others.
  kRestriction,   // What the first has and whose path one of the others has, whole or as far as the
                  // path of a fact of its own: the same term, under the same name, a name that the
                  // other's begins, or any name if the other has the term without one.
};

// Which entry a fact gets that several operands have with different ones.
enum class ConflictPolicy : uint8_t {
  kLeft,    // The first operand's that has it.
  kRight,   // The last one's.
  kNewest,  // That of the operand with the highest revision; of several such, the last one's.
  kMaxConfidence,  // The most confident; of several such, the first.
  kError,          // None: FailedPrecondition that names the fact.
};

// A space of a source. Borrows the source. A value type.
struct CombineOperand {
  const FactSource* source = nullptr;
  std::string space;
  // Only facts whose names begin with this; empty: those that have a name.
  std::optional<std::string> name_prefix = {};
  uint64_t revision = 0;
};

// A stretch of keys, each of which is an encoded term and the name behind it: from one on, until
// before another. A value type.
struct CombineRange {
  std::string from;                       // Empty: from the first key on.
  std::optional<std::string> until = {};  // None: to the last one.
};

// One thread at a time. Borrows the sources. Memory is bounded by the operands and longest paths.
//
// Cost: each result is a few moves of each operand's cursor. An intersection, and what is taken
// away in a difference, is sought: stretches that cannot contribute are passed over.
class Combination {
 public:
  // `interrupt` is asked every few thousand facts; an error ends the walk. There must be an
  // operand. Hands out what of the result lies in `range`: the results of ranges that follow each
  // other are, one behind the other, the whole.
  Combination(CombineOperation operation, ConflictPolicy policy,
              std::vector<CombineOperand> operands, std::function<absl::Status()> interrupt,
              CombineRange range = {});
  ~Combination();

  // Goes to the next fact of the result; false when there are no more.
  //   FailedPrecondition   a conflict, with the policy kError
  //   DataLoss             a source contradicts itself
  //   whatever the interrupt said
  absl::StatusOr<bool> Next();

  // --- The present fact; views hold until the next Next() ----------------------------------------

  std::string_view encoded_term() const { return std::string_view(key_).substr(0, term_bytes_); }
  // Empty if it has none.
  std::string_view name() const { return FactNameOf(std::string_view(key_).substr(term_bytes_)); }
  // Bytes of its entry (core/facts/entry).
  std::string_view entry() const { return entry_; }

  // Whether the first operand has it with just this entry.
  bool is_of_first() const { return is_of_first_; }

  // Facts of the result so far whose operands had different entries.
  uint64_t conflicts() const { return conflicts_; }

 private:
  class Side;

  // Brings all sides that take part in the result's next key to it, and makes it key_; false at the
  // end.
  absl::StatusOr<bool> NextKey();
  absl::StatusOr<bool> NextOfUnion();
  absl::StatusOr<bool> NextOfIntersection();
  absl::StatusOr<bool> NextOfFirst();
  // Makes the first side's key the present one.
  absl::Status TakeFirst();
  // Takes key_ apart.
  absl::Status SplitKey();
  // Chooses entry_ from the sides that have key_.
  absl::Status ChooseEntry();
  absl::Status ConflictError() const;

  const CombineOperation operation_;
  const ConflictPolicy policy_;
  const std::function<absl::Status()> interrupt_;
  const CombineRange range_;
  std::vector<std::unique_ptr<Side>> sides_;  // Borrow the range.
  std::vector<Side*> present_;                // Those that have key_, in their order.

  std::string key_;  // Encoded term, then name.
  size_t term_bytes_ = 0;
  std::string entry_;
  bool is_of_first_ = false;
  uint64_t conflicts_ = 0;
  uint64_t looks_ = 0;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_COMBINE_H_
