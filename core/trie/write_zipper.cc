#include "core/trie/write_zipper.h"

namespace pathkb {

PathTrie WriteZipper::TakeSubtrie() {
  PathTrie taken = trie_->Subtrie(path_);
  trie_->RemoveBelow(path_);
  return taken;
}

}  // namespace pathkb
