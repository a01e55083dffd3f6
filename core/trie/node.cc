#include "core/trie/node.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "core/base/check.h"
#include "core/trie/node_reaper.h"

namespace pathkb {
namespace {

// The size class of an allocator that has 16-byte steps up to 128 and four classes a doubling from
// there on, as jemalloc has. Under another allocator the nodes are the same and it wastes a little.
constexpr size_t SizeClass(size_t bytes) {
  if (bytes <= 128) return bytes < 16 ? 16 : (bytes + 15) & ~size_t{15};
  const size_t step = size_t{1} << (std::bit_width(bytes - 1) - 3);
  return (bytes + step - 1) & ~(step - 1);
}
static_assert(SizeClass(1) == 16 && SizeClass(128) == 128 && SizeClass(129) == 160);
static_assert(SizeClass(2104) == 2560 && SizeClass(2560) == 2560 && SizeClass(4096) == 4096);

constexpr uint64_t kTombstoneBits = uint64_t{3} << 62;

void CopyRun(std::string_view head, std::string_view tail, char* to) {
  head.copy(to, head.size());
  tail.copy(to + head.size(), tail.size());
}

}  // namespace

// --- Leaves --------------------------------------------------------------------------------------

size_t TrieLeaf::AllocationBytes(size_t run_bytes, size_t value_bytes) {
  return SizeClass(HeaderBytes(run_bytes) + value_bytes + run_bytes);
}

TrieLeaf::TrieLeaf(size_t run_bytes, size_t value_bytes)
    : value_bytes_(static_cast<uint8_t>(value_bytes)),
      short_run_bytes_(static_cast<uint8_t>(std::min<size_t>(run_bytes, kLongRun))) {
  const auto long_run_bytes = static_cast<uint32_t>(run_bytes);
  if (short_run_bytes_ == kLongRun) {
    std::memcpy(Bytes() + kShortHeaderBytes, &long_run_bytes, sizeof(long_run_bytes));
  }
}

TrieSlot TrieSlot::NewLeaf(std::string_view head, std::string_view tail, uint64_t value) {
  const size_t run_bytes = head.size() + tail.size();
  const uint64_t low_bits = value & ~kTombstoneBits;
  if (run_bytes <= kInlineBytes && low_bits < uint64_t{1} << (8 * (kInlineBytes - run_bytes))) {
    TrieSlot slot;
    slot.bits_ = low_bits << (8 * run_bytes) << 8 | (value >> 62) << 5 | run_bytes << 2 | kInlineTag;
    CopyRun(head, tail, reinterpret_cast<char*>(&slot.bits_) + 1);
    return slot;
  }
  PATHKB_CHECK(run_bytes <= kMaxRunBytes);
  const auto value_bytes = static_cast<size_t>(std::bit_width(value) + 7) / 8;
  auto* leaf = new (::operator new(TrieLeaf::AllocationBytes(run_bytes, value_bytes)))
      TrieLeaf(run_bytes, value_bytes);
  char* const to = leaf->Bytes() + leaf->ValueOffset();
  std::memcpy(to, &value, value_bytes);
  CopyRun(head, tail, to + value_bytes);
  return TrieSlot(leaf);
}

uint32_t TrieSlot::own_memory_units() const {
  if (!is_node()) return 0;
  const size_t bytes = is_branch() ? branch()->AllocationBytes() : leaf()->AllocationBytes();
  return static_cast<uint32_t>(bytes / kMemoryUnit);
}

void TrieSlot::Destroy(TrieSlot slot) {
  if (slot.is_branch()) {
    NodeReaper::Free(slot.branch());
  } else {
    TrieBranch::FreeShell(slot);
  }
}

// --- Shells --------------------------------------------------------------------------------------

// A branch that is being made: freed if an exception comes before it is finished. Its children are
// not counted meanwhile.
class TrieBranch::Shell {
 public:
  // A branch as small as its kind and contents allow, without children, and room for as many slots
  // as then fit.
  Shell(Kind kind, int child_count, std::optional<uint64_t> value, std::string_view head,
        std::string_view tail) {
    const size_t run_bytes = head.size() + tail.size();
    PATHKB_CHECK(run_bytes <= TrieSlot::kMaxRunBytes);
    const size_t slots = kind == Kind::kDense ? 256 : static_cast<size_t>(child_count);
    const size_t bytes = TrieBranch::AllocationBytes(kind, slots, value.has_value(), run_bytes);
    branch_ = new (::operator new(bytes)) TrieBranch();
    branch_->run_bytes_ = run_bytes & TrieSlot::kMaxRunBytes;
    branch_->kind_and_value_ =
        static_cast<uint8_t>(kind) | (value.has_value() ? kHasValueBit : 0);
    branch_->SetValueCount(value.has_value());
    branch_->memory_units_ = static_cast<uint32_t>(bytes / TrieSlot::kMemoryUnit);
    branch_->child_count_minus_1_ = 0xFF;  // None, as long as it lasts.
    if (kind != Kind::kDense) {
      const size_t rest = bytes - SlotsOffset(kind) - run_bytes - (value.has_value() ? 8 : 0);
      const size_t most = kind == Kind::kTiny    ? kMaxTinySlots
                          : kind == Kind::kSmall ? kMaxSmallSlots
                                                 : kMaxMaskSlots;
      branch_->capacity_ = static_cast<uint8_t>(std::min(most, rest / sizeof(TrieSlot)));
    }
    if (!branch_->has_keys()) new (&branch_->mask()) ByteMask();
    if (kind == Kind::kDense) std::fill_n(branch_->slots(), 256, TrieSlot());
    if (value.has_value()) {
      std::memcpy(branch_->Bytes() + branch_->ValueOffset(), &*value, sizeof(*value));
    }
    CopyRun(head, tail, branch_->Bytes() + branch_->RunOffset());
  }
  // The same, with the value, the children and the sums of `from`, and room for `child_count`.
  Shell(const TrieBranch& from, int child_count, std::optional<uint64_t> value,
        std::string_view head, std::string_view tail)
      : Shell(KindFor(child_count), child_count, value, head, tail) {
    const auto own_units = static_cast<uint32_t>(from.AllocationBytes() / TrieSlot::kMemoryUnit);
    branch_->AddToSums(from.value_count() - from.has_value(), from.memory_units_ - own_units);
    TakeChildren(from);
  }
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;
  ~Shell() {
    if (branch_ != nullptr) FreeShell(TrieSlot(branch_));
  }

  TrieBranch* operator->() { return branch_; }
  TrieSlot Finish() { return TrieSlot(std::exchange(branch_, nullptr)); }

  // Adds a child behind all others.
  void Append(uint8_t byte, TrieSlot slot) {
    const int count = static_cast<uint8_t>(branch_->child_count_minus_1_ + 1);
    branch_->child_count_minus_1_ = static_cast<uint8_t>(count);
    if (branch_->has_keys()) {
      branch_->keys()[count] = byte;
    } else {
      branch_->mask().Set(byte);
    }
    branch_->slots()[branch_->kind() == Kind::kDense ? byte : count] = slot;
  }

  // Takes the place of what is in `slot`, whose children it has.
  void Replace(TrieSlot* slot) {
    const TrieSlot old = *slot;
    *slot = Finish();
    if (old.IsShared()) {
      slot->branch()->AddReferencesToChildren();
      TrieSlot::Release(old);
    } else {
      FreeShell(old);
    }
  }

 private:
  void TakeChildren(const TrieBranch& from) {
    const auto count = static_cast<size_t>(from.child_count());
    if (from.has_keys() && branch_->has_keys()) {
      branch_->child_count_minus_1_ = from.child_count_minus_1_;
      std::copy_n(from.keys(), count, branch_->keys());
      std::copy_n(from.slots(), count, branch_->slots());
      return;
    }
    if (from.kind() == Kind::kMask && branch_->kind() == Kind::kMask) {
      branch_->child_count_minus_1_ = from.child_count_minus_1_;
      branch_->mask() = from.mask();
      std::copy_n(from.slots(), count, branch_->slots());
      return;
    }
    Child child = from.First();
    do {
      Append(child.byte, from.slot(child.position));
    } while (from.Next(&child));
  }

  TrieBranch* branch_;
};

size_t TrieBranch::AllocationBytes(Kind kind, size_t slots, bool has_value, size_t run_bytes) {
  return SizeClass(SlotsOffset(kind) + slots * sizeof(TrieSlot) + (has_value ? 8 : 0) + run_bytes);
}

size_t TrieBranch::AllocationBytes() const {
  return AllocationBytes(kind(), slot_capacity(), has_value(), run_bytes_);
}

bool TrieBranch::IsExactFit() const {
  const Kind kind = KindFor(child_count());
  const size_t slots = kind == Kind::kDense ? 256 : static_cast<size_t>(child_count());
  return AllocationBytes() == AllocationBytes(kind, slots, has_value(), run_bytes_);
}

TrieBranch::Kind TrieBranch::KindFor(int child_count) {
  if (child_count <= kMaxTinySlots) return Kind::kTiny;
  if (child_count <= kMaxSmallSlots) return Kind::kSmall;
  return child_count <= kMaxMaskSlots ? Kind::kMask : Kind::kDense;
}

void TrieBranch::FreeShell(TrieSlot slot) {
  if (slot.is_branch()) {
    ::operator delete(slot.branch(), slot.branch()->AllocationBytes());
  } else if (slot.is_node()) {
    ::operator delete(slot.leaf(), slot.leaf()->AllocationBytes());
  }
}

void TrieBranch::AddReferencesToChildren() const {
  const int positions = position_count();
  for (int i = 0; i < positions; ++i) slot(i).Prefetch();
  for (int i = 0; i < positions; ++i) slot(i).AddReference();
}

// --- Ways through the children -------------------------------------------------------------------

ByteMask TrieBranch::child_mask() const {
  if (!has_keys()) return mask();
  ByteMask mask;
  for (int i = 0; i < child_count(); ++i) mask.Set(keys()[i]);
  return mask;
}

TrieBranch::Child TrieBranch::First() const {
  if (has_keys()) return {0, keys()[0]};
  const uint8_t byte = *mask().first();
  return {kind() == Kind::kDense ? byte : 0, byte};
}

TrieBranch::Child TrieBranch::Last() const {
  if (has_keys()) return {child_count_minus_1_, keys()[child_count_minus_1_]};
  const uint8_t byte = *mask().last();
  return {kind() == Kind::kDense ? byte : child_count_minus_1_, byte};
}

bool TrieBranch::Previous(Child* child) const {
  if (has_keys()) {
    if (child->position == 0) return false;
    child->byte = keys()[--child->position];
    return true;
  }
  const std::optional<uint8_t> byte = mask().LastBelow(child->byte);
  if (!byte.has_value()) return false;
  child->byte = *byte;
  child->position = kind() == Kind::kDense ? *byte : child->position - 1;
  return true;
}

bool TrieBranch::NextFrom(unsigned byte, Child* child) const {
  const std::optional<uint8_t> next = child_mask().NextFrom(byte);
  if (!next.has_value()) return false;
  *child = {Find(*next), *next};
  return true;
}

// --- New branches --------------------------------------------------------------------------------

TrieSlot TrieBranch::New(std::string_view head, std::string_view tail,
                         std::optional<uint64_t> value, std::span<const TrieEdge> edges) {
  const int count = static_cast<int>(edges.size());
  Shell shell(KindFor(count), count, value, head, tail);
  for (const TrieEdge& edge : edges) {
    shell.Append(edge.byte, edge.slot);
    shell->AddToSums(edge.slot.value_count(), edge.slot.memory_units());
  }
  return shell.Finish();
}

namespace {

// Frees a leaf, or a branch without its children, unless it is taken.
struct Unfinished {
  TrieSlot slot;
  void (*free)(TrieSlot);
  ~Unfinished() { free(slot); }
  TrieSlot Take() { return std::exchange(slot, TrieSlot()); }
};

}  // namespace

TrieSlot TrieBranch::CopyWithRun(const TrieSlot& slot, std::string_view head,
                                 std::string_view tail) {
  if (!slot.is_branch()) return TrieSlot::NewLeaf(head, tail, slot.value());
  const TrieBranch& branch = *slot.branch();
  Shell shell(branch, branch.child_count(), slot.optional_value(), head, tail);
  shell->AddReferencesToChildren();
  return shell.Finish();
}

// --- Changes -------------------------------------------------------------------------------------

void TrieBranch::SetRun(TrieSlot* slot, std::string_view head, std::string_view tail) {
  if (!slot->is_branch()) {
    const TrieSlot leaf = TrieSlot::NewLeaf(head, tail, slot->value());
    TrieSlot::Release(std::exchange(*slot, leaf));
    return;
  }
  const TrieBranch& branch = *slot->branch();
  Shell shell(branch, branch.child_count(), slot->optional_value(), head, tail);
  shell.Replace(slot);
}

void TrieBranch::Unshare(TrieSlot* slot) {
  if (!slot->IsShared()) return;
  const TrieBranch& branch = *slot->branch();
  const size_t bytes = branch.AllocationBytes();
  void* memory = ::operator new(bytes);
  // The count is written by others meanwhile, so it is not copied.
  auto* copy = new (memory) TrieBranch();
  constexpr size_t kCountBytes = sizeof(references_);
  std::memcpy(copy->Bytes() + kCountBytes, branch.Bytes() + kCountBytes, bytes - kCountBytes);
  copy->AddReferencesToChildren();
  TrieSlot::Release(std::exchange(*slot, TrieSlot(copy)));
}

void TrieBranch::Split(TrieSlot* slot, size_t head_bytes, std::optional<uint64_t> value,
                       TrieEdge other) {
  const std::string_view run = slot->run();
  const std::string_view head = run.substr(0, head_bytes);
  const std::string_view tail = run.substr(head_bytes + 1);
  const auto byte = static_cast<uint8_t>(run[head_bytes]);

  Unfinished lower{TrieSlot(), FreeShell};
  if (slot->is_branch()) {
    const TrieBranch& branch = *slot->branch();
    lower.slot =
        Shell(branch, branch.child_count(), slot->optional_value(), tail, {}).Finish();
  } else {
    lower.slot = TrieSlot::NewLeaf(tail, {}, slot->value());
  }
  TrieEdge edges[2] = {{byte, lower.slot}, other};
  if (other.byte < byte) std::swap(edges[0], edges[1]);
  TrieSlot upper;
  if (other.slot.empty()) {
    upper = New(head, {}, value, {{{byte, lower.slot}}});
  } else {
    upper = New(head, {}, value, edges);
  }
  const TrieSlot moved = lower.Take();
  const TrieSlot old = std::exchange(*slot, upper);
  if (old.IsShared()) {
    if (moved.is_branch()) moved.branch()->AddReferencesToChildren();
    TrieSlot::Release(old);
  } else {
    FreeShell(old);
  }
}

void TrieBranch::Insert(TrieSlot* slot, TrieEdge edge) {
  if (!slot->is_branch()) {
    const TrieSlot branch = New(slot->run(), {}, slot->value(), {{edge}});
    TrieSlot::Release(std::exchange(*slot, branch));
    return;
  }
  TrieBranch* branch = slot->branch();
  const int count = branch->child_count();
  if (static_cast<size_t>(count) == branch->slot_capacity()) {
    Shell shell(*branch, count + 1, slot->optional_value(), branch->run(), {});
    shell.Replace(slot);
    branch = slot->branch();
  }
  int position = edge.byte;
  if (branch->has_keys()) {
    const __m128i keys = _mm_loadu_si128(reinterpret_cast<const __m128i*>(branch->keys()));
    const __m128i byte = _mm_set1_epi8(static_cast<char>(edge.byte));
    const __m128i smaller = _mm_cmpeq_epi8(_mm_min_epu8(keys, byte), keys);
    position = std::popcount(static_cast<unsigned>(_mm_movemask_epi8(smaller)) &
                             ((1u << count) - 1));
    std::memmove(branch->keys() + position + 1, branch->keys() + position,
                 static_cast<size_t>(count - position));
    branch->keys()[position] = edge.byte;
  } else {
    if (branch->kind() == Kind::kMask) position = branch->mask().Rank(edge.byte);
    branch->mask().Set(edge.byte);
  }
  TrieSlot* const slots = branch->slots();
  if (branch->kind() != Kind::kDense) {
    std::copy_backward(slots + position, slots + count, slots + count + 1);
  }
  slots[position] = edge.slot;
  ++branch->child_count_minus_1_;
  branch->AddToSums(edge.slot.value_count(), edge.slot.memory_units());
}

void TrieBranch::RemoveInPlace(uint8_t byte, int position) {
  const int count = child_count();
  const TrieSlot removed = slot(position);
  AddToSums(-removed.value_count(), -removed.memory_units());
  if (has_keys()) {
    std::memmove(keys() + position, keys() + position + 1,
                 static_cast<size_t>(count - 1 - position));
  } else {
    mask().Clear(byte);
  }
  if (kind() == Kind::kDense) {
    slots()[position] = TrieSlot();
  } else {
    std::copy(slots() + position + 1, slots() + count, slots() + position);
  }
  --child_count_minus_1_;
  TrieSlot::Release(removed);
}

void TrieBranch::ShrinkIfWasteful(TrieSlot* slot) {
  const TrieBranch& branch = *slot->branch();
  const int count = branch.child_count();
  const Kind kind = KindFor(count);
  const size_t slots = kind == Kind::kDense ? 256 : static_cast<size_t>(count);
  const size_t fit = AllocationBytes(kind, slots, branch.has_value(), branch.run_bytes_);
  // Well below half, so that a child that comes and goes does not move the node each time.
  if (fit * 16 > branch.AllocationBytes() * 7) return;
  try {
    SetRun(slot, branch.run(), {});
  } catch (const std::bad_alloc&) {
    // It stays larger than it need be.
  }
}

void TrieBranch::MergeWithOnlyChild(TrieSlot* slot) {
  TrieBranch* branch = slot->branch();
  const Child only = branch->First();
  std::string head(branch->run());
  head.push_back(static_cast<char>(only.byte));
  TrieSlot merged = branch->slot(only.position);
  SetRun(&merged, head, merged.run());
  FreeShell(std::exchange(*slot, merged));
}

void TrieBranch::Remove(TrieSlot* slot, uint8_t byte) {
  TrieBranch* branch = slot->branch();
  const int position = branch->Find(byte);
  PATHKB_CHECK(position >= 0);
  if (branch->child_count() == 1) {
    // The value is all that is left.
    const TrieSlot leaf = TrieSlot::NewLeaf(branch->run(), {}, branch->value());
    TrieSlot::Release(std::exchange(*slot, leaf));
    return;
  }
  if (branch->child_count() == 2 && !branch->has_value()) {
    Child other = branch->First();
    if (other.byte == byte) branch->Next(&other);
    std::string head(branch->run());
    head.push_back(static_cast<char>(other.byte));
    TrieSlot merged = branch->slot(other.position);
    SetRun(&merged, head, merged.run());
    const TrieSlot removed = branch->slot(position);
    FreeShell(std::exchange(*slot, merged));
    TrieSlot::Release(removed);
    return;
  }
  branch->RemoveInPlace(byte, position);
  ShrinkIfWasteful(slot);
}

void TrieBranch::SetValue(TrieSlot* slot, uint64_t value) {
  if (!slot->is_branch()) {
    const TrieSlot leaf = TrieSlot::NewLeaf(slot->run(), {}, value);
    TrieSlot::Release(std::exchange(*slot, leaf));
    return;
  }
  TrieBranch* branch = slot->branch();
  if (branch->has_value()) {
    std::memcpy(branch->Bytes() + branch->ValueOffset(), &value, sizeof(value));
    return;
  }
  Shell shell(*branch, branch->child_count(), value, branch->run(), {});
  shell.Replace(slot);
}

void TrieBranch::RemoveValue(TrieSlot* slot) {
  TrieBranch* branch = slot->branch();
  if (branch->child_count() == 1) {
    MergeWithOnlyChild(slot);
    return;
  }
  Shell shell(*branch, branch->child_count(), std::nullopt, branch->run(), {});
  shell.Replace(slot);
}

}  // namespace pathkb
