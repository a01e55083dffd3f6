// How a working set says that a whole space was dropped, or the index of one of its arguments: one
// tombstone in place of a delete for each key.
//
//   spaces/family/          deleted | hides below | 2      the second drop; whatever the base has
//   spaces/family/terms/... = 7                            below is gone, this fact came after it
//
// The number in its low bits makes each drop a change of the trie, also where the space was dropped
// before: what came back in between is to be deleted again by who only sees the difference.
//
// A space that becomes a fork of another one has its keys replaced as a whole, too, but what is
// beneath them in the base (forked_base.h) is to be seen:
//
//   spaces/fork/            deleted | forked | 3           below is what it was made of, and
//   changes

#ifndef PATHKB_CORE_FACTS_DROPPED_SPACE_H_
#define PATHKB_CORE_FACTS_DROPPED_SPACE_H_

#include <cstdint>
#include <string_view>

#include "core/trie/path_trie.h"

namespace pathkb {

// The value that `prefix` (SpacePrefix(), ArgumentPrefix()) gets when what is below it is dropped
// from `working`. It follows from what is there, so that the log replayed over the same base gives
// the same one.
uint64_t NextDropTombstone(const PathTrie& working, std::string_view prefix);

// The value that `prefix` gets when what is below it is replaced by a fork that stands on a base.
uint64_t NextForkMark(const PathTrie& working, std::string_view prefix);

// True if all that was below a path was taken away or replaced when it got this value.
bool ReplacesBelow(uint64_t value);
// True for a value that NextForkMark() gave.
bool IsForkMark(uint64_t value);

// True if `working` has dropped the space of `key`, so that what the base has at `key` is gone. A
// key that `working` itself has is for the caller to look up before. Not for keys of the argument
// index, which can be dropped alone. O(bytes of the space's name).
bool IsHiddenByDrop(const PathTrie& working, std::string_view key);

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_DROPPED_SPACE_H_
