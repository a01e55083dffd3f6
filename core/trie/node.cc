#include "core/trie/node.h"

#include <cstring>
#include <limits>
#include <new>
#include <string>

#include "core/base/check.h"

namespace pathkb {

uint64_t TrieNode::OwnMemoryBytes() const {
  // What a common allocator makes of a request: 8 bytes of its own, multiples of 16, at least 32.
  const size_t rounded = (AllocationBytes(run_bytes_, child_count_) + 8 + 15) & ~size_t{15};
  return rounded < 32 ? 32 : rounded;
}

const TrieNode* TrieNode::Nothing() {
  static const TrieNode* const nothing = new TrieNode();
  return nothing;
}

TrieNode* TrieNode::NewShell(size_t run_bytes, int child_count) {
  static_assert(sizeof(TrieNode) == 24 && offsetof(TrieNode, run_) == kRunOffset);
  static_assert(sizeof(TrieNode*) == 8 && alignof(Branch) == 8);
  PATHKB_CHECK(run_bytes <= std::numeric_limits<uint32_t>::max());
  PATHKB_CHECK(child_count <= 256);
  TrieNode* node = new (::operator new(AllocationBytes(run_bytes, child_count))) TrieNode();
  node->run_bytes_ = static_cast<uint32_t>(run_bytes);
  node->child_count_ = static_cast<uint16_t>(child_count);
  if (child_count > 0) new (node->branch()) Branch{};
  return node;
}

void TrieNode::FreeShell(TrieNode* node) {
  const size_t bytes = AllocationBytes(node->run_bytes_, node->child_count_);
  node->~TrieNode();
  ::operator delete(node, bytes);
}

void TrieNode::Destroy(TrieNode* node) {
  // Dead nodes wait in a list that is linked through their value fields.
  node->value_ = 0;
  TrieNode* dead = node;
  while (dead != nullptr) {
    TrieNode* next = dead;
    dead = reinterpret_cast<TrieNode*>(static_cast<uintptr_t>(next->value_));
    for (int i = 0; i < next->child_count_; ++i) {
      TrieNode* child = next->child(i);
      if (!child->DropReference()) continue;
      child->value_ = reinterpret_cast<uintptr_t>(dead);
      dead = child;
    }
    FreeShell(next);
  }
}

TrieNode* TrieNode::NewLeaf(std::string_view run, uint64_t value) {
  TrieNode* leaf = NewShell(run.size(), 0);
  run.copy(leaf->Bytes() + kRunOffset, run.size());
  leaf->value_ = value;
  leaf->has_value_ = true;
  return leaf;
}

TrieNode* TrieNode::NewBranch(std::string_view run, std::optional<uint64_t> value,
                              std::initializer_list<Edge> edges) {
  TrieNode* node = NewShell(run.size(), static_cast<int>(edges.size()));
  run.copy(node->Bytes() + kRunOffset, run.size());
  node->has_value_ = value.has_value();
  node->value_ = value.value_or(0);
  Branch& branch = *node->branch();
  branch.value_count = node->has_value_;
  branch.memory_bytes = node->OwnMemoryBytes();
  for (const Edge& edge : edges) branch.mask.Set(edge.byte);
  for (const Edge& edge : edges) {
    node->children()[branch.mask.Rank(edge.byte)] = edge.child;
    branch.value_count += edge.child->value_count();
    branch.memory_bytes += edge.child->memory_bytes();
  }
  return node;
}

TrieNode* TrieNode::Unshare(TrieNode* node) {
  return node->IsShared() ? WithRun(node, node->run(), {}) : node;
}

TrieNode* TrieNode::WithRun(TrieNode* node, std::string_view head, std::string_view tail) {
  const int child_count = node->child_count_;
  TrieNode* changed = NewShell(head.size() + tail.size(), child_count);
  head.copy(changed->Bytes() + kRunOffset, head.size());
  tail.copy(changed->Bytes() + kRunOffset + head.size(), tail.size());
  changed->CopyValueFrom(*node);
  if (child_count > 0) {
    Branch& branch = *changed->branch();
    branch = *node->branch();
    branch.memory_bytes += changed->OwnMemoryBytes() - node->OwnMemoryBytes();
    std::memcpy(changed->children(), node->children(), child_count * sizeof(TrieNode*));
  }
  if (!node->IsShared()) {
    FreeShell(node);
  } else {
    for (int i = 0; i < child_count; ++i) changed->child(i)->AddReference();
    Release(node);
  }
  return changed;
}

TrieNode* TrieNode::WithChild(TrieNode* node, uint8_t byte, TrieNode* child) {
  const int old_count = node->child_count_;
  ByteMask mask = node->child_mask();
  PATHKB_CHECK(!mask.Test(byte));
  mask.Set(byte);
  const int index = mask.Rank(byte);

  TrieNode* changed = NewShell(node->run_bytes_, old_count + 1);
  node->run().copy(changed->Bytes() + kRunOffset, node->run_bytes_);
  changed->CopyValueFrom(*node);
  Branch& branch = *changed->branch();
  branch.mask = mask;
  branch.value_count = node->value_count() + child->value_count();
  branch.memory_bytes = node->memory_bytes() - node->OwnMemoryBytes() + changed->OwnMemoryBytes() +
                        child->memory_bytes();
  if (old_count > 0) {
    std::memcpy(changed->children(), node->children(), index * sizeof(TrieNode*));
    std::memcpy(changed->children() + index + 1, node->children() + index,
                (old_count - index) * sizeof(TrieNode*));
  }
  const bool shared = node->IsShared();
  if (shared) {
    for (int i = 0; i < old_count; ++i) node->child(i)->AddReference();
  }
  changed->children()[index] = child;
  if (shared) {
    Release(node);
  } else {
    FreeShell(node);
  }
  return changed;
}

TrieNode* TrieNode::WithoutChild(TrieNode* node, uint8_t byte) {
  const int old_count = node->child_count_;
  ByteMask mask = node->child_mask();
  PATHKB_CHECK(mask.Test(byte));
  const int index = mask.Rank(byte);
  mask.Clear(byte);
  TrieNode* removed = node->child(index);

  TrieNode* changed = NewShell(node->run_bytes_, old_count - 1);
  node->run().copy(changed->Bytes() + kRunOffset, node->run_bytes_);
  changed->CopyValueFrom(*node);
  if (old_count > 1) {
    Branch& branch = *changed->branch();
    branch.mask = mask;
    branch.value_count = node->value_count() - removed->value_count();
    branch.memory_bytes = node->memory_bytes() - node->OwnMemoryBytes() +
                          changed->OwnMemoryBytes() - removed->memory_bytes();
    std::memcpy(changed->children(), node->children(), index * sizeof(TrieNode*));
    std::memcpy(changed->children() + index, node->children() + index + 1,
                (old_count - 1 - index) * sizeof(TrieNode*));
  }
  if (node->IsShared()) {
    for (int i = 0; i < changed->child_count_; ++i) changed->child(i)->AddReference();
    Release(node);
  } else {
    FreeShell(node);
    Release(removed);
  }
  return changed;
}

TrieNode* TrieNode::MergedWithOnlyChild(TrieNode* node) {
  PATHKB_CHECK(node->child_count_ == 1);
  std::string head(node->run());
  head.push_back(static_cast<char>(*node->mask().first()));
  TrieNode* child = node->child(0)->AddReference();
  Release(node);
  return WithRun(child, head, child->run());
}

void TrieNode::SetValue(std::optional<uint64_t> value) {
  if (child_count_ > 0) {
    branch()->value_count += uint64_t{value.has_value()} - uint64_t{has_value_};
  }
  has_value_ = value.has_value();
  value_ = value.value_or(0);
}

}  // namespace pathkb
