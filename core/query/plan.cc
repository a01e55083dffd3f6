#include "core/query/plan.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/query/match_access.h"

namespace pathkb {
namespace {

// So many of the cheapest first steps are followed to the end of the plan, to see which is best.
constexpr size_t kFirstStepsMax = 4;
// A first step that costs no more than this is taken at once: what a better one would save is less
// than what looking for it costs.
constexpr double kCheap = 64;
constexpr size_t kNoPart = ~size_t{0};
// A start of a cursor, in steps: what looking once at a place costs when nothing is found there.
constexpr double kStartCost = 2;
// What is expected where nothing was counted: rows for each value, and how often a fact is there.
constexpr double kRowsUncounted = 8;
constexpr double kPartThere = 0.5;
// What part of the rows of its first pattern the shortest pattern of a group is expected to have.
constexpr double kShortest = 0.5;

// An order of parts, with what each is expected to cost.
struct Order {
  std::vector<PlanStep> steps;
  std::vector<MatchAccess> accesses;  // Of steps; meaningless for checks.
};

// Plans one conjunction.
class Planner {
 public:
  Planner(const PlanContext& context, MatchAccessCache& accesses, const Conjunction& conjunction,
          const VariableSet& bound, Comparisons comparisons)
      : context_(context),
        accesses_(accesses),
        conjunction_(conjunction),
        bound_(bound),
        comparisons_(std::move(comparisons)) {}

  // With `first`, that part comes first.
  absl::StatusOr<Plan> Make(std::optional<uint32_t> first = std::nullopt) {
    if (conjunction_.parts.size() == 1 && conjunction_.parts[0].kind == QueryPart::Kind::kMatch) {
      // The commonest query has no order; only the way to search is to be found.
      PATHKB_ASSIGN_OR_RETURN(const MatchAccess access,
                              accesses_.Uncounted(conjunction_.parts[0], bound_, comparisons_));
      Plan plan;
      PlanStep& step = plan.steps.emplace_back();
      step.position = access.position;
      if (access.counted) step.estimated_rows = access.rows;
      return plan;
    }
    PATHKB_ASSIGN_OR_RETURN(Order order,
                            first.has_value() ? Greedy(*first, /*count=*/false) : Best());
    Plan plan;
    VariableSet bound = bound_;
    for (PlanStep& step : order.steps) {
      const QueryPart& part = conjunction_.parts[step.part];
      for (const Conjunction& branch : part.branches) {
        Planner inner(context_, accesses_, branch, bound, ComparisonsIn(branch, comparisons_));
        PATHKB_ASSIGN_OR_RETURN(Plan branch_plan, inner.Make());
        step.branches.push_back(std::move(branch_plan));
      }
      bound |= part.binds;
      plan.steps.push_back(std::move(step));
    }
    return plan;
  }

 private:
  static bool IsGenerator(const QueryPart& part) {
    return part.kind == QueryPart::Kind::kMatch || part.kind == QueryPart::Kind::kOr;
  }

  // The best order that begins with one of the cheapest first steps, with its groups.
  absl::StatusOr<Order> Best() {
    struct First {
      size_t part;
      size_t known;
      double cost;
    };
    std::vector<First> firsts;
    size_t generators = 0;
    for (size_t i = 0; i < conjunction_.parts.size(); ++i) {
      const QueryPart& part = conjunction_.parts[i];
      if (!IsGenerator(part)) continue;
      ++generators;
      if ((part.needs & ~bound_).none()) firsts.push_back({i, KnownOf(part, bound_), 0});
    }
    if (generators < 2 || firsts.size() < 2) {
      return Greedy(firsts.empty() ? kNoPart : firsts[0].part, /*count=*/false);
    }
    // Those of which most is known come first; if one of them is cheap, the rest is not looked at.
    std::stable_sort(firsts.begin(), firsts.end(),
                     [](const First& a, const First& b) { return a.known > b.known; });
    size_t looked_at = 0;
    const First* cheap = nullptr;
    for (First& first : firsts) {
      if (cheap != nullptr && first.known < cheap->known) break;
      PATHKB_ASSIGN_OR_RETURN(const MatchAccess access,
                              AccessOf(conjunction_.parts[first.part], bound_));
      first.cost = access.visited + access.rows;
      ++looked_at;
      if (first.cost <= kCheap && (cheap == nullptr || first.cost < cheap->cost)) cheap = &first;
    }
    if (cheap != nullptr) return Greedy(cheap->part, /*count=*/false);
    firsts.resize(looked_at);
    std::stable_sort(firsts.begin(), firsts.end(), [](const First& a, const First& b) {
      return a.cost < b.cost || (a.cost == b.cost && a.part < b.part);
    });
    if (firsts.size() > kFirstStepsMax) firsts.resize(kFirstStepsMax);
    std::optional<Order> best;
    double best_cost = 0;
    for (const First& first : firsts) {
      PATHKB_ASSIGN_OR_RETURN(Order order, Greedy(first.part, /*count=*/true));
      const double cost = Cost(order);
      if (best.has_value() && cost >= best_cost) continue;
      best = std::move(order);
      best_cost = cost;
    }
    return *std::move(best);
  }

  // Takes `first`, then always what costs least; checks as soon as what they need is bound. What
  // shares no variable with what is bound waits for what does. Without `count`, rows are counted
  // only to choose between parts, or between indexes.
  absl::StatusOr<Order> Greedy(size_t first, bool count) {
    const std::vector<QueryPart>& parts = conjunction_.parts;
    Order order;
    VariableSet bound = bound_;
    std::vector<bool> taken(parts.size());
    const auto take = [&](size_t part, const MatchAccess& access) {
      taken[part] = true;
      PlanStep& step = order.steps.emplace_back();
      step.part = static_cast<uint32_t>(part);
      step.position = access.position;
      if (access.counted) step.estimated_rows = access.rows;
      order.accesses.push_back(access);
      bound |= parts[part].binds;
    };
    while (order.steps.size() < parts.size()) {
      std::vector<size_t> candidates;
      bool any_connected = false;
      // Patterns that have become checks come first: they may make a group with the step before.
      for (const bool matches : {true, false}) {
        for (size_t i = 0; i < parts.size(); ++i) {
          const bool is_match = parts[i].kind == QueryPart::Kind::kMatch;
          if (taken[i] || is_match != matches || (parts[i].needs & ~bound).any()) continue;
          if (IsGenerator(parts[i]) &&
              (parts[i].kind == QueryPart::Kind::kOr || (parts[i].binds & ~bound).any())) {
            candidates.push_back(i);
            continue;
          }
          MatchAccess there;
          there.rows = kPartThere;
          take(i, there);
        }
      }
      std::sort(candidates.begin(), candidates.end());
      // What was taken may have made others ready.
      if (order.steps.size() == parts.size()) break;
      for (const size_t i : candidates) any_connected |= IsConnected(parts[i], bound);
      if (any_connected) {
        std::erase_if(candidates, [&](size_t i) { return !IsConnected(parts[i], bound); });
      }
      PATHKB_CHECK(!candidates.empty());  // ResolveBindings() has seen that there is an order.
      size_t best = candidates[0];
      MatchAccess best_access;
      if (first != kNoPart && !taken[first]) {
        best = first;
        PATHKB_ASSIGN_OR_RETURN(best_access, count ? AccessOf(parts[best], bound)
                                                   : UncountedAccess(parts[best], bound));
        first = kNoPart;
      } else if (candidates.size() == 1 && !count) {
        PATHKB_ASSIGN_OR_RETURN(best_access, UncountedAccess(parts[best], bound));
      } else {
        for (const size_t i : candidates) {
          PATHKB_ASSIGN_OR_RETURN(const MatchAccess access, AccessOf(parts[i], bound));
          const bool better = access.visited + access.rows < best_access.visited + best_access.rows;
          if (i != candidates[0] && !better) continue;
          best = i;
          best_access = access;
        }
      }
      take(best, best_access);
    }
    MarkGroups(order);
    return order;
  }

  // What an order costs, in moves of cursors.
  double Cost(const Order& order) const {
    double cost = 0;
    double rows = 1;
    for (size_t i = 0; i < order.steps.size(); ++i) {
      const MatchAccess& access = order.accesses[i];
      const bool begins_group = i + 1 < order.steps.size() && order.steps[i + 1].with_previous;
      cost += rows * (kStartCost + access.visited);
      rows *= access.rows * (begins_group ? kShortest : 1);
    }
    return cost;
  }

  // True if the part is narrowed down by what is bound.
  bool IsConnected(const QueryPart& part, const VariableSet& bound) const {
    return (part.occurring & bound & ~context_.parameters).any() &&
           (part.kind != QueryPart::Kind::kMatch ||
            !accesses_.WithoutCount(part, bound, comparisons_).scans);
  }

  size_t KnownOf(const QueryPart& part, const VariableSet& bound) const {
    if (part.kind != QueryPart::Kind::kMatch) return 0;
    return accesses_.WithoutCount(part, bound, comparisons_).known;
  }

  absl::StatusOr<MatchAccess> UncountedAccess(const QueryPart& part, const VariableSet& bound) {
    MatchAccess access;
    if (part.kind == QueryPart::Kind::kMatch) {
      PATHKB_ASSIGN_OR_RETURN(access, accesses_.Uncounted(part, bound, comparisons_));
    }
    if (!access.counted) access.rows = access.visited = kRowsUncounted;
    return access;
  }

  // What a pattern, or an `or`, costs. An `or` as a whole costs what the cheapest pattern of each
  // branch does.
  absl::StatusOr<MatchAccess> AccessOf(const QueryPart& part, const VariableSet& bound) {
    if (part.kind == QueryPart::Kind::kMatch) return accesses_.Best(part, bound, comparisons_);
    MatchAccess sum;
    sum.counted = true;
    sum.rows = sum.visited = 0;
    // Nested `or`s are looked into by a list, each branch once.
    std::vector<std::pair<const Conjunction*, Comparisons>> pending;
    for (const Conjunction& branch : part.branches) {
      pending.emplace_back(&branch, ComparisonsIn(branch, comparisons_));
    }
    while (!pending.empty()) {
      const auto [branch, comparisons] = std::move(pending.back());
      pending.pop_back();
      std::optional<MatchAccess> least;
      const QueryPart* inner_or = nullptr;
      for (const QueryPart& inner : branch->parts) {
        if (inner.kind == QueryPart::Kind::kOr) inner_or = &inner;
        if (inner.kind != QueryPart::Kind::kMatch) continue;
        PATHKB_ASSIGN_OR_RETURN(const MatchAccess access,
                                accesses_.Best(inner, bound, comparisons));
        if (!least.has_value() || access.rows < least->rows) least = access;
      }
      if (least.has_value()) {
        sum.rows += least->rows;
        sum.visited += least->visited;
      } else if (inner_or != nullptr) {
        for (const Conjunction& inner_branch : inner_or->branches) {
          pending.emplace_back(&inner_branch, ComparisonsIn(inner_branch, comparisons));
        }
      } else {
        sum.rows += 1;  // Checks only.
      }
    }
    return sum;
  }

  // Steps in a row that lack the same single variable become a group.
  void MarkGroups(Order& order) const {
    VariableSet bound = bound_;  // Before the group's first step.
    VariableSet lacked;          // The one variable that the group so far lacks; empty: no group.
    for (PlanStep& step : order.steps) {
      const QueryPart& part = conjunction_.parts[step.part];
      const bool is_match = part.kind == QueryPart::Kind::kMatch;
      if (is_match && lacked.any() && (part.binds & ~bound) == lacked) {
        // Searched for that variable without those that came before.
        const MatchAccess access = accesses_.WithoutCount(part, bound, comparisons_);
        if (!access.scans) {
          step.with_previous = true;
          step.position = access.position;
          continue;
        }
      }
      // Not of the group: all before it is bound now.
      bound |= lacked;
      lacked = part.binds & ~bound;
      const bool may_begin = is_match && lacked.count() == 1 &&
                             !accesses_.WithoutCount(part, bound, comparisons_).scans;
      if (!may_begin) {
        bound |= lacked;
        lacked.reset();
      }
    }
  }

  const PlanContext& context_;
  MatchAccessCache& accesses_;
  const Conjunction& conjunction_;
  const VariableSet bound_;
  const Comparisons comparisons_;
};

}  // namespace

Comparisons ComparisonsIn(const Conjunction& conjunction, const Comparisons& around) {
  Comparisons all = around;
  for (const QueryPart& part : conjunction.parts) {
    if (part.kind == QueryPart::Kind::kCompare) all.push_back(&part.comparison);
  }
  return all;
}

absl::StatusOr<Plan> MakePlan(const PlanContext& context, const Conjunction& conjunction,
                              const VariableSet& bound, const Comparisons& around) {
  MatchAccessCache accesses(context);
  Planner planner(context, accesses, conjunction, bound, ComparisonsIn(conjunction, around));
  return planner.Make();
}

absl::StatusOr<Plan> MakePlanFrom(const PlanContext& context, const Conjunction& conjunction,
                                  const VariableSet& bound, uint32_t first) {
  MatchAccessCache accesses(context);
  Planner planner(context, accesses, conjunction, bound, ComparisonsIn(conjunction, {}));
  return planner.Make(first);
}

}  // namespace pathkb
