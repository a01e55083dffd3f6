#include "core/trie/path_trie.h"

#include "core/trie/node.h"
#include "core/trie/trail.h"

namespace pathkb {
namespace {

// What a path leads to: a node, and how much of its run the path takes. node is null if the path
// does not exist.
struct Place {
  TrieNode* node = nullptr;
  size_t run_used = 0;
};

// Goes down `path` from `node`, which may be null.
Place Locate(TrieNode* node, std::string_view path) {
  while (node != nullptr) {
    const std::string_view run = node->run();
    if (path.size() <= run.size()) {
      if (!run.starts_with(path)) return {};
      return {node, path.size()};
    }
    if (!path.starts_with(run)) return {};
    path.remove_prefix(run.size());
    node = node->FindChild(static_cast<uint8_t>(path.front()));
    path.remove_prefix(1);
  }
  return {};
}

// Cuts a node's run after `head_bytes`, at a byte that becomes the edge to the lower part. The
// upper part gets `value`, and one more child if `other` has one.
TrieNode* SplitRun(TrieNode* node, size_t head_bytes, std::optional<uint64_t> value,
                   TrieNode::Edge other) {
  const std::string run(node->run());
  const std::string_view head = std::string_view(run).substr(0, head_bytes);
  const std::string_view tail = std::string_view(run).substr(head_bytes + 1);
  const TrieNode::Edge lower = {static_cast<uint8_t>(run[head_bytes]),
                                TrieNode::WithRun(node, tail, {})};
  if (other.child == nullptr) return TrieNode::NewBranch(head, value, {lower});
  return TrieNode::NewBranch(head, value, {lower, other});
}

// Hangs `child` where the trail's path leaves the trie. `child` stands for all of rest(): its first
// byte leads to the child, whose run holds the others.
void Attach(TrieTrail& trail, TrieNode* child) {
  const TrieNode::Edge edge = {static_cast<uint8_t>(trail.rest().front()), child};
  if (trail.run_used() == trail.node()->run_bytes()) {
    trail.Replace([&](TrieNode* node) { return TrieNode::WithChild(node, edge.byte, edge.child); });
  } else {
    trail.Replace(
        [&](TrieNode* node) { return SplitRun(node, trail.run_used(), std::nullopt, edge); });
  }
}

// One more reference to `root` with `head` in front of its run; to a copy if there is a head.
TrieNode* WithHead(TrieNode* root, std::string_view head) {
  root->AddReference();
  return head.empty() ? root : TrieNode::WithRun(root, head, root->run());
}

}  // namespace

PathTrie::PathTrie(const PathTrie& other)
    : root_(other.root_ == nullptr ? nullptr : other.root_->AddReference()) {}

PathTrie::~PathTrie() {
  if (root_ != nullptr) TrieNode::Release(root_);
}

uint64_t PathTrie::size() const { return root_ == nullptr ? 0 : root_->value_count(); }

uint64_t PathTrie::MemoryBytes() const { return root_ == nullptr ? 0 : root_->memory_bytes(); }

std::optional<uint64_t> PathTrie::Find(std::string_view path) const {
  const Place place = Locate(root_, path);
  if (place.node == nullptr || place.run_used < place.node->run_bytes()) return std::nullopt;
  return place.node->optional_value();
}

uint64_t PathTrie::CountBelow(std::string_view prefix) const {
  const Place place = Locate(root_, prefix);
  return place.node == nullptr ? 0 : place.node->value_count();
}

std::optional<uint64_t> PathTrie::Set(std::string_view path, uint64_t value) {
  if (root_ == nullptr) {
    root_ = TrieNode::NewLeaf(path, value);
    return std::nullopt;
  }
  TrieTrail trail(&root_, path);
  if (trail.at_node()) {
    const std::optional<uint64_t> before = trail.node()->optional_value();
    if (before == value) return before;
    trail.Replace([&](TrieNode* node) {
      node = TrieNode::Unshare(node);
      node->SetValue(value);
      return node;
    });
    return before;
  }
  if (trail.found()) {
    trail.Replace([&](TrieNode* node) {
      return SplitRun(node, trail.run_used(), value, {0, nullptr});
    });
  } else {
    Attach(trail, TrieNode::NewLeaf(trail.rest().substr(1), value));
  }
  return std::nullopt;
}

std::optional<uint64_t> PathTrie::Remove(std::string_view path) {
  TrieTrail trail(&root_, path);
  if (!trail.at_node() || !trail.node()->has_value()) return std::nullopt;
  const uint64_t before = trail.node()->value();
  if (trail.node()->child_count() == 0) {
    trail.Drop();
  } else if (trail.node()->child_count() == 1) {
    trail.Replace(TrieNode::MergedWithOnlyChild);
  } else {
    trail.Replace([](TrieNode* node) {
      node = TrieNode::Unshare(node);
      node->SetValue(std::nullopt);
      return node;
    });
  }
  return before;
}

uint64_t PathTrie::RemoveBelow(std::string_view prefix) {
  TrieTrail trail(&root_, prefix);
  if (!trail.found()) return 0;
  const uint64_t count = trail.node()->value_count();
  trail.Drop();
  return count;
}

PathTrie PathTrie::Subtrie(std::string_view prefix) const {
  const Place place = Locate(root_, prefix);
  if (place.node == nullptr) return PathTrie();
  TrieNode* root = place.node->AddReference();
  if (place.run_used == 0) return PathTrie(root);
  return PathTrie(TrieNode::WithRun(root, root->run().substr(place.run_used), {}));
}

void PathTrie::Graft(std::string_view prefix, PathTrie subtrie) {
  if (subtrie.empty()) {
    RemoveBelow(prefix);
    return;
  }
  if (root_ == nullptr) {
    root_ = WithHead(subtrie.root_, prefix);
    return;
  }
  TrieTrail trail(&root_, prefix);
  if (!trail.found()) {
    Attach(trail, WithHead(subtrie.root_, trail.rest().substr(1)));
    return;
  }
  trail.Replace([&](TrieNode* node) {
    TrieNode* grafted = WithHead(subtrie.root_, node->run().substr(0, trail.run_used()));
    TrieNode::Release(node);
    return grafted;
  });
}

}  // namespace pathkb
