// One mapped .tree file: an ordered map from path bytes to a 64-bit value, used where it lies.
// FORMAT.md beside this file describes the bytes; act_zipper.h is the cursor over it.

#ifndef PATHKB_STORAGE_ACT_ACT_READER_H_
#define PATHKB_STORAGE_ACT_ACT_READER_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/act/act_footer.h"
#include "storage/act/act_node.h"
#include "storage/file/block_sums.h"
#include "storage/file/mapped_file.h"

namespace pathkb {

// What Verify() has counted. A small file may describe more than 2^64 paths, because subtries may
// be shared: these numbers stop at 2^64 - 1 and stay there.
struct ActContents {
  uint64_t paths = 0;           // With a value.
  uint64_t path_bytes = 0;      // Of all these paths together.
  uint64_t path_bytes_max = 0;  // Of the longest of them.
  uint64_t branch_nodes = 0;    // Each stored node counts once, however many paths share it.
  uint64_t line_nodes = 0;
  uint64_t tables = 0;  // Of sibling positions, for each branch that refers to one.
};

// Immutable after Open(), so any number of threads may use it. Keeps the mapping alive; cursors and
// views must not outlive the reader. Root and size are taken once, at opening: a PathMap process
// that merges into the file meanwhile only appends, and is not noticed.
//
// Open() checks the header, the footer and the root; everything else is checked whenever it is
// read, so a damaged file gives DataLoss or hides what cannot be read, but never a crash, a read
// outside the file or an endless loop.
class ActReader {
 public:
  // Constant time, whatever the size. With `guard`, which must be over the bytes of `file` and
  // outlive the reader, every block is compared with its checksum before anything in it is used.
  //   FailedPrecondition  another version of the format (ACTree01, ...) or a newer footer; the
  //                       message names both
  //   DataLoss            no .tree file at all, too short, a wrong footer, or the root cannot be
  //                       read
  static absl::StatusOr<std::unique_ptr<const ActReader>> Open(
      std::shared_ptr<const MappedFile> file, const BlockGuard* guard = nullptr);

  // As Open(), with the root at `root_offset` instead of the one in the header: one of
  // RootHistory(), without a guard. Call Verify() before relying on it.
  static absl::StatusOr<std::unique_ptr<const ActReader>> OpenAtRoot(
      std::shared_ptr<const MappedFile> file, uint64_t root_offset);

  // The value at exactly `path`; nullopt if there is none. O(path bytes); in files without tables
  // of sibling positions plus a short step for each sibling passed, at most 255 for each branch.
  // DataLoss if the file is damaged on the way.
  absl::StatusOr<std::optional<uint64_t>> Find(std::string_view path) const;

  // As Find() for each of `paths`, several of them under way at a time, so that they wait for
  // memory together: several times as fast where the tree is not in the processor's cache. Sets
  // `values`, which has as many elements. DataLoss as with Find(), for the first damage met; the
  // values are then unspecified.
  absl::Status FindBatch(std::span<const std::string_view> paths,
                         std::span<std::optional<uint64_t>> values) const;

  // Checks every block, node, table and reference in the file, and counts. DataLoss at the first
  // thing wrong.
  // Time is linear in the file's size, never in the number of paths, which sharing can make
  // astronomical; memory is a few entries for each level of depth in files as we write them, and
  // linear in the file at the very worst. Without a guard it notices no flipped bit inside a
  // segment or a value: ACT has no checksums, see Digest().
  absl::StatusOr<ActContents> Verify() const;

  // The root in use, then all others that merging left behind, newest first. One entry for a file
  // that was never merged. DataLoss if the chain of trailers does not go strictly back.
  absl::StatusOr<std::vector<uint64_t>> RootHistory() const;

  // ActDigest() of the whole file; reads all of it.
  uint64_t Digest() const;

  std::string_view bytes() const { return act_.file; }
  // What the functions of act_node.h need to read this file.
  const ActBytes& act() const { return act_; }
  // Null if the file has none: PathMap wrote or changed it.
  const ActFooter* footer() const { return footer_ ? &*footer_ : nullptr; }
  const std::string& file_path() const { return file_->path(); }
  // The root node as it was when the file was opened; it ends at or before root_bound(). Its views
  // show what is there now: who begins a walk takes ReadRoot() instead.
  const ActNode& root() const { return root_; }
  uint64_t root_bound() const { return root_bound_; }
  // Reads the root again, and its segment if it is a line node, with all checks: since it was
  // opened the file may have changed, and the guard been told to forget.
  ActProblem ReadRoot(ActNode& root) const;
  // The bytes of the node at `offset`, from where kTailBytes may be loaded, wherever it stands.
  const uint8_t* NodeBytes(uint64_t offset) const {
    return offset < tail_start_ ? reinterpret_cast<const uint8_t*>(act_.file.data()) + offset
                                : tail_.data() + (offset - tail_start_);
  }
  static constexpr uint64_t kTailBytes = 128;

  // DataLoss if a page of the file could not be read and zeros stand in its place; see MappedFile.
  // Find(), FindBatch() and Verify() look themselves; whoever reads through act() has to.
  absl::Status CheckPoisoned() const;

  // DataLoss that names the file, `offset` and what is wrong there.
  absl::Status Damage(uint64_t offset, std::string_view problem) const;

 private:
  friend class ActLookup;

  ActReader(std::shared_ptr<const MappedFile> file, const ActBytes& act, const ActNode& root,
            const std::optional<ActFooter>& footer);
  // Opens with the root at `root_offset`.
  static absl::StatusOr<std::unique_ptr<const ActReader>> OpenWith(
      std::shared_ptr<const MappedFile> file, const BlockGuard* guard, uint64_t root_offset,
      const std::optional<ActFooter>& footer);
  // As Find(), with the functions of act_node.h, which know what to say of damage.
  absl::StatusOr<std::optional<uint64_t>> FindThoroughly(std::string_view path) const;
  absl::StatusOr<ActContents> VerifyAll() const;
  absl::StatusOr<std::optional<uint64_t>> ReadDown(std::string_view path) const;

  const std::shared_ptr<const MappedFile> file_;
  const ActBytes act_;
  const ActNode root_;
  const std::optional<ActFooter> footer_;
  const uint64_t root_bound_;  // Where the root must end.
  // The end of the file once more, from tail_start_ on, with zeros behind it: whoever stands at a
  // node may load the largest one from there, as everywhere else in the file.
  const uint64_t tail_start_;
  std::array<uint8_t, 2 * kTailBytes> tail_ = {};
};

// The digest of a .tree file: XXH3 over the bytes from 16 to the end, then bytes 0 to 15. The
// header comes last because the writer learns the root's offset last, and would otherwise have to
// read the file again. `file_bytes` is a whole file, at least 16 bytes.
uint64_t ActDigest(std::string_view file_bytes);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_ACT_ACT_READER_H_
