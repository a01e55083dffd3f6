#include "core/trie/algebra_walk.h"

#include <string>
#include <utility>

#include "core/base/run_compare.h"
#include "core/trie/node_fetch.h"

namespace pathkb {
TrieAlgebra::~TrieAlgebra() {
  for (const Part& part : parts_) TrieSlot::Release(part.slot);
  for (const TrieEdge& edge : edges_) TrieSlot::Release(edge.slot);
}

AlgebraResult TrieAlgebra::Run(const PathTrie& left, const PathTrie& right) {
  if (left.empty() || right.empty()) {
    const bool keep = left.empty() ? rules_.keep_right : rules_.keep_left;
    PathTrie result = keep ? (left.empty() ? right : left) : PathTrie();
    const bool equals_left = result.SharesRootWith(left);
    const bool equals_right = result.SharesRootWith(right);
    return {std::move(result), equals_left, equals_right};
  }
  std::optional<Part> part = Begin({&left.root_, 0}, {&right.root_, 0}, 0);
  while (!part.has_value()) {
    if (!Advance()) continue;
    const Part finished = Finish();
    if (frames_.empty()) {
      part = finished;
    } else {
      Add(finished);
    }
  }
  const TrieSlot root = part->source != nullptr ? part->source->Share() : part->slot;
  return {PathTrie(root), part->equals_left, part->equals_right};
}

TrieAlgebra::Part TrieAlgebra::Same(Place place) const {
  if (rules_.both != AlgebraRules::Both::kPolicy) return {};
  return Whole(place, true, true);
}

TrieAlgebra::Side TrieAlgebra::MakeSide(Place place, size_t common) {
  Side side;
  side.place = {place.slot, place.used + common};
  side.in_run = side.place.used < place.slot->run_bytes();
  side.more = true;
  if (side.in_run) {
    side.child = {0, static_cast<uint8_t>(place.slot->run()[side.place.used])};
  } else if (place.slot->is_branch()) {
    side.child = place.slot->branch()->First();
  } else {
    side.more = false;
  }
  return side;
}

std::optional<TrieAlgebra::Part> TrieAlgebra::BothLeaves(Place left, Place right) {
  const uint64_t left_value = left.slot->value();
  const uint64_t right_value = right.slot->value();
  if (left_value == right_value) return Same(left);
  switch (rules_.both) {
    case AlgebraRules::Both::kNothing:
      return Part{};
    case AlgebraRules::Both::kLeftIfDifferent:
      return Whole(left, true, false);
    case AlgebraRules::Both::kPolicy:
      break;
  }
  if (rules_.right_value_keeps_left) return Whole(left, true, false);
  const uint64_t value = (*rules_.policy)(left_value, right_value);
  if (value == left_value) return Whole(left, true, false);
  if (value == right_value) return Whole(right, false, true);
  return Part{nullptr, TrieSlot::NewLeaf(left.rest(), {}, value), 0, 0, false, false};
}

std::optional<TrieAlgebra::Part> TrieAlgebra::Begin(Place left, Place right, uint8_t byte) {
  if (left.slot->SharesNodeWith(*right.slot) && left.used == right.used) return Same(left);
  ++visited_pairs_;
  ReservePart();
  const std::string_view left_rest = left.rest();
  const std::string_view right_rest = right.rest();
  const size_t common = CommonBytes(left_rest, right_rest);
  const bool left_ends = common == left_rest.size();
  const bool right_ends = common == right_rest.size();
  if (left_ends && right_ends && !left.slot->is_branch() && !right.slot->is_branch()) {
    return BothLeaves(left, right);
  }
  if (rules_.right_value_keeps_left && right_ends && right.slot->has_value()) {
    return Whole(left, true, false);
  }
  if (!left_ends && !right_ends && !rules_.keep_right) {
    return rules_.keep_left ? Whole(left, true, false) : Part{};
  }
  Frame frame = {left, right, common, MakeSide(left, common), MakeSide(right, common), std::nullopt,
                 true, true,  byte,   parts_.size()};
  MergeValues(frame, left_ends ? left.slot->optional_value() : std::nullopt,
              right_ends ? right.slot->optional_value() : std::nullopt);
  if (left_ends && right_ends && left.slot->is_branch() && right.slot->is_branch()) {
    if (std::optional<Part> part = MergeWide(frame); part.has_value()) return part;
  }
  // Each child will be visited, or counted once more.
  for (const Side& side : {frame.left_side, frame.right_side}) {
    if (side.more && !side.in_run) FetchChildren(*side.place.slot->branch(), 0, 256);
  }
  frames_.push_back(frame);
  return std::nullopt;
}

bool TrieAlgebra::MergeLeaves(const TrieSlot& left, const TrieSlot& right, TrieSlot* result) const {
  // Two leaves with the same run and different values are all that can be decided here.
  if (!left.is_inline() || !right.is_inline() || left.run() != right.run()) return false;
  if (rules_.both == AlgebraRules::Both::kLeftIfDifferent || rules_.right_value_keeps_left) {
    *result = left;
  } else if (rules_.both == AlgebraRules::Both::kPolicy) {
    const uint64_t value = (*rules_.policy)(left.value(), right.value());
    if (!TrieSlot::FitsInline(left.run_bytes(), value)) return false;
    *result = TrieSlot::NewLeaf(left.run(), {}, value);
  } else {
    *result = TrieSlot();
  }
  return true;
}

std::optional<TrieAlgebra::Part> TrieAlgebra::MergeWide(const Frame& frame) {
  const TrieBranch& left = *frame.left.slot->branch();
  const TrieBranch& right = *frame.right.slot->branch();
  TrieBranch::Table left_table;
  TrieBranch::Table right_table;
  const TrieBranch::Table* const left_slots = left.AsTable(&left_table);
  const TrieBranch::Table* const right_slots = right.AsTable(&right_table);
  if (left_slots == nullptr || right_slots == nullptr) return std::nullopt;
  // Which of the two has a child is mostly hard to guess, so masks choose.
  const uint64_t keep_left = -uint64_t{rules_.keep_left};
  const uint64_t keep_right = -uint64_t{rules_.keep_right};
  const uint64_t keep_same = -uint64_t{rules_.both == AlgebraRules::Both::kPolicy};
  TrieBranch::Table results;
  uint64_t left_changes = !frame.equals_left;
  uint64_t right_changes = !frame.equals_right;
  int count = 0;
  for (size_t byte = 0; byte < results.size(); ++byte) {
    const TrieSlot l = (*left_slots)[byte];
    const TrieSlot r = (*right_slots)[byte];
    const uint64_t same = -uint64_t{l.bits() == r.bits()};
    const uint64_t use_left = (same & keep_same) | (~same & -uint64_t{r.empty()} & keep_left);
    const uint64_t use_right = ~same & -uint64_t{l.empty()} & keep_right;
    TrieSlot result = TrieSlot::Choose(l, use_left, r, use_right);
    if (!l.empty() && !r.empty() && same == 0) [[unlikely]] {
      if (!MergeLeaves(l, r, &result)) return std::nullopt;
    }
    results[byte] = result;
    left_changes |= result.bits() ^ l.bits();
    right_changes |= result.bits() ^ r.bits();
    count += !result.empty();
  }
  const bool equals_left = left_changes == 0;
  const bool equals_right = right_changes == 0;
  if (equals_left) return Whole(frame.left, true, equals_right);
  if (equals_right) return Whole(frame.right, false, true);
  if (count + frame.value.has_value() < 2) return std::nullopt;
  const std::string_view run = frame.left.rest().substr(0, frame.common);
  return Part{nullptr, TrieBranch::NewFrom(run, frame.value, results, count), 0, 0, false, false};
}

void TrieAlgebra::MergeValues(Frame& frame, std::optional<uint64_t> left,
                              std::optional<uint64_t> right) {
  if (left.has_value() && right.has_value()) {
    if (rules_.both == AlgebraRules::Both::kPolicy) {
      frame.value = *left == *right ? *left : (*rules_.policy)(*left, *right);
    } else if (rules_.both == AlgebraRules::Both::kLeftIfDifferent && *left != *right) {
      frame.value = left;
    }
  } else if (left.has_value()) {
    if (rules_.keep_left) frame.value = left;
  } else if (right.has_value()) {
    if (rules_.keep_right) frame.value = right;
  }
  frame.equals_left = frame.value == left;
  frame.equals_right = frame.value == right;
}

void TrieAlgebra::Add(Part part) {
  Frame& frame = frames_.back();
  frame.equals_left &= part.equals_left;
  frame.equals_right &= part.equals_right;
  if (!part.empty()) parts_.push_back(part);
}

void TrieAlgebra::AddOnlyLeft() {
  Frame& frame = frames_.back();
  if (rules_.keep_left) {
    Part part = Whole(frame.left_side.Child(), true, false);
    part.byte = frame.left_side.child.byte;
    parts_.push_back(part);
    frame.equals_right = false;
  } else {
    frame.equals_left = false;
  }
  frame.left_side.Next();
}

void TrieAlgebra::AddOnlyRight() {
  Frame& frame = frames_.back();
  if (rules_.keep_right) {
    Part part = Whole(frame.right_side.Child(), false, true);
    part.byte = frame.right_side.child.byte;
    parts_.push_back(part);
    frame.equals_left = false;
  } else {
    frame.equals_right = false;
  }
  frame.right_side.Next();
}

bool TrieAlgebra::Advance() {
  for (;;) {
    Frame& frame = frames_.back();
    Side& left = frame.left_side;
    Side& right = frame.right_side;
    if (!left.more && !right.more) return true;
    if (left.more && right.more && left.child.byte == right.child.byte) {
      const uint8_t byte = left.child.byte;
      const Place left_child = left.Child();
      const Place right_child = right.Child();
      left.Next();
      right.Next();
      std::optional<Part> part = Begin(left_child, right_child, byte);
      if (!part.has_value()) return false;
      part->byte = byte;
      Add(*part);
    } else if (!right.more || (left.more && left.child.byte < right.child.byte)) {
      AddOnlyLeft();
    } else {
      AddOnlyRight();
    }
  }
}

TrieAlgebra::Part TrieAlgebra::Finish() {
  const Frame& frame = frames_.back();
  ReservePart();
  Part part;
  if (frame.equals_left) {
    part = Whole(frame.left, true, frame.equals_right);
  } else if (frame.equals_right) {
    part = Whole(frame.right, false, true);
  } else {
    part = Build(frame);
  }
  part.byte = frame.byte;
  parts_.resize(frame.first_part);
  frames_.pop_back();
  return part;
}

TrieEdge TrieAlgebra::EdgeFor(Part& part) {
  if (part.source == nullptr) return TrieEdge::Slot(part.byte, std::exchange(part.slot, {}));
  const TrieSlot& source = *part.source;
  if (!source.is_branch() && (part.skip > 0 || source.is_embedded())) {
    return TrieEdge::Leaf(part.byte, source.run().substr(part.skip), source.value());
  }
  if (part.skip == 0) return TrieEdge::Slot(part.byte, source.AddReference());
  return TrieEdge::Slot(part.byte,
                        TrieBranch::CopyWithRun(source, source.run().substr(part.skip), {}));
}

TrieAlgebra::Part TrieAlgebra::Build(const Frame& frame) {
  const size_t count = parts_.size() - frame.first_part;
  const std::string_view run = frame.left.rest().substr(0, frame.common);
  Part result;
  if (count == 0) {
    if (frame.value.has_value()) result.slot = TrieSlot::NewLeaf(run, {}, *frame.value);
    return result;
  }
  if (count == 1 && !frame.value.has_value()) {
    // The only child becomes the end of the run.
    Part& only = parts_.back();
    std::string head(run);
    head.push_back(static_cast<char>(only.byte));
    if (only.source == nullptr) {
      TrieBranch::SetRun(&only.slot, head, only.slot.run());
      result.slot = std::exchange(only.slot, {});
    } else {
      result.slot =
          TrieBranch::CopyWithRun(*only.source, head, only.source->run().substr(only.skip));
    }
    return result;
  }
  edges_.reserve(count);
  for (size_t i = frame.first_part; i < parts_.size(); ++i) edges_.push_back(EdgeFor(parts_[i]));
  result.slot = TrieBranch::New(run, {}, frame.value, edges_);
  edges_.clear();
  return result;
}

}  // namespace pathkb
