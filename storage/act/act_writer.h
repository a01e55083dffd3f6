// Writes a .tree file in one pass from sorted paths. FORMAT.md beside this file describes the
// bytes.

#ifndef PATHKB_STORAGE_ACT_ACT_WRITER_H_
#define PATHKB_STORAGE_ACT_ACT_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/base/byte_mask.h"
#include "core/trie/zipper.h"
#include "storage/act/stored_once.h"
#include "storage/file/checksum.h"
#include "storage/file/file_system.h"

namespace pathkb {

// Bounds on memory, and whether subtries are shared.
struct ActWriterOptions {
  // Memory for finding an equal segment that was written before. When the distinct segments are
  // more than that, those not met for long may be written again: a larger file, equally valid.
  uint64_t line_cache_bytes = uint64_t{64} << 20;

  // Memory for finding an equal group of siblings, so that equal subtries are stored once. 0 writes
  // each of them in full, as PathMap does: only then are the files byte-identical to its own.
  uint64_t sibling_cache_bytes = 0;
};

// What a finished file holds.
struct ActTotals {
  uint64_t file_bytes = 0;
  uint64_t paths = 0;            // With a value.
  uint64_t digest = 0;           // ActDigest() of the file.
  uint64_t segments_stored = 0;  // Line data written ...
  uint64_t segments_reused = 0;  // ... and references to what was written before.
  uint64_t sibling_groups_reused = 0;
};

// One thread at a time. Borrows the file, which must be empty and outlive the writer; never syncs
// or closes it. Nothing but the root's offset in the header is written out of order, last of all.
//
// Memory: the pending nodes along the present path (64 bytes for each child of each branching on
// it), the path, a megabyte of output, and the two caches; nothing grows with the number of paths.
// The bytes depend only on paths, values and options.
class ActWriter {
 public:
  explicit ActWriter(WritableFile& file, const ActWriterOptions& options = {});
  ActWriter(const ActWriter&) = delete;
  ActWriter& operator=(const ActWriter&) = delete;

  // Adds a path; each must be greater than the one before in byte order. Without a value it is a
  // dangling path: it leaves a trace only if no later path extends it.
  //   InvalidArgument     not greater than the path before; the writer is as it was
  //   FailedPrecondition  after Finish()
  // Errors of the file are kept and returned by every later call.
  absl::Status Add(std::string_view path, std::optional<uint64_t> value);

  // Writes what is pending, the root and the pad, and sets the root's offset. Once.
  absl::StatusOr<ActTotals> Finish();

 private:
  // A node that is complete but not written: its parent writes it beside its siblings. Offsets are
  // from the start of the file, 0 for none.
  struct PendingNode {
    uint64_t line = 0;
    uint64_t first_child = 0;
    std::optional<uint64_t> value;
    ByteMask edges;
  };

  // A path on the way to the newest one that has a value, or branches, or is its end.
  struct Place {
    size_t path_bytes = 0;
    std::optional<uint64_t> value;
    ByteMask edges;                     // Of the children that are complete ...
    std::vector<PendingNode> children;  // ... and these, in the same order.
  };

  Place& PushPlace(size_t path_bytes, std::optional<uint64_t> value);
  // Completes every place deeper than `path_bytes`; the last one is then no deeper than that.
  void ClosePlacesBelow(size_t path_bytes);
  // Turns the last place into a node, `segment` being the bytes that lead to it, and drops it.
  PendingNode CloseLastPlace(std::string_view segment);

  // Writes line data unless equal bytes are known to be there; returns its offset.
  uint64_t StoreSegment(std::string_view segment);
  // Writes nodes back to back, likewise; returns the offset of the first.
  uint64_t StoreSiblings(const PendingNode* nodes, size_t node_count);
  void AppendNode(const PendingNode& node);

  uint64_t offset() const { return flushed_bytes_ + out_.size(); }
  void FlushIfLarge();
  void Flush();

  WritableFile& file_;
  std::string out_;             // Bytes after flushed_bytes_; the header is not among them.
  uint64_t flushed_bytes_ = 0;  // Bytes given to the file.
  ChecksumStream digest_;       // Of the flushed bytes from 16 on.
  absl::Status status_;         // The first error of the file.
  bool finished_ = false;

  std::string path_;  // The newest path; empty before the first.
  // places_[0, place_count_) are in use, path_bytes ascending; the rest is kept for its memory.
  std::vector<Place> places_;
  size_t place_count_ = 0;

  StoredOnce segments_;
  const bool keeps_sibling_groups_;
  StoredOnce sibling_groups_;
  std::string group_key_;  // Scratch of StoreSiblings().
  ActTotals totals_;
};

// Turns a value of the zipper into the one to be stored.
using ActValueMap = std::function<absl::StatusOr<uint64_t>(uint64_t value)>;

// Writes every path with a value at or below the root of `zipper`, its value passed through
// `map_value` if there is one. Moves the zipper. Returns the zipper's status() if it met damage.
absl::StatusOr<ActTotals> WriteAct(Zipper& zipper, WritableFile& file,
                                   const ActValueMap& map_value = nullptr,
                                   const ActWriterOptions& options = {});

}  // namespace pathkb

#endif  // PATHKB_STORAGE_ACT_ACT_WRITER_H_
