// Nodes that are complete but not written yet: a parent writes its children side by side, as a run,
// once it has them all. What a run looks like in the file, from lower to higher offsets:
//
//   | line data of its line nodes | table of positions | node | node | ... |
//
// so that what a lookup reads one after the other lies in neighbouring cache lines.

#ifndef PATHKB_STORAGE_ACT_PENDING_NODES_H_
#define PATHKB_STORAGE_ACT_PENDING_NODES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/byte_mask.h"
#include "storage/act/byte_buffer.h"

namespace pathkb {

// A branch node, or a line node if it has a segment. Offsets are from the start of the file, 0 for
// none.
struct PendingNode {
  uint64_t value = 0;  // Meaningless unless has_value.
  uint64_t first_child = 0;
  uint64_t line = 0;           // Where the segment is stored; 0 if it is not, or there is none.
  uint32_t bytes_at = 0;       // In PendingNodes::bytes: the segment that is not stored yet, or ...
  uint32_t segment_bytes = 0;  // ... the edges of a branch, as the file has them.
  uint16_t child_count = 0;    // Of a branch: 0 to 256.
  bool has_value = false;

  bool is_line() const { return line != 0 || segment_bytes != 0; }
};

// The children of one place, in edge order. A value type; clear() keeps the memory.
class PendingNodes {
 public:
  // Takes a branch with these edges.
  void AddBranch(const PendingNode& node, std::string_view edge_bytes);
  // Takes a line node; `segment` is empty if node.line says where it is stored.
  void AddLine(const PendingNode& node, std::string_view segment);
  // Forgets all of them.
  void clear();

  std::vector<PendingNode>& nodes() { return nodes_; }
  const std::vector<PendingNode>& nodes() const { return nodes_; }
  // The segment of a line node that is not stored yet.
  std::string_view segment(const PendingNode& node) const {
    return bytes_.view().substr(node.bytes_at, node.segment_bytes);
  }
  // The edges of a branch: a list or a mask.
  std::string_view edges(const PendingNode& node) const;

  // Appends a string that is equal for equal runs only: what the nodes hold, with offsets where the
  // file has distances.
  void AppendKey(ByteBuffer& out) const;

  // Appends node number `index` as it stands at offset `start` of the file. Its segment must be
  // stored.
  void AppendNode(size_t index, uint64_t start, ByteBuffer& out) const;

 private:
  std::vector<PendingNode> nodes_;
  ByteBuffer bytes_;
};

// The edges of a branch as a file has them: a list up to 31, else a mask.
void AppendEdges(const ByteMask& edges, int count, ByteBuffer& out);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_ACT_PENDING_NODES_H_
