#include "storage/act/act_zipper.h"

#include <algorithm>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "storage/act/quick_read.h"

namespace pathkb {

ActZipper::ActZipper(const ActReader& reader, uint64_t path_bytes_max)
    : reader_(&reader), path_bytes_max_(path_bytes_max) {
  frames_.push_back({.node = reader.root()});
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

bool ActZipper::has_children() const {
  const ActNode& node = last().node;
  return node.is_line() ? line_bytes() < node.bytes.size() : node.child_count > 0;
}

bool ActZipper::has_siblings() const {
  // In a segment, or right below one, there is only one way on.
  return frames_.size() > 1 && last().path_bytes == path_.size() &&
         !frames_[frames_.size() - 2].node.is_line();
}

// --- Moves of the contract
// -------------------------------------------------------------------------

void ActZipper::Reset() {
  DropFrames(1);
  path_.Truncate(0);
}

bool ActZipper::DescendByte(uint8_t byte) {
  const ActNode& node = last().node;
  if (!node.is_line()) {
    const int index = node.ChildIndex(byte);
    return index >= 0 && EnterChild(index);
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
  if (count > path_.size()) return false;
  const size_t path_bytes = path_.size() - count;
  size_t frame_count = frames_.size();
  while (frames_[frame_count - 1].path_bytes > path_bytes) --frame_count;
  DropFrames(frame_count);
  path_.Truncate(path_bytes);
  return true;
}

bool ActZipper::NextSibling() {
  if (!has_siblings()) return false;
  const Frame left = last();
  frames_.pop_back();
  path_.Truncate(path_.size() - 1);
  if (EnterFirstReadable(left.node.end, left.index + 1)) return true;
  path_.push_back(static_cast<char>(last().node.Edge(left.index)));
  frames_.push_back(left);
  return false;
}

bool ActZipper::PreviousSibling() {
  if (!has_siblings()) return false;
  const Frame left = last();
  frames_.pop_back();
  path_.Truncate(path_.size() - 1);
  if (EnterLastReadable(left.index - 1)) return true;
  path_.push_back(static_cast<char>(last().node.Edge(left.index)));
  frames_.push_back(left);
  return false;
}

bool ActZipper::NextValue() { return NextValueWithin(0); }

bool ActZipper::NextValueWithin(size_t prefix_bytes) {
  PATHKB_CHECK(prefix_bytes <= path_.size());
  return Search(/*down=*/true, prefix_bytes);
}

bool ActZipper::NextValueBehind(size_t prefix_bytes) {
  PATHKB_CHECK(prefix_bytes <= path_.size());
  return Search(/*down=*/false, prefix_bytes);
}

bool ActZipper::SeekValue(std::string_view target) {
  BeginSearch();
  const size_t most = std::min(path_.size(), target.size());
  size_t common = 0;
  while (common < most && path_[common] == target[common]) ++common;
  LetGo(common);
  Ascend(path_.size() - common);
  const size_t at = common + DescendExisting(target.substr(common));
  if (at == target.size()) return value() || SearchOn(/*down=*/true, 0);
  // Here the target leaves the tree: on to the first child behind its next byte, or out of here.
  const unsigned byte = static_cast<uint8_t>(target[at]);
  const ActNode& node = last().node;
  if (node.is_line()) {
    const bool is_behind = has_children() && static_cast<uint8_t>(node.bytes[line_bytes()]) > byte;
    return SearchOn(is_behind, 0);
  }
  const int child_count = node.child_count;
  for (int index = node.EdgesBelow(byte + 1); index < child_count; ++index) {
    if (EnterChild(index)) return value() || SearchOn(/*down=*/true, 0);
  }
  return SearchOn(/*down=*/false, 0);
}

// --- Steps
// -----------------------------------------------------------------------------------------

bool ActZipper::Enter(const ActNode& child, int index) {
  const ActNode& parent = last().node;
  const size_t start = path_.size() + (parent.is_line() ? 0 : 1);
  const size_t segment_bytes = child.is_line() ? child.bytes.size() : 0;
  if (start > path_bytes_max_ || segment_bytes > path_bytes_max_ - start) {
    if (status_.ok()) {
      status_ = absl::ResourceExhaustedError(
          fmt::format("{}: offset {}: a path is longer than {} bytes", reader_->file_path(),
                      child.offset, path_bytes_max_));
    }
    return false;
  }
  if (!parent.is_line()) path_.push_back(static_cast<char>(parent.Edge(index)));
  frames_.push_back({.node = child, .path_bytes = start, .index = index});
  return true;
}

bool ActZipper::EnterChild(int index) {
  ActNode child;
  if (auto problem = ReadActChild(reader_->act(), last().node, index, child)) {
    NoteDamage(last().node.offset, fmt::format("child {} of this node: {}", index, problem));
    return false;
  }
  return Enter(child, index);
}

bool ActZipper::EnterFirstReadable(uint64_t offset, int index) {
  const ActBytes& act = reader_->act();
  const ActNode& parent = last().node;
  for (; index < parent.child_count; ++index) {
    ActNode child;
    ActProblem problem = ReadActNode(act, offset, parent.offset, child);
    if (problem == nullptr && child.is_line()) problem = ReadActSegment(act, child);
    if (problem == nullptr && Enter(child, index)) return true;
    if (problem != nullptr) NoteDamage(offset, problem);
    if (SkipActNode(act, offset, parent.offset) != nullptr) return false;
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

void ActZipper::DropFrames(size_t frame_count) {
  frames_.erase(frames_.begin() + static_cast<ptrdiff_t>(frame_count), frames_.end());
}

// --- Searching
// -------------------------------------------------------------------------------------

namespace {

// Reads the node at `offset` if it is a leaf with a value, and its segment; false if it is
// something else, or anything about it is odd.
inline bool ReadLeaf(const ActBytes& act, uint64_t offset, uint64_t bound, ActNode& node) {
  constexpr uint64_t kLoadedBytesMax = 32;
  if (offset >= bound || act.file.size() - offset < kLoadedBytesMax ||
      !act.AreAsWritten(offset, kLoadedBytesMax)) {
    return false;
  }
  const uint8_t* const file = reinterpret_cast<const uint8_t*>(act.file.data());
  const uint8_t* at = file + offset;
  const uint8_t header = *at++;
  if ((header & ~kActLineBit) != kActValueBit) return false;
  node.value = TakeInteger(at);
  node.line = 0;
  node.bytes = {};
  if ((header & kActLineBit) != 0) {
    const uint64_t distance = TakeInteger(at);
    if (distance == 0 || distance > offset - kActArenaOffset) return false;
    node.line = offset - distance;
    if (!act.AreAsWritten(node.line, kVarintBytesMax)) return false;
    const uint8_t* segment = file + node.line;
    const uint64_t length = TakeInteger(segment);
    const uint64_t segment_at = static_cast<uint64_t>(segment - file);
    if (length == 0 || segment_at > offset || length > offset - segment_at ||
        !act.AreAsWritten(segment_at, length)) {
      return false;
    }
    node.bytes = {act.file.data() + segment_at, length};
  }
  node.offset = offset;
  node.end = static_cast<uint64_t>(at - file);
  node.first_child = 0;
  node.child_count = 0;
  node.has_value = true;
  return node.end <= bound;
}

}  // namespace

bool ActZipper::GoToNextLeaf(size_t prefix_bytes) {
  if (frames_.size() < 2) return false;
  Frame& frame = frames_.back();
  const ActNode& parent = frames_[frames_.size() - 2].node;
  const int index = frame.index + 1;
  // A leaf's segment is behind the cursor, or the next value would be its own.
  if (frame.node.child_count != 0 || index >= parent.child_count || has_children() ||
      frame.path_bytes <= prefix_bytes) {
    return false;
  }
  ActNode next;
  if (!ReadLeaf(reader_->act(), frame.node.end, parent.offset, next)) return false;
  const size_t edge_at = frame.path_bytes - 1;
  if (next.bytes.size() > path_bytes_max_ - std::min<uint64_t>(edge_at + 1, path_bytes_max_)) {
    return false;
  }
  const char edge =
      parent.has_mask()
          ? static_cast<char>(*parent.Edges().NextFrom(static_cast<uint8_t>(path_[edge_at]) + 1u))
          : parent.bytes[static_cast<size_t>(index)];
  path_.Truncate(edge_at);
  path_.push_back(edge);
  path_.append(next.bytes);
  frame.node = next;
  frame.index = index;
  return true;
}

bool ActZipper::Search(bool down, size_t prefix_bytes) {
  if (GoToNextLeaf(prefix_bytes)) return true;
  switch (SearchQuickly(down, prefix_bytes)) {
    case Quick::kFound:
      return true;
    case Quick::kNone:
      return false;
    case Quick::kUnsure:
      break;
  }
  BeginSearch();
  return SearchOn(down, prefix_bytes);
}

size_t ActZipper::FrameWithNext(size_t prefix_bytes) const {
  for (size_t level = frames_.size() - 1; level > 0; --level) {
    if (frames_[level].path_bytes <= prefix_bytes) return 0;
    const ActNode& parent = frames_[level - 1].node;
    // A line has one child only.
    if (frames_[level].index + 1 < parent.child_count) return level;
  }
  return 0;
}

ActZipper::Quick ActZipper::SearchQuickly(bool down, size_t prefix_bytes) {
  const ActBytes& act = reader_->act();
  BeginSearch();
  if (path_.size() >= path_bytes_max_) return Quick::kUnsure;
  down = down && has_children();
  uint64_t offset = 0;  // Of the node to enter, ...
  uint8_t edge = 0;     // ... if it is not the child of a line, the byte that leads there, ...
  int index = 0;        // ... and its number among its siblings.
  if (down) {
    const ActNode& node = last().node;
    if (node.is_line()) {
      const size_t left = node.bytes.size() - line_bytes();
      // Part of a segment is behind the cursor: the rest of it, and perhaps the value at its end.
      if (left > path_bytes_max_ - path_.size()) return Quick::kUnsure;
      path_.append(node.bytes.substr(line_bytes()));
      if (node.has_value) return Quick::kFound;
      if (node.child_count == 0) {
        GoBack();
        return Quick::kUnsure;
      }
    } else {
      edge = node.Edge(0);
    }
    offset = node.first_child;
  } else {
    const size_t level = FrameWithNext(prefix_bytes);
    if (level == 0) return Quick::kNone;
    const ActNode& parent = frames_[level - 1].node;
    const size_t sibling_at = frames_[level].path_bytes - 1;
    LetGo(sibling_at);
    index = frames_[level].index + 1;
    edge = parent.has_mask()
               ? *parent.Edges().NextFrom(static_cast<uint8_t>(path_[sibling_at]) + 1u)
               : static_cast<uint8_t>(parent.bytes[static_cast<size_t>(index)]);
    offset = frames_[level].node.end;
    path_.Truncate(sibling_at);
    DropFrames(level);
  }
  for (;;) {
    const ActNode& parent = last().node;
    if (!parent.is_line()) path_.push_back(static_cast<char>(edge));
    const uint64_t bound = parent.offset;
    frames_.emplace_back();
    Frame& frame = frames_.back();
    ActNode& node = frame.node;
    frame.path_bytes = path_.size();
    frame.index = index;
    bool is_sound = ReadActNode(act, offset, bound, node) == nullptr;
    if (is_sound && node.is_line()) {
      is_sound = ReadActSegment(act, node) == nullptr &&
                 node.bytes.size() <= path_bytes_max_ - std::min(path_.size(), path_bytes_max_);
      if (is_sound) path_.append(node.bytes);
    }
    if (is_sound && node.has_value) return Quick::kFound;
    if (!is_sound || node.child_count == 0 || path_.size() >= path_bytes_max_) {
      GoBack();
      return Quick::kUnsure;
    }
    offset = node.first_child;
    index = 0;
    if (!node.is_line()) edge = node.Edge(0);
  }
}

void ActZipper::BeginSearch() {
  kept_bytes_ = path_.size();
  cut_.clear();
}

void ActZipper::LetGo(size_t path_bytes) {
  if (path_bytes >= kept_bytes_) return;
  cut_.insert(0, path_.view().substr(path_bytes, kept_bytes_ - path_bytes));
  kept_bytes_ = path_bytes;
}

bool ActZipper::GoBack() {
  Ascend(path_.size() - kept_bytes_);
  Descend(cut_);
  return false;
}

bool ActZipper::SearchOn(bool down, size_t prefix_bytes) {
  size_t own_frames = frames_.size();  // Frames from this index on were entered by this search.
  for (;;) {
    while (down && (barren_.empty() || !barren_.contains(last().node.offset)) && StepDown()) {
      if (value()) return true;
    }
    // Found before anything is left, because most searches that end in vain end here at once.
    const size_t level = FrameWithNext(prefix_bytes);
    if (level == 0) return GoBack();
    // What this search has entered and now leaves holds no value, else it had ended there.
    for (size_t i = std::max(level, own_frames); i < frames_.size(); ++i) {
      if (frames_[i].node.child_count > 0) barren_.insert(frames_[i].node.offset);
    }
    own_frames = std::min(own_frames, level);
    const size_t sibling_bytes = frames_[level].path_bytes;
    LetGo(sibling_bytes - 1);  // The last byte becomes another one.
    Ascend(path_.size() - sibling_bytes);
    down = NextSibling();
    if (down && value()) return true;
    if (!down) Ascend(1);  // None that can be read: out of this run.
  }
}

void ActZipper::NoteDamage(uint64_t offset, std::string_view problem) {
  if (status_.ok()) status_ = reader_->Damage(offset, problem);
}

}  // namespace pathkb
