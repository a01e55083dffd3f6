#include "core/trie/trail.h"

#include <algorithm>
#include <utility>

namespace pathkb {

TrieTrail::TrieTrail(TrieNode** root, std::string_view path)
    : root_(root), node_(*root), rest_(path) {
  if (node_ == nullptr) return;
  for (;;) {
    const std::string_view run = node_->run();
    const size_t common_max = std::min(run.size(), rest_.size());
    run_used_ = static_cast<size_t>(
        std::mismatch(run.begin(), run.begin() + common_max, rest_.begin()).first - run.begin());
    rest_.remove_prefix(run_used_);
    if (run_used_ < run.size() || rest_.empty()) return;
    const uint8_t byte = static_cast<uint8_t>(rest_.front());
    if (node_->child_count() == 0 || !node_->mask().Test(byte)) return;
    const int index = node_->mask().Rank(byte);
    steps_.push_back({node_, static_cast<uint16_t>(index), byte});
    node_ = node_->child(index);
    rest_.remove_prefix(1);
  }
}

TrieNode** TrieTrail::UnshareSteps() {
  TrieNode** slot = root_;
  for (Step& step : steps_) {
    // A copy counts one more reference to each child, so the steps below a copied one are shared in
    // their turn.
    *slot = step.node = TrieNode::Unshare(step.node);
    slot = step.node->ChildSlot(step.index);
  }
  return slot;
}

void TrieTrail::Drop() {
  if (steps_.empty()) {
    TrieNode::Release(std::exchange(*root_, nullptr));
    return;
  }
  const uint8_t byte = steps_.back().byte;
  node_ = steps_.back().node;
  steps_.pop_back();
  Replace([byte](TrieNode* parent) {
    parent = TrieNode::WithoutChild(parent, byte);
    if (parent->has_value() || parent->child_count() > 1) return parent;
    return TrieNode::MergedWithOnlyChild(parent);
  });
}

}  // namespace pathkb
