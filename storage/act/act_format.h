// The bytes of a .tree file (`ACTree03`) as constants that check themselves. FORMAT.md beside this
// file is the whole description; this is the outline:
//
//   0        8              16                                     size-8   size
//   +--------+--------------+--------------------------------------+--------+
//   |ACTree03| root offset  | line data and nodes, children first  | 8 zero |
//   +--------+--------------+--------------------------------------+--------+
//
//   line data    length (>= 1), that many bytes
//   branch node  0vcccccc  [value]  [distance to first child]  [edges: list or mask]
//   line node    1v00000k  [value]  [distance to child]  distance to line data
//
// v: a value is present; c: number of children, 32 for "see the mask"; k: there is a child. Values,
// lengths and distances are integers of core/base/varint.h. A distance counts back from the first
// byte of the node that holds it, so whatever a node refers to lies before it.
//
// Files of ours may hold two things more, in bytes that no reference leads to and PathMap never
// looks at: tables of sibling positions (sibling_table.h), and, before the last 8 bytes, a footer
// that announces them (act_footer.h).

#ifndef PATHKB_STORAGE_ACT_ACT_FORMAT_H_
#define PATHKB_STORAGE_ACT_ACT_FORMAT_H_

#include <bit>
#include <cstdint>
#include <string_view>

#include "core/base/varint.h"

namespace pathkb {

// The mask of a wide branch and the eight-byte loads of ReadActInteger() use bytes as they lie.
static_assert(std::endian::native == std::endian::little, "ACT files are little-endian only");

inline constexpr std::string_view kActMagic = "ACTree03";
inline constexpr std::string_view kActMagicStem = "ACTree";  // Common to all versions.
inline constexpr uint64_t kActRootFieldOffset = 8;
inline constexpr uint64_t kActArenaOffset = 16;  // The first object may start here.
inline constexpr uint64_t kActPadBytes = 8;      // At the end of the file; no object reaches there.
inline constexpr uint64_t kActTrailerBytes =
    16;  // At the end of a merged file, instead of the pad.
inline constexpr uint64_t kActNodeBytesMax = 1 + 9 + 9 + 32;  // A branch with value and mask.
inline constexpr uint64_t kActFileBytesMin = kActArenaOffset + 1 + kActPadBytes;

inline constexpr uint8_t kActLineBit = 0x80;       // Line node, else branch node.
inline constexpr uint8_t kActValueBit = 0x40;      // A value follows.
inline constexpr uint8_t kActLowBits = 0x3f;       // The rest of the header byte.
inline constexpr uint8_t kActLineChildBit = 0x01;  // Line node only: there is a child.
inline constexpr uint8_t kActChildListMax = 31;    // Branch: up to here the low bits are the count.
inline constexpr uint8_t kActChildMask = 32;       // Branch: low bits that announce a mask.
inline constexpr uint64_t kActMaskBytes = 32;

static_assert(kActMagic.size() == kActRootFieldOffset);
static_assert(kActRootFieldOffset + sizeof(uint64_t) == kActArenaOffset);
static_assert(kActFileBytesMin == 25, "the empty map");
static_assert((kActLineBit | kActValueBit | kActLowBits) == 0xff,
              "each header bit has one meaning");
static_assert((kActLineBit ^ kActValueBit ^ kActLowBits) == 0xff, "and only one");
static_assert(kActChildMask == kActChildListMax + 1 && kActChildMask == kActMaskBytes,
              "both forms of edges take as many bytes as the low bits say");
static_assert(kVarintInlineMax + sizeof(uint64_t) == 0xff, "every first byte is an integer");
static_assert(kActPadBytes >= sizeof(uint64_t), "an integer may be loaded with its eight bytes");

}  // namespace pathkb

#endif  // PATHKB_STORAGE_ACT_ACT_FORMAT_H_
