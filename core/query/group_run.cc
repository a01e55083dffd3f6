#include "core/query/group_run.h"

#include <utility>

#include "core/base/status_macros.h"
#include "core/base/varint.h"
#include "core/query/resume_chain.h"

namespace pathkb {

// Longer lists than this are worth looking for a shorter one.
constexpr size_t kShortList = 4;

absl::StatusOr<size_t> GroupRun::Shortest(QueryRow& row) {
  for (size_t i = 0; i < members_.size(); ++i) {
    MatchRun& search = *members_[i].search;
    PATHKB_RETURN_IF_ERROR(search.Start(row));
    if (search.is_open()) return 0;
    for (size_t rows = 0; rows <= kShortList; ++rows) {
      PATHKB_ASSIGN_OR_RETURN(const bool found, search.Skip());
      if (!found) return i;
    }
  }
  while (true) {
    for (size_t i = 0; i < members_.size(); ++i) {
      PATHKB_ASSIGN_OR_RETURN(const bool found, members_[i].search->Skip());
      if (!found) return i;
    }
  }
}

void GroupRun::SetOrder(size_t first) {
  first_ = first;
  order_.clear();
  order_.push_back(members_[first].search.get());
  for (size_t i = 0; i < members_.size(); ++i) {
    if (i != first) order_.push_back(members_[i].check.get());
  }
}

absl::Status GroupRun::Start(QueryRow& row) {
  PATHKB_ASSIGN_OR_RETURN(const size_t shortest, Shortest(row));
  SetOrder(shortest);
  at_ = 0;
  start_ = true;
  return absl::OkStatus();
}

absl::StatusOr<bool> GroupRun::Next(QueryRow& row) {
  while (true) {
    MatchRun& run = *order_[at_];
    if (start_) {
      start_ = false;
      PATHKB_RETURN_IF_ERROR(run.Start(row));
    }
    PATHKB_ASSIGN_OR_RETURN(const bool found, run.Next(row));
    if (!found) {
      if (at_ == 0) return false;
      --at_;
      continue;
    }
    if (at_ + 1 == order_.size()) return true;
    ++at_;
    start_ = true;
  }
}

void GroupRun::AppendPosition(std::string& bytes) const {
  AppendVarint(first_, bytes);
  for (const MatchRun* run : order_) run->AppendPosition(bytes);
}

absl::StatusOr<QueryStep::Resumed> GroupRun::Resume(QueryRow& row, std::string_view& bytes,
                                                    bool behind) {
  uint64_t first = 0;
  if (!ConsumeVarint(bytes, first) || first >= members_.size()) {
    return absl::InvalidArgumentError(
        "this position was not made for this query: a group has no such member");
  }
  SetOrder(first);
  return ResumeChain(
      order_, at_, start_, [&] { return Next(row); }, row, bytes, behind);
}

void GroupRun::AppendReports(uint32_t depth, std::vector<PlanStepReport>& reports) const {
  for (const Member& member : members_) {
    member.search->AppendReports(depth, reports);
    PlanStepReport& report = reports.back();
    report.access += ", smallest first";
    // What it did as a check counts, too.
    const MatchRun::Counts& checked = member.check->counts();
    report.starts += checked.starts;
    report.rows += checked.rows;
    report.cursor_steps += checked.steps;
    PageCounter pages = member.search->pages();
    pages.Add(member.check->pages());
    report.pages = pages.count();
  }
}

void GroupRun::AppendMatches(std::vector<const MatchRun*>& matches) const {
  for (const Member& member : members_) {
    matches.push_back(member.search.get());
    matches.push_back(member.check.get());
  }
}

}  // namespace pathkb
