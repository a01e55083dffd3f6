#include "storage/act/act_zipper.h"

#include <algorithm>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "storage/act/sibling_table.h"

namespace pathkb {

ActZipper::ActZipper(const ActReader& reader, uint64_t path_bytes_max)
    : reader_(&reader), path_bytes_max_(path_bytes_max) {
  frames_.resize(16);
  Frame& root = NewFrame();
  root = {};
  if (const ActProblem problem = reader.ReadRoot(root.node)) {
    root.node = ActNode();
    root.node.offset = reader.root().offset;
    NoteDamage(root.node.offset, fmt::format("root node: {}", problem));
  }
}

std::unique_ptr<Zipper> ActZipper::Fork() const { return std::make_unique<ActZipper>(*this); }

std::optional<uint64_t> ActZipper::value() const {
  const ActNode& node = last().node;
  if (!node.has_value) return std::nullopt;
  if (node.is_line() && line_bytes() < node.bytes.size()) return std::nullopt;
  return node.value;
}

absl::Status ActZipper::status() const {
  PATHKB_RETURN_IF_ERROR(reader_->CheckPoisoned());
  return status_;
}

ByteMask ActZipper::child_mask() const {
  const ActNode& node = last().node;
  if (!node.is_line()) return node.Edges();
  ByteMask mask;
  if (line_bytes() < node.bytes.size()) mask.Set(static_cast<uint8_t>(node.bytes[line_bytes()]));
  return mask;
}

bool ActZipper::HasChildBetween(uint8_t first, uint8_t last) const {
  const ActNode& node = this->last().node;
  if (node.is_line()) {
    if (line_bytes() == node.bytes.size()) return false;
    const uint8_t only = static_cast<uint8_t>(node.bytes[line_bytes()]);
    return only >= first && only <= last;
  }
  if (node.child_count == 0) return false;
  if (!node.has_mask()) {
    // Most often all edges are on one side.
    if (static_cast<uint8_t>(node.bytes.front()) > last) return false;
    if (static_cast<uint8_t>(node.bytes.back()) < first) return false;
  }
  const int at = node.EdgesBelow(first);
  return at < node.child_count && node.Edge(at) <= last;
}

bool ActZipper::has_children() const {
  const ActNode& node = last().node;
  return node.is_line() ? line_bytes() < node.bytes.size() : node.child_count > 0;
}

bool ActZipper::has_siblings() const {
  // In a segment, or right below one, there is only one way on.
  return depth_ > 1 && last().path_bytes == path_.size() && !frames_[depth_ - 2].node.is_line();
}

// --- Moves of the contract
// -------------------------------------------------------------------------

void ActZipper::Reset() {
  kept_frames_ = 0;
  depth_ = 1;
  path_.Truncate(0);
}

bool ActZipper::DescendByte(uint8_t byte) {
  const ActNode& node = last().node;
  if (!node.is_line()) {
    const int index = node.ChildIndex(byte);
    return index >= 0 && EnterChild(index, byte);
  }
  const size_t at = line_bytes();
  if (at == node.bytes.size() || static_cast<uint8_t>(node.bytes[at]) != byte) return false;
  GoAlongLine(1);
  return true;
}

bool ActZipper::Descend(std::string_view bytes) {
  const size_t gone = DescendExisting(bytes);
  if (gone == bytes.size()) return true;
  Ascend(gone);
  return false;
}

size_t ActZipper::DescendExisting(std::string_view bytes) {
  const size_t start = path_.size();
  while (path_.size() - start < bytes.size()) {
    const std::string_view rest = bytes.substr(path_.size() - start);
    const ActNode& node = last().node;
    if (!node.is_line()) {
      if (!DescendByte(static_cast<uint8_t>(rest[0]))) break;
      continue;
    }
    const std::string_view segment = node.bytes.substr(line_bytes());
    const size_t most = std::min(rest.size(), segment.size());
    const size_t equal = static_cast<size_t>(
        std::mismatch(segment.begin(), segment.begin() + static_cast<ptrdiff_t>(most), rest.begin())
            .first -
        segment.begin());
    if (equal == 0) break;
    GoAlongLine(equal);
  }
  return path_.size() - start;
}

bool ActZipper::DescendFirst() {
  if (!has_children()) return false;
  if (!last().node.is_line()) return EnterFirstReadable(last().node.first_child, 0);
  GoAlongLine(1);
  return true;
}

bool ActZipper::DescendLast() {
  if (!has_children()) return false;
  if (!last().node.is_line()) return EnterLastReadable(last().node.child_count - 1);
  GoAlongLine(1);
  return true;
}

size_t ActZipper::DescendRun() {
  const size_t start = path_.size();
  while (path_.size() == start || !value()) {
    if (!last().node.is_line() && last().node.child_count != 1) break;
    if (!StepDown()) break;
  }
  return path_.size() - start;
}

bool ActZipper::Ascend(size_t count) {
  kept_frames_ = 0;  // No search is under way that would want to go back.
  return GoUp(count);
}

bool ActZipper::GoUp(size_t count) {
  if (count > path_.size()) return false;
  const size_t path_bytes = path_.size() - count;
  size_t frame_count = depth_;
  while (frames_[frame_count - 1].path_bytes > path_bytes) --frame_count;
  depth_ = frame_count;
  path_.Truncate(path_bytes);
  return true;
}

bool ActZipper::NextSibling() {
  if (!has_siblings()) return false;
  const Frame left = last();
  --depth_;
  path_.Truncate(path_.size() - 1);
  if (EnterFirstReadable(left.node.end, left.index + 1)) return true;
  path_.push_back(static_cast<char>(last().node.Edge(left.index)));
  NewFrame() = left;
  return false;
}

bool ActZipper::PreviousSibling() {
  if (!has_siblings()) return false;
  const Frame left = last();
  --depth_;
  path_.Truncate(path_.size() - 1);
  if (EnterLastReadable(left.index - 1)) return true;
  path_.push_back(static_cast<char>(last().node.Edge(left.index)));
  NewFrame() = left;
  return false;
}

// --- Steps
// -----------------------------------------------------------------------------------------

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

bool ActZipper::EnterFirstReadable(uint64_t offset, int index) {
  const ActBytes& act = reader_->act();
  for (; index < last().node.child_count; ++index) {
    ActNode& child = NewFrame().node;
    const ActNode& parent = frames_[depth_ - 2].node;
    const uint64_t bound = parent.offset;
    ActProblem problem = ReadActNode(act, offset, bound, child);
    if (problem == nullptr && child.is_line()) problem = ReadActSegment(act, child);
    if (problem == nullptr) {
      if (Enter(index, parent.is_line() ? uint8_t{0} : parent.Edge(index))) return true;
    } else {
      --depth_;
      NoteDamage(offset, problem);
    }
    if (SkipActNode(act, offset, bound) != nullptr) return false;
  }
  return false;
}

bool ActZipper::EnterLastReadable(int index) {
  for (; index >= 0; --index) {
    if (EnterChild(index)) return true;
  }
  return false;
}

void ActZipper::GoAlongLine(size_t byte_count) {
  const ActNode& node = last().node;
  path_.append(node.bytes.substr(line_bytes(), byte_count));
  if (line_bytes() == node.bytes.size() && node.child_count > 0) EnterChild(0);
}

bool ActZipper::StepDown() {
  if (!has_children()) return false;
  const ActNode& node = last().node;
  if (!node.is_line()) return EnterFirstReadable(node.first_child, 0);
  GoAlongLine(node.bytes.size() - line_bytes());
  return true;
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

void ActZipper::NoteDamage(uint64_t offset, std::string_view problem) {
  if (status_.ok()) status_ = reader_->Damage(offset, problem);
}

}  // namespace pathkb
