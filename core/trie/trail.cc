#include "core/trie/trail.h"

#include <algorithm>
#include <utility>

#include "core/base/run_compare.h"

namespace pathkb {

TrieTrail::TrieTrail(TrieSlot* root, std::string_view path)
    : root_(root), slot_(root), rest_(path) {
  while (slot_->is_branch()) {
    TrieBranch* const branch = slot_->branch();
    if (const size_t run_bytes = branch->run_bytes(); run_bytes > 0) {
      run_used_ = CommonBytes(branch->run(), rest_);
      rest_.remove_prefix(run_used_);
      at_run_end_ = run_used_ == run_bytes;
      if (!at_run_end_) return;
    } else {
      run_used_ = 0;
    }
    if (rest_.empty()) return;
    const auto byte = static_cast<uint8_t>(rest_.front());
    const int position = branch->Find(byte);
    if (position < 0) return;
    shared_ |= slot_->IsShared();
    steps_.push_back({branch, static_cast<uint8_t>(position), byte});
    slot_ = &branch->slot(position);
    rest_.remove_prefix(1);
  }
  const std::string_view run = slot_->run();
  run_used_ = CommonBytes(run, rest_);
  rest_.remove_prefix(run_used_);
  at_run_end_ = run_used_ == run.size();
}

TrieSlot* TrieTrail::MutableSlot() {
  TrieSlot* slot = root_;
  if (!shared_) return steps_.empty() ? root_ : const_cast<TrieSlot*>(slot_);
  for (Step& step : steps_) {
    // A copy counts one more reference to each child, so the steps below a copied one are shared in
    // their turn.
    TrieBranch::Unshare(slot);
    step.branch = slot->branch();
    slot = step.branch->MutableSlot(step.position);
  }
  return slot;
}

void TrieTrail::Drop() {
  if (steps_.empty()) {
    TrieSlot::Release(std::exchange(*root_, TrieSlot()));
    return;
  }
  const uint8_t byte = steps_.back().byte;
  steps_.pop_back();
  slot_ = steps_.empty() ? root_ : &steps_.back().branch->slot(steps_.back().position);
  Change(true, [byte](TrieSlot* parent) { TrieBranch::Remove(parent, byte); });
}

}  // namespace pathkb
