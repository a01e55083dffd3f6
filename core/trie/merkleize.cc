#include "core/trie/merkleize.h"

#include <algorithm>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"

#include "core/trie/fold.h"
#include "core/trie/node.h"

namespace pathkb {
namespace {

// A child: in the result already, or a leaf that is part of its branch, as it is in the input.
struct CanonicalChild {
  TrieSlot canonical;
  const TrieSlot* original = nullptr;  // Null if `canonical` is the child.

  const TrieSlot& get() const { return original != nullptr ? *original : canonical; }
};

// What makes two nodes the same, given that equal branches below them are the same node already.
struct NodeContent {
  const TrieSlot& slot;  // Its run and value.
  std::span<const uint8_t> bytes;
  std::span<const CanonicalChild> children;
};

// A canonical node, in the table that holds a reference to it.
struct CanonicalNode {
  TrieSlot slot;
};

struct ContentHash {
  using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name.

  static uint64_t Mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9E37'79B9'7F4A'7C15u;
    return hash ^ (hash >> 29);
  }
  static uint64_t OwnHash(const TrieSlot& slot) {
    uint64_t hash = absl::HashOf(slot.run_bytes(), slot.optional_value());
    for (const char byte : slot.run()) hash = Mix(hash, static_cast<uint8_t>(byte));
    return hash;
  }
  static uint64_t ChildHash(const TrieSlot& child) {
    return child.is_branch() ? child.bits() : OwnHash(child);
  }
  size_t operator()(const NodeContent& content) const {
    uint64_t hash = OwnHash(content.slot);
    for (size_t i = 0; i < content.bytes.size(); ++i) {
      hash = Mix(Mix(hash, content.bytes[i]), ChildHash(content.children[i].get()));
    }
    return hash;
  }
  size_t operator()(const CanonicalNode& node) const {
    uint64_t hash = OwnHash(node.slot);
    if (!node.slot.is_branch()) return hash;
    const TrieBranch& branch = *node.slot.branch();
    TrieBranch::Child child = branch.First();
    do {
      hash = Mix(Mix(hash, child.byte), ChildHash(branch.slot(child.position)));
    } while (branch.Next(&child));
    return hash;
  }
};

// True if two children have the same content, given that equal branches are the same node.
bool SameContent(const TrieSlot& a, const TrieSlot& b) {
  if (a.is_branch() || b.is_branch()) return a.SharesNodeWith(b);
  return a.run() == b.run() && a.value() == b.value();
}

// The same, and where `canonical` is a node, it is this very one.
bool IsCanonical(const TrieSlot& slot, const TrieSlot& canonical) {
  if (slot.is_node() || canonical.is_node()) return slot.SharesNodeWith(canonical);
  return SameContent(slot, canonical);
}

// True if a slot's children are exactly these, as `same` sees it.
bool HasChildren(const TrieSlot& slot, std::span<const uint8_t> bytes,
                 std::span<const CanonicalChild> children,
                 bool (*same)(const TrieSlot& child, const TrieSlot& canonical)) {
  if (static_cast<size_t>(slot.child_count()) != bytes.size()) return false;
  if (bytes.empty()) return true;
  const TrieBranch& branch = *slot.branch();
  TrieBranch::Child child = branch.First();
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != child.byte) return false;
    if (!same(branch.slot(child.position), children[i].get())) return false;
    branch.Next(&child);
  }
  return true;
}

struct ContentEqual {
  using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name.

  bool operator()(const CanonicalNode& a, const CanonicalNode& b) const {
    return a.slot.SharesNodeWith(b.slot);  // The table never holds two with the same content.
  }
  bool operator()(const NodeContent& content, const CanonicalNode& node) const {
    return node.slot.run() == content.slot.run() &&
           node.slot.optional_value() == content.slot.optional_value() &&
           HasChildren(node.slot, content.bytes, content.children, SameContent);
  }
  bool operator()(const CanonicalNode& node, const NodeContent& content) const {
    return (*this)(content, node);
  }
};

uint64_t CountDistinctNodes(const PathTrie& trie) {
  uint64_t nodes = 0;
  TrieFoldWalk walk(trie);
  while (walk.Next()) nodes += !walk.again() && walk.slot().is_node();
  return nodes;
}

}  // namespace

// One run. The table holds a reference to each node of the result until the run is over.
class TrieMerkleizer {
 public:
  TrieMerkleizer() = default;
  TrieMerkleizer(const TrieMerkleizer&) = delete;
  TrieMerkleizer& operator=(const TrieMerkleizer&) = delete;
  ~TrieMerkleizer() {
    for (const CanonicalNode& node : table_) TrieSlot::Release(node.slot);
  }

  PathTrie Run(const PathTrie& trie, MerkleizeStats& stats) {
    stats.distinct_nodes_before = 0;
    TrieFoldWalk walk(trie);
    while (walk.Next()) {
      const TrieSlot& slot = walk.slot();
      if (walk.again()) {
        results_.push_back(known_.at(slot.bits()));
        continue;
      }
      if (slot.is_node()) ++stats.distinct_nodes_before;
      const CanonicalChild canonical = Canonical(slot, walk.bytes());
      results_.resize(results_.size() - walk.bytes().size());
      results_.push_back(canonical);
      if (walk.may_come_again()) known_.insert_or_assign(slot.bits(), canonical);
    }
    PathTrie result = results_.empty() ? PathTrie() : PathTrie(results_.front().get().Share());
    stats.distinct_nodes_after = CountDistinctNodes(result);
    return result;
  }

 private:
  // What the result has for `slot`, whose children's are the last ones of results_.
  CanonicalChild Canonical(const TrieSlot& slot, std::span<const uint8_t> bytes) {
    if (!slot.is_node()) return {TrieSlot(), &slot};
    const std::span<const CanonicalChild> children =
        std::span(results_).subspan(results_.size() - bytes.size());
    const NodeContent content = {slot, bytes, children};
    if (const auto found = table_.find(content); found != table_.end()) return {found->slot};
    CanonicalNode node;
    if (!slot.is_branch() ||
        (slot.branch()->IsExactFit() && HasChildren(slot, bytes, children, IsCanonical))) {
      node.slot = slot.AddReference();
    } else {
      node.slot = NewBranch(content);
    }
    try {
      table_.insert(node);
    } catch (...) {
      TrieSlot::Release(node.slot);
      throw;
    }
    return {node.slot};
  }

  TrieSlot NewBranch(const NodeContent& content) {
    edges_.clear();
    for (size_t i = 0; i < content.bytes.size(); ++i) {
      const TrieSlot& child = content.children[i].get();
      edges_.push_back(child.is_embedded()
                           ? TrieEdge::Leaf(content.bytes[i], child.run(), child.value())
                           : TrieEdge::Slot(content.bytes[i], child));
    }
    for (const TrieEdge& edge : edges_) edge.slot.AddReference();
    try {
      return TrieBranch::New(content.slot.run(), {}, content.slot.optional_value(), edges_);
    } catch (...) {
      for (const TrieEdge& edge : edges_) TrieSlot::Release(edge.slot);
      throw;
    }
  }

  std::vector<CanonicalChild> results_;
  std::vector<TrieEdge> edges_;
  std::unordered_map<uint64_t, CanonicalChild> known_;  // For nodes that may come again.
  // Of the standard library: Abseil's tables are of no use any more once they ran out of memory.
  std::unordered_set<CanonicalNode, ContentHash, ContentEqual> table_;
};

PathTrie Merkleize(const PathTrie& trie, MerkleizeStats* stats) {
  MerkleizeStats ignored;
  return TrieMerkleizer().Run(trie, stats == nullptr ? ignored : *stats);
}

}  // namespace pathkb
