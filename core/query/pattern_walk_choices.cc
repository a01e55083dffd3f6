// The choices of PatternWalk: what is tried next where there are several ways on.

#include <algorithm>

#include "core/query/pattern_walk.h"
#include "core/term/path_encoding.h"
#include "core/term/subterm.h"

namespace pathkb {
namespace {

constexpr ByteMask kVariableTags = ByteMask::Range(kVariableAgainTagMin, kNewVariableTag);
constexpr std::string_view kFirstVariableTag = "\x80";
static_assert(static_cast<uint8_t>(kFirstVariableTag[0]) == kVariableAgainTagMin);

}  // namespace

bool PatternWalk::NextInTail(Frame& frame) {
  bool found = false;
  if (frame.entered) {
    found = zipper_->NextValueWithin(frame.depth);
  } else {
    frame.entered = true;
    if (frame.place.tight) {
      found = SeekFrom(frame.depth);
      if (found && !inclusive_ && zipper_->path() == from_) {
        found = zipper_->NextValueWithin(frame.depth);
      }
    } else {
      found = zipper_->value().has_value() || zipper_->NextValueWithin(frame.depth);
    }
  }
  if (!found) return false;
  const std::string_view path = zipper_->path();
  size_t at = frame.depth;
  bool has_variable = frame.place.has_variable;
  for (size_t i = frame.place.token; i < tokens_.size(); ++i) {
    const size_t begin = at;
    if (!PassSubterm(path, at, has_variable)) return Broken();
    spans_[tokens_[i].variable] = {begin, at};
  }
  term_end_ = at;
  met_known_ = frame.place.met_known;
  has_variable_ = has_variable;
  return true;
}

bool PatternWalk::NextAlternative(Frame& frame) {
  AscendTo(frame.depth);
  const PatternToken& here = tokens_[frame.place.token];
  std::string_view bytes = pattern_.Bytes(here);
  if (here.is_variable()) {
    const std::string_view value = known_[here.variable];
    size_t end = frame.place.offset;
    uint64_t children = 0;
    if (!PassToken(value, end, children)) return Broken();
    bytes = value.substr(frame.place.offset, end - frame.place.offset);
  }
  const uint8_t tag = static_cast<uint8_t>(bytes[0]);
  ByteMask choices = zipper_->child_mask() & kVariableTags;
  choices.Set(tag);
  for (auto byte = choices.NextFrom(frame.next_byte); byte.has_value();
       byte = choices.NextFrom(frame.next_byte)) {
    if (!Step()) return false;
    frame.next_byte = static_cast<uint16_t>(*byte + 1u);
    place_ = frame.place;
    if (*byte == tag) {
      if (!Descend(bytes)) {
        AscendTo(frame.depth);
        continue;
      }
      if (!here.is_variable()) {
        ++place_.token;
        return true;
      }
      place_.offset += static_cast<uint32_t>(bytes.size());
    } else {
      const char variable = static_cast<char>(*byte);
      if (!Descend(std::string_view(&variable, 1))) continue;
      place_.met_known = true;
      place_.argument_variable = place_.argument_variable || InArgument();
      if (!here.is_variable()) {
        place_.token = here.next;
        return true;
      }
      size_t end = place_.offset;
      bool has_variable = false;
      if (!PassSubterm(known_[here.variable], end, has_variable)) return Broken();
      place_.offset = static_cast<uint32_t>(end);
    }
    if (place_.offset == known_[here.variable].size()) {
      place_.offset = 0;
      ++place_.token;
    }
    return true;
  }
  return false;
}

bool PatternWalk::FindSubterm(Frame& frame, bool& has_variable) {
  size_t at = frame.depth;
  has_variable = false;
  if (!PassSubterm(zipper_->path(), at, has_variable)) return Broken();
  frame.end = at;
  return true;
}

void PatternWalk::TakeSubterm(Frame& frame, bool has_variable) {
  place_ = frame.place;
  if (place_.tight) {
    const std::string_view path = zipper_->path();
    StayBehindFrom(path.substr(frame.depth, frame.end - frame.depth), frame.depth);
  }
  AscendTo(frame.end);
  const uint32_t variable = token().variable;
  if ((place_.bound >> variable & 1) == 0) {
    spans_[variable] = {frame.depth, frame.end};
    place_.bound |= uint64_t{1} << variable;
  }
  place_.has_variable = place_.has_variable || has_variable;
  place_.argument_variable = place_.argument_variable || (has_variable && InArgument());
  ++place_.token;
}

bool PatternWalk::NextSubterm(Frame& frame) {
  bool found = false;
  if (frame.entered) {
    AscendTo(frame.end);
    found = zipper_->NextValueBehind(frame.depth);
  } else {
    frame.entered = true;
    found = frame.place.tight ? SeekFrom(frame.depth) : zipper_->NextValueWithin(frame.depth);
  }
  bool has_variable = false;
  if (!found || !FindSubterm(frame, has_variable)) return false;
  TakeSubterm(frame, has_variable);
  return true;
}

bool PatternWalk::NextInRanges(Frame& frame) {
  const std::vector<SubtermRange>& ranges = ranges_[tokens_[frame.place.token].variable];
  bool found = false;
  if (frame.entered) {
    AscendTo(frame.end);
    found = zipper_->NextValueBehind(frame.depth);
  } else {
    frame.entered = true;
    // Variables stored here may come to stand for something inside a range.
    frame.variables_here = zipper_->HasChildBetween(kVariableAgainTagMin, kNewVariableTag);
    std::string_view target = ranges.front().low;
    if (frame.variables_here) target = std::min(target, kFirstVariableTag);
    if (frame.place.tight) target = std::max(target, FromBehind(frame.depth));
    found = SeekBelow(frame.depth, target);
  }
  while (found) {
    if (!Step()) return false;
    bool has_variable = false;
    if (!FindSubterm(frame, has_variable)) return false;
    const std::string_view subterm = zipper_->path().substr(frame.depth, frame.end - frame.depth);
    const bool is_variable = IsVariableTag(static_cast<uint8_t>(subterm[0]));
    while (frame.range < ranges.size() && subterm >= ranges[frame.range].high) ++frame.range;
    const bool any_left = frame.range < ranges.size();
    if (is_variable || (any_left && subterm >= ranges[frame.range].low)) {
      TakeSubterm(frame, has_variable);
      return true;
    }
    const bool variables_ahead = frame.variables_here && subterm < kFirstVariableTag;
    if (!any_left && !variables_ahead) return false;
    std::string_view target =
        any_left ? std::string_view(ranges[frame.range].low) : kFirstVariableTag;
    if (variables_ahead) target = std::min(target, kFirstVariableTag);
    if (target.starts_with(subterm)) {
      // What is below the subterm may be behind the target, though itself it is not.
      AscendTo(frame.end);
      found = zipper_->NextValueBehind(frame.depth);
    } else {
      found = SeekBelow(frame.depth, target);
    }
  }
  return false;
}

bool PatternWalk::SeekFrom(size_t depth) { return SeekBelow(depth, FromBehind(depth)); }

bool PatternWalk::SeekBelow(size_t depth, std::string_view bytes) {
  scratch_.assign(zipper_->path().substr(0, depth));
  scratch_.append(bytes);
  if (!zipper_->SeekValue(scratch_)) return false;
  const std::string_view path = zipper_->path();
  if (path.size() >= depth && path.compare(0, depth, scratch_, 0, depth) == 0) return true;
  // Out of what the frame is about; back to where it stands, for those above it.
  scratch_.resize(depth);
  if (!zipper_->RestorePosition({scratch_})) {
    Broken();
    alive_ = false;
    alive_status_ = status_;
  }
  return false;
}

}  // namespace pathkb
