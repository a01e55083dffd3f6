// The way down of ActZipper: by bytes that are given, as many at a time as a node has, and into a
// child whose number is known. A node is read the quick way; where that is not sure, the functions
// of act_node.h read it again, and say what is wrong.

#include <algorithm>

#include "fmt/format.h"

#include "core/base/run_compare.h"
#include "storage/act/act_quick_node.h"
#include "storage/act/act_zipper.h"

namespace pathkb {

bool ActZipper::DescendByte(uint8_t byte) {
  const ActNode& node = last().node;
  if (!node.is_line()) {
    const int index = QuickChildIndex(reader_->act(), node, byte);
    return index >= 0 && EnterChild(index, byte);
  }
  const size_t at = line_bytes();
  if (at == node.bytes.size() || static_cast<uint8_t>(node.bytes[at]) != byte) return false;
  GoAlongLine(1);
  return true;
}

size_t ActZipper::DescendExisting(std::string_view bytes) {
  const ActBytes& act = reader_->act();
  size_t gone = 0;
  while (gone < bytes.size()) {
    const ActNode& node = last().node;
    if (node.is_line()) {
      const size_t equal = CommonBytes(node.bytes.substr(line_bytes()), bytes.substr(gone));
      if (equal == 0) break;
      GoAlongLine(equal);
      gone += equal;
      continue;
    }
    const uint8_t byte = static_cast<uint8_t>(bytes[gone]);
    const int index = QuickChildIndex(act, node, byte);
    if (index < 0 || !EnterChild(index, byte)) break;
    ++gone;
  }
  return gone;
}

bool ActZipper::EnterQuickly(int index, uint8_t edge) {
  const ActBytes& act = reader_->act();
  Frame& frame = NewFrame();
  const ActNode& parent = frames_[depth_ - 2].node;
  const size_t start = path_.size() + (parent.is_line() ? 0 : 1);
  uint64_t offset = 0;
  if (!FindActChildQuickly(act, parent, index, offset) ||
      !ReadActNodeQuickly(act, offset, parent.offset, frame.node) || start > path_bytes_max_ ||
      (frame.node.is_line() && frame.node.bytes.size() > path_bytes_max_ - start)) [[unlikely]] {
    --depth_;
    return false;
  }
  if (!parent.is_line()) path_.push_back(static_cast<char>(edge));
  frame.path_bytes = start;
  frame.index = index;
  if (pages_ != nullptr) [[unlikely]] {
    NotePages();
  }
  return true;
}

bool ActZipper::Enter(int index, uint8_t edge) {
  Frame& frame = frames_[depth_ - 1];
  const ActNode& parent = frames_[depth_ - 2].node;
  const size_t start = path_.size() + (parent.is_line() ? 0 : 1);
  const size_t segment_bytes = frame.node.is_line() ? frame.node.bytes.size() : 0;
  if (start > path_bytes_max_ || segment_bytes > path_bytes_max_ - start) {
    if (status_.ok()) {
      status_ = absl::ResourceExhaustedError(
          fmt::format("{}: offset {}: a path is longer than {} bytes", reader_->file_path(),
                      frame.node.offset, path_bytes_max_));
    }
    --depth_;
    return false;
  }
  if (!parent.is_line()) path_.push_back(static_cast<char>(edge));
  frame.path_bytes = start;
  frame.index = index;
  if (pages_ != nullptr) [[unlikely]] {
    NotePages();
  }
  return true;
}

bool ActZipper::EnterChild(int index, uint8_t edge) {
  if (EnterQuickly(index, edge)) return true;
  ActNode& child = NewFrame().node;
  const ActNode& parent = frames_[depth_ - 2].node;
  if (auto problem = ReadActChild(reader_->act(), parent, index, child)) {
    --depth_;
    NoteDamage(last().node.offset, fmt::format("child {} of this node: {}", index, problem));
    return false;
  }
  return Enter(index, edge);
}

bool ActZipper::EnterChild(int index) {
  const ActNode& parent = last().node;
  return EnterChild(index, parent.is_line() ? uint8_t{0} : parent.Edge(index));
}

void ActZipper::GoAlongLine(size_t byte_count) {
  const ActNode& node = last().node;
  path_.append(node.bytes.substr(line_bytes(), byte_count));
  if (line_bytes() == node.bytes.size() && node.child_count > 0) EnterChild(0);
}

void ActZipper::NotePages() const {
  const ActNode& node = last().node;
  pages_->Touch(node.offset, node.end - node.offset);
  if (node.is_line()) {
    const uint64_t segment = static_cast<uint64_t>(node.bytes.data() - reader_->act().file.data());
    pages_->Touch(node.line, segment + node.bytes.size() - node.line);
  }
  if (depth_ < 2 || last().index == 0) return;
  // On the way to it stand its siblings, or a table of where they are.
  const ActNode& parent = frames_[depth_ - 2].node;
  uint64_t from = parent.first_child;
  uint64_t to = node.offset;
  if (parent.child_count >= reader_->act().table_min) {
    to = from;
    from -= std::min(from, SiblingTableBytes(static_cast<uint32_t>(last().index) + 1, true));
  }
  pages_->Touch(from, to - from);
}

}  // namespace pathkb
