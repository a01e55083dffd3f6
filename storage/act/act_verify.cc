// ActReader::Verify(): one pass over every node, from the root down to the lowest offset.
//
// Whatever refers to a node lies above it. So the work list hands out the highest offset first, and
// by then everything that leads to that node has been counted into its Visits: how many paths of
// the trie run through the node, how many bytes they have together up to it, and how many the
// longest one has. Each node is parsed once as a node and once in each sibling run that contains
// it; a run of k children costs its parent at least min(k, 32) bytes, which keeps all of it linear
// in the file. The table before a run is compared with the steps over it. Segments are never
// copied: thousands of nodes may share one long segment.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <queue>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/act/act_reader.h"
#include "storage/act/sibling_table.h"

namespace pathkb {
namespace {

constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();

uint64_t AddSaturating(uint64_t a, uint64_t b) { return a > kMost - b ? kMost : a + b; }

uint64_t MultiplySaturating(uint64_t a, uint64_t b) {
  uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? kMost : product;
}

// The paths from the root to the start of a node, all numbers saturating.
struct Visits {
  uint64_t paths = 0;
  uint64_t bytes = 0;
  uint64_t bytes_max = 0;

  // The same paths, each `step` bytes longer.
  Visits Extended(uint64_t step) const {
    return {paths, AddSaturating(bytes, MultiplySaturating(paths, step)),
            AddSaturating(bytes_max, step)};
  }
  void Add(const Visits& other) {
    paths = AddSaturating(paths, other.paths);
    bytes = AddSaturating(bytes, other.bytes);
    bytes_max = std::max(bytes_max, other.bytes_max);
  }
};

// Nodes that something refers to and that have not been looked at, highest offset first.
class WorkList {
 public:
  bool empty() const { return offsets_.empty(); }

  void Add(uint64_t offset, const Visits& visits) {
    auto [found, is_new] = visits_.try_emplace(offset, visits);
    if (is_new) {
      offsets_.push(offset);
    } else {
      found->second.Add(visits);
    }
  }

  uint64_t TakeHighest(Visits& visits) {
    const uint64_t offset = offsets_.top();
    offsets_.pop();
    const auto found = visits_.find(offset);
    visits = found->second;
    visits_.erase(found);
    return offset;
  }

 private:
  std::priority_queue<uint64_t> offsets_;
  absl::flat_hash_map<uint64_t, Visits> visits_;  // For each of offsets_.
};

void CountPaths(const Visits& visits, ActContents& contents) {
  contents.paths = AddSaturating(contents.paths, visits.paths);
  contents.path_bytes = AddSaturating(contents.path_bytes, visits.bytes);
  contents.path_bytes_max = std::max(contents.path_bytes_max, visits.bytes_max);
}

}  // namespace

absl::StatusOr<ActContents> ActReader::Verify() const {
  absl::StatusOr<ActContents> contents = VerifyAll();
  PATHKB_RETURN_IF_ERROR(CheckPoisoned());
  return contents;
}

absl::StatusOr<ActContents> ActReader::VerifyAll() const {
  if (act_.guard != nullptr) {
    if (const auto block = act_.guard->FirstWrongBlock()) {
      return Damage(*block * kSumBlockBytes, "this block does not match its checksum");
    }
  }
  ActContents contents;
  const uint64_t root_bound = act_.file.size() - kActPadBytes;
  WorkList work;
  work.Add(root_.offset, Visits{.paths = 1});
  while (!work.empty()) {
    Visits visits;
    ActNode node;
    const uint64_t offset = work.TakeHighest(visits);
    // Its bound was checked with the run that led here; this only reads it again.
    ActProblem problem = ReadActNode(act_, offset, root_bound, node);
    if (problem == nullptr && node.is_line()) problem = ReadActSegment(act_, node);
    if (problem != nullptr) return Damage(offset, problem);

    ++(node.is_line() ? contents.line_nodes : contents.branch_nodes);
    const Visits here = node.is_line() ? visits.Extended(node.bytes.size()) : visits;
    if (node.has_value) CountPaths(here, contents);

    const Visits below = node.is_line() ? here : here.Extended(1);
    const bool has_table = !node.is_line() && node.child_count >= act_.table_min;
    if (has_table) ++contents.tables;
    uint64_t child_offset = node.first_child;
    for (int index = 0; index < node.child_count; ++index) {
      ActNode child;
      if (auto run_problem = ReadActNode(act_, child_offset, offset, child)) {
        return Damage(child_offset,
                      fmt::format("child {} of the node at {}: {}", index, offset, run_problem));
      }
      work.Add(child_offset, below);
      if (has_table && index > 0 &&
          SiblingPosition(act_.file, node.first_child, static_cast<uint32_t>(index)) !=
              child_offset - node.first_child) {
        return Damage(node.first_child,
                      fmt::format("the table before this run is wrong about child {}", index));
      }
      child_offset = child.end;
    }
  }
  if (footer_ && footer_->paths != contents.paths) {
    return Damage(root_.offset, fmt::format("the tree has {} paths, its footer says {}",
                                            contents.paths, footer_->paths));
  }
  return contents;
}

}  // namespace pathkb
