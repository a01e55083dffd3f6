#include "core/trie/path_trie.h"

#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/run_compare.h"
#include "core/trie/node.h"
#include "core/trie/trail.h"

namespace pathkb {
namespace {

// What a path leads to: a slot, and how much of its run the path takes. slot is null if the path
// does not exist.
struct Place {
  const TrieSlot* slot = nullptr;
  size_t run_used = 0;
};

// Goes down `path` from `slot`, which may be empty.
Place Locate(const TrieSlot* slot, std::string_view path) {
  while (slot != nullptr && !slot->empty()) {
    const std::string_view run = slot->run();
    if (path.size() <= run.size()) {
      if (!StartsWithRun(run.data(), path.data(), path.size())) return {};
      return {slot, path.size()};
    }
    if (!StartsWithRun(path.data(), run.data(), run.size())) return {};
    path.remove_prefix(run.size());
    slot = slot->FindChild(static_cast<uint8_t>(path.front()));
    path.remove_prefix(1);
  }
  return {};
}

// Hangs a child where the trail's path leaves the trie.
void Attach(TrieTrail& trail, const TrieEdge& edge) {
  if (trail.at_run_end()) {
    trail.Change(true, [&](TrieSlot* slot) { TrieBranch::Insert(slot, edge); });
  } else {
    trail.Change(false, [&](TrieSlot* slot) {
      TrieBranch::Split(slot, trail.run_used(), std::nullopt, &edge);
    });
  }
}

}  // namespace

std::optional<uint64_t> PathTrie::Find(std::string_view path) const {
  const TrieSlot* slot = &root_;
  const char* next = path.data();
  size_t rest = path.size();
  while (slot->is_branch()) {
    const TrieBranch& branch = *slot->branch();
    if (const size_t run_bytes = branch.run_bytes(); run_bytes > 0) {
      if (rest < run_bytes || !StartsWithRun(next, branch.run().data(), run_bytes)) {
        return std::nullopt;
      }
      next += run_bytes;
      rest -= run_bytes;
    }
    if (rest == 0) return slot->optional_value();
    const int position = branch.Find(static_cast<uint8_t>(*next));
    if (position < 0) return std::nullopt;
    slot = &branch.slot(position);
    ++next;
    --rest;
  }
  if (slot->empty()) return std::nullopt;
  const std::string_view run = slot->run();
  if (run.size() != rest || !StartsWithRun(next, run.data(), rest)) return std::nullopt;
  return slot->value();
}

uint64_t PathTrie::CountBelow(std::string_view prefix) const {
  const Place place = Locate(&root_, prefix);
  return place.slot == nullptr ? 0 : place.slot->value_count();
}

std::optional<uint64_t> PathTrie::Set(std::string_view path, uint64_t value) {
  if (root_.empty()) {
    root_ = TrieSlot::NewLeaf(path, {}, value);
    return std::nullopt;
  }
  PATHKB_CHECK(path.size() <= kMaxPathBytes);
  TrieTrail trail(&root_, path);
  if (!trail.found()) {
    const std::string_view rest = trail.rest();
    Attach(trail, TrieEdge::Leaf(static_cast<uint8_t>(rest.front()), rest.substr(1), value));
    return std::nullopt;
  }
  if (!trail.at_node()) {
    trail.Change(
        false, [&](TrieSlot* slot) { TrieBranch::Split(slot, trail.run_used(), value, nullptr); });
    return std::nullopt;
  }
  const std::optional<uint64_t> before = trail.slot().optional_value();
  if (before == value) return before;
  trail.Change(true, [&](TrieSlot* slot) { TrieBranch::SetValue(slot, value); });
  return before;
}

std::optional<uint64_t> PathTrie::Remove(std::string_view path) {
  TrieTrail trail(&root_, path);
  if (!trail.at_node() || !trail.slot().has_value()) return std::nullopt;
  const uint64_t before = trail.slot().value();
  if (trail.slot().is_branch()) {
    trail.Change(true, TrieBranch::RemoveValue);
  } else {
    trail.Drop();
  }
  return before;
}

uint64_t PathTrie::RemoveBelow(std::string_view prefix) {
  TrieTrail trail(&root_, prefix);
  if (!trail.found()) return 0;
  const uint64_t count = trail.slot().value_count();
  trail.Drop();
  return count;
}

PathTrie PathTrie::Subtrie(std::string_view prefix) const {
  const Place place = Locate(&root_, prefix);
  if (place.slot == nullptr) return PathTrie();
  if (place.run_used == 0) return PathTrie(place.slot->Share());
  return PathTrie(
      TrieBranch::CopyWithRun(*place.slot, place.slot->run().substr(place.run_used), {}));
}

void PathTrie::Graft(std::string_view prefix, PathTrie subtrie) {
  if (subtrie.empty()) {
    RemoveBelow(prefix);
    return;
  }
  PATHKB_CHECK(prefix.size() <= kMaxPathBytes);
  TrieSlot& grafted = subtrie.root_;  // Owned by `subtrie` until it has its place.
  if (root_.empty()) {
    if (!prefix.empty()) TrieBranch::SetRun(&grafted, prefix, grafted.run());
    std::swap(root_, grafted);
    return;
  }
  TrieTrail trail(&root_, prefix);
  if (trail.found()) {
    const std::string_view head = trail.slot().run().substr(0, trail.run_used());
    if (!head.empty()) TrieBranch::SetRun(&grafted, head, grafted.run());
    trail.Change(false, [&](TrieSlot* slot) {
      TrieSlot::Release(std::exchange(*slot, std::exchange(grafted, TrieSlot())));
    });
    return;
  }
  const std::string_view head = trail.rest().substr(1);
  if (!head.empty()) TrieBranch::SetRun(&grafted, head, grafted.run());
  Attach(trail, TrieEdge::Slot(static_cast<uint8_t>(trail.rest().front()), grafted));
  grafted = TrieSlot();
}

bool PathTrie::EqualTo(const PathTrie& other) const {
  // Equal contents have equal shapes, so the nodes can be compared in pairs.
  std::vector<std::pair<const TrieSlot*, const TrieSlot*>> pairs = {{&root_, &other.root_}};
  while (!pairs.empty()) {
    const auto [a, b] = pairs.back();
    pairs.pop_back();
    if (a->SharesNodeWith(*b)) continue;
    if (a->run() != b->run() || a->value_count() != b->value_count() ||
        a->optional_value() != b->optional_value() || a->child_mask() != b->child_mask()) {
      return false;
    }
    if (!a->is_branch()) continue;
    TrieBranch::Child in_a = a->branch()->First();
    TrieBranch::Child in_b = b->branch()->First();
    do {
      pairs.emplace_back(&a->branch()->slot(in_a.position), &b->branch()->slot(in_b.position));
    } while (a->branch()->Next(&in_a) && b->branch()->Next(&in_b));
  }
  return true;
}

}  // namespace pathkb
