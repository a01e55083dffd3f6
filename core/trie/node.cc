#include "core/trie/node.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "core/base/check.h"
#include "core/trie/node_fetch.h"
#include "core/trie/node_reaper.h"
#include "core/trie/node_shell.h"

namespace pathkb {

// --- Leaves --------------------------------------------------------------------------------------

size_t TrieLeaf::AllocationBytes(size_t run_bytes, size_t value_bytes) {
  return ClassBytes(SizeClass(HeaderBytes(run_bytes) + value_bytes + run_bytes));
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
  if (FitsInline(run_bytes, value)) {
    TrieSlot slot;
    slot.bits_ = (value & ~kTombstoneBits) << (8 * run_bytes) << 8 | (value >> 62) << 5 |
                 run_bytes << 2 | kInlineTag;
    CopyRun(head, tail, reinterpret_cast<char*>(&slot.bits_) + 1);
    return slot;
  }
  PATHKB_CHECK(run_bytes <= kMaxRunBytes);
  const size_t value_bytes = TrieLeaf::ValueBytes(value);
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

// --- Branches ------------------------------------------------------------------------------------

size_t TrieBranch::NodeBytes(Kind kind, int child_count, size_t leaf_bytes, bool has_value,
                             size_t run_bytes) {
  const size_t slots = kind == Kind::kDense ? 256 : static_cast<size_t>(child_count);
  return SlotsOffset(kind) + slots * sizeof(TrieSlot) + leaf_bytes + (has_value ? 8 : 0) +
         run_bytes;
}

size_t TrieBranch::LiveLeafBytes() const {
  if (leaf_bytes_ == 0) return 0;
  size_t bytes = 0;
  const int positions = position_count();
  for (int i = 0; i < positions; ++i) {
    if (slot(i).is_embedded()) bytes += slot(i).embedded_bytes();
  }
  return bytes;
}

size_t TrieBranch::FitBytes() const {
  const int count = child_count();
  return ClassBytes(
      SizeClass(NodeBytes(KindFor(count), count, LiveLeafBytes(), has_value(), run_bytes_)));
}

bool TrieBranch::IsExactFit() const { return AllocationBytes() == FitBytes(); }

void TrieBranch::Embed(TrieSlot* slot, std::string_view run, uint64_t value) {
  const size_t value_bytes = TrieLeaf::ValueBytes(value);
  leaf_bytes_ = static_cast<uint16_t>(leaf_bytes_ + value_bytes + run.size());
  char* const data = Bytes() + LeavesEnd() - leaf_bytes_;
  std::memcpy(data, &value, value_bytes);
  run.copy(data + value_bytes, run.size());
  *slot = TrieSlot::NewEmbedded(static_cast<size_t>(data - reinterpret_cast<char*>(slot)),
                                run.size(), value_bytes);
}

TrieBranch::Kind TrieBranch::KindFor(int child_count) {
  if (child_count <= kMaxTinySlots) return Kind::kTiny;
  if (child_count <= kMaxSmallSlots) return Kind::kSmall;
  return child_count <= kMaxMaskSlots ? Kind::kMask : Kind::kDense;
}

void TrieBranch::FreeShell(const TrieSlot& slot) {
  if (slot.is_branch()) {
    ::operator delete(slot.branch(), slot.branch()->AllocationBytes());
  } else if (slot.is_node()) {
    ::operator delete(slot.leaf(), slot.leaf()->AllocationBytes());
  }
}

void TrieBranch::AddReferencesToChildren() const {
  const int positions = position_count();
  FetchChildren(*this, 0, positions);
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

// --- New branches --------------------------------------------------------------------------------

namespace {

// The leaves that New() made for its edges: released if it throws.
struct MadeLeaves {
  std::span<TrieEdge> edges;
  ~MadeLeaves() {
    for (TrieEdge& edge : edges) {
      if (edge.made) TrieSlot::Release(std::exchange(edge.slot, TrieSlot()));
    }
  }
};

}  // namespace

TrieSlot TrieBranch::New(std::string_view head, std::string_view tail,
                         std::optional<uint64_t> value, std::span<TrieEdge> edges) {
  // Leaves that are too large, or too many, get nodes now; nothing can fail once the branch is
  // there.
  size_t leaf_bytes = 0;
  const auto embed = [&leaf_bytes](size_t bytes) {
    if (bytes > kMaxEmbeddedBytes || leaf_bytes + bytes > kMaxLeafBytes) return false;
    leaf_bytes += bytes;
    return true;
  };
  MadeLeaves made{edges};
  for (TrieEdge& edge : edges) {
    if (!edge.slot.empty()) {
      // Leaves that were made to be put here need not keep their nodes.
      if (edge.slot.is_node() && !edge.slot.is_branch() && !edge.slot.IsShared() &&
          embed(edge.slot.leaf()->value_bytes() + edge.slot.run_bytes())) {
        edge.run = edge.slot.run();
        edge.value = edge.slot.value();
        edge.embed = true;
      }
    } else if (!TrieSlot::FitsInline(edge.run.size(), edge.value) &&
               embed(TrieLeaf::ValueBytes(edge.value) + edge.run.size())) {
      edge.embed = true;
    } else {
      edge.slot = TrieSlot::NewLeaf(edge.run, {}, edge.value);
      edge.made = true;
    }
  }
  Shell shell(static_cast<int>(edges.size()), leaf_bytes, value, head, tail);
  made.edges = {};  // They are the branch's now.
  for (const TrieEdge& edge : edges) {
    if (edge.embed) {
      shell.AppendEmbedded(edge.byte, edge.run, edge.value);
      shell->AddToSums(1, 0);
      TrieSlot::Release(edge.slot);
    } else {
      shell.Append(edge.byte, edge.slot);
      shell->AddToSums(edge.slot.value_count(), edge.slot.memory_units());
    }
  }
  return shell.Finish();
}

const TrieBranch::Table* TrieBranch::AsTable(Table* table) const {
  static_assert(sizeof(Table) == 256 * sizeof(TrieSlot));
  if (has_keys() || leaf_bytes_ > 0) return nullptr;
  if (kind() == Kind::kDense) return reinterpret_cast<const Table*>(slots());
  table->fill(TrieSlot());
  Child child = First();
  do {
    (*table)[child.byte] = slot(child.position);
  } while (Next(&child));
  return table;
}

TrieSlot TrieBranch::NewFrom(std::string_view run, std::optional<uint64_t> value,
                             const Table& table, int count) {
  Shell shell(count, 0, value, run, {});
  if (shell->kind() == Kind::kDense) {
    shell.AppendAll(table, count);
  } else {
    for (unsigned byte = 0; byte < 256; ++byte) {
      if (!table[byte].empty()) shell.Append(static_cast<uint8_t>(byte), table[byte]);
    }
  }
  bool has_nodes = false;
  for (const TrieSlot& slot : table) has_nodes |= slot.is_node();
  if (!has_nodes) {
    shell->AddToSums(static_cast<uint64_t>(count), 0);
    return shell.Finish();
  }
  uint32_t units = 0;
  uint64_t values = 0;
  for (const TrieSlot& slot : table) {
    slot.AddReference();
    values += slot.value_count();
    units += slot.memory_units();
  }
  shell->AddToSums(values, units);
  return shell.Finish();
}

TrieSlot TrieBranch::CopyWithRun(const TrieSlot& slot, std::string_view head,
                                 std::string_view tail) {
  if (!slot.is_branch()) return TrieSlot::NewLeaf(head, tail, slot.value());
  Shell shell(*slot.branch(), 0, 0, slot.optional_value(), head, tail);
  shell->AddReferencesToChildren();
  return shell.Finish();
}

}  // namespace pathkb
