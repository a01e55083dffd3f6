// Reads whatever can still be read of a damaged .tree, and says what cannot.
//
// ActZipper passes over what it cannot read; this does the same, but tells of every such place, of
// keys that lead through blocks whose checksums are wrong, and finds a root where the header's is
// none. It follows the steps over siblings, and where one of them cannot be read, the table before
// them to those behind it.

#ifndef PATHKB_STORAGE_TOOL_TREE_SALVAGE_H_
#define PATHKB_STORAGE_TOOL_TREE_SALVAGE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "storage/act/act_node.h"
#include "storage/file/block_sums.h"
#include "storage/file/mapped_file.h"
#include "storage/sums/sums_reader.h"
#include "storage/tool/file_problem.h"

namespace pathkb {

// A key that was read.
struct SalvagedKey {
  std::string_view key;
  uint64_t value = 0;
  bool doubtful = false;  // Read through a block that does not match its checksum.
};

// One thread at a time. Memory: the path and its nodes.
class TreeSalvage {
 public:
  // Looks for the root in `file`; whatever is wrong is told to `on_loss`. `sums_file`, which may be
  // null, is the .sums beside it; it is left aside, and that is told, if it does not fit.
  TreeSalvage(std::shared_ptr<const MappedFile> file, std::shared_ptr<const MappedFile> sums_file,
              ProblemSink on_loss);
  TreeSalvage(const TreeSalvage&) = delete;
  TreeSalvage& operator=(const TreeSalvage&) = delete;

  // True if there is a root to start from.
  bool has_root() const { return root_ != 0; }

  // Calls `on_key` with each key that can be read, in ascending order, and `on_loss` for each place
  // where something cannot. An error of `on_key` ends it and is returned; no damage is an error.
  // Ends in a forged file, too, but a small one may describe more keys than anyone can list.
  absl::Status ForEachKey(const std::function<absl::Status(const SalvagedKey& key)>& on_key);

 private:
  // A node on the way down.
  struct Frame {
    ActNode node;
    size_t path_bytes = 0;     // Where what it adds to the path begins.
    int next_child = 0;        // Its index, ...
    uint64_t next_offset = 0;  // ... and where it stands; 0 if that is not known.
    bool doubtful = false;     // It, or a node above it.
  };

  void FindRoot();
  // The node at the end of what may be nodes, if one ends just there; 0 if none does.
  uint64_t RootByItsPlace(uint64_t limit) const;
  void Lose(uint64_t offset, std::string rule) const;
  // The same, for a place that may be come to again and again: told once.
  void LoseOnce(uint64_t offset, std::string rule);
  // True if these bytes are in blocks that match their checksums, as far as there are any.
  bool IsAsWritten(uint64_t offset, uint64_t length) const;
  // Puts the node at `offset` on frames_ and its segment on path_; false, and the loss told, if it
  // cannot be read.
  bool Enter(uint64_t offset, uint64_t bound, bool doubtful);
  // Goes to the next child of the last frame; false if there is none left that can be read.
  bool EnterNextChild();
  // Where child `index` is by the table before the run; 0 if it has none.
  uint64_t OffsetByTable(const Frame& frame, int index) const;
  // Of what the steps over siblings and the table say, what is more likely to be that child.
  uint64_t OffsetOfChild(const Frame& frame, int index);

  const std::shared_ptr<const MappedFile> file_;
  const ProblemSink on_loss_;
  std::unique_ptr<const SumsReader> sums_;
  std::unique_ptr<const BlockGuard> guard_;
  ActBytes act_;            // Without the guard: what does not match is read all the same.
  uint32_t table_min_ = 0;  // Runs of at least so many siblings have a table; 0 if none has.
  uint64_t limit_ = 0;      // Where nodes end.
  uint64_t root_ = 0;
  std::vector<Frame> frames_;
  std::string path_;
  std::set<uint64_t> told_;  // Offsets that LoseOnce() was called with.
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_TREE_SALVAGE_H_
