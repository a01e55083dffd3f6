// The nodes of a PathTrie, private to core/trie: a leaf is a run of bytes and a value; a branch is
// a run, perhaps a value, and 1 to 256 children.
//
//   leaf     references 4 | value bytes 1 | run bytes 1, or 255 and 4 more | value 0-8 | run ...
//
//   branch   references 4 | run bytes 3, kind and value? 1 | memory 4 | value count 5 |
//            children 1 | leaf bytes 2 | size class 1: 21 bytes, then what its kind needs:
//
//   kTiny    3 key bytes, ascending        | up to 3 slots   |
//   kSmall   11 key bytes, ascending       | up to 11 slots  |  free | leaves | value 8? | run
//   kMask    3 bytes unused, 256 bits      | up to 128 slots |
//   kDense   3 bytes unused, 256 bits      | 256 slots       |
//
// Keys are compared all at once, bits are counted, and a dense branch is indexed by the byte. A
// node is as large as a size class of the allocator. Slots grow up from the front, the data of
// embedded leaves grow down from the end, and what is free lies between. What a leaf that went or
// moved out leaves behind is reclaimed when the node is made anew.
//
// The byte that leads to a child stands in the parent, not in the child's run. So a node with all
// below it can hang anywhere in any trie, under any byte, without a change.

#ifndef PATHKB_CORE_TRIE_NODE_H_
#define PATHKB_CORE_TRIE_NODE_H_

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <emmintrin.h>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/byte_mask.h"
#include "core/trie/leaf.h"
#include "core/trie/slot.h"

namespace pathkb {

// Leaves with more bytes of value and run than this have nodes of their own: branches stay small
// enough to be copied.
inline constexpr size_t kMaxEmbeddedBytes = 40;

// A child to be, and the byte that leads to it: a slot that is not an embedded leaf, whose
// reference the new branch takes over; or, if the slot is empty, a leaf, told by its run and value.
struct TrieEdge {
  uint8_t byte = 0;
  TrieSlot slot;
  std::string_view run;
  uint64_t value = 0;
  bool embed = false;  // Set by TrieBranch::New(), as the next.
  bool made = false;   // The slot is a leaf that New() made.

  // Takes over the slot's reference.
  static TrieEdge Slot(uint8_t byte, TrieSlot slot) { return {byte, slot, {}, 0, false, false}; }
  // `run` is borrowed until the child is made.
  static TrieEdge Leaf(uint8_t byte, std::string_view run, uint64_t value) {
    return {byte, TrieSlot(), run, value, false, false};
  }
};

// The functions that change take the slot that holds the branch, or the leaf: they may put another
// node there. Each allocates before it changes anything, so if that throws std::bad_alloc, all is
// as before. They keep the sums of the node itself right; those above are the caller's.
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
  // True if child_mask() has a byte from `first` to `last`, both included.
  bool HasChildBetween(uint8_t first, uint8_t last) const {
    if (has_keys()) {
      const uint8_t* const keys = this->keys();
      int at = 0;
      while (at <= child_count_minus_1_ && keys[at] < first) ++at;
      return at <= child_count_minus_1_ && keys[at] <= last;
    }
    const std::optional<uint8_t> byte = mask().NextFrom(first);
    return byte.has_value() && *byte <= last;
  }
  // Modulo 2^40.
  uint64_t value_count() const { return value_count_low_ | uint64_t{value_count_high_} << 32; }
  uint32_t memory_units() const { return memory_units_; }
  size_t AllocationBytes() const { return ClassBytes(size_class_); }
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
  // Ways through the children in byte order. Next() and Previous() are false at the end, where
  // `child` is of no use any more.
  Child First() const;
  Child Last() const;
  bool Next(Child* child) const {
    if (has_keys()) {
      if (child->position == child_count_minus_1_) return false;
      child->byte = keys()[++child->position];
      return true;
    }
    if (child->byte == 0xFF) return false;
    ++child->byte;
    // Where branches are wide, the next byte is mostly there.
    if (!mask().Test(child->byte)) {
      const std::optional<uint8_t> byte = mask().NextFrom(child->byte);
      if (!byte.has_value()) return false;
      child->byte = *byte;
    }
    child->position = kind() == Kind::kDense ? child->byte : child->position + 1;
    return true;
  }
  bool Previous(Child* child) const;
  // Positions from 0 on that may hold a child; slots of others are empty.
  int position_count() const { return kind() == Kind::kDense ? 256 : child_count(); }

  // Where the slot is if the kind is `kind`, so that it can be asked for before the node is here.
  static constexpr size_t SlotsOffset(Kind kind) {
    return kind == Kind::kTiny ? 24 : kind == Kind::kSmall ? 32 : 56;
  }

  // --- New branches ------------------------------------------------------------------------------

  // A branch with the run `head` + `tail`; `edges` ascending, at least one. Takes over the edges'
  // references, unless it throws.
  // Leaves are embedded if they are small. As small as it can be.
  static TrieSlot New(std::string_view head, std::string_view tail, std::optional<uint64_t> value,
                      std::span<TrieEdge> edges);

  // A slot for each byte, empty where there is no child.
  using Table = std::array<TrieSlot, 256>;
  // The branch's slots by byte: its own, or `*table` filled with them; nullptr if the branch is not
  // wide or has embedded leaves.
  const Table* AsTable(Table* table) const;
  // A branch with `count` children, those in `table`, at least one; counts one more reference to
  // each.
  static TrieSlot NewFrom(std::string_view run, std::optional<uint64_t> value, const Table& table,
                          int count);

  // --- Changes -----------------------------------------------------------------------------------

  // A second node like `slot`, leaf or branch, but with the run `head` + `tail`.
  static TrieSlot CopyWithRun(const TrieSlot& slot, std::string_view head, std::string_view tail);
  // Gives what is in `slot` the run `head` + `tail`, which may be parts of the present one.
  static void SetRun(TrieSlot* slot, std::string_view head, std::string_view tail);
  // Makes the branch in `slot` one that nobody else holds.
  static void Unshare(TrieSlot* slot);
  // Cuts the run of what is in `slot` after `head_bytes`, at a byte that becomes the edge to the
  // lower part. The upper part is a branch with `value`, and with `other` if that is given.
  static void Split(TrieSlot* slot, size_t head_bytes, std::optional<uint64_t> value,
                    const TrieEdge* other);
  // One more child; there must be none under its byte. `slot` holds a branch that is not shared, or
  // a leaf, which then becomes a branch. Takes over the edge's reference, unless it throws.
  static void Insert(TrieSlot* slot, const TrieEdge& edge);
  // Removes a child from a branch that is not shared, with all below it. If that leaves neither a
  // value nor a second child, the branch and the last child become one; if it leaves no child, a
  // leaf.
  static void Remove(TrieSlot* slot, uint8_t byte);
  // Sets the value of an unshared branch, or of a leaf in one.
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

  static constexpr size_t kKeysOffset = 21;
  static constexpr size_t kMaskOffset = 24;
  static constexpr int kMaxTinySlots = 3;
  static constexpr int kMaxSmallSlots = 11;
  static constexpr int kMaxMaskSlots = 128;
  static constexpr uint32_t kKindMask = 3;
  static constexpr uint32_t kHasValueBit = 4;

  TrieBranch() : run_bytes_(0), kind_and_value_(0) {}

  static Kind KindFor(int child_count);
  // Bytes of a node with so many slots and bytes of leaf data.
  static size_t NodeBytes(Kind kind, int child_count, size_t leaf_bytes, bool has_value,
                          size_t run_bytes);
  // The same for this one if it were made anew.
  size_t FitBytes() const;

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
  size_t slots_end() const {
    return SlotsOffset(kind()) + static_cast<size_t>(position_count()) * sizeof(TrieSlot);
  }
  size_t RunOffset() const { return AllocationBytes() - run_bytes_; }
  size_t ValueOffset() const { return RunOffset() - sizeof(uint64_t); }
  size_t LeavesEnd() const { return has_value() ? ValueOffset() : RunOffset(); }
  size_t FreeBytes() const { return LeavesEnd() - leaf_bytes_ - slots_end(); }
  // Bytes of leaf data that slots refer to.
  size_t LiveLeafBytes() const;
  // Puts a leaf into the free bytes and `slot`, which is one of this branch's.
  void Embed(TrieSlot* slot, std::string_view run, uint64_t value);
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
  static void FreeShell(const TrieSlot& slot);
  // What is in `child`, a slot of a branch that is about to go, with `head` in front of its run.
  static TrieSlot MoveWithHead(const TrieSlot& child, std::string_view head);
  static void MergeWithOnlyChild(TrieSlot* slot);
  // `child` is the edge's slot or a leaf made for it; empty if the leaf is to be embedded.
  void InsertInPlace(const TrieEdge& edge, TrieSlot child);
  // Moves the slots from `first` to `last`, which is not included, by `by` places.
  void MoveSlots(int first, int last, int by);
  void RemoveInPlace(uint8_t byte, int position);
  static void ShrinkIfWasteful(TrieSlot* slot);

  std::atomic<uint32_t> references_{1};
  uint32_t run_bytes_ : 24;
  uint32_t kind_and_value_ : 8;
  uint32_t memory_units_ = 0;
  uint32_t value_count_low_ = 0;
  uint8_t value_count_high_ = 0;
  uint8_t child_count_minus_1_ = 0;
  uint16_t leaf_bytes_ = 0;  // From the first leaf's data to LeavesEnd(), dead data included.
  uint8_t size_class_ = 0;
  uint8_t first_keys_[3] = {};  // Keys begin here and go on behind the class.
};

static_assert(sizeof(TrieBranch) == 24);

// --- TrieSlot's reading --------------------------------------------------------------------------

// As slot.h says.
inline std::string_view TrieSlot::run() const& {
  if (is_inline()) return {reinterpret_cast<const char*>(&bits_) + 1, inline_run_bytes()};
  if (is_embedded()) return {embedded_data() + embedded_value_bytes(), embedded_run_bytes()};
  if (is_branch()) return branch()->run();
  return empty() ? std::string_view() : leaf()->run();
}

// As slot.h says.
inline size_t TrieSlot::run_bytes() const {
  if (is_inline()) return inline_run_bytes();
  if (is_embedded()) return embedded_run_bytes();
  if (is_branch()) return branch()->run_bytes();
  return empty() ? 0 : leaf()->run_bytes();
}

// As slot.h says.
inline bool TrieSlot::has_value() const { return is_branch() ? branch()->has_value() : !empty(); }

// As slot.h says.
inline uint64_t TrieSlot::value() const {
  if (is_inline()) {
    return ((bits_ >> 8) >> (8 * inline_run_bytes())) | (((bits_ >> 5) & 3) << 62);
  }
  if (is_embedded()) return TrieLeaf::ReadValue(embedded_data(), embedded_value_bytes());
  return is_branch() ? branch()->value() : leaf()->value();
}

// As slot.h says.
inline std::optional<uint64_t> TrieSlot::optional_value() const {
  if (!has_value()) return std::nullopt;
  return value();
}

// As slot.h says.
inline int TrieSlot::child_count() const { return is_branch() ? branch()->child_count() : 0; }

// As slot.h says.
inline ByteMask TrieSlot::child_mask() const {
  return is_branch() ? branch()->child_mask() : ByteMask();
}

// As slot.h says.
inline const TrieSlot* TrieSlot::FindChild(uint8_t byte) const {
  if (!is_branch()) return nullptr;
  const int position = branch()->Find(byte);
  return position < 0 ? nullptr : &branch()->slot(position);
}

// As slot.h says.
inline uint64_t TrieSlot::value_count() const {
  return is_branch() ? branch()->value_count() : !empty();
}

// As slot.h says.
inline uint32_t TrieSlot::memory_units() const {
  return is_branch() ? branch()->memory_units() : own_memory_units();
}

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_NODE_H_
