// The nodes of a PathTrie, private to core/trie: a leaf is a run of bytes and a value; a branch is a
// run, perhaps a value, and 1 to 256 children.
//
//   leaf     references 4 | value bytes 1 | run bytes 1, or 255 and 4 more | value 0-8 | run ...
//
//   branch   references 4 | run bytes 3, kind and value? 1 | memory 4 | value count 5 | children 1 |
//            capacity 1: 19 bytes, followed by what the kind needs to find a child:
//
//   kTiny    5 key bytes, ascending        | up to 5 slots   |
//   kSmall   13 key bytes, ascending       | up to 13 slots  |  value 8, if there is one | run ...
//   kMask    5 bytes unused, 256 bits      | up to 128 slots |
//   kDense   5 bytes unused, 256 bits      | 256 slots       |
//
// Keys are compared all at once, bits are counted, and a dense branch is indexed by the byte. A node
// is as large as a size class of the allocator; slots fill the space that is left, so most new
// children need no new node. The slots come first and the run last, so that where a child's slot is
// does not depend on the run.
//
// The byte that leads to a child stands in the parent, not in the child's run. So a node with all
// below it can hang anywhere in any trie, under any byte, without a change.

#ifndef PATHKB_CORE_TRIE_NODE_H_
#define PATHKB_CORE_TRIE_NODE_H_

#include <emmintrin.h>

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/byte_mask.h"
#include "core/trie/slot.h"

namespace pathkb {

// A leaf that does not fit into a slot. Made by TrieSlot::NewLeaf(); never changed.
class TrieLeaf {
 public:
  std::string_view run() const { return {Bytes() + ValueOffset() + value_bytes_, run_bytes()}; }
  size_t run_bytes() const {
    if (short_run_bytes_ != kLongRun) return short_run_bytes_;
    uint32_t run_bytes;
    std::memcpy(&run_bytes, Bytes() + kShortHeaderBytes, sizeof(run_bytes));
    return run_bytes;
  }
  uint64_t value() const {
    // All 8 bytes are there to be read, whatever they hold: no node is smaller than 16.
    uint64_t value;
    std::memcpy(&value, Bytes() + ValueOffset(), sizeof(value));
    return value_bytes_ == 8 ? value : value & ((uint64_t{1} << (8 * value_bytes_)) - 1);
  }
  size_t AllocationBytes() const { return AllocationBytes(run_bytes(), value_bytes_); }

 private:
  friend class TrieSlot;

  static constexpr size_t kShortHeaderBytes = 6;
  static constexpr size_t kLongHeaderBytes = 10;
  static constexpr uint8_t kLongRun = 255;

  TrieLeaf(size_t run_bytes, size_t value_bytes);
  static size_t HeaderBytes(size_t run_bytes) {
    return run_bytes < kLongRun ? kShortHeaderBytes : kLongHeaderBytes;
  }
  static size_t AllocationBytes(size_t run_bytes, size_t value_bytes);

  size_t ValueOffset() const {
    return short_run_bytes_ == kLongRun ? kLongHeaderBytes : kShortHeaderBytes;
  }
  const char* Bytes() const { return reinterpret_cast<const char*>(this); }
  char* Bytes() { return reinterpret_cast<char*>(this); }

  std::atomic<uint32_t> references_{1};
  uint8_t value_bytes_;
  uint8_t short_run_bytes_;
};

// A child and the byte that leads to it.
struct TrieEdge {
  uint8_t byte;
  TrieSlot slot;
};

// The functions that change take the slot that holds the branch, or the leaf: they may put another
// node there. Each allocates before it changes anything, so if that throws std::bad_alloc, all is as
// before. They keep the sums of the node itself right; those above are the caller's.
class TrieBranch {
 public:
  enum class Kind : uint8_t { kTiny, kSmall, kMask, kDense };

  TrieBranch(const TrieBranch&) = delete;
  TrieBranch& operator=(const TrieBranch&) = delete;

  // --- Reading -----------------------------------------------------------------------------------

  std::string_view run() const { return {Bytes() + RunOffset(), run_bytes_}; }
  size_t run_bytes() const { return run_bytes_; }
  bool has_value() const { return (kind_and_value_ & kHasValueBit) != 0; }
  // Meaningless without has_value().
  uint64_t value() const {
    uint64_t value;
    std::memcpy(&value, Bytes() + ValueOffset(), sizeof(value));
    return value;
  }
  int child_count() const { return child_count_minus_1_ + 1; }
  ByteMask child_mask() const;
  // Modulo 2^40.
  uint64_t value_count() const { return value_count_low_ | uint64_t{value_count_high_} << 32; }
  uint32_t memory_units() const { return memory_units_; }
  size_t AllocationBytes() const;
  Kind kind() const { return static_cast<Kind>(kind_and_value_ & kKindMask); }

  // Where a child stands: `position` is where its slot is, not how many are before it.
  struct Child {
    int position;
    uint8_t byte;
  };
  // The position of the child under `byte`; -1 if there is none.
  int Find(uint8_t byte) const {
    if (has_keys()) {
      // Behind the keys the comparison reads slots, and the count hides that.
      const __m128i keys = _mm_loadu_si128(reinterpret_cast<const __m128i*>(this->keys()));
      const __m128i equal = _mm_cmpeq_epi8(keys, _mm_set1_epi8(static_cast<char>(byte)));
      const unsigned found =
          static_cast<unsigned>(_mm_movemask_epi8(equal)) & ((2u << child_count_minus_1_) - 1);
      return found == 0 ? -1 : std::countr_zero(found);
    }
    if (kind() == Kind::kDense) return slots_of(Kind::kDense)[byte].empty() ? -1 : byte;
    return mask().Test(byte) ? mask().Rank(byte) : -1;
  }
  const TrieSlot& slot(int position) const { return slots()[position]; }
  // Ways through the children in byte order; Next() and Previous() are false at the end.
  Child First() const;
  Child Last() const;
  bool Next(Child* child) const {
    if (has_keys()) {
      if (child->position == child_count_minus_1_) return false;
      child->byte = keys()[++child->position];
      return true;
    }
    const std::optional<uint8_t> byte = mask().NextFrom(child->byte + 1u);
    if (!byte.has_value()) return false;
    child->byte = *byte;
    child->position = kind() == Kind::kDense ? *byte : child->position + 1;
    return true;
  }
  bool Previous(Child* child) const;
  // The nearest child at or behind, or before, `byte`; false if there is none.
  bool NextFrom(unsigned byte, Child* child) const;
  // Positions from 0 on that may hold a child; slots of others are empty.
  int position_count() const { return kind() == Kind::kDense ? 256 : child_count(); }

  // Where the slot is if the kind is `kind`, so that it can be asked for before the node is here.
  static constexpr size_t SlotsOffset(Kind kind) {
    return kind == Kind::kTiny ? 24 : kind == Kind::kSmall ? 32 : 56;
  }

  // --- New branches ------------------------------------------------------------------------------

  // A branch with the run `head` + `tail`; `edges` ascending, at least one. Takes over the edges'
  // references, unless it throws. As small as it can be.
  static TrieSlot New(std::string_view head, std::string_view tail, std::optional<uint64_t> value,
                      std::span<const TrieEdge> edges);

  // --- Changes -----------------------------------------------------------------------------------

  // A second node like `slot`, leaf or branch, but with the run `head` + `tail`.
  static TrieSlot CopyWithRun(const TrieSlot& slot, std::string_view head, std::string_view tail);
  // Gives what is in `slot` the run `head` + `tail`, which may be parts of the present one.
  static void SetRun(TrieSlot* slot, std::string_view head, std::string_view tail);
  // Makes the branch in `slot` one that nobody else holds.
  static void Unshare(TrieSlot* slot);
  // Cuts the run of what is in `slot` after `head_bytes`, at a byte that becomes the edge to the
  // lower part. The upper part is a branch with `value`, and with `other` if that is not empty.
  static void Split(TrieSlot* slot, size_t head_bytes, std::optional<uint64_t> value,
                    TrieEdge other);
  // One more child; there must be none under its byte. `slot` holds a branch that is not shared, or
  // a leaf, which then becomes a branch. Takes over the edge's reference, unless it throws.
  static void Insert(TrieSlot* slot, TrieEdge edge);
  // Removes a child from a branch that is not shared, with all below it. If that leaves neither a
  // value nor a second child, the branch and the last child become one; if it leaves no child, a
  // leaf.
  static void Remove(TrieSlot* slot, uint8_t byte);
  // Sets the value of an unshared branch, or of a leaf.
  static void SetValue(TrieSlot* slot, uint64_t value);
  // Removes the value of an unshared branch. If that leaves one child, the two become one.
  static void RemoveValue(TrieSlot* slot);

  // Where a child's slot is, to change it; only while not shared. Whoever does adjusts the sums.
  TrieSlot* MutableSlot(int position) { return &slots()[position]; }
  // Adds to the sums, modulo their sizes, after a change further below.
  void AddToSums(uint64_t values, uint32_t memory_units) {
    SetValueCount(value_count() + values);
    memory_units_ += memory_units;
  }

  // True if no smaller node could hold the same.
  bool IsExactFit() const;

 private:
  friend class TrieSlot;
  friend class NodeReaper;
  class Shell;

  static constexpr size_t kKeysOffset = 19;
  static constexpr size_t kMaskOffset = 24;
  static constexpr int kMaxTinySlots = 5;
  static constexpr int kMaxSmallSlots = 13;
  static constexpr int kMaxMaskSlots = 128;
  static constexpr uint32_t kKindMask = 3;
  static constexpr uint32_t kHasValueBit = 4;

  TrieBranch() : run_bytes_(0), kind_and_value_(0) {}

  static Kind KindFor(int child_count);
  static size_t AllocationBytes(Kind kind, size_t slots, bool has_value, size_t run_bytes);

  bool has_keys() const { return kind() <= Kind::kSmall; }
  const char* Bytes() const { return reinterpret_cast<const char*>(this); }
  char* Bytes() { return reinterpret_cast<char*>(this); }
  const uint8_t* keys() const { return reinterpret_cast<const uint8_t*>(Bytes() + kKeysOffset); }
  uint8_t* keys() { return reinterpret_cast<uint8_t*>(Bytes() + kKeysOffset); }
  const ByteMask& mask() const { return *reinterpret_cast<const ByteMask*>(Bytes() + kMaskOffset); }
  ByteMask& mask() { return *reinterpret_cast<ByteMask*>(Bytes() + kMaskOffset); }
  const TrieSlot* slots_of(Kind kind) const {
    return reinterpret_cast<const TrieSlot*>(Bytes() + SlotsOffset(kind));
  }
  const TrieSlot* slots() const { return slots_of(kind()); }
  TrieSlot* slots() { return const_cast<TrieSlot*>(slots_of(kind())); }
  size_t slot_capacity() const { return kind() == Kind::kDense ? 256 : capacity_; }
  size_t ValueOffset() const { return SlotsOffset(kind()) + slot_capacity() * sizeof(TrieSlot); }
  size_t RunOffset() const { return ValueOffset() + (has_value() ? sizeof(uint64_t) : 0); }
  void SetValueCount(uint64_t count) {
    value_count_low_ = static_cast<uint32_t>(count);
    value_count_high_ = static_cast<uint8_t>(count >> 32);
  }
  // The list of dead branches, while being destroyed, in place of the sums.
  TrieBranch* dead_link() const {
    TrieBranch* link;
    std::memcpy(&link, Bytes() + kDeadLinkOffset, sizeof(link));
    return link;
  }
  void set_dead_link(TrieBranch* link) {
    std::memcpy(Bytes() + kDeadLinkOffset, &link, sizeof(link));
  }
  static constexpr size_t kDeadLinkOffset = 8;

  void AddReferencesToChildren() const;
  static void FreeShell(TrieSlot slot);
  static void MergeWithOnlyChild(TrieSlot* slot);
  void RemoveInPlace(uint8_t byte, int position);
  static void ShrinkIfWasteful(TrieSlot* slot);

  std::atomic<uint32_t> references_{1};
  uint32_t run_bytes_ : 24;
  uint32_t kind_and_value_ : 8;
  uint32_t memory_units_ = 0;
  uint32_t value_count_low_ = 0;
  uint8_t value_count_high_ = 0;
  uint8_t child_count_minus_1_ = 0;
  uint8_t capacity_ = 0;  // Slots; not used by kDense.
  uint8_t first_key_ = 0;  // Keys begin here and go on behind the class.
};

static_assert(sizeof(TrieBranch) == 20);

// --- TrieSlot's reading --------------------------------------------------------------------------

inline std::string_view TrieSlot::run() const& {
  if (is_inline()) return {reinterpret_cast<const char*>(&bits_) + 1, inline_run_bytes()};
  if (is_branch()) return branch()->run();
  return empty() ? std::string_view() : leaf()->run();
}

inline size_t TrieSlot::run_bytes() const {
  if (is_inline()) return inline_run_bytes();
  if (is_branch()) return branch()->run_bytes();
  return empty() ? 0 : leaf()->run_bytes();
}

inline bool TrieSlot::has_value() const {
  return is_branch() ? branch()->has_value() : !empty();
}

inline uint64_t TrieSlot::value() const {
  if (is_inline()) {
    return ((bits_ >> 8) >> (8 * inline_run_bytes())) | (((bits_ >> 5) & 3) << 62);
  }
  if (is_branch()) return branch()->value();
  return leaf()->value();
}

inline std::optional<uint64_t> TrieSlot::optional_value() const {
  if (!has_value()) return std::nullopt;
  return value();
}

inline int TrieSlot::child_count() const { return is_branch() ? branch()->child_count() : 0; }

inline ByteMask TrieSlot::child_mask() const {
  return is_branch() ? branch()->child_mask() : ByteMask();
}

inline const TrieSlot* TrieSlot::FindChild(uint8_t byte) const {
  if (!is_branch()) return nullptr;
  const int position = branch()->Find(byte);
  return position < 0 ? nullptr : &branch()->slot(position);
}

inline uint64_t TrieSlot::value_count() const {
  return is_branch() ? branch()->value_count() : !empty();
}

inline uint32_t TrieSlot::memory_units() const {
  return is_branch() ? branch()->memory_units() : own_memory_units();
}

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_NODE_H_
