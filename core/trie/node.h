// One node of a PathTrie, private to core/trie: a run of bytes, then perhaps a value, then
// children.
//
//   one allocation, sized to what it holds
//   +------------+-----------+-------+----------+-------+----------+- - - - - -+
//   | references | run bytes | value | children | value?|  run ... | padding   |
//   |     4      |     4     |   8   |    2     |   1   |          | to 8      |
//   +------------+-----------+-------+----------+-------+----------+- - - - - -+
//   only if there are children:
//   +-------------+--------------+-----------+---------------------------------+
//   | value count | memory bytes | byte mask | child pointers, by byte         |
//   |      8      |      8       |    32     | 8 each                          |
//   +-------------+--------------+-----------+---------------------------------+
//
// The byte that leads to a child stands in the parent's mask, not in the child's run. So a node
// with all below it can hang anywhere in any trie, under any byte, without a change.

#ifndef PATHKB_CORE_TRIE_NODE_H_
#define PATHKB_CORE_TRIE_NODE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "core/base/byte_mask.h"

namespace pathkb {

// Counts the references to itself; the last Release() frees it and all that only it held.
//
// Threads: whoever holds a reference may read. Changing in place is allowed only to the one holder
// of the one reference, !IsShared(), in a trie whose nodes above are unshared too; everybody else
// changes a copy. The functions that take a node and return a node do exactly that: they take over
// the caller's reference and return one to the changed node, and children move over instead of
// being counted twice where nobody else holds the old node.
class TrieNode {
 public:
  TrieNode(const TrieNode&) = delete;
  TrieNode& operator=(const TrieNode&) = delete;

  // --- Reading -----------------------------------------------------------------------------------

  // The bytes between the byte that led here and this node's value and children.
  std::string_view run() const { return {Bytes() + kRunOffset, run_bytes_}; }
  size_t run_bytes() const { return run_bytes_; }

  bool has_value() const { return has_value_; }
  // Meaningless without has_value().
  uint64_t value() const { return value_; }
  std::optional<uint64_t> optional_value() const {
    return has_value_ ? std::optional<uint64_t>(value_) : std::nullopt;
  }

  // 0 to 256.
  int child_count() const { return child_count_; }
  // The bytes that lead on. Must not be called without children.
  const ByteMask& mask() const { return branch()->mask; }
  // The bytes that lead on; empty without children.
  ByteMask child_mask() const { return child_count_ == 0 ? ByteMask() : mask(); }
  // `index` counts children in byte order.
  TrieNode* child(int index) const { return children()[index]; }
  // The child under `byte`; nullptr if there is none.
  TrieNode* FindChild(uint8_t byte) const {
    if (child_count_ == 0 || !mask().Test(byte)) return nullptr;
    return child(mask().Rank(byte));
  }

  // Values here and below. O(1).
  uint64_t value_count() const {
    return child_count_ == 0 ? uint64_t{has_value_} : branch()->value_count;
  }
  // What this node and all below it take from the allocator, about; a node that hangs in two places
  // counts twice. O(1).
  uint64_t memory_bytes() const {
    return child_count_ == 0 ? OwnMemoryBytes() : branch()->memory_bytes;
  }
  // The same for this node alone.
  uint64_t OwnMemoryBytes() const;

  // A node without run, value and children, for readers that want no null pointers. Never freed;
  // must not be referenced, edited or linked into a trie.
  static const TrieNode* Nothing();

  // --- References --------------------------------------------------------------------------------

  // Counts one more reference and returns the node.
  TrieNode* AddReference() {
    references_.fetch_add(1, std::memory_order_relaxed);
    return this;
  }

  // True if somebody besides the caller holds a reference. False stays false: who could add one?
  bool IsShared() const { return references_.load(std::memory_order_acquire) != 1; }

  // Gives up one reference. Freeing needs no stack and no memory, however deep the trie is.
  static void Release(TrieNode* node) {
    if (node->DropReference()) Destroy(node);
  }

  // --- New nodes; the caller owns the one reference ----------------------------------------------

  // A child and the byte that leads to it; NewBranch() takes over the reference.
  struct Edge {
    uint8_t byte;
    TrieNode* child;
  };

  // A node without children.
  static TrieNode* NewLeaf(std::string_view run, uint64_t value);
  // `edges` in any order, no byte twice, at least one.
  static TrieNode* NewBranch(std::string_view run, std::optional<uint64_t> value,
                             std::initializer_list<Edge> edges);

  // --- Changed nodes: take over a reference, return one ------------------------------------------

  // The same node, or a copy of it if it is shared.
  static TrieNode* Unshare(TrieNode* node);
  // The run becomes `head` followed by `tail`, which may be parts of the present one.
  static TrieNode* WithRun(TrieNode* node, std::string_view head, std::string_view tail);
  // One more child; takes over its reference too. There must be none under `byte` yet.
  static TrieNode* WithChild(TrieNode* node, uint8_t byte, TrieNode* child);
  // One child less, with all below it.
  static TrieNode* WithoutChild(TrieNode* node, uint8_t byte);
  // `node`, which has one child, and this child as one node; a value of `node` is lost.
  static TrieNode* MergedWithOnlyChild(TrieNode* node);

  // --- Changes in place; only while !IsShared() --------------------------------------------------

  // Sets the value or, with nullopt, removes it; adjusts value_count() here but not above.
  void SetValue(std::optional<uint64_t> value);
  // Where the pointer to a child stands, to put another one there. Whoever does releases the old
  // one and adjusts the sums.
  TrieNode** ChildSlot(int index) { return &children()[index]; }
  // Adds to value_count() and memory_bytes(), modulo 2^64, after a change further below.
  void AddToSums(uint64_t values, uint64_t bytes) {
    branch()->value_count += values;
    branch()->memory_bytes += bytes;
  }

 private:
  struct Branch {
    uint64_t value_count;
    uint64_t memory_bytes;
    ByteMask mask;
  };

  static constexpr size_t kRunOffset = 19;

  TrieNode() = default;
  ~TrieNode() = default;

  const char* Bytes() const { return reinterpret_cast<const char*>(this); }
  char* Bytes() { return reinterpret_cast<char*>(this); }

  static constexpr size_t BranchOffset(size_t run_bytes) {
    return (kRunOffset + run_bytes + 7) & ~size_t{7};
  }
  static constexpr size_t AllocationBytes(size_t run_bytes, int child_count) {
    if (child_count == 0) return kRunOffset + run_bytes < 24 ? 24 : kRunOffset + run_bytes;
    return BranchOffset(run_bytes) + sizeof(Branch) +
           static_cast<size_t>(child_count) * sizeof(TrieNode*);
  }

  const Branch* branch() const {
    return reinterpret_cast<const Branch*>(Bytes() + BranchOffset(run_bytes_));
  }
  Branch* branch() { return reinterpret_cast<Branch*>(Bytes() + BranchOffset(run_bytes_)); }
  TrieNode* const* children() const { return reinterpret_cast<TrieNode* const*>(branch() + 1); }
  TrieNode** children() { return reinterpret_cast<TrieNode**>(branch() + 1); }

  // True if this was the last reference; the node must then be destroyed.
  bool DropReference() {
    // The one holder needs no locked instruction to know that it is the one.
    return references_.load(std::memory_order_acquire) == 1 ||
           references_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
  static void Destroy(TrieNode* node);

  // A node with one reference and room for the run and the children, which the caller fills in.
  static TrieNode* NewShell(size_t run_bytes, int child_count);
  // Frees the node's own memory; its children keep their references.
  static void FreeShell(TrieNode* node);
  void CopyValueFrom(const TrieNode& other) {
    value_ = other.value_;
    has_value_ = other.has_value_;
  }

  std::atomic<uint32_t> references_{1};
  uint32_t run_bytes_ = 0;
  uint64_t value_ = 0;  // Link of the list of dead nodes while being destroyed.
  uint16_t child_count_ = 0;
  bool has_value_ = false;
  char run_[5];  // The run begins here and goes on behind the struct.
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_NODE_H_
