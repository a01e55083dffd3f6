// All of a trie, as fast as it goes: for exports, counts and copies that want every path once and
// in order, and need no cursor.
//
//   ScanValues(trie, [&](std::string_view path, uint64_t value) { sum += value; });

#ifndef PATHKB_CORE_TRIE_SCAN_H_
#define PATHKB_CORE_TRIE_SCAN_H_

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/trie/node.h"
#include "core/trie/node_fetch.h"
#include "core/trie/path_buffer.h"
#include "core/trie/path_trie.h"

namespace pathkb {

// Private to core/trie: what ScanValues() is made of.
class TrieScan {
 public:
  // A branch on the way, whose children up to `child` are done or, the last one, being walked.
  struct Frame {
    const TrieBranch* branch;
    TrieBranch::Child child;
    size_t path_bytes;  // To the end of the branch's run.
  };

  // The root, to begin at.
  static const TrieSlot& Root(const PathTrie& trie) { return trie.root_; }

  PathBuffer path;
  std::vector<Frame> frames;
};

// Calls `visit`, a void(std::string_view path, uint64_t value), for each path that has a value, in
// ascending order. The path is valid during the call; `visit` must not change the trie. No
// recursion.
template <typename Visit>
void ScanValues(const PathTrie& trie, Visit visit) {
  const TrieSlot& root = TrieScan::Root(trie);
  if (root.empty()) return;
  TrieScan scan;
  const std::string_view root_run = root.run();
  scan.path.Reserve(root_run.size());
  std::copy(root_run.begin(), root_run.end(), scan.path.data());
  if (root.has_value()) visit(root_run, root.value());
  if (!root.is_branch()) return;
  TrieScan::Frame frame = {root.branch(), root.branch()->First(), root_run.size()};
  for (;;) {
    const TrieSlot& slot = frame.branch->slot(frame.child.position);
    scan.path.Reserve(frame.path_bytes + 1);
    scan.path.data()[frame.path_bytes] = static_cast<char>(frame.child.byte);
    const size_t path_bytes = scan.path.Append(frame.path_bytes + 1, slot);
    if (slot.is_branch()) {
      const TrieBranch& branch = *slot.branch();
      FetchAround(*frame.branch, frame.child.position);
      FetchChildren(branch, 1, kFetchAhead);
      if (branch.has_value()) visit(scan.path.Prefix(path_bytes), branch.value());
      scan.frames.push_back(frame);
      frame = {&branch, branch.First(), path_bytes};
      continue;
    }
    visit(scan.path.Prefix(path_bytes), slot.value());
    while (!frame.branch->Next(&frame.child)) {
      if (scan.frames.empty()) return;
      frame = scan.frames.back();
      scan.frames.pop_back();
    }
    FetchChildren(*frame.branch, frame.child.position + kFetchAhead,
                  frame.child.position + kFetchAhead + 1);
  }
}

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_SCAN_H_
