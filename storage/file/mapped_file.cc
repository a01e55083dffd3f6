#include "storage/file/mapped_file.h"

#include "fmt/format.h"

namespace pathkb {

absl::Status MappedFile::CheckIntact() const {
  if (!poisoned()) return absl::OkStatus();
  return absl::DataLossError(fmt::format("{}: a page of it could not be read", path()));
}

void MappedFile::Advise(MapAccess) const {}

absl::Status MappedFile::Prewarm(uint64_t, uint64_t) const { return absl::OkStatus(); }

absl::Status MappedFile::Evict() const { return absl::OkStatus(); }

MapReport MappedFile::Report() const {
  MapReport report;
  report.resident_bytes = bytes().size();
  report.note = "held in memory, not mapped";
  return report;
}

}  // namespace pathkb
