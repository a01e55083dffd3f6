#include "storage/act/act_node.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "storage/act/quick_read.h"
#include "storage/act/sibling_table.h"

namespace pathkb {
namespace {

constexpr ActProblem kWrongBlock = "its block does not match its checksum";

ByteMask MaskOf(std::string_view bytes) {
  std::array<uint64_t, 4> words;
  static_assert(sizeof(words) == kActMaskBytes);
  std::memcpy(words.data(), bytes.data(), sizeof(words));
  return ByteMask(words);
}

// Takes a distance at `at` and turns it into the offset it stands for.
ActProblem ReadReference(std::string_view file, uint64_t node_offset, uint64_t& at, uint64_t bound,
                         uint64_t& target) {
  uint64_t distance = 0;
  if (!ReadActInteger(file, at, bound, distance)) return "a distance is cut off";
  // Compared before it is subtracted: a huge distance would wrap around into a forward reference.
  if (distance == 0) return "it refers to itself";
  if (distance > node_offset - kActArenaOffset) return "it refers to before the first object";
  target = node_offset - distance;
  return nullptr;
}

// True if each of the `count` bytes at `at`, at most 31, is less than the one after it.
bool DoAscend(std::string_view file, uint64_t at, uint64_t count) {
  if (count < 2) return true;
  if (file.size() - at < 33) {
    for (uint64_t i = at + 1; i < at + count; ++i) {
      if (static_cast<uint8_t>(file[i - 1]) >= static_cast<uint8_t>(file[i])) return false;
    }
    return true;
  }
  return DoEdgesAscend(reinterpret_cast<const uint8_t*>(file.data()) + at,
                       static_cast<unsigned>(count));
}

ActProblem ReadEdges(std::string_view file, uint8_t low, uint64_t& at, uint64_t bound,
                     ActNode& node) {
  if (bound - at < low) return "its edges are cut off";
  node.bytes = {file.data() + at, low};
  if (low == kActChildMask) {
    node.child_count = static_cast<uint16_t>(MaskOf(node.bytes).count());
    if (node.child_count < kActChildMask) return "it has a mask for fewer than 32 children";
  } else {
    node.child_count = low;
    if (!DoAscend(file, at, low)) return "its edge bytes do not ascend";
  }
  at += low;
  return nullptr;
}

// ReadActNode() with each part compared with the bound before it is read.
ActProblem ReadPartByPart(std::string_view file, uint64_t offset, uint64_t bound, ActNode& node) {
  const uint8_t header = static_cast<uint8_t>(file[offset]);
  const uint8_t low = header & kActLowBits;
  uint64_t at = offset + 1;
  node.offset = offset;
  node.first_child = 0;
  node.line = 0;
  node.value = 0;
  node.bytes = {};
  node.child_count = 0;
  node.has_value = (header & kActValueBit) != 0;
  if (node.has_value && !ReadActInteger(file, at, bound, node.value)) return "its value is cut off";
  if ((header & kActLineBit) != 0) {
    if (low > kActLineChildBit) return "a line node has unknown header bits";
    if (low != 0) {
      if (node.has_value) return "a line node has both a value and a child";
      node.child_count = 1;
      if (auto problem = ReadReference(file, offset, at, bound, node.first_child)) return problem;
    }
    if (auto problem = ReadReference(file, offset, at, bound, node.line)) return problem;
  } else if (low != 0) {
    if (low > kActChildMask) return "a branch node has an impossible number of children";
    if (auto problem = ReadReference(file, offset, at, bound, node.first_child)) return problem;
    if (auto problem = ReadEdges(file, low, at, bound, node)) return problem;
  }
  node.end = at;
  return nullptr;
}

}  // namespace

ByteMask ActNode::Edges() const {
  if (has_mask()) return MaskOf(bytes);
  ByteMask mask;
  for (char edge : bytes) mask.Set(static_cast<uint8_t>(edge));
  return mask;
}

int ActNode::EdgesBelow(unsigned byte) const {
  if (byte > 255) return child_count;
  if (has_mask()) return MaskOf(bytes).Rank(static_cast<uint8_t>(byte));
  int below = 0;
  while (below < child_count && static_cast<uint8_t>(bytes[below]) < byte) ++below;
  return below;
}

int ActNode::ChildIndex(uint8_t byte) const {
  if (has_mask()) {
    const ByteMask mask = MaskOf(bytes);
    return mask.Test(byte) ? mask.Rank(byte) : -1;
  }
  const char edge = static_cast<char>(byte);
  for (int index = 0; index < child_count; ++index) {
    if (bytes[static_cast<size_t>(index)] == edge) return index;
  }
  return -1;
}

uint8_t ActNode::Edge(int index) const {
  if (!has_mask()) return static_cast<uint8_t>(bytes[index]);
  const ByteMask mask = MaskOf(bytes);
  uint8_t edge = 0;
  for (uint64_t word : mask.words()) {
    const int here = std::popcount(word);
    if (index < here) {
      for (; index > 0; --index) word &= word - 1;  // Takes away the lowest bit.
      return static_cast<uint8_t>(edge + std::countr_zero(word));
    }
    index -= here;
    edge = static_cast<uint8_t>(edge + 64);
  }
  return 0;
}

ActProblem ReadActNode(const ActBytes& act, uint64_t offset, uint64_t bound, ActNode& node) {
  if (offset < kActArenaOffset || offset >= bound) return "it lies outside its bound";
  const std::string_view file = act.file;
  const uint64_t bytes_left = file.size() - offset;
  if (!act.AreAsWritten(offset, std::min(kActNodeBytesMax, bytes_left))) return kWrongBlock;
  // All that may be loaded of a node certainly lies in the file; so the parts are read first, and
  // what is odd about them is left to the other function, which finds words for it.
  constexpr uint64_t kLoadedBytesMax = kActNodeBytesMax + 16;
  if (bytes_left < kLoadedBytesMax) return ReadPartByPart(file, offset, bound, node);
  const uint8_t* const start = reinterpret_cast<const uint8_t*>(file.data()) + offset;
  const uint8_t* at = start;
  const uint8_t header = *at++;
  const uint8_t low = header & kActLowBits;
  const uint64_t farthest = offset - kActArenaOffset;
  node.offset = offset;
  node.first_child = 0;
  node.line = 0;
  node.value = 0;
  node.bytes = {};
  node.child_count = 0;
  node.has_value = (header & kActValueBit) != 0;
  if (node.has_value) node.value = TakeInteger(at);
  bool is_odd = false;
  uint64_t distance = 1;  // Of the child, and that is no distance too much if there is none.
  if (low != 0) {
    distance = TakeInteger(at);
    node.first_child = offset - distance;
  }
  if ((header & kActLineBit) != 0) {
    const uint64_t line_distance = TakeInteger(at);
    node.line = offset - line_distance;
    node.child_count = low;
    is_odd =
        low > kActLineChildBit || (low != 0 && node.has_value) || line_distance - 1 >= farthest;
  } else if (low != 0) {
    const uint64_t edges_at = static_cast<uint64_t>(at - start) + offset;
    node.bytes = {file.data() + edges_at, low};
    at += low;
    if (low < kActChildMask) {
      node.child_count = low;
      is_odd = !DoAscend(file, edges_at, low);
    } else {
      node.child_count = static_cast<uint16_t>(MaskOf(node.bytes).count());
      is_odd = low > kActChildMask || node.child_count < kActChildMask;
    }
  }
  node.end = offset + static_cast<uint64_t>(at - start);
  if (is_odd || node.end > bound || (low != 0 && distance - 1 >= farthest)) [[unlikely]] {
    return ReadPartByPart(file, offset, bound, node);
  }
  return nullptr;
}

ActProblem ReadActSegment(const ActBytes& act, ActNode& node) {
  uint64_t at = node.line;
  uint64_t length = 0;
  // The length takes at most 9 bytes, and a reference goes back to before the pad.
  if (!act.AreAsWritten(at, kVarintBytesMax)) return kWrongBlock;
  if (!ReadActInteger(act.file, at, node.offset, length)) {
    return "the length of its segment is cut off";
  }
  if (length == 0) return "its segment is empty";
  if (length > node.offset - at) return "its segment runs into the node";
  if (!act.AreAsWritten(at, length)) return kWrongBlock;
  node.bytes = {act.file.data() + at, length};
  return nullptr;
}

ActProblem SkipActNode(const ActBytes& act, uint64_t& offset, uint64_t bound) {
  constexpr ActProblem kCutOff = "a sibling is cut off";
  if (offset >= bound) return kCutOff;
  const std::string_view file = act.file;
  if (!act.AreAsWritten(offset, std::min(kActNodeBytesMax, file.size() - offset))) {
    return kWrongBlock;
  }
  const uint8_t header = static_cast<uint8_t>(file[offset]);
  const uint8_t low = header & kActLowBits;
  uint64_t at = offset + 1;
  uint64_t number = 0;
  if ((header & kActValueBit) != 0 && !ReadActInteger(file, at, bound, number)) return kCutOff;
  if (low != 0 && !ReadActInteger(file, at, bound, number)) return kCutOff;
  if ((header & kActLineBit) != 0) {
    if (!ReadActInteger(file, at, bound, number)) return kCutOff;
  } else {
    if (low > kActChildMask) return "a branch node has an impossible number of children";
    if (bound - at < low) return kCutOff;
    at += low;
  }
  offset = at;
  return nullptr;
}

ActProblem FindActChild(const ActBytes& act, const ActNode& parent, int index, uint64_t& offset) {
  offset = parent.first_child;
  if (index == 0) return nullptr;
  if (parent.child_count < act.table_min) {
    for (; index > 0; --index) {
      if (auto problem = SkipActNode(act, offset, parent.offset)) return problem;
    }
    return nullptr;
  }
  const uint64_t table_bytes = SiblingTableBytes(static_cast<uint32_t>(index) + 1, true);
  const uint64_t from = offset - std::min(offset, table_bytes);
  if (!act.AreAsWritten(from, offset - from)) return kWrongBlock;
  const uint32_t position = SiblingPosition(act.file, offset, static_cast<uint32_t>(index));
  if (position == 0) return "the table of its children's positions is wrong";
  offset += position;
  return nullptr;
}

ActProblem ReadActChild(const ActBytes& act, const ActNode& parent, int index, ActNode& child) {
  uint64_t offset = 0;
  if (auto problem = FindActChild(act, parent, index, offset)) return problem;
  if (auto problem = ReadActNode(act, offset, parent.offset, child)) return problem;
  return child.is_line() ? ReadActSegment(act, child) : nullptr;
}

}  // namespace pathkb
