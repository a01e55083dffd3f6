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
// A start of a cursor, in steps: what looking once at a place costs when nothing is found there.
constexpr double kStartCost = 2;

// An order of parts, with what it is expected to cost.
struct Order {
  std::vector<PlanStep> steps;
  double cost = 0;
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

  absl::StatusOr<Plan> Make() {
    PATHKB_ASSIGN_OR_RETURN(Order order, Best());
    MarkGroups(order);
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

  // The best order that begins with one of the cheapest first steps.
  absl::StatusOr<Order> Best() {
    struct First {
      double cost;
      size_t part;
    };
    std::vector<First> firsts;
    size_t generators = 0;
    for (size_t i = 0; i < conjunction_.parts.size(); ++i) {
      const QueryPart& part = conjunction_.parts[i];
      if (!IsGenerator(part)) continue;
      ++generators;
      if ((part.needs & ~bound_).any()) continue;
      firsts.push_back({0, i});
    }
    if (generators < 2) return Greedy(std::nullopt, /*count=*/false);
    for (First& first : firsts) {
      PATHKB_ASSIGN_OR_RETURN(const MatchAccess access,
                              AccessOf(conjunction_.parts[first.part], bound_));
      first.cost = access.visited + access.rows;
    }
    std::stable_sort(firsts.begin(), firsts.end(),
                     [](const First& a, const First& b) { return a.cost < b.cost; });
    if (firsts.size() > kFirstStepsMax) firsts.resize(kFirstStepsMax);
    if (firsts.empty()) return Greedy(std::nullopt, /*count=*/true);
    std::optional<Order> best;
    for (const First& first : firsts) {
      PATHKB_ASSIGN_OR_RETURN(Order order, Greedy(first.part, /*count=*/true));
      if (!best.has_value() || order.cost < best->cost) best = std::move(order);
    }
    return *std::move(best);
  }

  // Takes `first`, then always what costs least; checks as soon as what they need is bound.
  // Without `count`, rows are only counted where there is a choice of index.
  absl::StatusOr<Order> Greedy(std::optional<size_t> first, bool count) {
    const std::vector<QueryPart>& parts = conjunction_.parts;
    Order order;
    double rows = 1;
    VariableSet bound = bound_;
    std::vector<bool> taken(parts.size());
    while (order.steps.size() < parts.size()) {
      for (size_t i = 0; i < parts.size(); ++i) {
        if (taken[i] || IsGenerator(parts[i]) || (parts[i].needs & ~bound).any()) continue;
        taken[i] = true;
        order.cost += rows;
        PlanStep& step = order.steps.emplace_back();
        step.part = static_cast<uint32_t>(i);
      }
      std::optional<size_t> best = first;
      MatchAccess best_access;
      first.reset();
      if (best.has_value()) {
        PATHKB_ASSIGN_OR_RETURN(best_access, AccessOf(parts[*best], bound));
      } else {
        for (size_t i = 0; i < parts.size(); ++i) {
          if (taken[i] || !IsGenerator(parts[i]) || (parts[i].needs & ~bound).any()) continue;
          PATHKB_ASSIGN_OR_RETURN(const MatchAccess access, count
                                                                ? AccessOf(parts[i], bound)
                                                                : UncountedAccess(parts[i], bound));
          if (best.has_value() &&
              access.visited + access.rows >= best_access.visited + best_access.rows) {
            continue;
          }
          best = i;
          best_access = access;
        }
      }
      if (!best.has_value()) break;
      taken[*best] = true;
      PlanStep& step = order.steps.emplace_back();
      step.part = static_cast<uint32_t>(*best);
      step.position = best_access.position;
      step.estimated_rows = best_access.counted ? best_access.rows : PlanStep::kUnknown;
      order.cost += rows * (kStartCost + best_access.visited);
      rows *= best_access.rows;
      bound |= parts[*best].binds;
    }
    // ResolveBindings() has seen that there is an order.
    PATHKB_CHECK(order.steps.size() == parts.size());
    return order;
  }

  absl::StatusOr<MatchAccess> UncountedAccess(const QueryPart& part, const VariableSet& bound) {
    if (part.kind == QueryPart::Kind::kOr) return MatchAccess();
    return accesses_.Uncounted(part, bound, comparisons_);
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

}  // namespace pathkb
