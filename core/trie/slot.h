// What hangs in one place of a trie, in 8 bytes: nothing, a leaf or a branch. Private to core/trie,
// but for its size, which PathTrie must know.
//
//    63                                            8 7      6     5       4..2        1 0
//   +-----------------------------------------------+---+-------+-------+-----------+-----+
//   | 0                                                                                   | nothing
//   | address of a TrieBranch, a multiple of 16                                       0 0 |  branch
//   | address of a TrieLeaf, a multiple of 16                                         1 0 |  leaf
//   | run bytes, then value, low byte first         | 0 | bit 63| bit 62| run bytes | 0 1 |  inline
//   leaf
//   +-----------------------------------------------+---+-------+-------+-----------+-----+
//   | 0 | distance in bytes, 32 bits | run bytes, 8 | 0 | value bytes, 4 bits       | 1 1 |
//   embedded leaf
//   +---+----------------------------+--------------+---+---------------------------+-----+
//
// An inline leaf has no node of its own. Its run and its value share 7 bytes: a run of 4 with a
// value below 2^24, a run of 7 with the value 0 of a plain fact. Tombstones (tombstone.h) are the
// bits 62 and 63 of the value and have places of their own, so they fit where a 0 does.
//
// An embedded leaf has its value and run in the node of the branch that it hangs in, so many bytes
// behind the slot. It can not leave that branch: to hang it elsewhere is to make a new leaf.

#ifndef PATHKB_CORE_TRIE_SLOT_H_
#define PATHKB_CORE_TRIE_SLOT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/byte_mask.h"

namespace pathkb {

class TrieBranch;
class TrieLeaf;

// A plain word: copying or dropping one counts nothing. Who keeps one calls AddReference() and
// later Release(). Embedded leaves must not be copied out of their branch; all others may. A leaf
// is inline whenever it fits.
//
// Threads: whoever holds a reference may read. A node is changed in place only by the one holder of
// its one reference, !IsShared(), in a trie whose nodes above are unshared too.
class TrieSlot {
 public:
  // Longest run of bytes in one node.
  static constexpr size_t kMaxRunBytes = (size_t{1} << 24) - 1;

  constexpr TrieSlot() = default;
  explicit TrieSlot(TrieBranch* branch) : bits_(reinterpret_cast<uintptr_t>(branch)) {}
  explicit TrieSlot(TrieLeaf* leaf) : bits_(reinterpret_cast<uintptr_t>(leaf) | kLeafTag) {}

  bool empty() const { return bits_ == 0; }
  bool is_branch() const { return (bits_ & kTagMask) == 0 && bits_ != 0; }
  bool is_inline() const { return (bits_ & kTagMask) == kInlineTag; }
  bool is_embedded() const { return (bits_ & kTagMask) == kEmbeddedTag; }
  // True for a branch and for a leaf that has a node of its own.
  bool is_node() const { return (bits_ & kInlineTag) == 0 && bits_ != 0; }

  // True if both are the same node, equal inline leaves, or empty. False says nothing.
  bool SharesNodeWith(const TrieSlot& other) const {
    return bits_ == other.bits_ && !is_embedded();
  }
  // For tables of nodes.
  uint64_t bits() const { return bits_; }
  // `a`, `b` or nothing, as the masks say, of which each is all ones or 0 and not both are ones.
  static TrieSlot Choose(TrieSlot a, uint64_t a_mask, TrieSlot b, uint64_t b_mask) {
    TrieSlot slot;
    slot.bits_ = (a.bits_ & a_mask) | (b.bits_ & b_mask);
    return slot;
  }

  // --- Reading; defined in node.h ----------------------------------------------------------------

  TrieBranch* branch() const { return reinterpret_cast<TrieBranch*>(bits_); }
  TrieLeaf* leaf() const { return reinterpret_cast<TrieLeaf*>(bits_ - kLeafTag); }

  // The bytes between the byte that led here and the value and children. Points into a node or, for
  // an inline leaf, into this very word: it must stay where it is while the result is used.
  std::string_view run() const&;
  size_t run_bytes() const;
  bool has_value() const;
  // Meaningless without has_value().
  uint64_t value() const;
  std::optional<uint64_t> optional_value() const;
  // 0 to 256.
  int child_count() const;
  ByteMask child_mask() const;
  // The child under `byte`; nullptr if there is none.
  const TrieSlot* FindChild(uint8_t byte) const;
  // Values here and below, modulo 2^40, which only a trie that hangs in itself again and again can
  // reach. O(1).
  uint64_t value_count() const;
  // What the allocator gave for this and all below it; a node that hangs in two places counts
  // twice; modulo 64 GiB. O(1).
  uint64_t memory_bytes() const { return uint64_t{memory_units()} * kMemoryUnit; }
  uint32_t memory_units() const;
  // The same for this node alone.
  uint32_t own_memory_units() const;

  // Asks for the node's first bytes, if there is a node. Always inline: to gcc 12, a function that
  // only asks has no effect, and calls of it are left out.
  [[gnu::always_inline]] void Prefetch() const {
    if (!is_node()) return;
    const char* const node = reinterpret_cast<const char*>(bits_ & ~kTagMask);
    __builtin_prefetch(node);
  }

  // --- References --------------------------------------------------------------------------------

  // Counts one more reference to the node, if there is one, and returns the slot.
  TrieSlot AddReference() const {
    if (is_node()) references().fetch_add(1, std::memory_order_relaxed);
    return *this;
  }
  // A slot to hang elsewhere: this one with one more reference, or a new leaf for an embedded one.
  TrieSlot Share() const& { return is_embedded() ? NewLeaf(run(), {}, value()) : AddReference(); }
  // True if somebody besides the caller holds a reference to the node. False stays false: who could
  // add one?
  bool IsShared() const { return is_node() && references().load(std::memory_order_acquire) != 1; }
  // Gives up one reference. Needs no stack and no memory, however deep the trie is; see
  // node_reaper.h for how long it takes.
  static void Release(TrieSlot slot) {
    if (slot.DropReference()) Destroy(slot);
  }

  // --- New leaves; the caller owns the one reference ---------------------------------------------

  // True if a leaf with so long a run and this value is inline.
  static bool FitsInline(size_t run_bytes, uint64_t value) {
    return run_bytes <= kInlineBytes &&
           (value & ~kTombstoneBits) < uint64_t{1} << (8 * (kInlineBytes - run_bytes));
  }
  // A leaf with the run `head` + `tail`, inline or with a node.
  static TrieSlot NewLeaf(std::string_view head, std::string_view tail, uint64_t value);

  static constexpr uint32_t kMemoryUnit = 16;

 private:
  friend class NodeReaper;
  friend class TrieBranch;

  static constexpr uint64_t kTagMask = 3;
  static constexpr uint64_t kInlineTag = 1;
  static constexpr uint64_t kLeafTag = 2;
  static constexpr uint64_t kEmbeddedTag = 3;
  static constexpr size_t kInlineBytes = 7;
  static constexpr uint64_t kTombstoneBits = uint64_t{3} << 62;

  // Both kinds of nodes begin with their count.
  std::atomic<uint32_t>& references() const {
    return *reinterpret_cast<std::atomic<uint32_t>*>(bits_ & ~kTagMask);
  }
  // True if this was the last reference; the node must then be destroyed.
  bool DropReference() const {
    // The one holder needs no locked instruction to know that it is the one.
    return is_node() && (references().load(std::memory_order_acquire) == 1 ||
                         references().fetch_sub(1, std::memory_order_acq_rel) == 1);
  }
  static void Destroy(TrieSlot slot);

  size_t inline_run_bytes() const { return (bits_ >> 2) & 7; }

  // Embedded leaves only.
  static TrieSlot NewEmbedded(size_t distance, size_t run_bytes, size_t value_bytes) {
    TrieSlot slot;
    slot.bits_ = distance << 16 | run_bytes << 8 | value_bytes << 2 | kEmbeddedTag;
    return slot;
  }
  size_t embedded_run_bytes() const { return (bits_ >> 8) & 0xFF; }
  size_t embedded_value_bytes() const { return (bits_ >> 2) & 0xF; }
  size_t embedded_bytes() const { return embedded_value_bytes() + embedded_run_bytes(); }
  const char* embedded_data() const { return reinterpret_cast<const char*>(this) + (bits_ >> 16); }
  // The slot as it must be `slots` places further up for the same data; any slot.
  TrieSlot MovedBy(int slots) const {
    TrieSlot moved = *this;
    if (is_embedded()) moved.bits_ -= static_cast<uint64_t>(slots * 8) << 16;
    return moved;
  }

  uint64_t bits_ = 0;
};

static_assert(sizeof(TrieSlot) == 8);

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_SLOT_H_
