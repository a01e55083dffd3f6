#include "storage/directory/retained_snapshots.h"

#include <map>

namespace pathkb {
namespace {

constexpr int64_t kDayMs = 24 * 60 * 60 * 1000;

}  // namespace

std::vector<SnapshotRecord> RetainedSnapshots(const SnapshotRecord& base,
                                              const std::vector<SnapshotRecord>& older,
                                              const RetentionPolicy& policy, int64_t now_unix_ms) {
  const int64_t today = now_unix_ms / kDayMs;
  std::map<int64_t, const SnapshotRecord*> newest_of_day;
  const auto note_day = [&](const SnapshotRecord& record) {
    const int64_t day = record.created_unix_ms / kDayMs;
    if (day > today - static_cast<int64_t>(policy.keep_daily)) {
      const SnapshotRecord*& newest = newest_of_day[day];
      if (newest == nullptr || record.created_unix_ms > newest->created_unix_ms) newest = &record;
    }
  };
  note_day(base);
  for (const SnapshotRecord& record : older) note_day(record);
  std::vector<SnapshotRecord> kept;
  uint64_t position = 1;  // The base is the first.
  for (const SnapshotRecord& record : older) {
    const auto of_day = newest_of_day.find(record.created_unix_ms / kDayMs);
    const bool is_daily = of_day != newest_of_day.end() && of_day->second == &record;
    if (++position <= policy.keep_last || is_daily || record.pinned) kept.push_back(record);
  }
  return kept;
}

}  // namespace pathkb
