#include "core/query/first_step.h"

#include <algorithm>
#include <utility>

#include "core/base/status_macros.h"
#include "core/query/match_access.h"

namespace pathkb {
namespace {

// A first step that finds no more facts is taken: what a better one would save is less than what
// looking for it costs.
constexpr size_t kFewFacts = 32;

}  // namespace

FirstStep::FirstStep(RunContext& run, const PlanContext& plan, const Conjunction& conjunction,
                     const VariableSet& bound)
    : run_(run),
      conjunction_(conjunction),
      bound_(bound),
      comparisons_(ComparisonsIn(conjunction, {})) {
  const MatchAccessCache accesses(plan);
  size_t generators = 0;
  std::vector<uint32_t> firsts;
  for (uint32_t i = 0; i < conjunction.parts.size(); ++i) {
    const QueryPart& part = conjunction.parts[i];
    const bool is_match = part.kind == QueryPart::Kind::kMatch;
    if (!is_match && part.kind != QueryPart::Kind::kOr) continue;
    ++generators;
    if ((part.needs & ~bound).any()) continue;
    firsts.push_back(i);
  }
  has_choice_ = generators > 1 && firsts.size() > 1;
  if (!has_choice_) return;
  for (const uint32_t i : firsts) {
    const QueryPart& part = conjunction.parts[i];
    if (part.kind != QueryPart::Kind::kMatch) continue;
    const MatchAccess access = accesses.WithoutCount(part, bound, comparisons_);
    // What a search visits that scans may be much, however little it finds.
    if (!access.scans) candidates_.push_back({i, access.position, access.known, nullptr});
  }
  std::stable_sort(candidates_.begin(), candidates_.end(),
                   [](const Candidate& a, const Candidate& b) { return a.known > b.known; });
}

absl::StatusOr<std::optional<uint32_t>> FirstStep::Find(QueryRow& row) {
  const Candidate* best = nullptr;
  size_t facts_max = kFewFacts;
  for (Candidate& candidate : candidates_) {
    if (best != nullptr && candidate.known < best->known) break;
    if (candidate.search == nullptr) {
      PlanStep step;
      step.part = candidate.part;
      step.position = candidate.position;
      PATHKB_ASSIGN_OR_RETURN(
          candidate.search,
          MatchRun::New(run_, conjunction_.parts[candidate.part], step, bound_, comparisons_));
    }
    PATHKB_RETURN_IF_ERROR(candidate.search->Start(row));
    size_t facts = 0;
    bool found = true;
    while (facts <= facts_max) {
      PATHKB_ASSIGN_OR_RETURN(found, candidate.search->Skip());
      if (!found) break;
      ++facts;
    }
    if (found) continue;  // Too many, or no fewer than the best has.
    best = &candidate;
    if (facts == 0) break;
    facts_max = facts - 1;
  }
  return best != nullptr ? std::optional<uint32_t>(best->part) : std::nullopt;
}

void FirstStep::AddPages(PageCounter& pages) const {
  for (const Candidate& candidate : candidates_) {
    if (candidate.search != nullptr) pages.Add(candidate.search->pages());
  }
}

}  // namespace pathkb
