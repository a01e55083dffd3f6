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
#include "storage/act/byte_buffer.h"
#include "storage/act/pending_nodes.h"
#include "storage/act/stored_once.h"
#include "storage/file/block_sums.h"
#include "storage/file/checksum.h"
#include "storage/file/database_id.h"
#include "storage/file/file_system.h"

namespace pathkb {

// How far a writer has come.
struct ActProgress {
  uint64_t paths = 0;       // Added, with a value.
  uint64_t file_bytes = 0;  // Written, or about to be.
};

inline constexpr uint64_t kActWriterOutputBytes = uint64_t{2} << 20;

// A bound for canonical files, whose bytes are PathMap's only as long as every segment is
// remembered: a gigabyte of different segments. Taken as it is needed.
inline constexpr uint64_t kActCanonicalMemoryBytes = uint64_t{4} << 30;

// What the file is to be like, and what writing it may cost.
struct ActWriterOptions {
  // Writes exactly what PathMap writes: equal runs of siblings each time in full, segments where
  // PathMap has them, no tables, no footer. The options below that concern those are then without
  // effect.
  bool canonical = false;

  // Equal runs of siblings, with all that is below them, are written once.
  bool share_siblings = true;

  // Runs of at least this many siblings get a table of their positions (at least 2); 0 for none.
  uint32_t table_min = 4;

  // Bound on all memory but that for the present path: kActWriterOutputBytes for output, the rest
  // to remember segments and runs. When those are more than it holds, the ones not met for long may
  // be written again: a larger file, equally valid.
  uint64_t memory_bytes = uint64_t{64} << 20;

  // If set, the sums of the file's blocks are made for this database while it is written.
  std::optional<DatabaseId> block_sums_of = std::nullopt;

  // Called every few thousand paths; an error ends the writing and is what Add() returns. May be
  // null.
  std::function<absl::Status(const ActProgress&)> on_progress = nullptr;
};

// What a finished file holds.
struct ActTotals {
  uint64_t file_bytes = 0;
  uint64_t paths = 0;            // With a value.
  uint64_t digest = 0;           // ActDigest() of the file.
  uint64_t segments_stored = 0;  // Line data written ...
  uint64_t segments_reused = 0;  // ... and references to what was written before.
  uint64_t sibling_runs_stored = 0;
  uint64_t sibling_runs_reused = 0;
  uint64_t table_bytes = 0;  // Of the tables of sibling positions.
  std::string block_sums;    // As BlockSummer makes them, if they were asked for.
};

// One thread at a time. Borrows the file, which must be empty and outlive the writer; never syncs
// or closes it. Nothing but the root's offset in the header is written out of order, last of all.
//
// Memory: the present path with the pending nodes along it (about 50 bytes, and up to 64 for the
// segment, for each child of each branching), and what options.memory_bytes allows; nothing grows
// with the number of paths, but for the 8 bytes that are the sum of a block of 64 KiB. The bytes
// depend only on paths, values and options.
class ActWriter {
 public:
  explicit ActWriter(WritableFile& file, const ActWriterOptions& options = {});
  ActWriter(const ActWriter&) = delete;
  ActWriter& operator=(const ActWriter&) = delete;

  // Adds a path; each must be greater than the one before in byte order. Without a value it is a
  // dangling path: it leaves a trace only if no later path extends it.
  //   InvalidArgument     not greater than the path before; the writer is as it was
  //   FailedPrecondition  after Finish()
  // Errors of the file and of on_progress are kept and returned by every later call.
  absl::Status Add(std::string_view path, std::optional<uint64_t> value);

  // Writes what is pending, the root, the footer and the pad, and sets the root's offset. Once.
  absl::StatusOr<ActTotals> Finish();

 private:
  // A path on the way to the newest one that has a value, or branches, or is its end.
  struct Place {
    size_t path_bytes = 0;
    std::optional<uint64_t> value;
    ByteMask edges;         // Of the children that are complete ...
    PendingNodes children;  // ... and these, in the same order.
  };

  Place& PushPlace(size_t path_bytes, std::optional<uint64_t> value);
  // Completes every place deeper than `path_bytes`; the last one is then no deeper than that.
  void ClosePlacesBelow(size_t path_bytes);
  // Turns the last place into a node, `segment` being the bytes that lead to it, drops the place,
  // and leaves the node as the only one of closed_.
  void CloseLastPlace(std::string_view segment);

  // Makes line data of the segment, near or far, and returns its offset. The node that is going to
  // refer to it comes soon.
  uint64_t StoreSegment(std::string_view segment);
  // Writes a run, or finds an equal one; returns the offset of its first node.
  uint64_t StoreSiblings(PendingNodes& siblings);
  // Writes the nodes of a run whose segments are stored, with a table if they are many; returns the
  // offset of the first.
  uint64_t AppendRun(const PendingNodes& siblings);

  uint64_t offset() const { return flushed_bytes_ + out_.size(); }
  void Flush();

  WritableFile& file_;
  const ActWriterOptions options_;
  ByteBuffer out_;              // Bytes after flushed_bytes_; the header is not among them.
  uint64_t flushed_bytes_ = 0;  // Bytes given to the file.
  ChecksumStream digest_;       // Of the flushed bytes from 16 on.
  std::optional<BlockSummer> block_sums_;
  absl::Status status_;  // The first error of the file, or of options_.on_progress.
  bool finished_ = false;

  std::string path_;  // The newest path; empty before the first.
  // places_[0, place_count_) are in use, path_bytes ascending; the rest is kept for its memory.
  std::vector<Place> places_;
  size_t place_count_ = 0;

  StoredOnce segments_;
  StoredOnce sibling_runs_;
  PendingNodes closed_;                  // What CloseLastPlace() returns.
  ByteBuffer edges_;                     // Scratch of CloseLastPlace(), ...
  ByteBuffer run_key_;                   // ... StoreSiblings() ...
  ByteBuffer run_;                       // ... and AppendRun(), ...
  std::vector<uint32_t> run_positions_;  // ... likewise.
  uint64_t adds_until_progress_;
  ActTotals totals_;
};

// Turns a value of the zipper into the one to be stored.
using ActValueMap = std::function<absl::StatusOr<uint64_t>(uint64_t value)>;

// Writes every path with a value at or below the root of `zipper`, its value passed through
// `map_value` if there is one, in one pass. Moves the zipper. Returns the zipper's status() if it
// met damage.
absl::StatusOr<ActTotals> WriteAct(Zipper& zipper, WritableFile& file,
                                   const ActValueMap& map_value = nullptr,
                                   const ActWriterOptions& options = {});

// As WriteAct(), for what takes bytes in order only, a pipe for example: the root's offset, which
// belongs to the front, becomes known last, so the zipper is walked twice, the first time into
// nothing. `map_value` must give the same values both times.
absl::StatusOr<ActTotals> WriteActToStream(Zipper& zipper, WritableFile& stream,
                                           const ActValueMap& map_value = nullptr,
                                           const ActWriterOptions& options = {});

}  // namespace pathkb

#endif  // PATHKB_STORAGE_ACT_ACT_WRITER_H_
