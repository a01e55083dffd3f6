#include "core/trie/node.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "core/base/check.h"
#include "core/trie/node_reaper.h"

namespace pathkb {
namespace {

// Leaves with more bytes of value and run than this have nodes of their own: branches stay small
// enough to be copied.
constexpr size_t kMaxEmbeddedBytes = 40;
// The most leaf data that a branch takes in.
constexpr size_t kMaxLeafBytes = 4096;

void CopyRun(std::string_view head, std::string_view tail, char* to) {
  head.copy(to, head.size());
  tail.copy(to + head.size(), tail.size());
}

}  // namespace

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
    slot.bits_ = (value & ~kTombstoneBits) << (8 * run_bytes) << 8 | (value >> 62) << 5 | run_bytes << 2 | kInlineTag;
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

// --- Shells --------------------------------------------------------------------------------------

// A branch that is being made: freed if an exception comes before it is finished. Its children are
// not counted meanwhile.
class TrieBranch::Shell {
 public:
  // A branch without children that has room for `child_count` of them and `leaf_bytes` of leaf data.
  Shell(int child_count, size_t leaf_bytes, std::optional<uint64_t> value, std::string_view head,
        std::string_view tail) {
    const size_t run_bytes = head.size() + tail.size();
    PATHKB_CHECK(run_bytes <= TrieSlot::kMaxRunBytes);
    const Kind kind = KindFor(child_count);
    const unsigned size_class =
        SizeClass(NodeBytes(kind, child_count, leaf_bytes, value.has_value(), run_bytes));
    branch_ = new (::operator new(ClassBytes(size_class))) TrieBranch();
    branch_->run_bytes_ = run_bytes & TrieSlot::kMaxRunBytes;
    branch_->kind_and_value_ =
        static_cast<uint8_t>(kind) | (value.has_value() ? kHasValueBit : 0);
    branch_->size_class_ = static_cast<uint8_t>(size_class);
    branch_->SetValueCount(value.has_value());
    branch_->memory_units_ =
        static_cast<uint32_t>(ClassBytes(size_class) / TrieSlot::kMemoryUnit);
    branch_->child_count_minus_1_ = 0xFF;  // None, as long as it lasts.
    if (!branch_->has_keys()) new (&branch_->mask()) ByteMask();
    if (kind == Kind::kDense) std::fill_n(branch_->slots(), 256, TrieSlot());
    if (value.has_value()) {
      std::memcpy(branch_->Bytes() + branch_->ValueOffset(), &*value, sizeof(*value));
    }
    CopyRun(head, tail, branch_->Bytes() + branch_->RunOffset());
  }
  // The same, with the value, the children and the sums of `from`, and room for so many more.
  Shell(const TrieBranch& from, int more_children, size_t more_leaf_bytes,
        std::optional<uint64_t> value, std::string_view head, std::string_view tail)
      : Shell(from.child_count() + more_children, from.LiveLeafBytes() + more_leaf_bytes, value,
              head, tail) {
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

  // Adds a child behind all others: a copy of `slot`, wherever that is embedded.
  void Append(uint8_t byte, const TrieSlot& slot) {
    TrieSlot* const added = AppendEmpty(byte);
    if (slot.is_embedded()) {
      branch_->Embed(added, slot.run(), slot.value());
    } else {
      *added = slot;
    }
  }
  void AppendEmbedded(uint8_t byte, std::string_view run, uint64_t value) {
    branch_->Embed(AppendEmpty(byte), run, value);
  }

  // Adds all children of a dense branch, `count` of them, at once.
  void AppendAll(const Table& table, int count) {
    std::copy(table.begin(), table.end(), branch_->slots());
    std::array<uint64_t, 4> words = {};
    for (size_t byte = 0; byte < table.size(); ++byte) {
      words[byte / 64] |= uint64_t{!table[byte].empty()} << (byte % 64);
    }
    branch_->mask() = ByteMask(words);
    branch_->child_count_minus_1_ = static_cast<uint8_t>(count - 1);
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
  TrieSlot* AppendEmpty(uint8_t byte) {
    const int count = static_cast<uint8_t>(branch_->child_count_minus_1_ + 1);
    branch_->child_count_minus_1_ = static_cast<uint8_t>(count);
    if (branch_->has_keys()) {
      branch_->keys()[count] = byte;
    } else {
      branch_->mask().Set(byte);
    }
    return &branch_->slots()[branch_->kind() == Kind::kDense ? byte : count];
  }

  void TakeChildren(const TrieBranch& from) {
    const auto count = static_cast<size_t>(from.child_count());
    if (from.leaf_bytes_ == 0 && from.has_keys() && branch_->has_keys()) {
      branch_->child_count_minus_1_ = from.child_count_minus_1_;
      std::copy_n(from.keys(), count, branch_->keys());
      std::copy_n(from.slots(), count, branch_->slots());
      return;
    }
    if (from.leaf_bytes_ == 0 && from.kind() == Kind::kMask && branch_->kind() == Kind::kMask) {
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
  return ClassBytes(SizeClass(
      NodeBytes(KindFor(count), count, LiveLeafBytes(), has_value(), run_bytes_)));
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
                         std::optional<uint64_t> value, std::span<TrieEdge> edges) {
  // Leaves that are too large, or too many, get nodes now; nothing can fail once the branch is there.
  size_t leaf_bytes = 0;
  const auto embed = [&leaf_bytes](size_t bytes) {
    if (bytes > kMaxEmbeddedBytes || leaf_bytes + bytes > kMaxLeafBytes) return false;
    leaf_bytes += bytes;
    return true;
  };
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
    }
  }
  Shell shell(static_cast<int>(edges.size()), leaf_bytes, value, head, tail);
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

// --- Changes -------------------------------------------------------------------------------------

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

namespace {

// Releases what New() made of two edges and what they held, unless it is told that all went well.
struct EdgesGuard {
  std::span<TrieEdge> edges;
  bool done = false;
  ~EdgesGuard() {
    if (done) return;
    for (const TrieEdge& edge : edges) TrieSlot::Release(edge.slot);
  }
};

}  // namespace

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
  if (slot->is_branch()) {
    // The new node takes the children over, uncounted; to release it would be wrong.
    Shell shell(*slot->branch(), 0, 0, slot->optional_value(), tail, {});
    lower.byte = byte;
    lower.slot = TrieSlot(shell.operator->());
    const std::span<TrieEdge> given(edges, other == nullptr ? 1 : 2);
    TrieSlot upper;
    {
      // Should New() fail, what it made of a leaf edge goes, the caller's slot stays.
      EdgesGuard guard{std::span<TrieEdge>()};
      if (other != nullptr && other->slot.empty()) {
        guard.edges = std::span<TrieEdge>(&edges[other_first ? 0 : 1], 1);
      }
      upper = New(head, {}, value, given);
      guard.done = true;
    }
    const TrieSlot moved = shell.Finish();
    const TrieSlot old = std::exchange(*slot, upper);
    if (old.IsShared()) {
      moved.branch()->AddReferencesToChildren();
      TrieSlot::Release(old);
    } else {
      FreeShell(old);
    }
    return;
  }
  lower = TrieEdge::Leaf(byte, tail, slot->value());
  EdgesGuard guard{std::span<TrieEdge>(&lower, 1)};
  EdgesGuard other_guard{std::span<TrieEdge>()};
  if (other != nullptr && other->slot.empty()) {
    other_guard.edges = std::span<TrieEdge>(&edges[other_first ? 0 : 1], 1);
  }
  const TrieSlot upper = New(head, {}, value, std::span(edges, other == nullptr ? 1 : 2));
  guard.done = other_guard.done = true;
  TrieSlot::Release(std::exchange(*slot, upper));
}

void TrieBranch::Insert(TrieSlot* slot, const TrieEdge& edge) {
  if (!slot->is_branch()) {
    TrieEdge edges[] = {edge};
    EdgesGuard guard{edge.slot.empty() ? std::span<TrieEdge>(edges) : std::span<TrieEdge>()};
    const TrieSlot branch = New(slot->run(), {}, slot->value(), edges);
    guard.done = true;
    TrieSlot::Release(std::exchange(*slot, branch));
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
    position = std::popcount(static_cast<unsigned>(_mm_movemask_epi8(smaller)) &
                             ((1u << count) - 1));
    std::memmove(keys() + position + 1, keys() + position, static_cast<size_t>(count - position));
    keys()[position] = edge.byte;
  } else {
    if (kind() == Kind::kMask) position = mask().Rank(edge.byte);
    mask().Set(edge.byte);
  }
  if (kind() != Kind::kDense) {
    MoveSlots(position, count, 1);
  }
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
