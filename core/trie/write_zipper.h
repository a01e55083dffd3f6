// The cursor that edits a PathTrie.

#ifndef PATHKB_CORE_TRIE_WRITE_ZIPPER_H_
#define PATHKB_CORE_TRIE_WRITE_ZIPPER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/trie/algebra.h"
#include "core/trie/path_trie.h"

namespace pathkb {

// Stands at any path, whether the trie has it or not; only a set value or a graft makes a path
// exist, and only then are nodes made. Nodes that another trie holds too are copied, not changed.
//
// One thread at a time, the trie's own. Borrows the trie, which must outlive the zipper; it may
// also be edited past the zipper, which remembers nothing but its path. So every edit and look
// starts at the root again and costs O(path bytes), while moves cost the bytes they add or take.
class WriteZipper {
 public:
  // Stands at the root.
  explicit WriteZipper(PathTrie* trie) : trie_(trie) {}

  // Bytes from the root to here. Valid until the next move.
  std::string_view path() const { return path_; }

  // --- Moves -------------------------------------------------------------------------------------

  void Reset() { path_.clear(); }
  void DescendByte(uint8_t byte) { path_.push_back(static_cast<char>(byte)); }
  void Descend(std::string_view bytes) { path_.append(bytes); }
  // Goes up `count` bytes; false, and stays, if the root is nearer than that.
  bool Ascend(size_t count) {
    if (count > path_.size()) return false;
    path_.resize(path_.size() - count);
    return true;
  }

  // --- Looks -------------------------------------------------------------------------------------

  // The value at this path; nullopt if there is none.
  std::optional<uint64_t> value() const { return trie_->Find(path_); }
  // Values at and below this path.
  uint64_t CountValues() const { return trie_->CountBelow(path_); }

  // --- Edits; the zipper stays where it is -------------------------------------------------------

  // Sets the value here; returns the one before, nullopt if there was none.
  std::optional<uint64_t> SetValue(uint64_t value) { return trie_->Set(path_, value); }
  // Removes the value here and whatever then leads nowhere; returns the value, nullopt if there was
  // none.
  std::optional<uint64_t> RemoveValue() { return trie_->Remove(path_); }
  // Removes the value here and everything below; returns how many values that were.
  uint64_t RemoveBelow() { return trie_->RemoveBelow(path_); }
  // Replaces the value here and everything below by `subtrie`, whose root comes to be here. Shared
  // with other holders of `subtrie`. An empty one removes.
  void Graft(const PathTrie& subtrie) { trie_->Graft(path_, subtrie); }
  // Takes the value here and everything below out of the trie; the result's root is what was here.
  PathTrie TakeSubtrie();
  // What is here and below, shared, without taking it out.
  PathTrie Subtrie() const { return trie_->Subtrie(path_); }
  // Everything here and below moves down: its paths get `bytes` in front, counted from here.
  void InsertPrefix(std::string_view bytes);
  // Everything at and below `bytes`, counted from here, moves up to here; whatever else was here
  // and below goes. False, and nothing changes, if nothing is at or below `bytes`.
  bool RemovePrefix(std::string_view bytes);

  // What is here and below becomes what algebra.h makes of it and `other`, whose root is laid over
  // this place; true if that changed anything.
  bool JoinInto(const PathTrie& other, ValuePolicy policy);
  bool MeetInto(const PathTrie& other, ValuePolicy policy);
  bool Subtract(const PathTrie& other);
  bool Restrict(const PathTrie& other);

 private:
  // Grafts a result computed from what is here; true if it differs from that.
  bool Put(AlgebraResult result);

  PathTrie* const trie_;
  std::string path_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_WRITE_ZIPPER_H_
