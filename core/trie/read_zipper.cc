#include "core/trie/read_zipper.h"

#include <algorithm>
#include <cstring>

#include "core/base/check.h"
#include "core/base/run_compare.h"
#include "core/trie/node_fetch.h"

namespace pathkb {

ReadZipper::ReadZipper(const PathTrie& trie) : trie_(trie), run_end_(trie.root_.run_bytes()) {
  frames_.resize(16);
  frames_[0] = {&trie_.root_, 0, {}};
}

ReadZipper::ReadZipper(const ReadZipper& other)
    : trie_(other.trie_),
      frames_(other.frames_),
      depth_(other.depth_),
      path_(other.path_),
      path_bytes_(other.path_bytes_),
      run_end_(other.run_end_) {
  frames_[0].slot = &trie_.root_;
}

std::unique_ptr<Zipper> ReadZipper::Fork() const { return std::make_unique<ReadZipper>(*this); }

ByteMask ReadZipper::child_mask() const {
  const TrieSlot& slot = *frame().slot;
  if (at_node()) return slot.child_mask();
  ByteMask mask;
  mask.Set(static_cast<uint8_t>(slot.run()[run_used()]));
  return mask;
}

bool ReadZipper::HasChildBetween(uint8_t first, uint8_t last) const {
  const TrieSlot& slot = *frame().slot;
  if (at_node()) return slot.is_branch() && slot.branch()->HasChildBetween(first, last);
  const uint8_t only = static_cast<uint8_t>(slot.run()[run_used()]);
  return only >= first && only <= last;
}

void ReadZipper::Reset() {
  depth_ = 0;
  path_bytes_ = 0;
  run_end_ = frame().slot->run_bytes();
}

const TrieSlot& ReadZipper::Enter(TrieBranch::Child child) {
  Frame& parent = frames_[depth_];
  parent.child = child;
  const TrieSlot& slot = parent.slot->branch()->slot(child.position);
  path_.Reserve(path_bytes_ + 1);
  path_.data()[path_bytes_++] = static_cast<char>(child.byte);
  if (++depth_ == frames_.size()) frames_.resize(frames_.size() * 2);
  Frame& entered = frames_[depth_];
  entered.slot = &slot;
  entered.start = path_bytes_;
  run_end_ = path_bytes_ + slot.run_bytes();
  return slot;
}

inline const TrieSlot& ReadZipper::EnterWithRun(TrieBranch::Child child) {
  Frame& parent = frames_[depth_];
  parent.child = child;
  const TrieSlot& slot = parent.slot->branch()->slot(child.position);
  const size_t start = path_bytes_ + 1;
  path_.Reserve(start);
  path_.data()[start - 1] = static_cast<char>(child.byte);
  run_end_ = path_bytes_ = path_.Append(start, slot);
  if (++depth_ == frames_.size()) frames_.resize(frames_.size() * 2);
  Frame& entered = frames_[depth_];
  entered.slot = &slot;
  entered.start = start;
  return slot;
}

void ReadZipper::EnterToValue(TrieBranch::Child child) {
  for (;;) {
    const TrieSlot& slot = EnterWithRun(child);
    if (!slot.is_branch()) return;
    const TrieBranch& branch = *slot.branch();
    FetchAround(*frames_[depth_ - 1].slot->branch(), child.position);
    FetchChildren(branch, 1, kFetchAhead);
    if (branch.has_value()) return;
    child = branch.First();
  }
}

void ReadZipper::EnterToLastValue(TrieBranch::Child child) {
  for (;;) {
    const TrieSlot& slot = EnterWithRun(child);
    if (!slot.is_branch()) return;
    child = slot.branch()->Last();
  }
}

void ReadZipper::FinishRun() {
  const std::string_view rest = frame().slot->run().substr(run_used());
  path_.Reserve(path_bytes_ + rest.size());
  rest.copy(path_.data() + path_bytes_, rest.size());
  path_bytes_ += rest.size();
}

bool ReadZipper::DescendByte(uint8_t byte) {
  const TrieSlot& slot = *frame().slot;
  const size_t used = run_used();
  if (used < slot.run_bytes()) {
    if (static_cast<uint8_t>(slot.run()[used]) != byte) return false;
    path_.Reserve(path_bytes_ + 1);
    path_.data()[path_bytes_++] = static_cast<char>(byte);
    return true;
  }
  if (!slot.is_branch()) return false;
  const int position = slot.branch()->Find(byte);
  if (position < 0) return false;
  Enter({position, byte});
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
    path_.Reserve(path_bytes_ + common);
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
  Enter(slot.branch()->First());
  return true;
}

bool ReadZipper::DescendLast() {
  const TrieSlot& slot = *frame().slot;
  if (!at_node()) return DescendByte(static_cast<uint8_t>(slot.run()[run_used()]));
  if (!slot.is_branch()) return false;
  Enter(slot.branch()->Last());
  return true;
}

size_t ReadZipper::DescendRun() {
  // The end of a run has a value or several children, so one run is all there can be.
  const size_t before = path_bytes_;
  if (!at_node()) {
    FinishRun();
  } else if (frame().slot->child_count() == 1) {
    EnterWithRun(frame().slot->branch()->First());
  }
  return path_bytes_ - before;
}

bool ReadZipper::Ascend(size_t count) {
  if (count > path_bytes_) return false;
  path_bytes_ -= count;
  if (path_bytes_ >= frame().start) return true;
  do {
    --depth_;
  } while (path_bytes_ < frame().start);
  run_end_ = frames_[depth_ + 1].start - 1;
  return true;
}

bool ReadZipper::NextSibling() {
  // Inside a run there are no siblings, and neither has the root any.
  if (depth_ == 0 || run_used() != 0) return false;
  TrieBranch::Child child = frames_[depth_ - 1].child;
  if (!frames_[depth_ - 1].slot->branch()->Next(&child)) return false;
  ReturnTo(depth_ - 1);
  Enter(child);
  return true;
}

bool ReadZipper::PreviousSibling() {
  if (depth_ == 0 || run_used() != 0) return false;
  TrieBranch::Child child = frames_[depth_ - 1].child;
  if (!frames_[depth_ - 1].slot->branch()->Previous(&child)) return false;
  ReturnTo(depth_ - 1);
  Enter(child);
  return true;
}

bool ReadZipper::NextValue() {
  // Mostly from a leaf to the next one in the same branch.
  if (depth_ > 0 && at_node() && !frame().slot->is_branch()) {
    const TrieBranch& branch = *frames_[depth_ - 1].slot->branch();
    TrieBranch::Child child = frames_[depth_ - 1].child;
    if (branch.Next(&child)) {
      ReturnTo(depth_ - 1);
      FetchChildren(branch, child.position + kFetchAhead, child.position + kFetchAhead + 1);
      EnterToValue(child);
      return true;
    }
  }
  return NextValueWithin(0);
}

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
    if (frames_[depth].start - 1 < prefix_bytes) return false;
    TrieBranch::Child child = parent.child;
    const TrieBranch& branch = *parent.slot->branch();
    if (!branch.Next(&child)) continue;
    ReturnTo(depth - 1);
    FetchChildren(branch, child.position + kFetchAhead, child.position + kFetchAhead + 1);
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
    ReturnTo(depth - 1);
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
  if (run_used() == 0) return PathTrie(slot.Share());
  return PathTrie(TrieBranch::CopyWithRun(slot, slot.run().substr(run_used()), {}));
}

}  // namespace pathkb
