// A walk from the leaves to the root that sees each shared subtrie once, however often it hangs in
// the trie: for figures and digests of whole tries.
//
//   // The number of values, without the counts that the trie keeps.
//   uint64_t count = *Fold<uint64_t>(trie, [](const FoldNode<uint64_t>& node) {
//     return std::accumulate(node.results.begin(), node.results.end(), node.value ? 1 : 0);
//   });

#ifndef PATHKB_CORE_TRIE_FOLD_H_
#define PATHKB_CORE_TRIE_FOLD_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/trie/node.h"
#include "core/trie/path_trie.h"

namespace pathkb {

// What Fold() shows of a subtrie. Valid during the call.
template <typename T>
struct FoldNode {
  // Between the byte that leads here and the value and children.
  std::string_view run;
  std::optional<uint64_t> value;
  // The bytes that lead on, ascending, and what was made of each subtrie below them.
  std::span<const uint8_t> bytes;
  std::span<const T> results;
};

// The order of Fold(): every subtrie after those below it. Private to core/trie.
class TrieFoldWalk {
 public:
  // `trie` must outlive the walk.
  explicit TrieFoldWalk(const PathTrie& trie);

  // Goes on to the next subtrie; false at the end.
  bool Next();

  // The subtrie.
  const TrieSlot& slot() const { return *slot_; }
  // It may come again, and again() will be true then.
  bool may_come_again() const { return slot_->IsShared(); }
  // It was there before, and what is below it does not come again.
  bool again() const { return again_; }
  // The bytes that lead on from it.
  std::span<const uint8_t> bytes() const { return bytes_; }

 private:
  struct Frame {
    const TrieSlot* slot;
    TrieBranch::Child child;
    bool more;  // `child` is to be entered yet.
  };

  void Push(const TrieSlot* slot);

  std::vector<Frame> frames_;
  std::unordered_set<uint64_t> seen_;  // Shared nodes.
  std::vector<uint8_t> bytes_;
  const TrieSlot* slot_ = nullptr;
  bool again_ = false;
};

// Calls `combine`, a T(const FoldNode<T>&), for each distinct subtrie after those below it; the
// result for the whole trie, nullopt for an empty one. T is copied where a subtrie hangs in several
// places. O(distinct nodes) calls; no recursion. The runs begin behind the byte that leads to them.
template <typename T, typename Combine>
std::optional<T> Fold(const PathTrie& trie, Combine combine) {
  std::vector<T> results;
  std::unordered_map<uint64_t, T> known;
  TrieFoldWalk walk(trie);
  while (walk.Next()) {
    const TrieSlot& slot = walk.slot();
    if (walk.again()) {
      results.push_back(known.at(slot.bits()));
      continue;
    }
    const size_t first = results.size() - walk.bytes().size();
    T result = combine(FoldNode<T>{slot.run(), slot.optional_value(), walk.bytes(),
                                   std::span<const T>(results).subspan(first)});
    results.erase(results.begin() + static_cast<std::ptrdiff_t>(first), results.end());
    if (walk.may_come_again()) known.insert_or_assign(slot.bits(), result);
    results.push_back(std::move(result));
  }
  if (results.empty()) return std::nullopt;
  return std::move(results.front());
}

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_FOLD_H_
