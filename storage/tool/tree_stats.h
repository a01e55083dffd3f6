// What a .tree file is made of: nodes, bytes by kind, sharing, depth. One pass over the nodes.

#ifndef PATHKB_STORAGE_TOOL_TREE_STATS_H_
#define PATHKB_STORAGE_TOOL_TREE_STATS_H_

#include <array>
#include <cstdint>

#include "absl/status/statusor.h"

#include "storage/act/act_reader.h"
#include "storage/tool/figure_list.h"

namespace pathkb {

// Fan-out is counted in these steps: branches with as many children as this, up to the step after.
inline constexpr std::array<uint16_t, 11> kFanOutSteps = {0, 1, 2, 3, 4, 8, 16, 32, 64, 128, 256};

// All numbers stop at 2^64 - 1. "Stored" counts what is in the file, each thing once; "described"
// counts it as often as a walk over all paths comes to it.
struct TreeStats {
  uint64_t file_bytes = 0;
  uint64_t paths = 0;           // With a value.
  uint64_t path_bytes = 0;      // Of all these together.
  uint64_t path_bytes_max = 0;  // Of the longest of them.
  uint64_t dangling_paths = 0;  // Ends without a value.
  uint64_t value_max = 0;       // 0 also if there is no value.

  uint64_t branch_nodes = 0;     // Stored.
  uint64_t line_nodes = 0;       // Stored.
  uint64_t segments = 0;         // Stored line data.
  uint64_t tables = 0;           // Stored tables of sibling positions.
  uint64_t described_nodes = 0;  // Of both kinds.
  uint64_t depth_max = 0;        // Nodes on the way to the deepest one, both ends included.

  uint64_t branch_bytes = 0;
  uint64_t line_bytes = 0;
  uint64_t segment_bytes = 0;       // With their lengths.
  uint64_t table_bytes = 0;         //
  uint64_t frame_bytes = 0;         // Header, footer and pad or trailer.
  uint64_t unreferenced_bytes = 0;  // Gaps, and what older roots of a merged file need.

  // Branches, stored, by their children: element i counts those with kFanOutSteps[i] or more, and
  // fewer than kFanOutSteps[i + 1].
  std::array<uint64_t, kFanOutSteps.size()> fan_out = {};
};

// Counts. DataLoss, with file and offset, at the first thing wrong. Time is linear in the file's
// size, never in the number of paths; memory is a few entries for each level of depth in files as
// PathKB and PathMap write them, and linear in the file at the very worst. In a forged file, whose
// objects overlap, the bytes may add up to more than the file has.
absl::StatusOr<TreeStats> CollectTreeStats(const ActReader& tree);

// The same for people and programs, with the ratios that follow.
FigureList TreeStatsFigures(const TreeStats& stats);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_TREE_STATS_H_
