// Two ascending lists of keys, gone through side by side: each key that either has is met once, and
// neither list is held in memory.
//
//   first    a     c  d
//   second   a  b     d      a: both   b: second only   c: first only   d: both

#ifndef PATHKB_CORE_BASE_IN_STEP_H_
#define PATHKB_CORE_BASE_IN_STEP_H_

#include "absl/status/statusor.h"

#include "core/base/status_macros.h"

namespace pathkb {

// `Side` has `absl::Status Next()`, which goes to the first or the next key, `bool at_key() const`,
// false at the end, and `std::string_view key() const`. One thread at a time. Borrows both sides.
template <typename Side>
class InStep {
 public:
  // Both sides stand before their first key.
  InStep(Side& first, Side& second) : first_(first), second_(second) {}

  // Goes to the next key; false at the end of both. Errors are those of the sides.
  absl::StatusOr<bool> Next() {
    if (in_first_) PATHKB_RETURN_IF_ERROR(first_.Next());
    if (in_second_) PATHKB_RETURN_IF_ERROR(second_.Next());
    const bool both = first_.at_key() && second_.at_key();
    const int order = both ? first_.key().compare(second_.key()) : 0;
    in_first_ = first_.at_key() && order <= 0;
    in_second_ = second_.at_key() && order >= 0;
    return in_first_ || in_second_;
  }

  // Which sides stand at the present key; at least one does.
  bool in_first() const { return in_first_; }
  bool in_second() const { return in_second_; }

 private:
  Side& first_;
  Side& second_;
  // Before the first key, both are to go on.
  bool in_first_ = true;
  bool in_second_ = true;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_BASE_IN_STEP_H_
