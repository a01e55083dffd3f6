#include "server/background/snapshot_rules.h"

#include <algorithm>
#include <utility>

namespace pathkb {
namespace {

// A delta holds its entries in memory while it is written, and has a bound for them.
constexpr uint64_t kDeltaEntryBytesMax = uint64_t{512} << 20;

bool TooLarge(const SnapshotRules& rules, const SnapshotFigures& figures) {
  return rules.working_set_high_bytes != 0 && figures.differs_from_base &&
         figures.working_set_bytes >= rules.working_set_high_bytes;
}

}  // namespace

SnapshotKind KindToWrite(const SnapshotRules& rules, const SnapshotFigures& figures) {
  const bool many_changes = static_cast<double>(figures.changes_since_base) >=
                            rules.min_ratio * static_cast<double>(figures.base_facts);
  // Without deltas this is the first of them, with as many as there may be the last straw.
  const bool many_deltas = figures.deltas >= rules.delta_max_files;
  const bool pair = many_changes || many_deltas || !figures.deltas_whole ||
                    figures.entry_bytes > kDeltaEntryBytesMax || TooLarge(rules, figures);
  return pair ? SnapshotKind::kPair : SnapshotKind::kDelta;
}

std::optional<SnapshotKind> DueNow(const SnapshotRules& rules, const SnapshotFigures& figures,
                                   absl::Duration since_last) {
  if (TooLarge(rules, figures)) return SnapshotKind::kPair;
  if (!figures.differs_from_deltas) return std::nullopt;
  const bool by_changes = rules.max_changes != 0 && figures.changes >= rules.max_changes;
  const bool by_time = rules.interval > absl::ZeroDuration() && since_last >= rules.interval;
  if (!by_changes && !by_time) return std::nullopt;
  return KindToWrite(rules, figures);
}

absl::Duration RetryBackoff::Failed() {
  return std::exchange(next_, std::min(next_ * 2, kLongest));
}

}  // namespace pathkb
