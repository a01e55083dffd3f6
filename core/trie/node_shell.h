// How branches are made. Private to the files of node.h.

#ifndef PATHKB_CORE_TRIE_NODE_SHELL_H_
#define PATHKB_CORE_TRIE_NODE_SHELL_H_

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/check.h"
#include "core/trie/node.h"

namespace pathkb {

// The most leaf data that a branch takes in.
inline constexpr size_t kMaxLeafBytes = 4096;

// Writes the run `head` + `tail`.
inline void CopyRun(std::string_view head, std::string_view tail, char* to) {
  head.copy(to, head.size());
  tail.copy(to + head.size(), tail.size());
}

// A branch that is being made: freed if an exception comes before it is finished. Its children are
// not counted meanwhile.
class TrieBranch::Shell {
 public:
  // A branch without children that has room for `child_count` of them and `leaf_bytes` of leaf
  // data.
  Shell(int child_count, size_t leaf_bytes, std::optional<uint64_t> value, std::string_view head,
        std::string_view tail) {
    const size_t run_bytes = head.size() + tail.size();
    PATHKB_CHECK(run_bytes <= TrieSlot::kMaxRunBytes);
    const Kind kind = KindFor(child_count);
    const unsigned size_class =
        SizeClass(NodeBytes(kind, child_count, leaf_bytes, value.has_value(), run_bytes));
    branch_ = new (::operator new(ClassBytes(size_class))) TrieBranch();
    branch_->run_bytes_ = run_bytes & TrieSlot::kMaxRunBytes;
    branch_->kind_and_value_ = static_cast<uint8_t>(kind) | (value.has_value() ? kHasValueBit : 0);
    branch_->size_class_ = static_cast<uint8_t>(size_class);
    branch_->SetValueCount(value.has_value());
    branch_->memory_units_ = static_cast<uint32_t>(ClassBytes(size_class) / TrieSlot::kMemoryUnit);
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

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_NODE_SHELL_H_
