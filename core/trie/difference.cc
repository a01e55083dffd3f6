// Two places, one in each trie and both at the same path, walk down together. They may be at
// different offsets of different runs, as one trie may have split where the other has not:
//
//   newer   (run "ab|cd")            the bar is where the walk stands: at "ab"
//   older   (run "ab|") -'c'-> (run "d")

#include "core/trie/difference.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/trie/node.h"

namespace pathkb {

// One run of Difference(). One thread at a time; borrows the two tries.
class TrieDifference {
 public:
  PathTrie Run(const PathTrie& newer, const PathTrie& older) {
    if (newer.root_ == nullptr || older.root_ == nullptr) return newer;
    Compare({newer.root_, 0}, {older.root_, 0});
    while (!pairs_.empty()) {
      const Pair pair = pairs_.back();
      pairs_.pop_back();
      path_.resize(pair.path_bytes);
      path_.push_back(static_cast<char>(pair.byte));
      Compare(pair.newer, pair.older);
    }
    return std::move(result_);
  }

  uint64_t visited_pairs() const { return visited_pairs_; }

 private:
  // Behind the first `run_used` bytes of a node's run.
  struct Place {
    const TrieNode* node;
    size_t run_used;

    std::string_view rest() const { return node->run().substr(run_used); }
  };

  // Two places still to be compared, at the first `path_bytes` bytes of path_ and `byte`.
  struct Pair {
    Place newer;
    Place older;
    size_t path_bytes;
    uint8_t byte;
  };

  // Compares what is at and below two places at path_. Puts off what is below their next fork.
  void Compare(Place newer, Place older) {
    if (newer.node == older.node && newer.run_used == older.run_used) return;
    ++visited_pairs_;
    const std::string_view newer_rest = newer.rest();
    const std::string_view older_rest = older.rest();
    const size_t shorter = std::min(newer_rest.size(), older_rest.size());
    if (newer_rest.substr(0, shorter) != older_rest.substr(0, shorter)) {
      Report(newer);
    } else if (newer_rest.size() > shorter) {
      CompareInRun(newer, older, shorter);
    } else {
      path_.append(newer_rest);
      CompareAtNode(*newer.node, {older.node, older.run_used + shorter});
    }
  }

  // The older node ends `common` bytes on, inside the newer one's run.
  void CompareInRun(Place newer, Place older, size_t common) {
    const char next = newer.rest()[common];
    TrieNode* child = older.node->FindChild(static_cast<uint8_t>(next));
    if (child == nullptr) {
      Report(newer);
      return;
    }
    path_.append(newer.rest().substr(0, common));
    pairs_.push_back({{newer.node, newer.run_used + common + 1},
                      {child, 0},
                      path_.size(),
                      static_cast<uint8_t>(next)});
  }

  // The newer node ends at path_; the older place is there too, at its node's end or in its run.
  void CompareAtNode(const TrieNode& newer, Place older) {
    const std::string_view older_rest = older.rest();
    if (newer.has_value()) {
      const bool same = older_rest.empty() && older.node->optional_value() == newer.value();
      if (!same) result_.Set(path_, newer.value());
    }
    const ByteMask mask = newer.child_mask();
    int index = 0;
    for (auto byte = mask.first(); byte.has_value(); byte = mask.NextFrom(*byte + 1u)) {
      TrieNode* newer_child = newer.child(index++);
      const TrieNode* older_child = nullptr;
      size_t older_used = 0;
      if (older_rest.empty()) {
        older_child = older.node->FindChild(*byte);
      } else if (static_cast<uint8_t>(older_rest.front()) == *byte) {
        older_child = older.node;
        older_used = older.run_used + 1;
      }
      if (older_child == nullptr) {
        path_.push_back(static_cast<char>(*byte));
        Report({newer_child, 0});
        path_.pop_back();
      } else if (older_child != newer_child || older_used != 0) {
        pairs_.push_back({{newer_child, 0}, {older_child, older_used}, path_.size(), *byte});
      }
    }
  }

  // Everything at and below `newer`, which is at path_, is new.
  void Report(Place newer) {
    // Taking a reference changes the count and nothing else, and whoever called holds the trie.
    PathTrie subtrie(const_cast<TrieNode*>(newer.node)->AddReference());
    if (newer.run_used > 0) subtrie = subtrie.Subtrie(newer.node->run().substr(0, newer.run_used));
    result_.Graft(path_, std::move(subtrie));
  }

  PathTrie result_;
  std::string path_;
  std::vector<Pair> pairs_;
  uint64_t visited_pairs_ = 0;
};

PathTrie Difference(const PathTrie& newer, const PathTrie& older, uint64_t* visited_pairs) {
  TrieDifference difference;
  PathTrie result = difference.Run(newer, older);
  if (visited_pairs != nullptr) *visited_pairs = difference.visited_pairs();
  return result;
}

}  // namespace pathkb
