// Where the siblings of a run stand, so that child i need not be found by stepping over i nodes.
// The table ends where the run begins, and grows towards lower offsets:
//
//   narrow, if the last sibling starts at most 255 bytes behind the first:
//     | p(n-1) | ... | p(3) | p(2) | p(1) | node 0 | node 1 | ...          one byte each
//   wide, else:
//     | p(n-1) | ... | p(3) | p(2) | p(1) + 0x80 | node 0 | node 1 | ...   p(1) one byte, others
//     two
//
// p(i) counts from the first node. p(1) is the size of node 0, which is at most 51, so its high bit
// is free to tell the two apart. Two-byte numbers are little-endian.

#ifndef PATHKB_STORAGE_ACT_SIBLING_TABLE_H_
#define PATHKB_STORAGE_ACT_SIBLING_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "storage/act/act_format.h"
#include "storage/act/byte_buffer.h"

namespace pathkb {

inline constexpr uint8_t kWideTableBit = 0x80;
inline constexpr uint32_t kNarrowPositionMax = 255;
static_assert(kActNodeBytesMax < kWideTableBit);

// Bytes of a table for a run of `child_count` siblings, at least 2.
inline constexpr uint64_t SiblingTableBytes(uint32_t child_count, bool is_wide) {
  return is_wide ? 1 + 2 * (uint64_t{child_count} - 2) : uint64_t{child_count} - 1;
}

// Appends the table for nodes at `positions`, of which the first is 0; at least two of them. Unless
// `is_wide`, the last is at most kNarrowPositionMax.
void AppendSiblingTable(std::span<const uint32_t> positions, bool is_wide, ByteBuffer& out);

// Position of child `index` (at least 1) behind the run at `run_offset`, as its table says it; 0 if
// the table would begin before the first object. Nothing is checked beyond that: what stands there
// must still be read as a node within its bound.
inline uint32_t SiblingPosition(std::string_view file, uint64_t run_offset, uint32_t index) {
  const uint8_t* const run = reinterpret_cast<const uint8_t*>(file.data()) + run_offset;
  if (run_offset < kActArenaOffset + SiblingTableBytes(index + 1, true)) {
    // Near the start of the file; a narrow table may still fit.
    if (run_offset < kActArenaOffset + index || (run[-1] & kWideTableBit) != 0) return 0;
  }
  if (index == 1) return run[-1] & ~uint32_t{kWideTableBit};
  if ((run[-1] & kWideTableBit) == 0) return run[-static_cast<int>(index)];
  uint16_t position;
  std::memcpy(&position, run - 1 - 2 * (index - 1), sizeof(position));
  return position;
}

}  // namespace pathkb

#endif  // PATHKB_STORAGE_ACT_SIBLING_TABLE_H_
