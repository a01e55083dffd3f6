#include "storage/act/pending_nodes.h"

#include <algorithm>

#include "core/base/varint.h"
#include "storage/act/act_format.h"
#include "storage/file/little_endian.h"

namespace pathkb {

void AppendEdges(const ByteMask& edges, int count, std::string& out) {
  if (count > kActChildListMax) {
    for (uint64_t word : edges.words()) AppendU64(word, out);
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
  bytes_ += edge_bytes;
}

void PendingNodes::AddLine(const PendingNode& node, std::string_view segment) {
  nodes_.push_back(node);
  nodes_.back().bytes_at = static_cast<uint32_t>(bytes_.size());
  nodes_.back().segment_bytes = static_cast<uint32_t>(segment.size());
  bytes_ += segment;
}

void PendingNodes::clear() {
  nodes_.clear();
  bytes_.clear();
}

std::string_view PendingNodes::edges(const PendingNode& node) const {
  const size_t size = std::min<size_t>(node.child_count, kActMaskBytes);
  return std::string_view(bytes_).substr(node.bytes_at, size);
}

void PendingNodes::AppendKey(std::string& out) const {
  for (const PendingNode& node : nodes_) {
    const bool has_line = node.line != 0;
    const bool has_segment = node.segment_bytes != 0;
    out.push_back(
        static_cast<char>((node.has_value ? 1 : 0) | (has_line ? 2 : 0) | (has_segment ? 4 : 0)));
    if (node.has_value) AppendVarint(node.value, out);
    AppendVarint(node.first_child, out);
    if (has_line) {
      AppendVarint(node.line, out);
    } else if (has_segment) {
      AppendLengthPrefixed(segment(node), out);
    } else {
      AppendVarint(node.child_count, out);
      out += edges(node);
    }
  }
}

void PendingNodes::AppendNode(size_t index, uint64_t start, std::string& out) const {
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
  if (node.has_value) AppendVarint(node.value, out);
  if (node.first_child != 0) AppendVarint(start - node.first_child, out);
  if (node.is_line()) {
    AppendVarint(start - node.line, out);
  } else {
    out += edges(node);
  }
}

}  // namespace pathkb
