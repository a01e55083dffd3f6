// Builds a PathTrie from paths in ascending order: no search, no node made twice, each as large as
// what it holds.

#ifndef PATHKB_CORE_TRIE_TRIE_BUILDER_H_
#define PATHKB_CORE_TRIE_TRIE_BUILDER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "core/trie/node.h"
#include "core/trie/path_trie.h"

namespace pathkb {

// One thread at a time. Append() all, then Finish(). Holds the nodes built and those open on the
// way to the last path; O(path bytes) an Append(). Throws std::bad_alloc if there is no memory; all
// that may then be done with the builder is to destroy it.
class TrieBuilder {
 public:
  TrieBuilder() = default;
  TrieBuilder(const TrieBuilder&) = delete;
  TrieBuilder& operator=(const TrieBuilder&) = delete;
  ~TrieBuilder();

  // Adds a path behind all others. InvalidArgument, with both paths, if it is not behind the last
  // one in byte order; the builder is then as before.
  absl::Status Append(std::string_view path, uint64_t value);

  // The trie of all that was appended. The builder is then empty and may be used again.
  PathTrie Finish();

 private:
  // A node on the way to the last path, still to get more children.
  struct Open {
    size_t end;  // Path bytes to where its run ends.
    std::optional<uint64_t> value;
    size_t first_child;  // In children_.
  };

  // A finished child: a slot, or a leaf whose run is kept here until it goes into its branch.
  struct Child {
    TrieEdge edge;
    uint8_t run_bytes = 0;
    char run[kMaxEmbeddedBytes];
  };

  // Finishes the last open node, whose run begins `run_start` bytes into the last path: as what
  // hangs under `byte`, which may be a leaf without a node.
  Child Close(uint8_t byte, size_t run_start);
  // The same for a node with children, or for one that needs a slot.
  TrieSlot CloseToSlot(size_t run_start);

  std::string last_path_;
  std::vector<Open> open_;       // From the root down; the last one is at the end of last_path_.
  std::vector<Child> children_;  // Finished children of all open nodes, the root's first.
  std::vector<TrieEdge> edges_;  // Those of the node that is being finished.
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_TRIE_BUILDER_H_
