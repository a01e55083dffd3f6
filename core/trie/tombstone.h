// How the upper layer of an overlay says "deleted": two bits of its 64-bit values.
//
//    63          62          61 ............................ 0
//   +-----------+-----------+---------------------------------+
//   | hides     | this key  | value of this key;              |
//   | below     | is deleted| 0 and meaningless if deleted    |
//   +-----------+-----------+---------------------------------+
//
//   kDeletedBit                    the key itself is gone, whatever the lower layer says
//   kHidesBelowBit                 the lower layer's keys that go on from this one are gone; keys
//   of
//                                  the upper layer below it are not touched
//   kDeletedBit | kHidesBelowBit   a whole subtree dropped, its own key included
//   value | kHidesBelowBit         the same, and the key itself set anew
//
// A PathTrie knows nothing of this: to it these are values like any other. Only OverlayZipper and
// those who fill its upper layer do. The lower layer's values are plain 64-bit numbers.

#ifndef PATHKB_CORE_TRIE_TOMBSTONE_H_
#define PATHKB_CORE_TRIE_TOMBSTONE_H_

#include <cstdint>

namespace pathkb {

inline constexpr uint64_t kDeletedBit = uint64_t{1} << 62;
inline constexpr uint64_t kHidesBelowBit = uint64_t{1} << 63;

// The largest value that an upper layer can hold, and the mask that leaves the value alone.
inline constexpr uint64_t kUpperValueMax = (uint64_t{1} << 62) - 1;

// True if `upper_value` says that its key is deleted.
constexpr bool IsDeleted(uint64_t upper_value) { return (upper_value & kDeletedBit) != 0; }

// True if `upper_value` hides what the lower layer has strictly below its key.
constexpr bool HidesBelow(uint64_t upper_value) { return (upper_value & kHidesBelowBit) != 0; }

// The value without the two bits; meaningless if IsDeleted().
constexpr uint64_t UpperValue(uint64_t upper_value) { return upper_value & kUpperValueMax; }

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_TOMBSTONE_H_
