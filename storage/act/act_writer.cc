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
// This is the order of PathMap's writer, and with it come its exact bytes.

#include "storage/act/act_writer.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/varint.h"
#include "storage/act/act_format.h"
#include "storage/file/little_endian.h"

namespace pathkb {
namespace {

constexpr size_t kFlushBytes = size_t{1} << 20;

size_t CommonPrefixBytes(std::string_view a, std::string_view b) {
  const size_t most = std::min(a.size(), b.size());
  return static_cast<size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<ptrdiff_t>(most), b.begin()).first -
      a.begin());
}

void AppendEdges(const ByteMask& edges, int count, std::string& out) {
  if (count > kActChildListMax) {
    for (uint64_t word : edges.words()) AppendU64(word, out);
    return;
  }
  for (auto edge = edges.first(); edge; edge = edges.NextFrom(*edge + 1u)) {
    out.push_back(static_cast<char>(*edge));
  }
}

}  // namespace

ActWriter::ActWriter(WritableFile& file, const ActWriterOptions& options)
    : file_(file),
      segments_(options.line_cache_bytes),
      keeps_sibling_groups_(options.sibling_cache_bytes > 0),
      sibling_groups_(options.sibling_cache_bytes) {
  // The header, with a root of 0 that no reader accepts until Finish() has set the real one.
  std::string header(kActMagic);
  AppendU64(0, header);
  status_ = file_.Append(header);
  flushed_bytes_ = header.size();
}

absl::Status ActWriter::Add(std::string_view path, std::optional<uint64_t> value) {
  if (finished_) return absl::FailedPreconditionError("a path was added after Finish()");
  PATHKB_RETURN_IF_ERROR(status_);
  if (place_count_ > 0) {
    const size_t common = CommonPrefixBytes(path_, path);
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
  return status_;
}

absl::StatusOr<ActTotals> ActWriter::Finish() {
  if (finished_) return absl::FailedPreconditionError("Finish() was called twice");
  finished_ = true;
  PATHKB_RETURN_IF_ERROR(status_);
  PendingNode root;  // Without paths: a branch with nothing in it.
  if (place_count_ > 0) {
    ClosePlacesBelow(places_[0].path_bytes);
    root = CloseLastPlace(std::string_view(path_).substr(0, places_[0].path_bytes));
  }
  const uint64_t root_offset = offset();
  AppendNode(root);
  out_.append(kActPadBytes, '\0');
  Flush();
  std::string root_field;
  AppendU64(root_offset, root_field);
  if (status_.ok()) status_ = file_.WriteAt(kActRootFieldOffset, root_field);
  PATHKB_RETURN_IF_ERROR(status_);
  digest_.Update(kActMagic);
  digest_.Update(root_field);
  totals_.digest = digest_.Digest();
  totals_.file_bytes = flushed_bytes_;
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
    const uint8_t edge = static_cast<uint8_t>(path_[parent_bytes]);
    const PendingNode node =
        CloseLastPlace(std::string_view(path_).substr(parent_bytes + 1, end - parent_bytes - 1));
    Place& parent =
        parent_is_new ? PushPlace(parent_bytes, std::nullopt) : places_[place_count_ - 1];
    parent.edges.Set(edge);
    parent.children.push_back(node);
  }
}

ActWriter::PendingNode ActWriter::CloseLastPlace(std::string_view segment) {
  Place& place = places_[--place_count_];
  PendingNode node;
  node.value = place.value;
  node.edges = place.edges;
  if (!place.children.empty()) {
    node.first_child = StoreSiblings(place.children.data(), place.children.size());
  }
  if (segment.empty()) return node;
  PendingNode line;
  line.line = StoreSegment(segment);
  if (place.children.empty()) {
    line.value = node.value;
  } else {
    line.first_child = StoreSiblings(&node, 1);
  }
  return line;
}

uint64_t ActWriter::StoreSegment(std::string_view segment) {
  if (const auto found = segments_.Find(segment)) {
    ++totals_.segments_reused;
    return *found;
  }
  ++totals_.segments_stored;
  const uint64_t start = offset();
  AppendLengthPrefixed(segment, out_);
  segments_.Insert(segment, start);
  FlushIfLarge();
  return start;
}

uint64_t ActWriter::StoreSiblings(const PendingNode* nodes, size_t node_count) {
  const uint64_t start = offset();
  if (keeps_sibling_groups_) {
    // The nodes as they are, with offsets where the file has distances: equal keys, equal groups.
    group_key_.clear();
    for (size_t i = 0; i < node_count; ++i) {
      const PendingNode& node = nodes[i];
      group_key_.push_back(node.value ? 1 : 0);
      if (node.value) AppendVarint(*node.value, group_key_);
      AppendVarint(node.line, group_key_);
      AppendVarint(node.first_child, group_key_);
      if (node.line == 0) {
        const int count = node.edges.count();
        AppendVarint(static_cast<uint64_t>(count), group_key_);
        AppendEdges(node.edges, count, group_key_);
      }
    }
    if (const auto found = sibling_groups_.Find(group_key_)) {
      ++totals_.sibling_groups_reused;
      return *found;
    }
    sibling_groups_.Insert(group_key_, start);
  }
  for (size_t i = 0; i < node_count; ++i) AppendNode(nodes[i]);
  FlushIfLarge();
  return start;
}

void ActWriter::AppendNode(const PendingNode& node) {
  const uint64_t start = offset();
  const int child_count = node.edges.count();
  uint8_t header = 0;
  if (node.line != 0) {
    header = kActLineBit;
    if (node.first_child != 0) header |= kActLineChildBit;
  } else {
    header = static_cast<uint8_t>(std::min<int>(child_count, kActChildMask));
  }
  if (node.value) header |= kActValueBit;
  out_.push_back(static_cast<char>(header));
  if (node.value) AppendVarint(*node.value, out_);
  if (node.first_child != 0) AppendVarint(start - node.first_child, out_);
  if (node.line != 0) {
    AppendVarint(start - node.line, out_);
  } else {
    AppendEdges(node.edges, child_count, out_);
  }
}

void ActWriter::FlushIfLarge() {
  if (out_.size() >= kFlushBytes) Flush();
}

void ActWriter::Flush() {
  // After an error the bytes are only counted, so that offsets stay right until somebody asks.
  if (status_.ok()) {
    digest_.Update(out_);
    status_ = file_.Append(out_);
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
