// Resuming a chain of steps, each of which goes through its rows for each row of the one before: a
// plan's steps, or the members of a group.

#ifndef PATHKB_CORE_QUERY_RESUME_CHAIN_H_
#define PATHKB_CORE_QUERY_RESUME_CHAIN_H_

#include <cstddef>
#include <string_view>

#include "absl/status/statusor.h"

#include "core/base/status_macros.h"
#include "core/query/query_row.h"

namespace pathkb {

// QueryStep::Resume() for a chain. `steps` are pointers to its steps; `at` and `start` say, then as
// always, which of them goes on at the next `next_row()`, the chain's Next(), and whether that is
// to be started first.
template <typename Steps, typename NextRow>
absl::StatusOr<QueryStep::Resumed> ResumeChain(const Steps& steps, size_t& at, bool& start,
                                               NextRow next_row, QueryRow& row,
                                               std::string_view& bytes, bool behind) {
  using Resumed = QueryStep::Resumed;
  start = false;
  for (at = 0; at < steps.size(); ++at) {
    const bool is_last = at + 1 == steps.size();
    PATHKB_ASSIGN_OR_RETURN(const Resumed resumed,
                            steps[at]->Resume(row, bytes, behind && is_last));
    if (resumed == Resumed::kThere) continue;
    // The row is gone, so go on with what comes behind it: the next steps from their start.
    if (resumed == Resumed::kBehind) {
      if (is_last) return resumed;
      ++at;
      start = true;
    } else if (at == 0) {
      return Resumed::kEnd;
    } else {
      --at;
    }
    if (behind) return Resumed::kBehind;
    PATHKB_ASSIGN_OR_RETURN(const bool found, next_row());
    return found ? Resumed::kBehind : Resumed::kEnd;
  }
  --at;
  return Resumed::kThere;
}

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_RESUME_CHAIN_H_
