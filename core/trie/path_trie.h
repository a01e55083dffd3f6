// A copy-on-write map from paths (any bytes) to 64-bit values, in byte order.
//
//   Set("abc", 1)  Set("abd", 2)  Set("ab", 3)         PathTrie copy = trie; trie.Set("abd", 4);
//
//            "ab" = 3                                   copy        trie
//            /      \                                     |           |
//          'c'      'd'                               "ab" = 3    "ab" = 3      copied: on the way
//          = 1      = 2                                |     \     /    |
//                                                      |      'c' = 1   |       shared
//                                                  'd' = 2          'd' = 4
//
// The working set is one such trie; a view of it is a copy. DESIGN.md draws every split and merge.

#ifndef PATHKB_CORE_TRIE_PATH_TRIE_H_
#define PATHKB_CORE_TRIE_PATH_TRIE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

#include "core/trie/node.h"

namespace pathkb {

// One object is used by one thread at a time. Copies are independent of each other: threads may
// read or edit their copies while another one edits the original, without a lock. Copying costs one
// counter; an edit costs O(path bytes) and copies only the nodes on its way that another trie also
// holds, each without what lies below it. Lookups are O(path bytes). A path may have up to
// kMaxPathBytes; depth is bounded by nothing, as no function here recurses.
//
// Throws std::bad_alloc if there is no memory for an edit; the trie then holds what it held before.
class PathTrie {
 public:
  // Longer paths abort the program; whoever takes paths from outside checks them first.
  static constexpr size_t kMaxPathBytes = TrieSlot::kMaxRunBytes;

  PathTrie() = default;
  PathTrie(const PathTrie& other) : root_(other.root_.AddReference()) {}
  PathTrie(PathTrie&& other) noexcept : root_(std::exchange(other.root_, TrieSlot())) {}
  PathTrie& operator=(const PathTrie& other) {
    PathTrie(other).swap(*this);
    return *this;
  }
  PathTrie& operator=(PathTrie&& other) noexcept {
    PathTrie(std::move(other)).swap(*this);
    return *this;
  }
  // Gives up the nodes that no other trie holds. Many of them are freed by a thread of their own
  // (node_reaper.h), so this takes a bounded time, whatever the size.
  ~PathTrie() { TrieSlot::Release(root_); }

  void swap(PathTrie& other) noexcept { std::swap(root_, other.root_); }

  bool empty() const { return root_.empty(); }
  // Number of values. O(1).
  uint64_t size() const { return root_.value_count(); }
  // What its nodes take from the allocator; nodes shared with other tries count in each. O(1), as
  // each node with children keeps the sum of what is below it; counts modulo 64 GiB.
  uint64_t MemoryBytes() const { return root_.memory_bytes(); }

  // The value at exactly `path`; nullopt if there is none.
  std::optional<uint64_t> Find(std::string_view path) const;
  bool Contains(std::string_view path) const { return Find(path).has_value(); }
  // values[i] becomes Find(paths[i]); both spans have the same length. The walks go down side by
  // side and wait for memory together, which is several times faster than one after the other.
  void FindBatch(std::span<const std::string_view> paths,
                 std::span<std::optional<uint64_t>> values) const;
  // Values at `prefix` and below it. O(prefix bytes).
  uint64_t CountBelow(std::string_view prefix) const;

  // Sets the value at `path`; returns the one before, nullopt if there was none. Copies nothing if
  // the value is the one before.
  std::optional<uint64_t> Set(std::string_view path, uint64_t value);
  // Removes the value at `path` and whatever then leads nowhere; returns the value, nullopt if
  // there was none, and then copies nothing.
  std::optional<uint64_t> Remove(std::string_view path);
  // Removes the value at `prefix` and everything below it; returns how many values that were.
  uint64_t RemoveBelow(std::string_view prefix);
  void Clear() { PathTrie().swap(*this); }

  // What lies at `prefix` and below it as a trie of its own, with `prefix` cut from the paths.
  // Shared: copies one node at most.
  PathTrie Subtrie(std::string_view prefix) const;
  // Replaces what lies at `prefix` and below it by `subtrie`, whose paths get `prefix` in front.
  // Shared: copies one node of it at most. Sums wrap silently beyond 2^64 values, which only a trie
  // grafted into itself again and again can reach.
  void Graft(std::string_view prefix, PathTrie subtrie);

  // True if both hold the same nodes, and so the same paths; two empty tries do. False says
  // nothing.
  bool SharesRootWith(const PathTrie& other) const { return root_.SharesNodeWith(other.root_); }
  // True if both hold the same paths with the same values. O(what they do not share).
  bool EqualTo(const PathTrie& other) const;

  // Internal, with the path bytes and the condition, if the nodes are not as an edit may leave
  // them: runs compressed (a node without a value has two children or more), sums right, masks and
  // child counts agree. O(nodes).
  absl::Status IsValid() const;

  // One line per node in path order, for tests: its depth in nodes, the byte that leads to it, its
  // run, its value. The example on top, before the copy:
  //   0 "ab" = 3
  //   1 'c' "" = 1
  //   1 'd' "" = 2
  std::string Dump() const;

 private:
  friend class ReadZipper;
  friend class TrieAlgebra;
  friend class TrieBuilder;
  friend class TrieFoldWalk;
  friend class TrieMerkleizer;
  friend class TrieScan;

  // Takes over a reference.
  explicit PathTrie(TrieSlot root) : root_(root) {}

  // Empty if the trie is.
  TrieSlot root_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_PATH_TRIE_H_
