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
#include "core/query/subterm.h"
#include "core/query/term_substitution.h"
#include "core/query/unify.h"
#include "core/term/path_encoding.h"

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
  return absl::OkStatus();
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
  if (stage_ == Stage::kMain) {
    PATHKB_ASSIGN_OR_RETURN(const bool found, NextThroughIndex());
    if (found) return true;
    if (stage_ == Stage::kWhole) return NextOf(*whole_);
    stage_ = Stage::kBare;
    if (bare_ == nullptr) bare_ = NewWalk(0, PatternWalk::Argument::kBare);
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
  if (main_->argument_varies() && !others_collected_) {
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

// --- The present answer
// ----------------------------------------------------------------------------

std::string_view PatternSearch::encoded_term() const {
  if (other_ != nullptr) return std::string_view(other_->key).substr(0, other_->term_bytes);
  const std::string_view arranged = walk_->key().substr(0, walk_->term_bytes());
  const bool in_index = walk_ == others_walk_.get() || (walk_ == main_.get() && position_ != 0);
  if (!in_index) return arranged;
  if (!has_term_) {
    term_.clear();
    // The walk has seen that it is whole.
    static_cast<void>(AppendUnpermuted(arranged, position_, term_).status());
    has_term_ = true;
  }
  return term_;
}

std::string_view PatternSearch::name() const {
  if (other_ != nullptr) return std::string_view(other_->key).substr(other_->term_bytes);
  return walk_->key().substr(walk_->term_bytes());
}

uint64_t PatternSearch::value() const { return other_ != nullptr ? other_->value : walk_->value(); }

int PatternSearch::value_layer() const {
  return other_ != nullptr ? other_->value_layer : walk_->value_layer();
}

std::string PatternSearch::Position() const {
  std::string position(encoded_term());
  position += name();
  return position;
}

absl::Status PatternSearch::FillTerm() const {
  if (filled_.has_value()) return absl::OkStatus();
  std::vector<Term> values(pattern_.variable_names().size());
  TermsByName replaced;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!pattern_.is_input(i)) continue;
    std::string_view bytes = main_->input(i);
    PATHKB_ASSIGN_OR_RETURN(values[i], DecodeTerm(bytes));
    replaced.emplace(pattern_.variable_names()[i], &values[i]);
  }
  PATHKB_ASSIGN_OR_RETURN(filled_, Substitute(pattern_.term(), replaced));
  return absl::OkStatus();
}

absl::StatusOr<bool> PatternSearch::Accept() const {
  if (walk_->needs_unify()) {
    std::string_view bytes = encoded_term();
    PATHKB_ASSIGN_OR_RETURN(const Term fact, DecodeTerm(bytes));
    PATHKB_RETURN_IF_ERROR(FillTerm());
    PATHKB_ASSIGN_OR_RETURN(const bool unifies, Unifies(*filled_, fact));
    if (!unifies) return false;
  }
  if (!has_ranges_) return true;
  PATHKB_ASSIGN_OR_RETURN(const std::vector<Term> bindings, Bindings());
  for (size_t i = 0; i < ranges_.size() && i < bindings.size(); ++i) {
    if (ranges_[i].empty() || bindings[i].kind() == Term::Kind::kVariable) continue;
    std::string encoded;
    PATHKB_RETURN_IF_ERROR(EncodeTerm(bindings[i], encoded));
    if (!IsGround(bindings[i]) || !InRanges(i, encoded)) return false;
  }
  return true;
}

bool PatternSearch::InRanges(size_t variable, std::string_view encoded) const {
  return std::any_of(ranges_[variable].begin(), ranges_[variable].end(), [&](const Range& range) {
    return range.low <= encoded && encoded < range.high;
  });
}

absl::StatusOr<std::vector<Term>> PatternSearch::Bindings(
    const std::vector<std::string>& fact_variable_names) const {
  const size_t variables = pattern_.variable_names().size();
  std::vector<Term> bindings;
  bindings.reserve(variables);
  std::vector<Term> unified;
  const bool has_variable = FactHasVariable();
  if (has_variable) {
    std::vector<std::string> free;
    for (size_t i = 0; i < variables; ++i) {
      if (!pattern_.is_input(i)) free.push_back(pattern_.variable_names()[i]);
    }
    std::string_view bytes = encoded_term();
    PATHKB_ASSIGN_OR_RETURN(const Term fact, DecodeTerm(bytes, fact_variable_names));
    PATHKB_RETURN_IF_ERROR(FillTerm());
    PATHKB_ASSIGN_OR_RETURN(auto found, Unify(*filled_, fact, free));
    if (!found.has_value()) return absl::InternalError("an answer that does not unify");
    unified = *std::move(found);
  }
  size_t next = 0;
  for (size_t i = 0; i < variables; ++i) {
    if (has_variable && !pattern_.is_input(i)) {
      bindings.push_back(std::move(unified[next++]));
      continue;
    }
    std::string_view bytes = has_variable ? main_->input(i) : walk_->Binding(i);
    PATHKB_ASSIGN_OR_RETURN(Term term, DecodeTerm(bytes));
    bindings.push_back(std::move(term));
  }
  return bindings;
}

void PatternSearch::FindBindings() const {
  bound_ = Bound::kNotGround;
  const auto bindings = Bindings();
  if (!bindings.ok()) return;
  bindings_.assign(bindings->size(), "");
  for (size_t i = 0; i < bindings->size(); ++i) {
    size_t end = 0;
    bool has_variable = false;
    if (!EncodeTerm((*bindings)[i], bindings_[i]).ok() ||
        !PassSubterm(bindings_[i], end, has_variable) || has_variable) {
      return;
    }
  }
  bound_ = Bound::kGround;
}

bool PatternSearch::ground() const {
  if (!FactHasVariable()) return true;
  if (bound_ == Bound::kUnknown) FindBindings();
  return bound_ == Bound::kGround;
}

std::string_view PatternSearch::Binding(size_t variable) const {
  if (!FactHasVariable()) return walk_->Binding(variable);
  if (bound_ == Bound::kUnknown) FindBindings();
  return bindings_[variable];
}

}  // namespace pathkb
