#include "storage/tool/tree_salvage.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "storage/act/act_footer.h"
#include "storage/act/act_format.h"
#include "storage/act/act_zipper.h"
#include "storage/act/sibling_table.h"
#include "storage/file/little_endian.h"
#include "storage/tool/hex.h"

namespace pathkb {
namespace {

// Of a path in a message.
constexpr size_t kPathBytesShown = 40;

}  // namespace

TreeSalvage::TreeSalvage(std::shared_ptr<const MappedFile> file,
                         std::shared_ptr<const MappedFile> sums_file, ProblemSink on_loss)
    : file_(std::move(file)), on_loss_(std::move(on_loss)) {
  act_.file = file_->bytes();
  if (sums_file != nullptr) {
    const std::string sums_path = sums_file->path();
    auto sums = SumsReader::Open(std::move(sums_file));
    if (!sums.ok()) {
      on_loss_(ProblemOf(sums_path, sums.status()));
    } else if (auto status = (*sums)->Verify(); !status.ok()) {
      on_loss_(ProblemOf(sums_path, status));
    } else if ((*sums)->covered_bytes() != act_.file.size()) {
      Lose(std::min<uint64_t>(act_.file.size(), (*sums)->covered_bytes()),
           fmt::format("the file has {} bytes, {} is for {}", act_.file.size(), sums_path,
                       (*sums)->covered_bytes()));
    } else {
      sums_ = *std::move(sums);
      guard_ = std::make_unique<BlockGuard>(act_.file, sums_->sums(), sums_->database_id());
    }
  }
  FindRoot();
}

void TreeSalvage::Lose(uint64_t offset, std::string rule) const {
  on_loss_(FileProblem{file_->path(), offset, std::move(rule)});
}

void TreeSalvage::LoseOnce(uint64_t offset, std::string rule) {
  if (told_.insert(offset).second) Lose(offset, std::move(rule));
}

bool TreeSalvage::IsAsWritten(uint64_t offset, uint64_t length) const {
  return guard_ == nullptr || guard_->Check(offset, length);
}

void TreeSalvage::FindRoot() {
  if (act_.file.size() < kActFileBytesMin) {
    return Lose(act_.file.size(), "the file ends here, before there can be a root");
  }
  if (!act_.file.starts_with(kActMagic)) Lose(0, "the file does not begin with ACTree03");
  limit_ = act_.file.size() - kActPadBytes;
  uint64_t offset = LoadU64(act_.file.data() + kActRootFieldOffset);
  // The footer says it once more.
  if (act_.file.size() >= kActFileBytesMin + kActFooterBytes) {
    const uint64_t footer_offset = limit_ - kActFooterBytes;
    const std::string_view bytes = act_.file.substr(footer_offset, kActFooterBytes);
    if (bytes.starts_with(kActFooterMagic)) {
      // Nodes end before it, whether or not it can be believed.
      limit_ = footer_offset;
      constexpr uint64_t kRootPlace = 16;
      const uint64_t root_of_footer = LoadU64(bytes.data() + kRootPlace);
      const auto footer = ParseActFooter(act_.file, root_of_footer, file_->path());
      if (footer.ok() && footer->has_value()) {
        table_min_ = (*footer)->table_min;
        if (root_of_footer != offset) {
          Lose(kActRootFieldOffset, fmt::format("the header names a root at {}, the footer one at "
                                                "{}, which is taken",
                                                offset, root_of_footer));
          offset = root_of_footer;
        }
      } else {
        Lose(footer_offset, "the footer does not match its checksum");
      }
    }
  }
  ActNode node;
  const ActProblem problem = offset >= kActArenaOffset && offset < limit_
                                 ? ReadActNode(act_, offset, limit_, node)
                                 : "it is outside the file";
  if (problem == nullptr) {
    root_ = offset;
    return;
  }
  root_ = RootByItsPlace(limit_);
  Lose(offset, root_ == 0 ? fmt::format("root: {}; there is no other", problem)
                          : fmt::format("root: {}; the last node of the file, at {}, is taken",
                                        problem, root_));
}

uint64_t TreeSalvage::RootByItsPlace(uint64_t limit) const {
  uint64_t best = 0;
  int best_children = -1;
  const uint64_t lowest = limit - std::min(limit - kActArenaOffset, kActNodeBytesMax);
  for (uint64_t offset = lowest; offset < limit; ++offset) {
    ActNode node;
    if (ReadActNode(act_, offset, limit, node) != nullptr || node.end != limit) continue;
    if (node.is_line() && ReadActSegment(act_, node) != nullptr) continue;
    // Bytes inside the root may look like a node, too, but hardly like one whose children are
    // sound; of several, the one that leads to most is taken.
    uint64_t child_offset = node.first_child;
    bool sound = true;
    for (int index = 0; index < node.child_count && sound; ++index) {
      ActNode child;
      sound = ReadActNode(act_, child_offset, offset, child) == nullptr;
      child_offset = child.end;
    }
    if (sound && node.child_count > best_children) {
      best = offset;
      best_children = node.child_count;
    }
  }
  return best;
}

bool TreeSalvage::Enter(uint64_t offset, uint64_t bound, bool doubtful) {
  Frame frame;
  ActProblem problem = ReadActNode(act_, offset, bound, frame.node);
  if (problem == nullptr && frame.node.is_line()) problem = ReadActSegment(act_, frame.node);
  frame.path_bytes = path_.size();
  if (problem == nullptr && frame.node.is_line() &&
      frame.node.bytes.size() > kActPathBytesMax - path_.size()) {
    problem = "its path is longer than any of ours";
  }
  if (problem != nullptr) {
    LoseOnce(offset, fmt::format("{}; lost with all keys that begin with {}{}", problem,
                                 HexOf(std::string_view(path_).substr(0, kPathBytesShown)),
                                 path_.size() > kPathBytesShown ? "..." : ""));
    return false;
  }
  frame.doubtful = doubtful || !IsAsWritten(offset, frame.node.end - offset);
  if (frame.node.is_line()) {
    const uint64_t start = static_cast<uint64_t>(frame.node.bytes.data() - act_.file.data());
    frame.doubtful = frame.doubtful || !IsAsWritten(frame.node.line, start - frame.node.line) ||
                     !IsAsWritten(start, frame.node.bytes.size());
    path_ += frame.node.bytes;
  }
  frame.next_offset = frame.node.first_child;
  frames_.push_back(frame);
  return true;
}

uint64_t TreeSalvage::OffsetByTable(const Frame& frame, int index) const {
  if (table_min_ == 0 || frame.node.child_count < std::max<uint32_t>(table_min_, 2)) return 0;
  const uint32_t position =
      SiblingPosition(act_.file, frame.node.first_child, static_cast<uint32_t>(index));
  return position == 0 ? 0 : frame.node.first_child + position;
}

uint64_t TreeSalvage::OffsetOfChild(const Frame& frame, int index) {
  const uint64_t by_step = frame.next_offset;
  const uint64_t by_table = index == 0 ? 0 : OffsetByTable(frame, index);
  if (by_table == 0 || by_table == by_step) return by_step;
  if (by_step == 0) return by_table;
  LoseOnce(by_step, fmt::format("child {} of the node at {} should be here, its table says {}",
                                index, frame.node.offset, by_table));
  ActNode node;
  return ReadActNode(act_, by_step, frame.node.offset, node) == nullptr ? by_step : by_table;
}

bool TreeSalvage::EnterNextChild() {
  const size_t place = frames_.size() - 1;
  while (frames_[place].next_child < frames_[place].node.child_count) {
    Frame& frame = frames_[place];
    const int index = frame.next_child++;
    const uint64_t bound = frame.node.offset;
    const uint64_t offset = OffsetOfChild(frame, index);
    if (offset == 0) {
      LoseOnce(bound, fmt::format("children {} to {} of this node: where they are is not known",
                                  index, frame.node.child_count - 1));
      frame.next_child = frame.node.child_count;
      return false;
    }
    const size_t path_bytes = path_.size();
    if (!frame.node.is_line()) path_.push_back(static_cast<char>(frame.node.Edge(index)));
    if (Enter(offset, bound, frame.doubtful)) {
      frames_[place].next_offset = frames_.back().node.end;  // `frame` may have moved.
      frames_.back().path_bytes = path_bytes;
      return true;
    }
    path_.resize(path_bytes);
    // Past what cannot be read, if its own length can be told.
    uint64_t next = offset;
    frame.next_offset = SkipActNode(act_, next, bound) == nullptr ? next : 0;
  }
  return false;
}

absl::Status TreeSalvage::ForEachKey(
    const std::function<absl::Status(const SalvagedKey& key)>& on_key) {
  frames_.clear();
  path_.clear();
  if (root_ == 0 || !Enter(root_, limit_, false)) return absl::OkStatus();
  bool entered = true;
  while (!frames_.empty()) {
    const Frame& frame = frames_.back();
    if (entered && frame.node.has_value) {
      PATHKB_RETURN_IF_ERROR(on_key({path_, frame.node.value, frame.doubtful}));
    }
    entered = EnterNextChild();
    if (entered) continue;
    path_.resize(frames_.back().path_bytes);
    frames_.pop_back();
  }
  if (guard_ != nullptr) {
    for (uint64_t block = 0; block < SumBlockCount(act_.file.size()); ++block) {
      if (IsAsWritten(block * kSumBlockBytes, 1)) continue;
      Lose(block * kSumBlockBytes,
           "this block does not match its checksum: keys that lead through it are in doubt");
    }
  }
  return absl::OkStatus();
}

}  // namespace pathkb
