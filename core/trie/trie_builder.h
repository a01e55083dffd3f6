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
// way to the last path; O(path bytes) an Append().
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
    size_t first_edge;  // In edges_.
  };

  // Makes the last open node, whose run begins `run_start` bytes into the last path.
  TrieSlot Close(size_t run_start);

  std::string last_path_;
  std::vector<Open> open_;       // From the root down; the last one is at the end of last_path_.
  std::vector<TrieEdge> edges_;  // Finished children of all open nodes, the root's first.
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_TRIE_BUILDER_H_
