// Which spaces stand on what the base has of another space, because they were forked from it since
// the base was written.
//
//   base                    fork of a into b                what is shown
//   spaces/a/terms/x        b -> a                          spaces/a/terms/x
//                                                           spaces/b/terms/x    read from spaces/a/
//
// A working set holds what forked spaces have in memory as keys like any others; this is only about
// the base beneath it.

#ifndef PATHKB_CORE_FACTS_SPACE_FORKS_H_
#define PATHKB_CORE_FACTS_SPACE_FORKS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/trie/path_trie.h"

namespace pathkb {

// A value type; copies share everything until one is changed. Several threads may read one object.
class SpaceForks {
 public:
  // True if every space stands on its own keys.
  bool empty() const { return sources_.empty(); }

  // The space whose keys in the base `space` stands on; nullopt if those are its own.
  std::optional<std::string> SourceOf(std::string_view space) const;

  // `space` was forked from `parent` just now, and stands on what the base has of `source`.
  void Set(std::string_view space, std::string_view parent, std::string_view source);
  // `space` stands on nothing, or on its own keys.
  void Remove(std::string_view space);

  // How many times Set() was called, here and in what this is a copy of; only grows.
  uint64_t made() const { return made_; }

  // What is left of this when the base has been replaced by one that was written when made() was
  // `made_before`: all spaces of that moment have their own keys there. Those forked since stand on
  // their nearest ancestor of that moment, which had become what they were forked from by changes
  // that they have in memory, too. O(forks since).
  SpaceForks Since(uint64_t made_before) const;

  // Every fork as a path: `spaces/<space>/<source>`.
  const PathTrie& paths() const { return sources_; }

  // Bytes in memory, about.
  uint64_t MemoryBytes() const { return sources_.MemoryBytes() + history_.MemoryBytes(); }

 private:
  PathTrie sources_;
  // Every Set() since the base: its number, 8 bytes, big-endian; the space; '/'; the parent.
  PathTrie history_;
  uint64_t made_ = 0;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_SPACE_FORKS_H_
