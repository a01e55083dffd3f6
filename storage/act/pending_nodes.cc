#include "storage/act/pending_nodes.h"

#include <algorithm>

#include "storage/act/act_format.h"
#include "storage/file/little_endian.h"

namespace pathkb {

void AppendEdges(const ByteMask& edges, int count, ByteBuffer& out) {
  if (count > kActChildListMax) {
    for (uint64_t word : edges.words()) {
      char bytes[sizeof(word)];
      StoreU64(word, bytes);
      out.append({bytes, sizeof(bytes)});
    }
    return;
  }
  for (int i = 0; i < 4; ++i) {
    for (uint64_t word = edges.words()[i]; word != 0; word &= word - 1) {
      out.push_back(static_cast<char>(64 * i + std::countr_zero(word)));
    }
  }
}

void PendingNodes::AddBranch(const PendingNode& node, std::string_view edge_bytes) {
  nodes_.push_back(node);
  nodes_.back().bytes_at = static_cast<uint32_t>(bytes_.size());
  bytes_.append(edge_bytes);
}

void PendingNodes::AddLine(const PendingNode& node, std::string_view segment) {
  nodes_.push_back(node);
  nodes_.back().bytes_at = static_cast<uint32_t>(bytes_.size());
  nodes_.back().segment_bytes = static_cast<uint32_t>(segment.size());
  bytes_.append(segment);
}

void PendingNodes::clear() {
  nodes_.clear();
  bytes_.clear();
}

std::string_view PendingNodes::edges(const PendingNode& node) const {
  const size_t size = std::min<size_t>(node.child_count, kActMaskBytes);
  return bytes_.view().substr(node.bytes_at, size);
}

void PendingNodes::AppendKey(ByteBuffer& out) const {
  for (const PendingNode& node : nodes_) {
    const bool has_line = node.line != 0;
    const bool has_segment = node.segment_bytes != 0;
    out.push_back(
        static_cast<char>((node.has_value ? 1 : 0) | (has_line ? 2 : 0) | (has_segment ? 4 : 0)));
    if (node.has_value) out.AppendInteger(node.value);
    out.AppendInteger(node.first_child);
    if (has_line) {
      out.AppendInteger(node.line);
    } else if (has_segment) {
      out.AppendInteger(node.segment_bytes);
      out.append(segment(node));
    } else {
      out.AppendInteger(node.child_count);
      out.append(edges(node));
    }
  }
}

void PendingNodes::AppendNode(size_t index, uint64_t start, ByteBuffer& out) const {
  const PendingNode& node = nodes_[index];
  uint8_t header = 0;
  if (node.is_line()) {
    header = kActLineBit;
    if (node.first_child != 0) header |= kActLineChildBit;
  } else {
    header = static_cast<uint8_t>(std::min<int>(node.child_count, kActChildMask));
  }
  if (node.has_value) header |= kActValueBit;
  out.push_back(static_cast<char>(header));
  if (node.has_value) out.AppendInteger(node.value);
  if (node.first_child != 0) out.AppendInteger(start - node.first_child);
  if (node.is_line()) {
    out.AppendInteger(start - node.line);
  } else {
    out.append(edges(node));
  }
}

}  // namespace pathkb
