// Searches of ActZipper: to the next value, and to a given one.
//
// Most steps of a scan go from one leaf to the next, its sibling; nearly all others climb to the
// nearest node with a sibling and go down from that to the first value. Those two are written out
// to be quick, and give up, with nothing changed, where something is odd: a node that cannot be
// read, a path that leads to no value. The search that knows how to go on then starts again from
// there.

#include <algorithm>

#include "core/base/check.h"
#include "core/base/run_compare.h"
#include "storage/act/act_quick_node.h"
#include "storage/act/act_zipper.h"
#include "storage/act/quick_read.h"

namespace pathkb {

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
  const size_t common = CommonBytes(path_.view(), target);
  LetGo(common);
  GoUp(path_.size() - common);
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
  if (depth_ < 2) return false;
  Frame& frame = frames_[depth_ - 1];
  const ActNode& parent = frames_[depth_ - 2].node;
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
  if (pages_ != nullptr) [[unlikely]] {
    NotePages();
  }
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
  for (size_t level = depth_ - 1; level > 0; --level) {
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
    depth_ = level;
  }
  for (;;) {
    const ActNode& parent = last().node;
    if (!parent.is_line()) path_.push_back(static_cast<char>(edge));
    const uint64_t bound = parent.offset;
    Frame& frame = NewFrame();
    ActNode& node = frame.node;
    frame.path_bytes = path_.size();
    frame.index = index;
    bool is_sound = ReadActNodeQuickly(act, offset, bound, node);
    if (is_sound && node.is_line()) {
      is_sound = node.bytes.size() <= path_bytes_max_ - std::min(path_.size(), path_bytes_max_);
      if (is_sound) path_.append(node.bytes);
    }
    if (is_sound && pages_ != nullptr) [[unlikely]] {
      NotePages();
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
  cut_.Truncate(0);
  search_depth_ = kept_frames_ = depth_;
  saved_frames_.clear();
}

void ActZipper::SaveFrames() {
  while (kept_frames_ > depth_) saved_frames_.push_back(frames_[--kept_frames_]);
}

void ActZipper::LetGo(size_t path_bytes) {
  if (path_bytes >= kept_bytes_) return;
  const std::string cut_before(cut_.view());  // Nearly always empty.
  cut_.Truncate(0);
  cut_.append(path_.view().substr(path_bytes, kept_bytes_ - path_bytes));
  cut_.append(cut_before);
  kept_bytes_ = path_bytes;
}

bool ActZipper::GoBack() {
  path_.Truncate(kept_bytes_);
  path_.append(cut_.view());
  depth_ = search_depth_;
  std::copy(saved_frames_.rbegin(), saved_frames_.rend(), frames_.begin() + kept_frames_);
  return false;
}

bool ActZipper::SearchOn(bool down, size_t prefix_bytes) {
  size_t own_frames = depth_;  // Frames from this index on were entered by this search.
  for (;;) {
    while (down && (barren_.empty() || !barren_.contains(last().node.offset)) && StepDown()) {
      if (value()) return true;
    }
    // Found before anything is left, because most searches that end in vain end here at once.
    const size_t level = FrameWithNext(prefix_bytes);
    if (level == 0) return GoBack();
    // What this search has entered and now leaves holds no value, else it had ended there.
    for (size_t i = std::max(level, own_frames); i < depth_; ++i) {
      if (frames_[i].node.child_count > 0) barren_.insert(frames_[i].node.offset);
    }
    own_frames = std::min(own_frames, level);
    const size_t sibling_bytes = frames_[level].path_bytes;
    LetGo(sibling_bytes - 1);  // The last byte becomes another one.
    GoUp(path_.size() - sibling_bytes);
    down = NextSibling();
    if (down && value()) return true;
    if (!down) GoUp(1);  // None that can be read: out of this run.
  }
}

bool ActZipper::PreviousValue() {
  BeginSearch();
  size_t own_frames = depth_;  // Frames from this index on were entered by this search.
  for (;;) {
    // Backwards, what is below a path comes before the path, and the last child first. Here nothing
    // is left but what is before the last node; a line node has no value but at its end.
    const size_t start = last().path_bytes;
    LetGo(start);
    path_.Truncate(start);
    if (depth_ == 1) return GoBack();
    if (depth_ > own_frames && last().node.child_count > 0) barren_.insert(last().node.offset);
    const int index = last().index;
    own_frames = std::min(own_frames, --depth_);
    if (last().node.is_line()) continue;
    LetGo(start - 1);
    path_.Truncate(start - 1);
    if (EnterLastReadable(index - 1)) {
      while (!barren_.contains(last().node.offset) && StepDownLast()) continue;
    }
    if (value()) return true;
  }
}

bool ActZipper::StepDownLast() {
  if (!has_children()) return false;
  const ActNode& node = last().node;
  if (!node.is_line()) return EnterLastReadable(node.child_count - 1);
  GoAlongLine(node.bytes.size() - line_bytes());
  return true;
}

}  // namespace pathkb
