#include "core/trie/read_zipper.h"

#include <algorithm>
#include <cstring>

#include "core/base/check.h"
#include "core/trie/run_compare.h"

namespace pathkb {
namespace {

// Nodes lie anywhere in memory, and a scan would spend most of its time waiting for one after the
// other. So it asks early for those that come soon: so many siblings ahead, and the first so many
// children of the next sibling. Tried on a million random paths: twice as fast as without, or with
// one sibling.
constexpr int kFetchAhead = 8;
constexpr int kFetchBelowNext = 4;

// Asks for the nodes at positions `first` to `last`, `last` not included, as far as there are so
// many. Always inline: to gcc 12, a function of its own that only asks has no effect, and calls of
// it are left out.
[[gnu::always_inline]] inline void Fetch(const TrieBranch& parent, int first, int last) {
  last = std::min(last, parent.position_count());
  for (int i = first; i < last; ++i) parent.slot(i).Prefetch();
}

}  // namespace

ReadZipper::ReadZipper(const PathTrie& trie) : trie_(trie) {
  frames_.resize(16);
  frames_[0] = {&trie_.root_, 0, {}};
  path_.resize(64);
}

ReadZipper::ReadZipper(const ReadZipper& other)
    : trie_(other.trie_),
      frames_(other.frames_),
      depth_(other.depth_),
      path_(other.path_),
      path_bytes_(other.path_bytes_) {
  frames_[0].slot = &trie_.root_;
}

std::unique_ptr<Zipper> ReadZipper::Fork() const { return std::make_unique<ReadZipper>(*this); }

std::optional<uint64_t> ReadZipper::value() const {
  if (!at_node()) return std::nullopt;
  return frame().slot->optional_value();
}

ByteMask ReadZipper::child_mask() const {
  const TrieSlot& slot = *frame().slot;
  if (at_node()) return slot.child_mask();
  ByteMask mask;
  mask.Set(static_cast<uint8_t>(slot.run()[run_used()]));
  return mask;
}

void ReadZipper::Reset() {
  depth_ = 0;
  path_bytes_ = 0;
}

void ReadZipper::Enter(TrieBranch::Child child, bool with_run) {
  Frame& parent = frames_[depth_];
  parent.child = child;
  const TrieSlot& slot = parent.slot->branch()->slot(child.position);
  const size_t start = path_bytes_ + 1;
  if (with_run) {
    const std::string_view run = slot.run();
    ReservePath(start + run.size());
    char* const end = path_.data() + start;
    if (slot.is_inline()) {
      std::memcpy(end, run.data(), 7);  // All that a slot can hold; what is too much is not counted.
    } else {
      std::memcpy(end, run.data(), run.size());
    }
    path_bytes_ = start + run.size();
  } else {
    ReservePath(start);
    path_bytes_ = start;
  }
  path_[start - 1] = static_cast<char>(child.byte);
  if (++depth_ == frames_.size()) frames_.resize(frames_.size() * 2);
  Frame& entered = frames_[depth_];
  entered.slot = &slot;
  entered.start = start;
}

void ReadZipper::EnterToValue(TrieBranch::Child child) {
  for (;;) {
    const TrieBranch& parent = *frames_[depth_].slot->branch();
    Fetch(parent, child.position + kFetchAhead, child.position + kFetchAhead + 1);
    if (child.position + 1 < parent.position_count()) {
      const TrieSlot& next = parent.slot(child.position + 1);
      if (next.is_branch()) Fetch(*next.branch(), 0, kFetchBelowNext);
    }
    Enter(child, true);
    const TrieSlot& slot = *frame().slot;
    if (slot.has_value()) return;
    Fetch(*slot.branch(), 1, kFetchAhead);
    child = slot.branch()->First();
  }
}

void ReadZipper::EnterToLastValue(TrieBranch::Child child) {
  for (;;) {
    Enter(child, true);
    const TrieSlot& slot = *frame().slot;
    if (!slot.is_branch()) return;
    child = slot.branch()->Last();
  }
}

void ReadZipper::FinishRun() {
  const std::string_view rest = frame().slot->run().substr(run_used());
  ReservePath(path_bytes_ + rest.size());
  rest.copy(path_.data() + path_bytes_, rest.size());
  path_bytes_ += rest.size();
}

bool ReadZipper::DescendByte(uint8_t byte) {
  const TrieSlot& slot = *frame().slot;
  const size_t used = run_used();
  if (used < slot.run_bytes()) {
    if (static_cast<uint8_t>(slot.run()[used]) != byte) return false;
    ReservePath(path_bytes_ + 1);
    path_[path_bytes_++] = static_cast<char>(byte);
    return true;
  }
  if (!slot.is_branch()) return false;
  const int position = slot.branch()->Find(byte);
  if (position < 0) return false;
  Enter({position, byte}, false);
  return true;
}

bool ReadZipper::Descend(std::string_view bytes) {
  const size_t found = DescendExisting(bytes);
  if (found == bytes.size()) return true;
  Ascend(found);
  return false;
}

size_t ReadZipper::DescendExisting(std::string_view bytes) {
  std::string_view rest = bytes;
  for (;;) {
    const std::string_view run = frame().slot->run().substr(run_used());
    const size_t common = CommonBytes(run, rest);
    ReservePath(path_bytes_ + common);
    run.copy(path_.data() + path_bytes_, common);
    path_bytes_ += common;
    rest.remove_prefix(common);
    if (common < run.size() || rest.empty()) break;
    if (!DescendByte(static_cast<uint8_t>(rest.front()))) break;
    rest.remove_prefix(1);
  }
  return bytes.size() - rest.size();
}

bool ReadZipper::DescendFirst() {
  const TrieSlot& slot = *frame().slot;
  if (!at_node()) return DescendByte(static_cast<uint8_t>(slot.run()[run_used()]));
  if (!slot.is_branch()) return false;
  Enter(slot.branch()->First(), false);
  return true;
}

bool ReadZipper::DescendLast() {
  const TrieSlot& slot = *frame().slot;
  if (!at_node()) return DescendByte(static_cast<uint8_t>(slot.run()[run_used()]));
  if (!slot.is_branch()) return false;
  Enter(slot.branch()->Last(), false);
  return true;
}

size_t ReadZipper::DescendRun() {
  // The end of a run has a value or several children, so one run is all there can be.
  const size_t before = path_bytes_;
  if (!at_node()) {
    FinishRun();
  } else if (frame().slot->child_count() == 1) {
    Enter(frame().slot->branch()->First(), true);
  }
  return path_bytes_ - before;
}

bool ReadZipper::Ascend(size_t count) {
  if (count > path_bytes_) return false;
  path_bytes_ -= count;
  while (path_bytes_ < frame().start) --depth_;
  return true;
}

bool ReadZipper::NextSibling() {
  // Inside a run there are no siblings, and neither has the root any.
  if (depth_ == 0 || run_used() != 0) return false;
  TrieBranch::Child child = frames_[depth_ - 1].child;
  if (!frames_[depth_ - 1].slot->branch()->Next(&child)) return false;
  --depth_;
  --path_bytes_;
  Enter(child, false);
  return true;
}

bool ReadZipper::PreviousSibling() {
  if (depth_ == 0 || run_used() != 0) return false;
  TrieBranch::Child child = frames_[depth_ - 1].child;
  if (!frames_[depth_ - 1].slot->branch()->Previous(&child)) return false;
  --depth_;
  --path_bytes_;
  Enter(child, false);
  return true;
}

bool ReadZipper::NextValue() { return NextValueWithin(0); }

bool ReadZipper::NextValueWithin(size_t prefix_bytes) {
  PATHKB_CHECK(prefix_bytes <= path_bytes_);
  const TrieSlot& slot = *frame().slot;
  if (!at_node()) {
    FinishRun();
    if (slot.has_value()) return true;
  }
  if (slot.is_branch()) {
    EnterToValue(slot.branch()->First());
    return true;
  }
  return NextValueBehind(prefix_bytes);
}

bool ReadZipper::NextValueBehind(size_t prefix_bytes) {
  PATHKB_CHECK(prefix_bytes <= path_bytes_);
  for (size_t depth = depth_; depth > 0; --depth) {
    const Frame& parent = frames_[depth - 1];
    const size_t fork_bytes = frames_[depth].start - 1;
    if (fork_bytes < prefix_bytes) return false;
    TrieBranch::Child child = parent.child;
    if (!parent.slot->branch()->Next(&child)) continue;
    depth_ = depth - 1;
    path_bytes_ = fork_bytes;
    EnterToValue(child);
    return true;
  }
  return false;
}

bool ReadZipper::PreviousValue() {
  for (size_t depth = depth_; depth > 0; --depth) {
    const Frame& parent = frames_[depth - 1];
    TrieBranch::Child child = parent.child;
    const bool has_sibling = parent.slot->branch()->Previous(&child);
    if (!has_sibling && !parent.slot->has_value()) continue;
    depth_ = depth - 1;
    path_bytes_ = frames_[depth].start - 1;
    if (has_sibling) EnterToLastValue(child);
    return true;
  }
  return false;
}

bool ReadZipper::SeekValue(std::string_view target) {
  const size_t common = CommonBytes(path(), target);
  const std::string left(path().substr(common));  // To come back; the way down overwrites it.
  Ascend(left.size());
  const size_t found = common + DescendExisting(target.substr(common));
  if (found == target.size()) {
    // Each path has a value at or below it, except the root of an empty trie.
    if (value().has_value() || NextValueWithin(0)) return true;
  } else {
    // What is below the first later byte from here, or behind all that is below here.
    const unsigned missing = static_cast<uint8_t>(target[found]);
    const ByteMask mask = child_mask();
    if (const auto byte = mask.NextFrom(missing + 1); byte.has_value()) {
      DescendByte(*byte);
      return value().has_value() || NextValueWithin(0);
    }
    if (NextValueBehind(0)) return true;
  }
  Ascend(path_bytes_ - common);
  Descend(left);
  return false;
}

uint64_t ReadZipper::CountValues(uint64_t limit) const {
  return std::min(limit, frame().slot->value_count());
}

PathTrie ReadZipper::Subtrie() const {
  const TrieSlot& slot = *frame().slot;
  if (run_used() == 0) return PathTrie(slot.AddReference());
  return PathTrie(TrieBranch::CopyWithRun(slot, slot.run().substr(run_used()), {}));
}

}  // namespace pathkb
