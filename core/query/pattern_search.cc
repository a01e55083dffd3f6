// Without an index an answer is what the one walk finds. With one, up to three streams make up the
// answers:
//
//   main_     the facts whose argument is the pattern's: in the order of the index, which is that
//   of
//             their paths
//   others_   facts that have variables in that argument (rules); rare, so they are collected,
//             sorted and merged in
//   bare_     facts that are but a variable: in no index, and behind all expressions
//
// In walk order main_ takes the others as it meets them.

#include "core/query/pattern_search.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/facts/arg_index.h"
#include "core/facts/keys.h"
#include "core/term/path_encoding.h"
#include "core/term/subterm.h"

namespace pathkb {
namespace {

// With more facts than this that have variables in the argument, terms/ is walked instead.
constexpr size_t kOthersMax = 1024;

// Longer than any subterm goes on with this byte.
constexpr size_t kHighBytes = 80;

// True if the argument's bytes are known once the inputs are.
bool IsArgumentKnown(const Pattern& pattern, int position) {
  const PatternTokens& tokens = pattern.tokens();
  const size_t begin = pattern.ChildToken(position);
  for (size_t i = begin; i < tokens[begin].next; ++i) {
    if (tokens[i].is_variable() && !pattern.is_input(tokens[i].variable)) return false;
  }
  return true;
}

// The index to use: answers in path order come from one only if the argument is known.
int PositionToUse(const Pattern& pattern, int position, PatternSearch::Order order) {
  if (position == 0 || order == PatternSearch::Order::kWalk) return position;
  return IsArgumentKnown(pattern, position) ? position : 0;
}

}  // namespace

// --- Starting
// --------------------------------------------------------------------------------------

PatternSearch::PatternSearch(const FactSource& source, std::string_view space, Pattern pattern,
                             int position, StepMeter& meter, Order order)
    : source_(source),
      space_(space),
      pattern_(std::move(pattern)),
      position_(PositionToUse(pattern_, position, order)),
      order_(order),
      meter_(meter),
      main_(NewWalk(position_, position_ != 0 && order == Order::kPath
                                   ? PatternWalk::Argument::kExact
                                   : PatternWalk::Argument::kAny)) {}

std::unique_ptr<PatternWalk> PatternSearch::NewWalk(int position,
                                                    PatternWalk::Argument argument) const {
  return std::make_unique<PatternWalk>(
      source_.NewZipper(), position == 0 ? TermsPrefix(space_) : ArgumentPrefix(space_, position),
      pattern_, position, argument, meter_);
}

absl::StatusOr<std::unique_ptr<PatternSearch>> PatternSearch::New(const FactSource& source,
                                                                  std::string_view space,
                                                                  Pattern pattern, int position,
                                                                  StepMeter& meter, Order order) {
  if (position != 0 && (position > kIndexPositionsMax || pattern.ChildToken(position) == 0)) {
    return absl::InvalidArgumentError(
        fmt::format("the pattern has no argument {} that could be indexed", position));
  }
  return std::unique_ptr<PatternSearch>(
      new PatternSearch(source, space, std::move(pattern), position, meter, order));
}

absl::Status PatternSearch::Start(std::span<const std::string_view> values, VariableRanges ranges) {
  return Begin(values, ranges, std::nullopt, false);
}

absl::Status PatternSearch::StartAfter(std::span<const std::string_view> values,
                                       VariableRanges ranges, std::string_view position) {
  return Begin(values, ranges, position, false);
}

absl::Status PatternSearch::StartAt(std::span<const std::string_view> values, VariableRanges ranges,
                                    std::string_view position) {
  return Begin(values, ranges, position, true);
}

absl::Status PatternSearch::Begin(std::span<const std::string_view> values, VariableRanges ranges,
                                  std::optional<std::string_view> from, bool inclusive) {
  const size_t variables = pattern_.variable_names().size();
  for (size_t i = 0; i < variables; ++i) {
    if (!pattern_.is_input(i)) continue;
    const std::string_view value = i < values.size() ? values[i] : std::string_view();
    size_t end = 0;
    bool has_variable = false;
    if (!PassSubterm(value, end, has_variable) || end != value.size() || has_variable) {
      return absl::InvalidArgumentError(
          fmt::format("the value of ${} is not one whole term without variables",
                      pattern_.variable_names()[i]));
    }
  }
  if (from.has_value()) {
    size_t end = 0;
    bool has_variable = false;
    if (!PassSubterm(*from, end, has_variable)) {
      return absl::InvalidArgumentError("no position of this query");
    }
  }
  BeginChecked(values, ranges, from, inclusive);
  return absl::OkStatus();
}

void PatternSearch::BeginChecked(std::span<const std::string_view> values, VariableRanges ranges,
                                 std::optional<std::string_view> from, bool inclusive) {
  if (from.has_value()) {
    from_.emplace(*from);
  } else {
    from_.reset();
  }
  inclusive_ = inclusive;
  ranges_ = ranges;
  has_ranges_ = false;
  for (const std::vector<Range>& of_variable : ranges) has_ranges_ |= !of_variable.empty();
  stage_ = Stage::kMain;
  main_ready_ = Ready::kNo;
  others_collected_ = false;
  others_.clear();
  next_other_ = 0;
  last_key_.clear();
  filled_.reset();
  walk_ = nullptr;
  other_ = nullptr;
  if (position_ == 0) {
    main_->Start(values, ranges, from, inclusive);
  } else {
    BeginIndex(values, from);
  }
}

void PatternSearch::BeginIndex(std::span<const std::string_view> values,
                               std::optional<std::string_view> from) {
  main_->Start(values, ranges_);
  if (!from.has_value()) return;
  // Only expressions with as many children as the pattern are looked at.
  const uint8_t wanted = static_cast<uint8_t>(pattern_.code()[0]);
  const uint8_t tag = static_cast<uint8_t>((*from)[0]);
  if (tag > wanted) {
    main_ready_ = Ready::kEnd;
  } else if (tag == wanted) {
    bool inclusive = inclusive_;
    const std::string arranged = ArrangedFrom(*from, inclusive);
    main_->Start(values, ranges_, arranged, inclusive);
  }
}

std::string PatternSearch::ArrangedFrom(std::string_view from, bool& inclusive) const {
  std::string arranged;
  if (order_ == Order::kWalk) {
    AppendPermuted(from, position_, arranged);
    return arranged;
  }
  // The answers of main_ have the pattern's argument A, `from` may have another one, B. In front of
  // it stand children that decide first; if they are equal, all such answers are in front of `from`
  // or behind it, as A is to B.
  size_t ends[kIndexPositionsMax + 2] = {1};  // Where each child begins, and the last one ends.
  for (int child = 0; child <= position_; ++child) {
    bool has_variable = false;
    ends[child + 1] = ends[child];
    PassSubterm(from, ends[child + 1], has_variable);  // Begin() has seen that it is whole.
  }
  const auto children = [&](int begin, int end) {
    return from.substr(ends[begin], ends[end] - ends[begin]);
  };
  const std::string argument = main_->ArgumentBytes();
  const std::string_view other = children(position_, position_ + 1);
  arranged.push_back(from[0]);
  if (position_ > 1) arranged += children(0, 1);
  arranged += argument;
  arranged += position_ > 1 ? children(1, position_) : children(0, 1);
  if (argument == other) {
    arranged += from.substr(ends[position_ + 1]);
  } else if (argument < other) {
    arranged.append(kHighBytes, '\xFF');
  } else {
    inclusive = true;  // That may be all of a key.
  }
  return arranged;
}

std::vector<std::string_view> PatternSearch::Values() const {
  std::vector<std::string_view> values(pattern_.variable_names().size());
  for (size_t i = 0; i < values.size(); ++i) {
    if (pattern_.is_input(i)) values[i] = main_->input(i);
  }
  return values;
}

// --- Going on
// --------------------------------------------------------------------------------------

absl::StatusOr<bool> PatternSearch::NextOf(PatternWalk& walk) {
  walk_ = &walk;
  other_ = nullptr;
  while (walk.Next()) {
    has_term_ = false;
    if (!walk.fact_has_variable()) [[likely]] {
      return true;
    }
    bound_ = Bound::kUnknown;
    PATHKB_ASSIGN_OR_RETURN(const bool accepted, Accept());
    if (accepted) return true;
  }
  if (!walk.status().ok()) return walk.status();
  return false;
}

absl::StatusOr<bool> PatternSearch::Next() {
  if (position_ == 0) [[likely]] {
    return NextOf(*main_);
  }
  if (stage_ == Stage::kWhole) return NextOf(*whole_);
  if (stage_ == Stage::kBare && bare_->is_empty()) return false;
  if (stage_ == Stage::kMain) {
    PATHKB_ASSIGN_OR_RETURN(const bool found, NextThroughIndex());
    if (found) return true;
    if (stage_ == Stage::kWhole) return NextOf(*whole_);
    stage_ = Stage::kBare;
    if (bare_ == nullptr) bare_ = NewWalk(0, PatternWalk::Argument::kBare);
    if (bare_->is_empty()) return false;
    std::optional<std::string_view> from;
    if (from_.has_value() && static_cast<uint8_t>((*from_)[0]) > kExpressionTagMax) from = *from_;
    bare_->Start(Values(), ranges_, from, inclusive_);
  }
  return NextOf(*bare_);
}

absl::StatusOr<bool> PatternSearch::NextThroughIndex() {
  if (main_ready_ == Ready::kNo) {
    PATHKB_ASSIGN_OR_RETURN(const bool found, NextOf(*main_));
    main_ready_ = found ? Ready::kYes : Ready::kEnd;
  }
  if (order_ == Order::kWalk) {
    if (main_ready_ == Ready::kEnd) return false;
    main_ready_ = Ready::kNo;
    return true;
  }
  // Begun further on, with a free head, the main walk may not come by where others branch off.
  const bool may_pass_others = from_.has_value() && pattern_.tokens()[1].is_variable();
  if ((main_->argument_varies() || may_pass_others) && !others_collected_) {
    others_collected_ = true;
    PATHKB_ASSIGN_OR_RETURN(const bool collected, CollectOthers());
    if (!collected) {
      LeaveIndex();
      return false;
    }
  }
  walk_ = main_.get();
  other_ = nullptr;
  has_term_ = false;
  bound_ = Bound::kUnknown;
  if (next_other_ < others_.size()) {
    const Other& next = others_[next_other_];
    if (main_ready_ == Ready::kEnd || next.key < Position()) {
      ++next_other_;
      other_ = &next;
      return true;
    }
  }
  if (main_ready_ == Ready::kEnd) return false;
  main_ready_ = Ready::kNo;
  // While the head is free, others may be found under a later one.
  if (!others_collected_ && pattern_.tokens()[1].is_variable()) last_key_ = Position();
  return true;
}

absl::StatusOr<bool> PatternSearch::CollectOthers() {
  if (others_walk_ == nullptr) others_walk_ = NewWalk(position_, PatternWalk::Argument::kOther);
  others_walk_->Start(Values(), ranges_);
  while (true) {
    PATHKB_ASSIGN_OR_RETURN(const bool found, NextOf(*others_walk_));
    if (!found) break;
    std::string key = Position();
    if (key <= last_key_) continue;
    if (from_.has_value() && (key < *from_ || (key == *from_ && !inclusive_))) continue;
    if (others_.size() == kOthersMax) return false;
    others_.push_back({std::move(key), others_walk_->term_bytes(), others_walk_->value(),
                       others_walk_->value_layer()});
  }
  std::sort(others_.begin(), others_.end(),
            [](const Other& a, const Other& b) { return a.key < b.key; });
  return true;
}

void PatternSearch::LeaveIndex() {
  stage_ = Stage::kWhole;
  others_.clear();
  if (whole_ == nullptr) whole_ = NewWalk(0, PatternWalk::Argument::kAny);
  if (!last_key_.empty()) {
    whole_->Start(Values(), ranges_, last_key_, false);
  } else if (from_.has_value()) {
    whole_->Start(Values(), ranges_, *from_, inclusive_);
  } else {
    whole_->Start(Values(), ranges_);
  }
}

}  // namespace pathkb
