#include "storage/directory/log_needs.h"

#include <algorithm>
#include <cstddef>
#include <span>

namespace pathkb {

std::vector<uint64_t> NeededSegments(const Manifest& manifest,
                                     const std::vector<uint64_t>& first_revisions) {
  std::span<const DeltaRecord> believed = manifest.deltas;
  if (!believed.empty()) believed = believed.first(believed.size() - 1);
  std::vector<uint64_t> needed;
  for (size_t i = 0; i < first_revisions.size(); ++i) {
    uint64_t last = UINT64_MAX;
    if (i + 1 < first_revisions.size()) {
      last = first_revisions[i + 1] - 1;
    } else if (first_revisions[i] <= manifest.CoveredRevision()) {
      last = manifest.CoveredRevision();
    }
    const uint64_t first = std::max(first_revisions[i], manifest.wal_first_revision);
    if (FirstRevisionNotInDeltas(believed, first) <= last) needed.push_back(first_revisions[i]);
  }
  return needed;
}

}  // namespace pathkb
