// Frees the nodes that nobody holds any more: few of them at once, many by a thread of their own,
// so that the one who drops the last reference to a huge trie does not wait for it.

#ifndef PATHKB_CORE_TRIE_NODE_REAPER_H_
#define PATHKB_CORE_TRIE_NODE_REAPER_H_

#include <cstddef>

namespace pathkb {

class TrieBranch;

// Any thread may call anything at any time. Private to core/trie, but for WaitUntilIdle().
class NodeReaper {
 public:
  // Nodes that Free() frees before it hands over the rest.
  static constexpr size_t kNodesAtOnce = 4096;

  // Frees a branch whose last reference is gone, and all that only it held. Needs no memory: dead
  // branches wait in a list linked through themselves. The first time that there is a rest to hand
  // over it starts the thread, which then lives as long as the program; if that fails, it frees
  // everything itself.
  static void Free(TrieBranch* dead);

  // Returns when all that was handed over before the call is freed: for tests and measurements.
  static void WaitUntilIdle();

 private:
  // A list of dead branches, the last one added first. Not empty.
  struct DeadList {
    TrieBranch* first;
    TrieBranch* last;
  };
  class Queue;

  // Frees up to `most` nodes of the list and what they lead to; false if some are left.
  static bool FreeSome(DeadList* list, size_t most);
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_NODE_REAPER_H_
