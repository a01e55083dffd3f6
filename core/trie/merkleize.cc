#include "core/trie/merkleize.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"

#include "core/trie/fold.h"
#include "core/trie/node.h"

namespace pathkb {
namespace {

// What makes two nodes the same, given that equal children are the same node already.
struct NodeContent {
  std::string_view run;
  std::optional<uint64_t> value;
  std::span<const TrieEdge> edges;
};

// A canonical node, in the table that holds a reference to it.
struct CanonicalNode {
  TrieSlot slot;
};

struct ContentHash {
  using is_transparent = void;

  static uint64_t Mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9E37'79B9'7F4A'7C15u;
    return hash ^ (hash >> 29);
  }
  static uint64_t Begin(const std::string_view run, std::optional<uint64_t> value) {
    uint64_t hash = absl::HashOf(run.size());
    for (const char byte : run) hash = Mix(hash, static_cast<uint8_t>(byte));
    return value.has_value() ? Mix(hash, *value) : hash;
  }
  size_t operator()(const NodeContent& content) const {
    uint64_t hash = Begin(content.run, content.value);
    for (const TrieEdge& edge : content.edges) hash = Mix(Mix(hash, edge.byte), edge.slot.bits());
    return hash;
  }
  size_t operator()(const CanonicalNode& node) const {
    uint64_t hash = Begin(node.slot.run(), node.slot.optional_value());
    if (!node.slot.is_branch()) return hash;
    const TrieBranch& branch = *node.slot.branch();
    TrieBranch::Child child = branch.First();
    do {
      hash = Mix(Mix(hash, child.byte), branch.slot(child.position).bits());
    } while (branch.Next(&child));
    return hash;
  }
};

// True if the edges are exactly a slot's children.
bool HasEdges(const TrieSlot& slot, std::span<const TrieEdge> edges) {
  if (static_cast<size_t>(slot.child_count()) != edges.size()) return false;
  if (edges.empty()) return true;
  const TrieBranch& branch = *slot.branch();
  TrieBranch::Child child = branch.First();
  for (const TrieEdge& edge : edges) {
    if (edge.byte != child.byte || !(edge.slot == branch.slot(child.position))) return false;
    branch.Next(&child);
  }
  return true;
}

struct ContentEqual {
  using is_transparent = void;

  bool operator()(const CanonicalNode& a, const CanonicalNode& b) const {
    return a.slot == b.slot;  // The table never holds two with the same content.
  }
  bool operator()(const CanonicalNode& node, const NodeContent& content) const {
    return node.slot.run() == content.run && node.slot.optional_value() == content.value &&
           HasEdges(node.slot, content.edges);
  }
};

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
    TrieFoldWalk walk(trie);
    while (walk.Next()) {
      const TrieSlot& slot = walk.slot();
      if (walk.again()) {
        results_.push_back(known_.at(slot.bits()));
        continue;
      }
      if (slot.is_node()) ++stats.distinct_nodes_before;
      const TrieSlot canonical = Canonical(slot, walk.bytes());
      results_.resize(results_.size() - walk.bytes().size());
      results_.push_back(canonical);
      if (walk.may_come_again()) known_.insert_or_assign(slot.bits(), canonical);
    }
    stats.distinct_nodes_after = table_.size();
    return results_.empty() ? PathTrie() : PathTrie(results_.front().AddReference());
  }

 private:
  // The node of the result for `slot`, whose children's are the last ones of results_.
  TrieSlot Canonical(const TrieSlot& slot, std::span<const uint8_t> bytes) {
    if (!slot.is_node()) return slot;
    edges_.clear();
    const size_t first = results_.size() - bytes.size();
    for (size_t i = 0; i < bytes.size(); ++i) edges_.push_back({bytes[i], results_[first + i]});
    const NodeContent content = {slot.run(), slot.optional_value(), edges_};
    if (const auto found = table_.find(content); found != table_.end()) return found->slot;
    table_.reserve(table_.size() + 1);
    CanonicalNode node;
    if (HasEdges(slot, edges_) && (!slot.is_branch() || slot.branch()->IsExactFit())) {
      node.slot = slot.AddReference();
    } else {
      // The new node's references, which New() takes over.
      for (const TrieEdge& edge : edges_) edge.slot.AddReference();
      try {
        node.slot = TrieBranch::New(content.run, {}, content.value, edges_);
      } catch (...) {
        for (const TrieEdge& edge : edges_) TrieSlot::Release(edge.slot);
        throw;
      }
    }
    table_.insert(node);
    return node.slot;
  }

  std::vector<TrieSlot> results_;
  std::vector<TrieEdge> edges_;
  absl::flat_hash_map<uint64_t, TrieSlot> known_;  // For nodes that may come again.
  absl::flat_hash_set<CanonicalNode, ContentHash, ContentEqual> table_;
};

PathTrie Merkleize(const PathTrie& trie, MerkleizeStats* stats) {
  MerkleizeStats ignored;
  return TrieMerkleizer().Run(trie, stats == nullptr ? ignored : *stats);
}

}  // namespace pathkb
