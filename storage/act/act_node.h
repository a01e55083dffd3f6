// One node of a .tree file, read with every check that FORMAT.md asks for. Lookup, verification and
// the cursor all go through these functions; none of them trusts a byte of the file.
//
// Two rules carry all the safety. An object ends at or before its *bound*: the offset of the node
// that refers to it, or for the root the start of the pad. And a reference goes back by at least
// one byte. So whoever hands on the offset of the node he came from as the next bound only ever
// goes down, stays inside the file, and comes to an end.

#ifndef PATHKB_STORAGE_ACT_ACT_NODE_H_
#define PATHKB_STORAGE_ACT_ACT_NODE_H_

#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/base/byte_mask.h"
#include "core/base/varint.h"
#include "storage/act/act_format.h"
#include "storage/file/block_sums.h"

namespace pathkb {

// The bytes of a whole file, and what is known about them. Borrows both.
struct ActBytes {
  std::string_view file;
  const BlockGuard* guard = nullptr;  // Null if there are no checksums.
  uint32_t table_min = ~uint32_t{0};  // Runs of at least so many siblings have a table.

  // True if `length` bytes at `offset`, at least one and all inside the file, are as they were
  // written, as far as there are checksums to tell.
  bool AreAsWritten(uint64_t offset, uint64_t length) const {
    return guard == nullptr || guard->Check(offset, length);
  }
};

// A parsed node. The views point into the file.
struct ActNode {
  uint64_t offset = 0;       // Of its header byte, from the start of the file.
  uint64_t end = 0;          // Of the byte after it; the next sibling starts there.
  uint64_t first_child = 0;  // Of its first child; 0 if it has none.
  uint64_t line = 0;         // Of its line data; 0 for a branch.
  uint64_t value = 0;        // Meaningless unless has_value.
  // Branch: the edge bytes, ascending, or the 32 bytes of a mask. Line: its segment, once
  // ReadActSegment() has been called.
  std::string_view bytes;
  uint16_t child_count = 0;  // 0 to 256; for a line node 0 or 1.
  bool has_value = false;

  bool is_line() const { return line != 0; }
  bool has_mask() const { return child_count > kActChildListMax; }

  // --- Branch nodes only -------------------------------------------------------------------------

  // The edge bytes as a set.
  ByteMask Edges() const;
  // Number of edges below `byte` (0 to 256): the index of the first child at or after it.
  int EdgesBelow(unsigned byte) const;
  // Index of the child for `byte`; -1 if there is none.
  int ChildIndex(uint8_t byte) const;
  // Edge byte of child `index`, which is less than child_count.
  uint8_t Edge(int index) const;
};

// Takes one integer at `at` and moves `at` behind it; longer forms than needed are accepted. False
// if it does not end at or before `bound`. `bound` is at most the file's size less the pad, which
// is what makes the eight-byte load sound.
inline bool ReadActInteger(std::string_view file, uint64_t& at, uint64_t bound, uint64_t& number) {
  if (at >= bound) return false;
  const uint8_t first = static_cast<uint8_t>(file[at]);
  if (first <= kVarintInlineMax) {
    number = first;
    ++at;
    return true;
  }
  const unsigned width = first - kVarintInlineMax;
  if (bound - at - 1 < width) return false;
  std::memcpy(&number, file.data() + at + 1, sizeof(number));
  if (width < sizeof(number)) number &= (uint64_t{1} << (8 * width)) - 1;
  at += 1 + width;
  return true;
}

// What is wrong with a node, in words for a message; null if nothing is.
using ActProblem = const char*;

// Reads the node at `offset`, all of which must lie before `bound` (see the top of this file).
// Reads nothing the node refers to. After a problem `node` is unspecified.
ActProblem ReadActNode(const ActBytes& act, uint64_t offset, uint64_t bound, ActNode& node);

// Looks up the segment of a line node and sets node.bytes to it: one byte or more, all of it before
// the node.
ActProblem ReadActSegment(const ActBytes& act, ActNode& node);

// Moves `offset` from the start of a node to its end, at most `bound`, without checking more than
// that needs.
ActProblem SkipActNode(const ActBytes& act, uint64_t& offset, uint64_t bound);

// Sets `offset` to where child `index` of `parent` starts. Cost: a look into the table of the run,
// or if it has none, steps over the `index` siblings before.
ActProblem FindActChild(const ActBytes& act, const ActNode& parent, int index, uint64_t& offset);

// Reads child `index` of the branch or line node `parent`, and its segment if it is a line node.
ActProblem ReadActChild(const ActBytes& act, const ActNode& parent, int index, ActNode& child);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_ACT_ACT_NODE_H_
