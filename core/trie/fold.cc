#include "core/trie/fold.h"

namespace pathkb {

TrieFoldWalk::TrieFoldWalk(const PathTrie& trie) {
  if (!trie.root_.empty()) Push(&trie.root_);
}

void TrieFoldWalk::Push(const TrieSlot* slot) {
  Frame frame = {slot, {}, slot->is_branch()};
  if (frame.more) frame.child = slot->branch()->First();
  frames_.push_back(frame);
}

bool TrieFoldWalk::Next() {
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    if (frame.more) {
      const TrieBranch& branch = *frame.slot->branch();
      const TrieSlot* child = &branch.slot(frame.child.position);
      frame.more = branch.Next(&frame.child);
      if (child->IsShared() && seen_.contains(child->bits())) {
        slot_ = child;
        again_ = true;
        return true;
      }
      Push(child);
      continue;
    }
    slot_ = frame.slot;
    again_ = false;
    frames_.pop_back();
    bytes_.clear();
    if (slot_->is_branch()) {
      const TrieBranch& branch = *slot_->branch();
      TrieBranch::Child child = branch.First();
      do {
        bytes_.push_back(child.byte);
      } while (branch.Next(&child));
    }
    if (slot_->IsShared()) seen_.insert(slot_->bits());
    return true;
  }
  return false;
}

}  // namespace pathkb
