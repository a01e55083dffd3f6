// A stack of runs that are being passed through, and one loop over it. Where something is odd, a
// cursor takes over behind the last path that was visited: it knows what to leave out and to say.

#include "storage/act/act_scan.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "core/base/short_copy.h"
#include "storage/act/quick_read.h"

namespace pathkb {
namespace {

// A run of siblings, some of which have been visited.
struct Run {
  uint64_t offset = 0;    // Of the next node, ...
  uint64_t bound = 0;     // ... which ends at or before this.
  size_t path_bytes = 0;  // Of the path to the parent.
  uint32_t left = 0;      // Nodes that were not visited.
  // A list: its next byte. A mask: its next word. Null if no edge leads to the node: it is the root
  // or the child of a line node.
  const uint8_t* edges = nullptr;
  uint64_t word = 0;      // Of a mask: the bits not visited of the present word, ...
  uint8_t word_edge = 0;  // ... whose first bit stands for this edge.
  bool has_mask = false;
};

enum class End { kAll, kStopped, kOdd };

class Scan {
 public:
  Scan(const ActReader& reader, uint64_t path_bytes_max)
      : reader_(reader),
        act_(reader.act()),
        file_(reinterpret_cast<const uint8_t*>(act_.file.data())),
        path_bytes_max_(path_bytes_max),
        path_(256, '\0') {}

  End Go(absl::FunctionRef<bool(std::string_view, uint64_t)> visit);

  // The path visited last, if there was one.
  bool has_visited() const { return has_visited_; }
  std::string_view last_path() const { return {path_.data(), last_bytes_}; }

 private:
  static uint8_t TakeEdge(Run& run);
  // Appends the segment of the line node at `offset`; false if something is odd.
  bool AppendSegment(uint64_t offset, uint64_t distance, size_t& path_bytes);
  void Reserve(size_t bytes) {
    if (bytes > path_.size()) path_.resize(bytes * 2);
  }

  const ActReader& reader_;
  const ActBytes& act_;
  const uint8_t* const file_;
  const uint64_t path_bytes_max_;
  std::string path_;
  size_t last_bytes_ = 0;
  bool has_visited_ = false;
  std::vector<Run> runs_;
};

inline uint8_t Scan::TakeEdge(Run& run) {
  if (!run.has_mask) return *run.edges++;
  while (run.word == 0) {
    run.word = Load8(run.edges);
    run.edges += sizeof(uint64_t);
    run.word_edge = static_cast<uint8_t>(run.word_edge + 64);
  }
  const uint8_t edge = static_cast<uint8_t>(run.word_edge + std::countr_zero(run.word));
  run.word &= run.word - 1;
  return edge;
}

inline bool Scan::AppendSegment(uint64_t offset, uint64_t distance, size_t& path_bytes) {
  if (distance - 1 >= offset - kActArenaOffset) return false;
  const uint64_t line = offset - distance;
  if (!act_.AreAsWritten(line, kVarintBytesMax)) return false;
  const uint8_t* segment = file_ + line;
  const uint64_t length = TakeInteger(segment);
  const uint64_t segment_at = static_cast<uint64_t>(segment - file_);
  if (length == 0 || segment_at > offset || length > offset - segment_at ||
      length > path_bytes_max_ - std::min<uint64_t>(path_bytes, path_bytes_max_) ||
      !act_.AreAsWritten(segment_at, length)) {
    return false;
  }
  Reserve(path_bytes + length);
  CopyShort(path_.data() + path_bytes, reinterpret_cast<const char*>(segment), length);
  path_bytes += length;
  return true;
}

End Scan::Go(absl::FunctionRef<bool(std::string_view, uint64_t)> visit) {
  runs_.push_back({.offset = reader_.root().offset, .bound = reader_.root_bound(), .left = 1});
  while (!runs_.empty()) {
    Run& run = runs_.back();
    if (run.left == 0) {
      runs_.pop_back();
      continue;
    }
    --run.left;
    size_t path_bytes = run.path_bytes;
    if (run.edges != nullptr) {
      Reserve(path_bytes + 1);
      path_[path_bytes++] = static_cast<char>(TakeEdge(run));
    }
    const uint64_t offset = run.offset;
    if (offset >= run.bound || path_bytes > path_bytes_max_ ||
        !act_.AreAsWritten(offset, std::min(kActNodeBytesMax, act_.file.size() - offset))) {
      return End::kOdd;
    }
    const uint8_t* const start = reader_.NodeBytes(offset);
    const uint8_t* at = start;
    const uint8_t header = *at++;
    const uint8_t low = header & kActLowBits;
    const bool has_value = (header & kActValueBit) != 0;
    const uint64_t value = has_value ? TakeInteger(at) : 0;
    const uint64_t child_distance = low != 0 ? TakeInteger(at) : 1;
    const bool is_line = (header & kActLineBit) != 0;
    const uint8_t* const edges = at;
    if (is_line) {
      const uint64_t distance = TakeInteger(at);
      if (low > kActLineChildBit || (low != 0 && has_value) ||
          !AppendSegment(offset, distance, path_bytes)) {
        return End::kOdd;
      }
    } else {
      at += low;
    }
    run.offset = offset + static_cast<uint64_t>(at - start);
    if (run.offset > run.bound || child_distance - 1 >= offset - kActArenaOffset + (low == 0)) {
      return End::kOdd;
    }
    Run below{.offset = offset - child_distance, .bound = offset, .path_bytes = path_bytes};
    if (is_line) {
      below.left = low;
    } else if (low <= kActChildListMax) {
      below.left = low;
      below.edges = edges;
      for (unsigned i = 1; i < low; ++i) {
        if (edges[i - 1] >= edges[i]) return End::kOdd;
      }
    } else {
      uint32_t count = 0;
      for (int i = 0; i < 4; ++i)
        count += static_cast<uint32_t>(std::popcount(Load8(edges + 8 * i)));
      if (low != kActChildMask || count < kActChildMask) return End::kOdd;
      below.left = count;
      below.has_mask = true;
      below.edges = edges;
      below.word_edge = static_cast<uint8_t>(-64);
    }
    if (has_value) {
      last_bytes_ = path_bytes;
      has_visited_ = true;
      if (!visit({path_.data(), path_bytes}, value)) return End::kStopped;
    }
    if (low != 0) runs_.push_back(below);
  }
  return End::kAll;
}

}  // namespace

absl::Status ScanAct(const ActReader& reader,
                     absl::FunctionRef<bool(std::string_view, uint64_t)> visit,
                     uint64_t path_bytes_max) {
  Scan scan(reader, path_bytes_max);
  if (scan.Go(visit) != End::kOdd) return reader.CheckPoisoned();
  ActZipper rest(reader, path_bytes_max);
  bool at_value = false;
  if (scan.has_visited()) {
    at_value = rest.SeekValue(scan.last_path());
    // The cursor, which looks into the tables, may not find what stepping over siblings found.
    if (at_value && rest.path() == scan.last_path()) at_value = rest.NextValue();
  } else {
    at_value = rest.value() || rest.NextValue();
  }
  while (at_value && visit(rest.path(), *rest.value())) at_value = rest.NextValue();
  return rest.status();
}

}  // namespace pathkb
