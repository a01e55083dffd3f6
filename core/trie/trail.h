// The way from a trie's root down to where a path ends, and the one change that may then be made
// there. Private to core/trie; PathTrie's edits are written with it.
//
//   root   (run "ab")          steps_ = root, n1      where the path left them, by which child
//            |  'c'            slot()  = n2           the last node whose byte was followed
//   n1     (run "")            run_used() = 2         bytes of its run that agree with the path
//            |  'd'            rest()  = "z"          bytes of the path behind that
//   n2     (run "xyw")
//
//   rest()   run_used()
//   empty    whole run    the path ends at slot()
//   empty    part of it   the path exists, inside slot()'s run
//   some     whole run    slot() has no child for rest()[0]
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
// slot and the path. Walking costs O(path bytes). Changes throw std::bad_alloc before they change
// what the trie holds.
class TrieTrail {
 public:
  // `*root` may be empty; then nothing below may be called but found().
  TrieTrail(TrieSlot* root, std::string_view path);

  const TrieSlot& slot() const { return *slot_; }
  size_t run_used() const { return run_used_; }
  std::string_view rest() const { return rest_; }

  // The path exists, at the end of a run or inside it.
  bool found() const { return !slot_->empty() && rest_.empty(); }
  // The path ends where slot() has its value and children.
  bool at_node() const { return found() && at_run_end_; }
  // The path has all of slot()'s run.
  bool at_run_end() const { return at_run_end_; }

  // Calls `edit(TrieSlot*)` with the place that holds slot(), and adjusts the sums above. Nodes
  // above that somebody else holds too are copied first; if `unshare`, so is a branch in slot().
  // O(steps).
  template <typename Edit>
  void Change(bool unshare, Edit edit) {
    TrieSlot* const slot = MutableSlot();
    if (unshare && slot->is_branch()) TrieBranch::Unshare(slot);
    const uint64_t values = slot->value_count();
    const uint32_t units = slot->memory_units();
    edit(slot);
    const uint64_t more_values = slot->value_count() - values;
    const uint32_t more_units = slot->memory_units() - units;
    for (const Step& step : steps_) step.branch->AddToSums(more_values, more_units);
  }

  // Takes slot() with all below it out of the trie. If the parent is left with nothing but one
  // child, the two become one node; if there is no parent, the trie is empty.
  void Drop();

 private:
  // A branch above slot(), and the position of the child that was taken.
  struct Step {
    TrieBranch* branch;
    uint8_t position;
    uint8_t byte;
  };

  // Makes all steps unshared; returns the place that holds slot().
  TrieSlot* MutableSlot();

  TrieSlot* root_;
  absl::InlinedVector<Step, 24> steps_;
  const TrieSlot* slot_;
  size_t run_used_ = 0;
  bool at_run_end_ = true;
  bool shared_ = false;  // Some step is.
  std::string_view rest_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_TRAIL_H_
