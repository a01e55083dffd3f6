// How a tree is built from a sorted list while only one path is in memory:
//
//   alice, alm, bo            places of "alice": the root, al, alice
//                             "alm" comes: alice is complete, and waits in al as child `i`
//        (root)               "bo" comes: alm is complete, so al is: its two children are written
//        a/  \b               side by side, then the segment "l", then the branch of al; what
//        l    o               stands for "al" now waits in the root as child `a`
//      i/ \m
//      c                      A place is a path that ends a key or branches. The bytes between a
//      e                      place and the edge below its parent place are the node's segment.
//
// This is the order of PathMap's writer, and with it come its exact bytes if they are asked for. If
// not, the segments of siblings wait with them, and are written directly before their run.

#include "storage/act/act_writer.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

#include "core/base/run_compare.h"
#include "core/base/status_macros.h"
#include "core/base/varint.h"
#include "storage/act/act_footer.h"
#include "storage/act/act_format.h"
#include "storage/act/sibling_table.h"
#include "storage/file/little_endian.h"

namespace pathkb {
namespace {

constexpr size_t kFlushBytes = kActWriterOutputBytes / 2;
constexpr uint64_t kAddsPerProgress = 4096;

// Segments longer than this are stored at once: waiting, they would be memory that nothing bounds.
constexpr size_t kWaitingSegmentBytesMax = 64;

// A segment that was stored before is referred to if that makes the file smaller by at least this
// much than a copy beside the node, which is found in the cache line that was just read.
constexpr uint64_t kFarSegmentGainBytesMin = 2;

// What each of the two caches may take of options.memory_bytes.
uint64_t CacheBytes(const ActWriterOptions& options) {
  return options.memory_bytes > kActWriterOutputBytes
             ? (options.memory_bytes - kActWriterOutputBytes) / 2
             : 0;
}

}  // namespace

ActWriter::ActWriter(WritableFile& file, const ActWriterOptions& options)
    : file_(file),
      options_(options),
      segments_(CacheBytes(options)),
      sibling_runs_(CacheBytes(options)),
      adds_until_progress_(kAddsPerProgress) {
  if (options.block_sums_of) block_sums_.emplace(*options.block_sums_of);
  // The header, with a root of 0 that no reader accepts until Finish() has set the real one.
  std::string header(kActMagic);
  AppendU64(0, header);
  status_ = file_.Append(header);
  if (block_sums_) block_sums_->Update(header);
  flushed_bytes_ = header.size();
}

absl::Status ActWriter::Add(std::string_view path, std::optional<uint64_t> value) {
  if (finished_) return absl::FailedPreconditionError("a path was added after Finish()");
  PATHKB_RETURN_IF_ERROR(status_);
  if (place_count_ > 0) {
    const size_t common = CommonBytes(path_, path);
    const bool is_greater =
        common < path.size() && (common == path_.size() || static_cast<uint8_t>(path_[common]) <
                                                               static_cast<uint8_t>(path[common]));
    if (!is_greater) {
      return absl::InvalidArgumentError(fmt::format(
          "path of {} bytes is not greater than the path of {} bytes added before it; they part at "
          "byte {}",
          path.size(), path_.size(), common));
    }
    if (common < path_.size()) {
      ClosePlacesBelow(common);
    } else if (!places_[place_count_ - 1].value) {
      --place_count_;  // A dangling path that goes on after all is nothing special.
    }
    path_.resize(common);
    path_.append(path.substr(common));
  } else {
    path_ = path;
  }
  PushPlace(path_.size(), value);
  if (value) ++totals_.paths;
  if (--adds_until_progress_ == 0) {
    adds_until_progress_ = kAddsPerProgress;
    if (options_.on_progress != nullptr && status_.ok()) {
      status_ = options_.on_progress({.paths = totals_.paths, .file_bytes = offset()});
    }
  }
  return status_;
}

absl::StatusOr<ActTotals> ActWriter::Finish() {
  if (finished_) return absl::FailedPreconditionError("Finish() was called twice");
  finished_ = true;
  PATHKB_RETURN_IF_ERROR(status_);
  if (place_count_ > 0) {
    ClosePlacesBelow(places_[0].path_bytes);
    CloseLastPlace(std::string_view(path_).substr(0, places_[0].path_bytes));
  } else {
    closed_.clear();
    closed_.AddBranch(PendingNode(), {});  // Without paths: a branch with nothing in it.
  }
  for (PendingNode& node : closed_.nodes()) {
    if (node.segment_bytes != 0) node.line = StoreSegment(closed_.segment(node));
  }
  const uint64_t root_offset = offset();
  closed_.AppendNode(0, root_offset, out_);
  if (!options_.canonical && totals_.table_bytes > 0) {
    std::string footer;
    AppendActFooter({.table_min = std::max<uint32_t>(options_.table_min, 2),
                     .root_offset = root_offset,
                     .file_bytes = offset() + kActFooterBytes + kActPadBytes,
                     .paths = totals_.paths},
                    footer);
    out_.append(footer);
  }
  for (uint64_t i = 0; i < kActPadBytes; ++i) out_.push_back(0);
  Flush();
  std::string root_field;
  AppendU64(root_offset, root_field);
  if (status_.ok()) status_ = file_.WriteAt(kActRootFieldOffset, root_field);
  PATHKB_RETURN_IF_ERROR(status_);
  digest_.Update(kActMagic);
  digest_.Update(root_field);
  totals_.digest = digest_.Digest();
  totals_.file_bytes = flushed_bytes_;
  if (block_sums_) {
    block_sums_->Patch(kActRootFieldOffset, root_field);
    totals_.block_sums = block_sums_->Finish();
  }
  return totals_;
}

ActWriter::Place& ActWriter::PushPlace(size_t path_bytes, std::optional<uint64_t> value) {
  if (place_count_ == places_.size()) places_.emplace_back();
  Place& place = places_[place_count_++];
  place.path_bytes = path_bytes;
  place.value = value;
  place.edges = ByteMask();
  place.children.clear();
  return place;
}

void ActWriter::ClosePlacesBelow(size_t path_bytes) {
  while (places_[place_count_ - 1].path_bytes > path_bytes) {
    // The parent is the place above, or a new one where the paths part, whichever is deeper.
    const size_t end = places_[place_count_ - 1].path_bytes;
    const bool has_parent = place_count_ > 1;
    const bool parent_is_new = !has_parent || places_[place_count_ - 2].path_bytes < path_bytes;
    const size_t parent_bytes = parent_is_new ? path_bytes : places_[place_count_ - 2].path_bytes;
    CloseLastPlace(std::string_view(path_).substr(parent_bytes + 1, end - parent_bytes - 1));
    Place& parent =
        parent_is_new ? PushPlace(parent_bytes, std::nullopt) : places_[place_count_ - 1];
    parent.edges.Set(static_cast<uint8_t>(path_[parent_bytes]));
    const PendingNode& node = closed_.nodes()[0];
    if (node.is_line()) {
      parent.children.AddLine(node, closed_.segment(node));
    } else {
      parent.children.AddBranch(node, closed_.edges(node));
    }
  }
}

void ActWriter::CloseLastPlace(std::string_view segment) {
  Place& place = places_[--place_count_];
  PendingNode node;
  node.has_value = place.value.has_value();
  node.value = place.value.value_or(0);
  closed_.clear();
  edges_.clear();
  const bool has_children = !place.children.nodes().empty();
  if (has_children) {
    node.first_child = StoreSiblings(place.children);
    node.child_count = static_cast<uint16_t>(place.children.nodes().size());
    AppendEdges(place.edges, node.child_count, edges_);
  }
  if (segment.empty()) {
    closed_.AddBranch(node, edges_.view());
    return;
  }
  const bool waits = !options_.canonical && segment.size() <= kWaitingSegmentBytesMax;
  PendingNode line;
  if (!waits) line.line = StoreSegment(segment);
  if (has_children) {
    // The line's only child is a run of its own.
    closed_.AddBranch(node, edges_.view());
    line.first_child = StoreSiblings(closed_);
    closed_.clear();
  } else {
    line.has_value = node.has_value;
    line.value = node.value;
  }
  closed_.AddLine(line, waits ? segment : std::string_view());
}

uint64_t ActWriter::StoreSegment(std::string_view segment) {
  const StoredOnce::Place stored = segments_.Find(segment);
  if (stored.offset) {
    const uint64_t far_bytes = VarintBytes(offset() - *stored.offset);
    const uint64_t near_bytes = 1 + VarintBytes(segment.size()) + segment.size();
    if (options_.canonical || far_bytes + kFarSegmentGainBytesMin <= near_bytes) {
      ++totals_.segments_reused;
      return *stored.offset;
    }
  }
  ++totals_.segments_stored;
  const uint64_t start = offset();
  out_.AppendInteger(segment.size());
  out_.append(segment);
  segments_.Insert(segment, stored, start);
  if (out_.size() >= kFlushBytes) Flush();
  return start;
}

uint64_t ActWriter::StoreSiblings(PendingNodes& siblings) {
  StoredOnce::Place stored;
  const bool shares = !options_.canonical && options_.share_siblings;
  if (shares) {
    run_key_.clear();
    siblings.AppendKey(run_key_);
    stored = sibling_runs_.Find(run_key_.view());
    if (stored.offset) {
      ++totals_.sibling_runs_reused;
      return *stored.offset;
    }
  }
  ++totals_.sibling_runs_stored;
  for (PendingNode& node : siblings.nodes()) {
    if (node.segment_bytes != 0) node.line = StoreSegment(siblings.segment(node));
  }
  const uint64_t start = AppendRun(siblings);
  if (shares) sibling_runs_.Insert(run_key_.view(), stored, start);
  if (out_.size() >= kFlushBytes) Flush();
  return start;
}

uint64_t ActWriter::AppendRun(const PendingNodes& siblings) {
  const size_t count = siblings.nodes().size();
  const bool has_table =
      !options_.canonical && options_.table_min != 0 && count > 1 && count >= options_.table_min;
  if (!has_table) {
    const uint64_t start = offset();
    for (size_t i = 0; i < count; ++i) siblings.AppendNode(i, offset(), out_);
    return start;
  }
  // How many bytes the nodes take depends on where they start, and that on the table's size, which
  // depends on how many bytes the nodes take: first try the smaller table.
  for (const bool is_wide : {false, true}) {
    const uint64_t table_bytes = SiblingTableBytes(static_cast<uint32_t>(count), is_wide);
    const uint64_t start = offset() + table_bytes;
    run_.clear();
    run_positions_.clear();
    for (size_t i = 0; i < count; ++i) {
      run_positions_.push_back(static_cast<uint32_t>(run_.size()));
      siblings.AppendNode(i, start + run_.size(), run_);
    }
    if (!is_wide && run_positions_.back() > kNarrowPositionMax) continue;
    // Where it fits the smaller table only from the larger one's place, it takes the larger.
    AppendSiblingTable(run_positions_, is_wide, out_);
    out_.append(run_.view());
    totals_.table_bytes += table_bytes;
    return start;
  }
  return 0;  // Not reached: the larger table always fits.
}

void ActWriter::Flush() {
  // After an error the bytes are only counted, so that offsets stay right until somebody asks.
  if (status_.ok()) {
    digest_.Update(out_.view());
    if (block_sums_) block_sums_->Update(out_.view());
    status_ = file_.Append(out_.view());
  }
  flushed_bytes_ += out_.size();
  out_.clear();
}

absl::StatusOr<ActTotals> WriteAct(Zipper& zipper, WritableFile& file, const ActValueMap& map_value,
                                   const ActWriterOptions& options) {
  ActWriter writer(file, options);
  zipper.Reset();
  bool has_path = zipper.value().has_value() || zipper.NextValue();
  while (has_path) {
    uint64_t value = *zipper.value();
    if (map_value) {
      PATHKB_ASSIGN_OR_RETURN(value, map_value(value));
    }
    PATHKB_RETURN_IF_ERROR(writer.Add(zipper.path(), value));
    has_path = zipper.NextValue();
  }
  PATHKB_RETURN_IF_ERROR(zipper.status());
  return writer.Finish();
}

}  // namespace pathkb
