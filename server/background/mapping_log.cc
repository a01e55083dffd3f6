#include "server/background/mapping_log.h"

#include <string>

#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace pathkb {

void LogMapping(const MappedFile& file, const MapOptions& asked) {
  if (!asked.populate && !asked.lock && !asked.huge_pages) return;
  const MapReport report = file.Report();
  if (report.mapped_bytes == 0) {
    spdlog::info("{}: {} bytes; {}", file.path(), file.bytes().size(), report.note);
    return;
  }
  const std::string figures = fmt::format(
      "{}: {} bytes mapped: {} in memory, {} in huge pages, {} locked", file.path(),
      report.mapped_bytes, report.resident_bytes, report.huge_bytes, report.locked_bytes);
  if (report.note.empty()) {
    spdlog::info("{}", figures);
  } else {
    spdlog::warn("{}; {}", figures, report.note);
  }
}

}  // namespace pathkb
