// The changes of nodes that node.h offers.

#include <algorithm>
#include <bit>
#include <cstring>
#include <emmintrin.h>
#include <new>
#include <string>
#include <utility>

#include "core/base/check.h"
#include "core/trie/node.h"
#include "core/trie/node_shell.h"

namespace pathkb {

void TrieBranch::SetRun(TrieSlot* slot, std::string_view head, std::string_view tail) {
  if (!slot->is_branch()) {
    const TrieSlot leaf = TrieSlot::NewLeaf(head, tail, slot->value());
    TrieSlot::Release(std::exchange(*slot, leaf));
    return;
  }
  Shell shell(*slot->branch(), 0, 0, slot->optional_value(), head, tail);
  shell.Replace(slot);
}

void TrieBranch::Unshare(TrieSlot* slot) {
  if (!slot->IsShared()) return;
  const TrieBranch& branch = *slot->branch();
  const size_t bytes = branch.AllocationBytes();
  auto* copy = new (::operator new(bytes)) TrieBranch();
  // The count is written by others meanwhile, so it is not copied.
  constexpr size_t kCountBytes = sizeof(references_);
  std::memcpy(copy->Bytes() + kCountBytes, branch.Bytes() + kCountBytes, bytes - kCountBytes);
  copy->AddReferencesToChildren();
  TrieSlot::Release(std::exchange(*slot, TrieSlot(copy)));
}

void TrieBranch::Split(TrieSlot* slot, size_t head_bytes, std::optional<uint64_t> value,
                       const TrieEdge* other) {
  const std::string_view run = slot->run();
  const std::string_view head = run.substr(0, head_bytes);
  const std::string_view tail = run.substr(head_bytes + 1);
  const auto byte = static_cast<uint8_t>(run[head_bytes]);

  TrieEdge edges[2];
  const bool other_first = other != nullptr && other->byte < byte;
  TrieEdge& lower = edges[other_first ? 1 : 0];
  if (other != nullptr) edges[other_first ? 0 : 1] = *other;
  const std::span<TrieEdge> given(edges, other == nullptr ? 1 : 2);
  if (!slot->is_branch()) {
    lower = TrieEdge::Leaf(byte, tail, slot->value());
    TrieSlot::Release(std::exchange(*slot, New(head, {}, value, given)));
    return;
  }
  // The new lower node takes the children over, uncounted as yet.
  Shell shell(*slot->branch(), 0, 0, slot->optional_value(), tail, {});
  lower = TrieEdge::Slot(byte, TrieSlot(shell.operator->()));
  const TrieSlot upper = New(head, {}, value, given);
  TrieSlot old = std::exchange(*slot, upper);
  shell.Replace(&old);
}

void TrieBranch::Insert(TrieSlot* slot, const TrieEdge& edge) {
  if (!slot->is_branch()) {
    TrieEdge edges[] = {edge};
    TrieSlot::Release(std::exchange(*slot, New(slot->run(), {}, slot->value(), edges)));
    return;
  }
  TrieBranch* branch = slot->branch();
  TrieSlot child = edge.slot;
  size_t leaf_bytes = 0;  // To be embedded.
  if (child.empty()) {
    leaf_bytes = TrieLeaf::ValueBytes(edge.value) + edge.run.size();
    if (TrieSlot::FitsInline(edge.run.size(), edge.value) || leaf_bytes > kMaxEmbeddedBytes ||
        (branch->leaf_bytes_ + leaf_bytes > kMaxLeafBytes &&
         branch->LiveLeafBytes() + leaf_bytes > kMaxLeafBytes)) {
      child = TrieSlot::NewLeaf(edge.run, {}, edge.value);
      leaf_bytes = 0;
    }
  }
  const int count = branch->child_count();
  const size_t slot_bytes = branch->kind() == Kind::kDense ? 0 : sizeof(TrieSlot);
  if (KindFor(count + 1) > branch->kind() || branch->FreeBytes() < slot_bytes + leaf_bytes ||
      branch->leaf_bytes_ + leaf_bytes > kMaxLeafBytes) {
    try {
      Shell shell(*branch, 1, leaf_bytes, slot->optional_value(), branch->run(), {});
      shell.Replace(slot);
    } catch (...) {
      if (edge.slot.empty()) TrieSlot::Release(child);
      throw;
    }
    branch = slot->branch();
  }
  branch->InsertInPlace(edge, child);
}

void TrieBranch::MoveSlots(int first, int last, int by) {
  TrieSlot* const slots = this->slots();
  std::memmove(static_cast<void*>(slots + first + by), slots + first,
               static_cast<size_t>(last - first) * sizeof(TrieSlot));
  if (leaf_bytes_ == 0) return;
  for (int i = first + by; i < last + by; ++i) slots[i] = slots[i].MovedBy(by);
}

void TrieBranch::InsertInPlace(const TrieEdge& edge, TrieSlot child) {
  const int count = child_count();
  int position = edge.byte;
  if (has_keys()) {
    const __m128i all = _mm_loadu_si128(reinterpret_cast<const __m128i*>(keys()));
    const __m128i byte = _mm_set1_epi8(static_cast<char>(edge.byte));
    const __m128i smaller = _mm_cmpeq_epi8(_mm_min_epu8(all, byte), all);
    position =
        std::popcount(static_cast<unsigned>(_mm_movemask_epi8(smaller)) & ((1u << count) - 1));
    std::memmove(keys() + position + 1, keys() + position, static_cast<size_t>(count - position));
    keys()[position] = edge.byte;
  } else {
    if (kind() == Kind::kMask) position = mask().Rank(edge.byte);
    mask().Set(edge.byte);
  }
  if (kind() != Kind::kDense) MoveSlots(position, count, 1);
  ++child_count_minus_1_;
  if (child.empty()) {
    Embed(&slots()[position], edge.run, edge.value);
  } else {
    slots()[position] = child;
  }
  AddToSums(slots()[position].value_count(), slots()[position].memory_units());
}

void TrieBranch::RemoveInPlace(uint8_t byte, int position) {
  const int count = child_count();
  AddToSums(-slot(position).value_count(), -slot(position).memory_units());
  TrieSlot::Release(slot(position));
  if (has_keys()) {
    std::memmove(keys() + position, keys() + position + 1,
                 static_cast<size_t>(count - 1 - position));
  } else {
    mask().Clear(byte);
  }
  if (kind() == Kind::kDense) {
    slots()[position] = TrieSlot();
  } else {
    MoveSlots(position + 1, count, -1);
  }
  --child_count_minus_1_;
}

void TrieBranch::ShrinkIfWasteful(TrieSlot* slot) {
  const TrieBranch& branch = *slot->branch();
  // To know what is live takes a look at all slots; wide branches take it now and then.
  if (branch.child_count() > kMaxSmallSlots && branch.child_count() % 8 != 0) return;
  // Well below half, so that a child that comes and goes does not move the node each time.
  if (branch.FitBytes() * 16 > branch.AllocationBytes() * 7) return;
  try {
    SetRun(slot, branch.run(), {});
  } catch (const std::bad_alloc&) {
    // It stays larger than it need be.
  }
}

TrieSlot TrieBranch::MoveWithHead(const TrieSlot& child, std::string_view head) {
  if (child.is_branch()) {
    TrieSlot moved = child;
    SetRun(&moved, head, child.branch()->run());
    return moved;
  }
  const TrieSlot leaf = TrieSlot::NewLeaf(head, child.run(), child.value());
  TrieSlot::Release(child);
  return leaf;
}

void TrieBranch::MergeWithOnlyChild(TrieSlot* slot) {
  const TrieBranch* const branch = slot->branch();
  const Child only = branch->First();
  std::string head(branch->run());
  head.push_back(static_cast<char>(only.byte));
  const TrieSlot merged = MoveWithHead(branch->slot(only.position), head);
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
    const TrieSlot merged = MoveWithHead(branch->slot(other.position), head);
    TrieSlot::Release(branch->slot(position));
    FreeShell(std::exchange(*slot, merged));
    return;
  }
  branch->RemoveInPlace(byte, position);
  ShrinkIfWasteful(slot);
}

void TrieBranch::SetValue(TrieSlot* slot, uint64_t value) {
  if (slot->is_embedded() && TrieLeaf::ValueBytes(value) <= slot->embedded_value_bytes() &&
      !TrieSlot::FitsInline(slot->embedded_run_bytes(), value)) {
    std::memcpy(const_cast<char*>(slot->embedded_data()), &value, slot->embedded_value_bytes());
    return;
  }
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
  Shell shell(*branch, 0, 0, value, branch->run(), {});
  shell.Replace(slot);
}

void TrieBranch::RemoveValue(TrieSlot* slot) {
  TrieBranch* branch = slot->branch();
  if (branch->child_count() == 1) {
    MergeWithOnlyChild(slot);
    return;
  }
  Shell shell(*branch, 0, 0, std::nullopt, branch->run(), {});
  shell.Replace(slot);
}

}  // namespace pathkb
