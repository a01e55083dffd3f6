#include "core/query/matcher.h"

#include <utility>

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/query/unify.h"

namespace pathkb {
namespace {

constexpr uint64_t kStepsPerInterrupt = 1024;
constexpr ByteMask kVariableTags = ByteMask::Range(kVariableAgainTagMin, kNewVariableTag);

bool IsVariableTag(uint8_t byte) { return byte >= kVariableAgainTagMin && byte <= kNewVariableTag; }

}  // namespace

Matcher::Matcher(std::unique_ptr<Zipper> zipper, const Pattern& pattern, Interrupt interrupt)
    : zipper_(std::move(zipper)),
      pattern_(pattern),
      interrupt_(std::move(interrupt)),
      root_(zipper_->path().size()) {
  variables_.resize(pattern.variable_names().size());
  Frame first;
  first.depth = root_;
  Enter(first);
  frames_.push_back(first);
}

void Matcher::Enter(Frame& frame) {
  const std::string& code = pattern_.code();
  if (frame.pc >= pattern_.free_from()) {
    frame.mode = Mode::kAll;
    return;
  }
  frame.mode = Mode::kPattern;
  const uint8_t tag = static_cast<uint8_t>(code[frame.pc]);
  if (pattern_.IsSubtermStart(frame.pc) && IsVariableTag(tag)) {
    const size_t variable = pattern_.VariableAt(frame.pc);
    frame.mode = Mode::kSkip;
    frame.subterm_begin = frame.depth;
    frame.scanner = TermScanner();
    if ((frame.bound >> variable & 1) != 0 && IsGround(variables_[variable])) {
      frame.mode = Mode::kCopy;
      frame.copy = variables_[variable];
    }
  }
  SetTodo(frame);
}

void Matcher::SetTodo(Frame& frame) const {
  const std::string& code = pattern_.code();
  ByteMask wanted;
  bool at_subterm = false;
  switch (frame.mode) {
    case Mode::kPattern:
      wanted.Set(static_cast<uint8_t>(code[frame.pc]));
      at_subterm = pattern_.IsSubtermStart(frame.pc);
      break;
    case Mode::kCopy:
      wanted.Set(static_cast<uint8_t>(zipper_->path()[frame.copy.begin]));
      at_subterm = frame.scanner.at_tag();
      break;
    case Mode::kSkip:
      frame.todo = zipper_->child_mask();
      return;
    case Mode::kAll:
      return;
  }
  frame.todo = at_subterm ? (wanted | kVariableTags) & zipper_->child_mask() : wanted;
}

bool Matcher::StepPattern(Frame& child, uint8_t byte) const {
  const std::string& code = pattern_.code();
  if (byte != static_cast<uint8_t>(code[child.pc])) {
    child.fact_has_variable = true;
    child.pc = pattern_.SubtermEnd(child.pc);
    return true;
  }
  // The rest of the token, up to where the next subterm begins, has no alternative.
  const size_t begin = child.pc + 1;
  size_t end = begin;
  while (end < code.size() && !pattern_.IsSubtermStart(end)) ++end;
  if (!zipper_->Descend(std::string_view(code).substr(begin, end - begin))) {
    PATHKB_CHECK(zipper_->Ascend(1));
    return false;
  }
  child.depth += end - begin;
  child.pc = end;
  return true;
}

bool Matcher::StepSkip(Frame& child, uint8_t byte) {
  const bool variable = child.scanner.at_tag() && IsVariableTag(byte);
  child.fact_has_variable = child.fact_has_variable || variable;
  switch (child.scanner.Feed(byte)) {
    case TermScanner::State::kInside:
      return true;
    case TermScanner::State::kInvalid:
      PATHKB_CHECK(zipper_->Ascend(1));
      return false;
    case TermScanner::State::kComplete:
      break;
  }
  const size_t number = pattern_.VariableAt(child.pc);
  if ((child.bound >> number & 1) == 0) {
    variables_[number] = {child.subterm_begin, child.depth};
    child.bound |= uint64_t{1} << number;
  }
  LeaveSubterm(child);
  return true;
}

bool Matcher::StepCopy(Frame& child, uint8_t byte) const {
  const std::string_view path = zipper_->path();
  if (byte != static_cast<uint8_t>(path[child.copy.begin])) {
    // A variable in the fact stands for the whole subterm that begins there.
    const std::string_view rest = path.substr(child.copy.begin, child.copy.end - child.copy.begin);
    const auto subterm_bytes = EncodedTermBytes(rest);
    if (!subterm_bytes.ok()) {
      PATHKB_CHECK(zipper_->Ascend(1));
      return false;
    }
    child.fact_has_variable = true;
    for (size_t i = 0; i < *subterm_bytes; ++i) {
      child.scanner.Feed(static_cast<uint8_t>(rest[i]));
    }
    child.copy.begin += *subterm_bytes;
  } else {
    child.scanner.Feed(byte);
    ++child.copy.begin;
  }
  if (child.copy.begin == child.copy.end) LeaveSubterm(child);
  return true;
}

void Matcher::LeaveSubterm(Frame& child) const {
  child.pc = pattern_.SubtermEnd(child.pc);
  child.mode = Mode::kPattern;
}

void Matcher::TryChild(uint8_t byte) {
  if (!zipper_->DescendByte(byte)) return;
  Frame child = frames_.back();
  const Mode mode = child.mode;
  child.next_byte = 0;
  child.entered = false;
  child.depth += 1;
  const bool alive = mode == Mode::kPattern ? StepPattern(child, byte)
                     : mode == Mode::kSkip  ? StepSkip(child, byte)
                                            : StepCopy(child, byte);
  if (!alive) return;
  if (child.mode == Mode::kPattern) {
    Enter(child);
  } else {
    SetTodo(child);
  }
  frames_.push_back(child);
}

void Matcher::Pop() {
  frames_.pop_back();
  const size_t depth = frames_.empty() ? root_ : frames_.back().depth;
  PATHKB_CHECK(zipper_->Ascend(zipper_->path().size() - depth));
}

absl::StatusOr<bool> Matcher::Next() {
  while (!frames_.empty()) {
    if (++steps_ % kStepsPerInterrupt == 0 && interrupt_ != nullptr) {
      PATHKB_RETURN_IF_ERROR(interrupt_());
    }
    Frame& frame = frames_.back();
    if (frame.mode == Mode::kAll) {
      const bool here = !frame.entered && zipper_->value().has_value();
      frame.entered = true;
      if (here || zipper_->NextValueWithin(frame.depth)) {
        PATHKB_ASSIGN_OR_RETURN(const bool accepted, Accept(frame));
        if (accepted) return true;
      } else {
        Pop();
      }
      continue;
    }
    const std::optional<uint8_t> byte = frame.todo.NextFrom(frame.next_byte);
    if (byte.has_value()) {
      frame.next_byte = unsigned{*byte} + 1;
      TryChild(*byte);
    } else {
      Pop();
    }
  }
  PATHKB_RETURN_IF_ERROR(zipper_->status());
  return false;
}

absl::Status Matcher::ScanTail(const Frame& frame, bool& fact_has_variable) {
  const std::string_view path = zipper_->path();
  size_t position = frame.depth;
  for (size_t pc = frame.pc; pc < pattern_.code().size(); ++pc) {
    TermScanner scanner;
    const size_t begin = position;
    TermScanner::State state = TermScanner::State::kInside;
    while (state == TermScanner::State::kInside && position < path.size()) {
      const uint8_t byte = static_cast<uint8_t>(path[position]);
      fact_has_variable = fact_has_variable || (scanner.at_tag() && IsVariableTag(byte));
      state = scanner.Feed(byte);
      ++position;
    }
    if (state != TermScanner::State::kComplete) {
      return absl::DataLossError("a stored path does not hold a whole term");
    }
    variables_[pattern_.VariableAt(pc)] = {begin, position};
  }
  term_end_ = position;
  return absl::OkStatus();
}

absl::StatusOr<bool> Matcher::Accept(const Frame& frame) {
  bool fact_has_variable = frame.fact_has_variable;
  PATHKB_RETURN_IF_ERROR(ScanTail(frame, fact_has_variable));
  needs_unify_ = fact_has_variable || pattern_.has_repeated_variable();
  if (!needs_unify_) return true;
  std::string_view bytes = encoded_term();
  PATHKB_ASSIGN_OR_RETURN(const Term fact, DecodeTerm(bytes));
  return Unifies(pattern_.term(), fact);
}

absl::StatusOr<std::vector<Term>> Matcher::Bindings(
    const std::vector<std::string>& fact_variable_names) const {
  if (needs_unify_) {
    std::string_view bytes = encoded_term();
    PATHKB_ASSIGN_OR_RETURN(const Term fact, DecodeTerm(bytes, fact_variable_names));
    PATHKB_ASSIGN_OR_RETURN(auto bindings, Unify(pattern_.term(), fact, pattern_.variable_names()));
    PATHKB_CHECK(bindings.has_value());  // Accept() has seen them unify.
    return *std::move(bindings);
  }
  std::vector<Term> bindings;
  bindings.reserve(variables_.size());
  for (const Span& span : variables_) {
    std::string_view bytes = zipper_->path().substr(span.begin, span.end - span.begin);
    PATHKB_ASSIGN_OR_RETURN(Term term, DecodeTerm(bytes));
    bindings.push_back(std::move(term));
  }
  return bindings;
}

bool Matcher::IsGround(Span span) const {
  const std::string_view bytes = zipper_->path().substr(span.begin, span.end - span.begin);
  TermScanner scanner;
  for (char c : bytes) {
    const uint8_t byte = static_cast<uint8_t>(c);
    if (scanner.at_tag() && IsVariableTag(byte)) return false;
    if (scanner.Feed(byte) != TermScanner::State::kInside) break;
  }
  return true;
}

}  // namespace pathkb
