#include "core/query/pattern_walk.h"

#include <algorithm>
#include <utility>

#include "core/base/run_compare.h"
#include "core/term/path_encoding.h"
#include "core/term/subterm.h"

namespace pathkb {

PatternWalk::PatternWalk(std::unique_ptr<Zipper> zipper, std::string_view family,
                         const Pattern& pattern, int position, Argument argument, StepMeter& meter)
    : zipper_(std::move(zipper)),
      pattern_(pattern),
      meter_(meter),
      argument_(argument),
      family_bytes_(family.size()) {
  ArrangedTokens arranged = ArrangeTokens(pattern, position);
  tokens_ = std::move(arranged.tokens);
  argument_begin_ = arranged.argument_begin;
  argument_end_ = arranged.argument_end;
  if (argument == Argument::kBare) tokens_.clear();
  const size_t variables = pattern.variable_names().size();
  known_.resize(variables);
  spans_.resize(variables);
  frames_.reserve(8);

  free_from_ = tokens_.size();
  while (free_from_ > 0) {
    const PatternToken& last = tokens_[free_from_ - 1];
    if (!last.is_variable() || pattern.is_input(last.variable) ||
        pattern.is_repeated(last.variable)) {
      break;
    }
    --free_from_;
  }

  zipper_->SetPatience([this] { return meter_.Step(); });
  alive_ = zipper_->Descend(family);
  if (argument == Argument::kBare) alive_ = alive_ && zipper_->DescendByte(kNewVariableTag);
  // Where facts have variables, or the argument is to be another one, it must be looked at again
  // for each start.
  const size_t fixed_max = argument_ == Argument::kOther ? argument_begin_ : free_from_;
  while (alive_ && fixed_token_ < fixed_max && !tokens_[fixed_token_].is_variable() &&
         !zipper_->HasChildBetween(kVariableAgainTagMin, kNewVariableTag)) {
    const std::string_view bytes = pattern.Bytes(tokens_[fixed_token_]);
    alive_ = zipper_->DescendExisting(bytes) == bytes.size();
    ++fixed_token_;
  }
  fixed_depth_ = passed_depth_ = zipper_->path().size();
  if (!alive_) alive_status_ = zipper_->status();
}

void PatternWalk::Start(std::span<const std::string_view> values, VariableRanges ranges,
                        std::optional<std::string_view> from, bool inclusive) {
  for (size_t i = 0; i < known_.size(); ++i) {
    if (pattern_.is_input(i)) known_[i].assign(values[i]);
  }
  ranges_ = ranges;
  tail_ = free_from_;
  for (size_t i = tokens_.size(); !ranges.empty() && i > free_from_; --i) {
    const size_t variable = tokens_[i - 1].variable;
    if (variable < ranges.size() && !ranges[variable].empty()) {
      tail_ = i;
      break;
    }
  }
  status_ = absl::OkStatus();
  argument_varies_ = false;
  frames_.clear();
  fresh_ = alive_;
  if (!alive_) {
    status_ = alive_status_;
    return;
  }
  place_ = {};
  place_.met_known = argument_ == Argument::kBare;
  inclusive_ = inclusive;
  passing_ = !from.has_value() && argument_ != Argument::kOther;
  if (passing_) {
    KeepCommonWay();
  } else {
    AscendTo(fixed_depth_);
    place_.token = fixed_token_;
    passed_depth_ = fixed_depth_;
    passed_boundary_ = false;
  }
  if (from.has_value()) {
    from_.assign(zipper_->path().substr(0, family_bytes_));
    from_.append(*from);
    place_.tight = true;
    scratch_.assign(zipper_->path().substr(family_bytes_));
    if (!StayBehindFrom(scratch_, family_bytes_)) fresh_ = false;
  }
}

void PatternWalk::KeepCommonWay() {
  const std::string_view path = zipper_->path();
  size_t depth = fixed_depth_;
  uint32_t token = fixed_token_;
  for (; token < tail_; ++token) {
    const PatternToken& next = tokens_[token];
    if (next.is_variable() && !pattern_.is_input(next.variable)) break;
    const std::string_view bytes =
        next.is_variable() ? std::string_view(known_[next.variable]) : pattern_.Bytes(next);
    const size_t common = CommonBytes(path.substr(depth), bytes);
    if (common == bytes.size() && depth + common <= passed_depth_) {
      depth += common;
      continue;
    }
    // One token is gone on with in the middle, if it was seen that it is the only way.
    size_t end = 0;
    uint64_t children = 0;
    const bool is_only_way = depth < passed_depth_ || (depth == passed_depth_ && passed_boundary_);
    if (!is_only_way || !PassToken(bytes, end, children) || end != bytes.size()) break;
    AscendTo(depth + common);
    passed_boundary_ = true;
    if (!Step() || zipper_->DescendExisting(bytes.substr(common)) != bytes.size() - common) {
      fresh_ = passing_ = false;
      passed_depth_ = depth;
      return;
    }
    depth += bytes.size();
    passed_depth_ = depth;
    passed_boundary_ = false;
    ++token;
    break;
  }
  // There was none in front of any token that was passed.
  if (depth < passed_depth_) passed_boundary_ = true;
  AscendTo(depth);
  passed_depth_ = depth;
  place_.token = token;
}

std::string PatternWalk::ArgumentBytes() const {
  std::string bytes;
  for (size_t i = argument_begin_; i < argument_end_; ++i) {
    bytes += tokens_[i].is_variable() ? std::string_view(known_[tokens_[i].variable])
                                      : pattern_.Bytes(tokens_[i]);
  }
  return bytes;
}

// --- Going down
// ------------------------------------------------------------------------------------

bool PatternWalk::Step() {
  if (meter_.Step()) [[likely]] {
    return true;
  }
  status_ = meter_.status();
  return false;
}

bool PatternWalk::Broken() {
  status_ = zipper_->status();
  if (status_.ok()) status_ = absl::DataLossError("a stored path does not hold a whole term");
  return false;
}

bool PatternWalk::StayBehindFrom(std::string_view bytes, size_t depth) {
  if (!place_.tight) return true;
  const std::string_view rest = FromBehind(depth);
  const int order = bytes.substr(0, rest.size()).compare(rest.substr(0, bytes.size()));
  if (order < 0) return false;
  // Longer than from_, what is below is behind it.
  place_.tight = order == 0 && bytes.size() <= rest.size();
  return true;
}

bool PatternWalk::Descend(std::string_view bytes) {
  if (place_.tight && !StayBehindFrom(bytes, zipper_->path().size())) return false;
  return zipper_->DescendExisting(bytes) == bytes.size();
}

bool PatternWalk::TakeKnown(std::string_view bytes) {
  if (!Step()) return false;
  if (zipper_->HasChildBetween(kVariableAgainTagMin, kNewVariableTag)) [[unlikely]] {
    passing_ = false;
    if (argument_ != Argument::kExact || !InArgument()) {
      Push(Choice::kAlternative);
      return false;
    }
    argument_varies_ = true;
  }
  passed_boundary_ = passed_boundary_ || passing_;
  if (!Descend(bytes)) {
    passing_ = false;
    return false;
  }
  if (passing_) {
    passed_depth_ = zipper_->path().size();
    passed_boundary_ = false;
  }
  return true;
}

bool PatternWalk::TakeValue(size_t variable) {
  const std::string_view bytes = known_[variable];
  while (place_.offset < bytes.size()) {
    size_t end = place_.offset;
    uint64_t children = 0;
    if (!PassToken(bytes, end, children)) return Broken();
    if (!TakeKnown(bytes.substr(place_.offset, end - place_.offset))) return false;
    place_.offset = static_cast<uint32_t>(end);
  }
  place_.offset = 0;
  ++place_.token;
  return true;
}

bool PatternWalk::IsKnown(size_t variable) {
  if (pattern_.is_input(variable) || place_.offset > 0) return true;
  if ((place_.bound >> variable & 1) == 0) return false;
  const Span span = spans_[variable];
  const std::string_view bytes = zipper_->path().substr(span.begin, span.end - span.begin);
  size_t at = 0;
  bool has_variable = false;
  if (!PassSubterm(bytes, at, has_variable) || has_variable) return false;
  known_[variable].assign(bytes);
  return true;
}

void PatternWalk::Push(Choice choice) {
  passing_ = false;
  Frame& frame = frames_.emplace_back();
  frame.choice = choice;
  frame.depth = zipper_->path().size();
  frame.place = place_;
}

void PatternWalk::Advance() {
  for (;;) {
    if (argument_ == Argument::kOther && place_.token == argument_end_ && place_.offset == 0 &&
        !place_.argument_variable) {
      return;
    }
    if (place_.token >= tail_) {
      Push(Choice::kTail);
      return;
    }
    const PatternToken& next = token();
    if (!next.is_variable()) {
      if (!TakeKnown(pattern_.Bytes(next))) return;
      ++place_.token;
    } else if (IsKnown(next.variable)) {
      if (!TakeValue(next.variable)) return;
    } else {
      const bool has_ranges = next.variable < ranges_.size() && !ranges_[next.variable].empty() &&
                              (place_.bound >> next.variable & 1) == 0;
      Push(has_ranges ? Choice::kRange : Choice::kSubterm);
      return;
    }
  }
}

bool PatternWalk::Next() {
  if (fresh_) {
    fresh_ = false;
    Advance();
  }
  while (!frames_.empty()) {
    if (!status_.ok() || !Step()) return false;
    Frame& frame = frames_.back();
    bool found = false;
    switch (frame.choice) {
      case Choice::kTail:
        if (NextInTail(frame)) return true;
        break;
      case Choice::kAlternative:
        found = NextAlternative(frame);
        break;
      case Choice::kSubterm:
        found = NextSubterm(frame);
        break;
      case Choice::kRange:
        found = NextInRanges(frame);
        break;
    }
    if (found) {
      Advance();
      continue;
    }
    if (!status_.ok()) return false;
    // A cursor that has lost patience finds nothing, too.
    if (!meter_.status().ok()) {
      status_ = meter_.status();
      return false;
    }
    frames_.pop_back();
  }
  if (status_.ok()) status_ = zipper_->status();
  return false;
}

}  // namespace pathkb
