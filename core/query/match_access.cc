#include "core/query/match_access.h"

#include <algorithm>
#include <string>

#include "absl/container/inlined_vector.h"

#include "core/base/status_macros.h"
#include "core/query/estimate.h"
#include "core/query/pattern.h"
#include "core/query/value_ranges.h"
#include "core/term/path_encoding.h"

namespace pathkb {
namespace {

// Wider patterns are searched through terms/ without much thought.
constexpr size_t kChildrenMax = 40;
// What part of a pattern's facts is expected to compare like that with the value of a variable that
// is not known when the plan is made.
constexpr double kPartEqualToAnother = 0.02;
constexpr double kPartOrderedWithAnother = 0.35;

// What is known of a child of the pattern before it is searched.
enum class Known : uint8_t {
  kNothing,  // It holds a variable that is not bound.
  kRange,    // It is such a variable, compared with something known.
  kAll,
};

// Patterns are narrow: none of these lists asks for memory.
using KnownList = absl::InlinedVector<Known, 8>;
using ChildOrder = absl::InlinedVector<size_t, 8>;
using PositionList = absl::InlinedVector<int, kIndexPositionsMax + 1>;

// For each child of the pattern; none if it is no expression, or too wide.
KnownList KnownChildren(const QueryPart& match, const VariableSet& bound,
                        const PlanContext& context, const Comparisons& comparisons) {
  KnownList known;
  const std::vector<Term>& children = match.pattern.children();
  if (children.size() > kChildrenMax) return known;
  const auto number_of = [&](const std::string& name) {
    for (const uint32_t number : match.variables) {
      if (context.variable_names[number] == name) return number;
    }
    return uint32_t{0};
  };
  const std::vector<KnownSide> sides = KnownSides(match, bound, comparisons);
  for (const Term& child : children) {
    Known here = Known::kAll;
    absl::InlinedVector<const Term*, 16> pending = {&child};
    while (!pending.empty() && here == Known::kAll) {
      const Term& term = *pending.back();
      pending.pop_back();
      for (const Term& inner : term.children()) pending.push_back(&inner);
      if (term.kind() != Term::Kind::kVariable || bound[number_of(term.text())]) continue;
      here = Known::kNothing;
    }
    if (child.kind() == Term::Kind::kVariable && here == Known::kNothing) {
      const uint32_t number = number_of(child.text());
      for (const KnownSide& side : sides) {
        if (side.variable == number && side.kind != ComparisonKind::kNotEqual) here = Known::kRange;
      }
    }
    known.push_back(here);
  }
  return known;
}

// The children in the order in which the family of `position` has them.
ChildOrder WalkOrder(size_t children, int position) {
  ChildOrder order;
  for (size_t i = 0; i < children; ++i) order.push_back(i);
  const auto moved = order.begin() + position;
  if (position >= 1) std::rotate(order.begin() + (position >= 2 ? 1 : 0), moved, moved + 1);
  return order;
}

bool Scans(const KnownList& known, const ChildOrder& order) {
  bool behind_variable = false;
  for (const size_t child : order) {
    if (known[child] != Known::kNothing && behind_variable) return true;
    if (known[child] != Known::kAll) behind_variable = true;
  }
  return false;
}

// Children that are known before the first that is not.
size_t KnownFirst(const KnownList& known, const ChildOrder& order) {
  size_t count = 0;
  while (count < order.size() && known[order[count]] == Known::kAll) ++count;
  return count;
}

// Positions through which something of the pattern can be looked up, terms/ first.
PositionList UsefulPositions(const KnownList& known, const IndexedArguments& indexed) {
  PositionList positions = {0};
  for (int i = 1; i <= kIndexPositionsMax && static_cast<size_t>(i) < known.size(); ++i) {
    if (indexed.Has(i) && known[static_cast<size_t>(i)] != Known::kNothing) positions.push_back(i);
  }
  return positions;
}

// The pattern without what lies behind its first variable, in the family of `position`: what a
// search visits.
Term Visited(const QueryPart& match, const KnownList& known, int position) {
  std::vector<Term> children = match.pattern.children();
  bool behind_variable = false;
  for (const size_t child : WalkOrder(children.size(), position)) {
    // No name from a text begins with a zero byte and a digit by accident, and if it does, an
    // estimate is wrong.
    if (behind_variable) {
      children[child] = Term::Variable(std::string(1, '\0') + std::to_string(child));
    }
    if (known[child] != Known::kAll) behind_variable = true;
  }
  return Term::Expression(std::move(children));
}

}  // namespace

MatchAccess MatchAccessCache::WithoutCount(const QueryPart& match, const VariableSet& bound,
                                           const Comparisons& comparisons) const {
  MatchAccess access;
  const KnownList known = KnownChildren(match, bound, context_, comparisons);
  for (const int position : UsefulPositions(known, context_.indexed)) {
    const ChildOrder order = WalkOrder(known.size(), position);
    access.position = position;
    access.scans = Scans(known, order);
    access.known = KnownFirst(known, order);
    if (!access.scans) return access;
  }
  access.position = 0;
  access.known = KnownFirst(known, WalkOrder(known.size(), 0));
  return access;
}

absl::StatusOr<MatchAccess> MatchAccessCache::Uncounted(const QueryPart& match,
                                                        const VariableSet& bound,
                                                        const Comparisons& comparisons) {
  const MatchAccess access = WithoutCount(match, bound, comparisons);
  if (!access.scans) return access;
  const KnownList known = KnownChildren(match, bound, context_, comparisons);
  if (UsefulPositions(known, context_.indexed).size() == 1) return access;
  return Best(match, bound, comparisons);
}

absl::StatusOr<MatchAccess> MatchAccessCache::Best(const QueryPart& match, const VariableSet& bound,
                                                   const Comparisons& comparisons) {
  uint64_t bound_here = 0;
  for (size_t i = 0; i < match.variables.size(); ++i) {
    if (bound[match.variables[i]]) bound_here |= uint64_t{1} << i;
  }
  const auto known_best = best_.find({&match, bound_here});
  if (known_best != best_.end()) return known_best->second;
  MatchAccess best = WithoutCount(match, bound, comparisons);
  if (best.scans) {
    const KnownList known = KnownChildren(match, bound, context_, comparisons);
    bool first = true;
    for (const int position : UsefulPositions(known, context_.indexed)) {
      PATHKB_ASSIGN_OR_RETURN(const double visited, Count(match, Visited(match, known, position),
                                                          bound, comparisons, position));
      if (!first && visited >= best.visited) continue;
      first = false;
      best.position = position;
      best.visited = visited;
    }
  }
  PATHKB_ASSIGN_OR_RETURN(best.rows,
                          Count(match, match.pattern, bound, comparisons, best.position));
  if (best.scans) best.rows = std::min(best.rows, best.visited);
  if (!best.scans) best.visited = best.rows;
  best.counted = true;
  best_.emplace(std::pair(&match, bound_here), best);
  return best;
}

absl::StatusOr<double> MatchAccessCache::Count(const QueryPart& match, Term pattern,
                                               const VariableSet& bound,
                                               const Comparisons& comparisons, int position) {
  PATHKB_ASSIGN_OR_RETURN(
      const Pattern compiled,
      Pattern::Compile(std::move(pattern), InputNames(match, bound, context_.variable_names)));
  const std::vector<std::string>& names = compiled.variable_names();
  std::vector<ValueRanges> ranges;
  double factor = 1;
  for (const KnownSide& side : KnownSides(match, bound, comparisons)) {
    const auto name = std::find(names.begin(), names.end(), context_.variable_names[side.variable]);
    ValueRanges more;
    if (name == names.end()) continue;
    if (side.known->is_variable()) {
      if (side.kind == ComparisonKind::kEqual) factor *= kPartEqualToAnother;
      if (side.kind != ComparisonKind::kEqual && side.kind != ComparisonKind::kNotEqual) {
        factor *= kPartOrderedWithAnother;
      }
      continue;
    }
    if (!RangesOf(side.kind, side.known->encoded, more)) continue;
    ranges.resize(names.size());
    ValueRanges& all = ranges[static_cast<size_t>(name - names.begin())];
    if (all.empty()) {
      all = std::move(more);
    } else {
      IntersectRanges(more, all);
    }
  }
  uint64_t inputs = 0;
  for (size_t i = 0; i < names.size(); ++i) inputs |= uint64_t{compiled.is_input(i)} << i;
  const std::tuple key(compiled.code(), inputs, position);
  if (ranges.empty()) {
    const auto known = counts_.find(key);
    if (known != counts_.end()) return known->second * factor;
  }
  PATHKB_ASSIGN_OR_RETURN(const double rows,
                          EstimateRows(context_.source, context_.space, compiled, position,
                                       context_.meter, ranges, context_.few));
  if (ranges.empty()) counts_.emplace(key, rows);
  return rows * factor;
}

std::vector<KnownSide> KnownSides(const QueryPart& match, const VariableSet& bound,
                                  const Comparisons& comparisons) {
  std::vector<KnownSide> sides;
  const auto add = [&](const Operand& side, ComparisonKind kind, const Operand& other) {
    if (!side.is_variable() || bound[side.variable] || !match.occurring[side.variable]) return;
    if (other.is_variable() && !bound[other.variable]) return;
    sides.push_back({side.variable, kind, &other});
  };
  for (const Comparison* comparison : comparisons) {
    add(comparison->left, comparison->kind, comparison->right);
    if (comparison->kind == ComparisonKind::kPrefix) continue;
    add(comparison->right, Mirrored(comparison->kind), comparison->left);
  }
  return sides;
}

std::vector<std::string> InputNames(const QueryPart& match, const VariableSet& bound,
                                    const std::vector<std::string>& variable_names) {
  std::vector<std::string> names;
  for (const uint32_t number : match.variables) {
    if (bound[number]) names.push_back(variable_names[number]);
  }
  return names;
}

}  // namespace pathkb
