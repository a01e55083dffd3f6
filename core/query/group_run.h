// Several patterns that lack the same single variable, as the last two of a triangle do:
//
//   (, (edge $x $y) (edge $y $z) (edge $x $z))     $x and $y have values, both lack $z
//
// For each row, a pattern with few facts is searched, and the others are checked with each $z that
// it finds. That is the first one with no more than a handful of facts; if each has more, all of
// them go forward in turns until one has ended. DESIGN.md, "Joining", has the figures.

#ifndef PATHKB_CORE_QUERY_GROUP_RUN_H_
#define PATHKB_CORE_QUERY_GROUP_RUN_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/query/match_run.h"
#include "core/query/query_row.h"

namespace pathkb {

// One thread at a time.
class GroupRun final : public QueryStep {
 public:
  // One pattern.
  struct Member {
    std::unique_ptr<MatchRun> search;  // Without the variable.
    std::unique_ptr<MatchRun> check;   // With it.
  };

  // Two members or more.
  explicit GroupRun(std::vector<Member> members) : members_(std::move(members)) {}

  absl::Status Start(QueryRow& row) override;
  absl::StatusOr<bool> Next(QueryRow& row) override;
  void AppendPosition(std::string& bytes) const override;
  absl::StatusOr<Resumed> Resume(QueryRow& row, std::string_view& bytes, bool behind) override;
  absl::StatusOr<bool> Settle(QueryRow&) override { return true; }
  void AppendReports(uint32_t depth, std::vector<PlanStepReport>& reports) const override;
  void AppendMatches(std::vector<const MatchRun*>& matches) const override;

 private:
  // A member with few facts for this row, if there is one; else that with the fewest.
  absl::StatusOr<size_t> Shortest(QueryRow& row);
  // The search of member `first`, then the checks of the others.
  void SetOrder(size_t first);

  const std::vector<Member> members_;
  std::vector<MatchRun*> order_;
  size_t first_ = 0;    // The member that is searched.
  size_t at_ = 0;       // Of order_: the one that goes on at the next Next().
  bool start_ = false;  // It is to be started first.
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_GROUP_RUN_H_
