#include "storage/act/act_zipper.h"

#include <algorithm>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/base/status_macros.h"

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

bool ActZipper::Descend(std::string_view bytes) {
  const size_t gone = DescendExisting(bytes);
  if (gone == bytes.size()) return true;
  Ascend(gone);
  return false;
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

bool ActZipper::StepDown() {
  if (!has_children()) return false;
  const ActNode& node = last().node;
  if (!node.is_line()) return EnterFirstReadable(node.first_child, 0);
  GoAlongLine(node.bytes.size() - line_bytes());
  return true;
}

void ActZipper::NoteDamage(uint64_t offset, std::string_view problem) {
  if (status_.ok()) status_ = reader_->Damage(offset, problem);
}

}  // namespace pathkb
