#include "storage/tool/tree_stats.h"

#include <algorithm>
#include <queue>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "fmt/format.h"

#include "core/base/varint.h"
#include "storage/act/act_footer.h"
#include "storage/act/act_format.h"
#include "storage/act/act_node.h"
#include "storage/act/sibling_table.h"
#include "storage/tool/saturating.h"

namespace pathkb {
namespace {

// What is known about a node from all that refers to it.
struct Visits {
  uint64_t paths = 0;        // Ways from the root to it.
  uint64_t bytes = 0;        // Path bytes of all these ways together, up to where it starts.
  uint64_t bytes_max = 0;    // Of the longest of them.
  uint64_t depth = 0;        // Nodes above it.
  uint64_t table_bytes = 0;  // Of the table that ends where it starts; 0 if it has none.

  void Add(const Visits& other) {
    paths = AddSaturating(paths, other.paths);
    bytes = AddSaturating(bytes, other.bytes);
    bytes_max = std::max(bytes_max, other.bytes_max);
    depth = std::max(depth, other.depth);
    table_bytes = std::max(table_bytes, other.table_bytes);
  }
};

// Line data counts once: nothing is kept but that something refers to it.
struct Referred {
  void Add(const Referred&) {}
};

// Places that something refers to and that have not been looked at, highest offset first. Whoever
// refers to a place lies above it, so what is taken out is complete.
template <typename Known>
class PlaceList {
 public:
  bool empty() const { return offsets_.empty(); }
  uint64_t highest() const { return offsets_.top(); }

  void Add(uint64_t offset, const Known& known) {
    auto [found, is_new] = known_.try_emplace(offset, known);
    if (is_new) {
      offsets_.push(offset);
    } else {
      found->second.Add(known);
    }
  }

  uint64_t TakeHighest(Known& known) {
    const uint64_t offset = offsets_.top();
    offsets_.pop();
    const auto found = known_.find(offset);
    known = found->second;
    known_.erase(found);
    return offset;
  }

 private:
  std::priority_queue<uint64_t> offsets_;
  absl::flat_hash_map<uint64_t, Known> known_;  // For each of offsets_.
};

class Counting {
 public:
  explicit Counting(const ActReader& tree) : tree_(tree) {}

  absl::StatusOr<TreeStats> Run() {
    stats_.file_bytes = tree_.bytes().size();
    nodes_.Add(tree_.root().offset, Visits{.paths = 1});
    while (!nodes_.empty()) {
      const uint64_t highest = nodes_.highest();
      // No node that is left can refer to line data above itself.
      while (!segments_.empty() && segments_.highest() >= highest) CountSegment();
      if (absl::Status status = CountNode(); !status.ok()) return status;
    }
    while (!segments_.empty()) CountSegment();
    CountFrame();
    return stats_;
  }

 private:
  absl::Status CountNode() {
    Visits visits;
    ActNode node;
    const uint64_t offset = nodes_.TakeHighest(visits);
    const uint64_t bound = tree_.bytes().size() - kActPadBytes;
    ActProblem problem = ReadActNode(tree_.act(), offset, bound, node);
    if (problem == nullptr && node.is_line()) problem = ReadActSegment(tree_.act(), node);
    if (problem != nullptr) return tree_.Damage(offset, problem);

    stats_.described_nodes = AddSaturating(stats_.described_nodes, visits.paths);
    stats_.depth_max = std::max(stats_.depth_max, visits.depth + 1);
    if (visits.table_bytes != 0) {
      ++stats_.tables;
      stats_.table_bytes += visits.table_bytes;
    }
    if (node.is_line()) {
      ++stats_.line_nodes;
      stats_.line_bytes += node.end - offset;
      segments_.Add(node.line, Referred());
      Extend(visits, node.bytes.size());
    } else {
      ++stats_.branch_nodes;
      stats_.branch_bytes += node.end - offset;
      const auto step =
          std::upper_bound(kFanOutSteps.begin(), kFanOutSteps.end(), node.child_count) - 1;
      ++stats_.fan_out[static_cast<size_t>(step - kFanOutSteps.begin())];
    }
    if (node.has_value) {
      stats_.paths = AddSaturating(stats_.paths, visits.paths);
      stats_.path_bytes = AddSaturating(stats_.path_bytes, visits.bytes);
      stats_.path_bytes_max = std::max(stats_.path_bytes_max, visits.bytes_max);
      stats_.value_max = std::max(stats_.value_max, node.value);
    } else if (node.child_count == 0) {
      stats_.dangling_paths = AddSaturating(stats_.dangling_paths, visits.paths);
    }
    if (!node.is_line()) Extend(visits, 1);
    return AddChildren(node, visits);
  }

  // Makes the ways `step` bytes longer.
  static void Extend(Visits& visits, uint64_t step) {
    visits.bytes = AddSaturating(visits.bytes, MultiplySaturating(visits.paths, step));
    visits.bytes_max = AddSaturating(visits.bytes_max, step);
  }

  absl::Status AddChildren(const ActNode& node, Visits below) {
    ++below.depth;
    below.table_bytes = 0;
    uint64_t child_offset = node.first_child;
    uint64_t last_position = 0;
    for (int index = 0; index < node.child_count; ++index) {
      ActNode child;
      if (auto problem = ReadActNode(tree_.act(), child_offset, node.offset, child)) {
        return tree_.Damage(child_offset, fmt::format("child {} of the node at {}: {}", index,
                                                      node.offset, problem));
      }
      last_position = child_offset - node.first_child;
      nodes_.Add(child_offset, below);
      child_offset = child.end;
    }
    if (!node.is_line() && node.child_count >= tree_.act().table_min) {
      Visits table;
      table.table_bytes = SiblingTableBytes(node.child_count, last_position > kNarrowPositionMax);
      nodes_.Add(node.first_child, table);
    }
    return absl::OkStatus();
  }

  void CountSegment() {
    Referred referred;
    const uint64_t offset = segments_.TakeHighest(referred);
    std::string_view rest = tree_.bytes().substr(offset);
    const size_t rest_bytes = rest.size();
    uint64_t length = 0;
    ConsumeVarint(rest, length);  // Was read with the node that led here.
    ++stats_.segments;
    stats_.segment_bytes += rest_bytes - rest.size() + length;
  }

  void CountFrame() {
    const absl::StatusOr<std::vector<uint64_t>> roots = tree_.RootHistory();
    const bool merged = roots.ok() && roots->size() > 1;
    stats_.frame_bytes = kActArenaOffset + (merged ? kActTrailerBytes : kActPadBytes) +
                         (tree_.footer() != nullptr ? kActFooterBytes : 0);
    const uint64_t used = stats_.branch_bytes + stats_.line_bytes + stats_.segment_bytes +
                          stats_.table_bytes + stats_.frame_bytes;
    stats_.unreferenced_bytes = SubtractSaturating(stats_.file_bytes, used);
  }

  const ActReader& tree_;
  TreeStats stats_;
  PlaceList<Visits> nodes_;
  PlaceList<Referred> segments_;
};

double Ratio(uint64_t a, uint64_t b) {
  return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b);
}

std::string FanOutName(size_t step) {
  const uint16_t from = kFanOutSteps[step];
  if (step + 1 == kFanOutSteps.size() || kFanOutSteps[step + 1] == from + 1) {
    return fmt::format("branches_with_{}", from);
  }
  return fmt::format("branches_with_{}_to_{}", from, kFanOutSteps[step + 1] - 1);
}

}  // namespace

absl::StatusOr<TreeStats> CollectTreeStats(const ActReader& tree) { return Counting(tree).Run(); }

FigureList TreeStatsFigures(const TreeStats& stats) {
  const uint64_t nodes = stats.branch_nodes + stats.line_nodes;
  FigureList list;
  list.Number("bytes", stats.file_bytes);
  list.Number("paths", stats.paths);
  list.Number("dangling_paths", stats.dangling_paths);
  list.Number("path_bytes", stats.path_bytes);
  list.Number("longest_path_bytes", stats.path_bytes_max);
  list.Real("bytes_per_path", Ratio(stats.file_bytes, stats.paths));
  list.Number("depth_nodes", stats.depth_max);
  list.Number("stored_nodes", nodes);
  list.Number("stored_branches", stats.branch_nodes);
  list.Number("stored_lines", stats.line_nodes);
  list.Number("stored_segments", stats.segments);
  list.Number("described_nodes", stats.described_nodes);
  list.Real("described_per_stored", Ratio(stats.described_nodes, nodes));
  list.Number("tables", stats.tables);
  list.Number("branch_bytes", stats.branch_bytes);
  list.Number("line_bytes", stats.line_bytes);
  list.Number("segment_bytes", stats.segment_bytes);
  list.Number("table_bytes", stats.table_bytes);
  list.Number("frame_bytes", stats.frame_bytes);
  list.Number("unreferenced_bytes", stats.unreferenced_bytes);
  for (size_t step = 0; step < kFanOutSteps.size(); ++step) {
    if (stats.fan_out[step] != 0) list.Number(FanOutName(step), stats.fan_out[step]);
  }
  return list;
}

}  // namespace pathkb
