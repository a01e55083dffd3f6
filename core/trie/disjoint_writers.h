// Several threads write one trie, each below a prefix that is its own for the time.
//
//   DisjointWriters writers(trie);
//   PATHKB_ASSIGN_OR_RETURN(PrefixWriter writer, writers.Claim("spaces/a/", "import job 7"));
//   writer.trie().Set("terms/x", 1);       // The path is spaces/a/terms/x.
//   writer.Publish();

#ifndef PATHKB_CORE_TRIE_DISJOINT_WRITERS_H_
#define PATHKB_CORE_TRIE_DISJOINT_WRITERS_H_

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

#include "core/trie/path_trie.h"

namespace pathkb {

class DisjointWriters;

// The right to write below one prefix, until it is destroyed. One thread at a time; writers of
// different prefixes need no lock. Must not outlive its DisjointWriters.
class PrefixWriter {
 public:
  PrefixWriter(PrefixWriter&& other) noexcept;
  PrefixWriter& operator=(PrefixWriter&& other) = delete;
  // Gives the prefix back; edits that were not published are lost.
  ~PrefixWriter();

  const std::string& prefix() const { return prefix_; }
  // What is at and below the prefix, which is cut from its paths; for edits of any kind.
  PathTrie& trie() { return trie_; }
  // Makes trie() what everybody sees at and below the prefix. Constant time but for the prefix.
  void Publish();

 private:
  friend class DisjointWriters;
  PrefixWriter(DisjointWriters* owner, std::string prefix, PathTrie trie);

  DisjointWriters* owner_;  // Null once moved from.
  std::string prefix_;
  PathTrie trie_;
};

// Any thread may call anything at any time.
class DisjointWriters {
 public:
  explicit DisjointWriters(PathTrie trie) : trie_(std::move(trie)) {}
  DisjointWriters(const DisjointWriters&) = delete;
  DisjointWriters& operator=(const DisjointWriters&) = delete;

  // The exclusive right to write below `prefix`. FailedPrecondition, with the prefix and the holder
  // in the way, if a claimed prefix is a prefix of this one or the other way round. `holder` is for
  // that message.
  absl::StatusOr<PrefixWriter> Claim(std::string_view prefix, std::string_view holder);

  // A picture of all that has been published. Constant time.
  PathTrie Snapshot() const;

 private:
  friend class PrefixWriter;

  mutable std::mutex mutex_;
  PathTrie trie_;
  // Claimed prefixes and who holds them; none is a prefix of another.
  std::map<std::string, std::string, std::less<>> holders_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_DISJOINT_WRITERS_H_
