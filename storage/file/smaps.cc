#include "storage/file/smaps.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace pathkb {
namespace {

// A range of addresses; empty if it ends where it starts.
struct Area {
  uint64_t start = 0;
  uint64_t end = 0;
};

// The area that a first line names; nullopt for any other line, all of which begin with capitals.
std::optional<Area> FirstLine(std::string_view line) {
  Area area;
  const char* const line_end = line.data() + line.size();
  const auto start = std::from_chars(line.data(), line_end, area.start, 16);
  if (start.ec != std::errc() || start.ptr == line_end || *start.ptr != '-') return std::nullopt;
  const auto end = std::from_chars(start.ptr + 1, line_end, area.end, 16);
  if (end.ec != std::errc() || end.ptr == line_end || *end.ptr != ' ') return std::nullopt;
  return area;
}

// The number of a line "Key:   4096 kB", in bytes; 0 if there is none.
uint64_t FigureBytes(std::string_view line, std::string_view key) {
  if (!line.starts_with(key)) return 0;
  line.remove_prefix(std::min(line.find_first_not_of(' ', key.size()), line.size()));
  uint64_t kilobytes = 0;
  std::from_chars(line.data(), line.data() + line.size(), kilobytes);
  return kilobytes << 10;
}

}  // namespace

SmapsTotals SumSmaps(std::string_view smaps, uint64_t start, uint64_t end) {
  SmapsTotals totals;
  Area inside;  // The present area, as far as it lies in the range.
  while (!smaps.empty()) {
    const std::string_view line = smaps.substr(0, smaps.find('\n'));
    smaps.remove_prefix(std::min(line.size() + 1, smaps.size()));
    if (const std::optional<Area> area = FirstLine(line)) {
      inside = {std::max(area->start, start), std::min(area->end, end)};
      if (inside.end < inside.start) inside.end = inside.start;
      continue;
    }
    // An area that lies in the range with a part of it has no figures for this part.
    const uint64_t bytes_max = inside.end - inside.start;
    if (bytes_max == 0) continue;
    totals.touched_bytes += std::min(FigureBytes(line, "Rss:"), bytes_max);
    for (const std::string_view key : {"AnonHugePages:", "ShmemPmdMapped:", "FilePmdMapped:"}) {
      totals.huge_bytes += std::min(FigureBytes(line, key), bytes_max);
    }
    if (line.starts_with("VmFlags:") && line.find(" lo") != std::string_view::npos) {
      totals.locked_bytes += bytes_max;
    }
  }
  return totals;
}

}  // namespace pathkb
