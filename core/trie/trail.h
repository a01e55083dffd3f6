// The way from a trie's root down to where a path ends, and the one change that may then be made
// there. Private to core/trie; PathTrie's edits are written with it.
//
//   root   (run "ab")          steps_ = root, n1      where the path left them, by which child
//            |  'c'            node()  = n2           the last node whose byte was followed
//   n1     (run "")            run_used() = 2         bytes of its run that agree with the path
//            |  'd'            rest()  = "z"          bytes of the path behind that
//   n2     (run "xyw")
//
//   rest()   run_used()
//   empty    whole run    the path ends at node()
//   empty    part of it   the path exists, inside node()'s run
//   some     whole run    node() has no child for rest()[0]
//   some     part of it   the run goes on with another byte than rest()[0]

#ifndef PATHKB_CORE_TRIE_TRAIL_H_
#define PATHKB_CORE_TRIE_TRAIL_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/container/inlined_vector.h"

#include "core/trie/node.h"

namespace pathkb {

// For one look and at most one change; then it is used up. One thread at a time. Borrows the root
// pointer and the path. Walking costs O(path bytes).
class TrieTrail {
 public:
  // `*root` may be null: an empty trie, where node() is null too and nothing below may be called
  // but found().
  TrieTrail(TrieNode** root, std::string_view path);

  TrieNode* node() const { return node_; }
  size_t run_used() const { return run_used_; }
  std::string_view rest() const { return rest_; }

  // The path exists, at a node or inside a run.
  bool found() const { return node_ != nullptr && rest_.empty(); }
  // The path ends where node() has its value and children.
  bool at_node() const { return found() && run_used_ == node_->run_bytes(); }

  // Replaces node() by `edit(node())`, which takes over the reference and returns one, and adjusts
  // the sums above. Nodes above that somebody else holds too are copied first. O(steps).
  template <typename Edit>
  void Replace(Edit edit) {
    const uint64_t values = node_->value_count();
    const uint64_t bytes = node_->memory_bytes();
    TrieNode** slot = UnshareSteps();
    *slot = edit(*slot);
    const uint64_t more_values = (*slot)->value_count() - values;
    const uint64_t more_bytes = (*slot)->memory_bytes() - bytes;
    for (const Step& step : steps_) step.node->AddToSums(more_values, more_bytes);
  }

  // Takes node() with all below it out of the trie. If the parent is left with nothing but one
  // child, the two become one node; if there is no parent, the trie is empty.
  void Drop();

 private:
  // A node above node(), and which of its children was taken.
  struct Step {
    TrieNode* node;
    uint16_t index;
    uint8_t byte;
  };

  // Makes all steps unshared; returns the pointer that holds node().
  TrieNode** UnshareSteps();

  TrieNode** root_;
  absl::InlinedVector<Step, 24> steps_;
  TrieNode* node_;
  size_t run_used_ = 0;
  std::string_view rest_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_TRAIL_H_
