#include "core/query/budget_message.h"

#include <algorithm>
#include <string>

#include "fmt/format.h"

namespace pathkb {
namespace {

// The search to name: the one that took most of the budget, or if that binds nothing, the one that
// gave most of its rows.
const MatchRun* RunawayMatch(const std::vector<const MatchRun*>& matches) {
  const MatchRun* most_steps = matches.front();
  const MatchRun* most_rows = nullptr;
  for (const MatchRun* match : matches) {
    if (match->counts().steps > most_steps->counts().steps) most_steps = match;
    if (match->BindsNames().empty()) continue;
    if (most_rows == nullptr || match->counts().rows > most_rows->counts().rows) {
      most_rows = match;
    }
  }
  return most_steps->BindsNames().empty() && most_rows != nullptr ? most_rows : most_steps;
}

}  // namespace

absl::Status BudgetSpent(uint64_t step_budget, const std::vector<const MatchRun*>& matches) {
  const MatchRun* worst = RunawayMatch(matches);
  const MatchRun::Counts& counts = worst->counts();
  const double starts = std::max<double>(1, static_cast<double>(counts.starts));
  std::string to_bind;
  for (const std::string& name : worst->BindsNames()) {
    to_bind += (to_bind.empty() ? "$" : " or $") + name;
  }
  const std::string before =
      counts.starts > 1 ? fmt::format(" for each of {} rows before it", counts.starts) : "";
  return absl::ResourceExhaustedError(fmt::format(
      "step budget of {} spent in {}, which took {:.0f} steps and had {:.0f} rows{}: {}{}raise "
      "the budget",
      step_budget, ExcerptOfForm(worst->form()), static_cast<double>(counts.steps) / starts,
      static_cast<double>(counts.rows) / starts, before, to_bind.empty() ? "" : "bind ",
      to_bind.empty() ? "" : to_bind + ", or "));
}

}  // namespace pathkb
