// Reading nodes as fast as it goes, for cursors that are on their way down. What is odd, or stands
// so near the end of the file that not all may be loaded at once, is left to the functions of
// act_node.h, which know what to say: nothing here is believed that they would not believe.

#ifndef PATHKB_STORAGE_ACT_ACT_QUICK_NODE_H_
#define PATHKB_STORAGE_ACT_ACT_QUICK_NODE_H_

#include <bit>
#include <cstdint>
#include <emmintrin.h>

#include "storage/act/act_node.h"
#include "storage/act/quick_read.h"
#include "storage/act/sibling_table.h"

namespace pathkb {

// So many bytes of a node may be loaded at once, and compared with its bound afterwards.
inline constexpr uint64_t kActNodeLoadedBytes = kActNodeBytesMax + 16;

// Reads the node at `offset`, and its segment if it is a line node: what ReadActNode() and
// ReadActSegment() do. False, with `node` unspecified, if they must be asked.
__attribute__((always_inline)) inline bool ReadActNodeQuickly(const ActBytes& act, uint64_t offset,
                                                              uint64_t bound, ActNode& node) {
  if (offset < kActArenaOffset || offset >= bound ||
      act.file.size() - offset < kActNodeLoadedBytes || !act.AreAsWritten(offset, kActNodeBytesMax))
      [[unlikely]] {
    return false;
  }
  const uint8_t* const file = reinterpret_cast<const uint8_t*>(act.file.data());
  const uint8_t* at = file + offset;
  const uint8_t header = *at++;
  const unsigned low = header & kActLowBits;
  const uint64_t farthest = offset - kActArenaOffset;
  node.offset = offset;
  node.has_value = (header & kActValueBit) != 0;
  node.value = 0;
  if (node.has_value) node.value = TakeInteger(at);
  node.first_child = 0;
  if (low != 0) {
    const uint64_t distance = TakeInteger(at);
    if (distance - 1 >= farthest) [[unlikely]] {
      return false;
    }
    node.first_child = offset - distance;
  }
  node.child_count = static_cast<uint16_t>(low);
  if ((header & kActLineBit) != 0) {
    const uint64_t line_distance = TakeInteger(at);
    if (low > kActLineChildBit || (low != 0 && node.has_value) || line_distance - 1 >= farthest)
        [[unlikely]] {
      return false;
    }
    node.line = offset - line_distance;
    if (!act.AreAsWritten(node.line, kVarintBytesMax)) return false;
    const uint8_t* segment = file + node.line;
    const uint64_t length = TakeInteger(segment);
    const uint64_t segment_at = static_cast<uint64_t>(segment - file);
    if (length == 0 || segment_at > offset || length > offset - segment_at ||
        !act.AreAsWritten(segment_at, length)) [[unlikely]] {
      return false;
    }
    node.bytes = {act.file.data() + segment_at, length};
  } else {
    node.line = 0;
    node.bytes = {reinterpret_cast<const char*>(at), low};
    if (low < kActChildMask) [[likely]] {
      if (low > 1 && !DoEdgesAscend(at, low)) return false;
    } else {
      if (low > kActChildMask) return false;
      int count = 0;
      for (int word = 0; word < 4; ++word) count += std::popcount(Load8(at + 8 * word));
      if (count < kActChildMask) return false;
      node.child_count = static_cast<uint16_t>(count);
    }
    at += low;
  }
  node.end = static_cast<uint64_t>(at - file);
  return node.end <= bound;
}

// Index of the child of a branch for `byte`; -1 if there is none. As node.ChildIndex().
inline int QuickChildIndex(const ActBytes& act, const ActNode& node, uint8_t byte) {
  if (node.has_mask() || act.file.size() - node.offset < kActNodeLoadedBytes) {
    return node.ChildIndex(byte);
  }
  const __m128i wanted = _mm_set1_epi8(static_cast<char>(byte));
  const auto equal = [&](int start) {
    const __m128i some =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(node.bytes.data() + start));
    return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(some, wanted)));
  };
  if (node.child_count == 0) return -1;
  uint32_t found = equal(0);
  if (node.child_count > 16) found |= equal(16) << 16;
  found &= (uint32_t{1} << node.child_count) - 1;
  return found == 0 ? -1 : std::countr_zero(found);
}

// Sets `offset` to where child `index` of `parent` starts; false if FindActChild() must be asked.
inline bool FindActChildQuickly(const ActBytes& act, const ActNode& parent, int index,
                                uint64_t& offset) {
  offset = parent.first_child;
  if (index == 0) return true;
  if (parent.child_count < act.table_min) {
    return FindActChild(act, parent, index, offset) == nullptr;
  }
  const uint64_t table_bytes = SiblingTableBytes(static_cast<uint32_t>(index) + 1, true);
  if (offset < kActArenaOffset + table_bytes ||
      !act.AreAsWritten(offset - table_bytes, table_bytes)) [[unlikely]] {
    return false;
  }
  const uint32_t position = SiblingPosition(act.file, offset, static_cast<uint32_t>(index));
  offset += position;
  return position != 0;
}

}  // namespace pathkb

#endif  // PATHKB_STORAGE_ACT_ACT_QUICK_NODE_H_
