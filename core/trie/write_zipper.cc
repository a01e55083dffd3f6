#include "core/trie/write_zipper.h"

#include <utility>

namespace pathkb {

PathTrie WriteZipper::TakeSubtrie() {
  PathTrie taken = trie_->Subtrie(path_);
  trie_->RemoveBelow(path_);
  return taken;
}

void WriteZipper::InsertPrefix(std::string_view bytes) {
  PathTrie moved;
  moved.Graft(bytes, trie_->Subtrie(path_));
  trie_->Graft(path_, std::move(moved));
}

bool WriteZipper::RemovePrefix(std::string_view bytes) {
  PathTrie moved = trie_->Subtrie(path_ + std::string(bytes));
  if (moved.empty()) return false;
  trie_->Graft(path_, std::move(moved));
  return true;
}

bool WriteZipper::Put(AlgebraResult result) {
  if (result.equals_left) return false;
  trie_->Graft(path_, std::move(result.trie));
  return true;
}

bool WriteZipper::JoinInto(const PathTrie& other, ValuePolicy policy) {
  return Put(Join(Subtrie(), other, policy));
}

bool WriteZipper::MeetInto(const PathTrie& other, ValuePolicy policy) {
  return Put(Meet(Subtrie(), other, policy));
}

bool WriteZipper::Subtract(const PathTrie& other) {
  return Put(pathkb::Subtract(Subtrie(), other));
}

bool WriteZipper::Restrict(const PathTrie& other) {
  return Put(pathkb::Restrict(Subtrie(), other));
}

}  // namespace pathkb
