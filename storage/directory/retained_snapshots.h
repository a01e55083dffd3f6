// Which older snapshots are kept when a new one has become the base: the last few, one a day for
// some days, and those that somebody pinned.

#ifndef PATHKB_STORAGE_DIRECTORY_RETAINED_SNAPSHOTS_H_
#define PATHKB_STORAGE_DIRECTORY_RETAINED_SNAPSHOTS_H_

#include <cstdint>
#include <vector>

#include "storage/directory/manifest.h"

namespace pathkb {

// So many can be kept of each kind. A manifest names them all, and stays below kManifestBytesMax.
inline constexpr uint64_t kKeepLastMax = 1000;
inline constexpr uint64_t kKeepDailyMax = 3660;
inline constexpr uint64_t kPinnedMax = 1000;

// What is kept.
struct RetentionPolicy {
  // The newest snapshots, the base included; at least 1. With 2 or more, the one before the base is
  // kept with all that leads from it to now, so that one can fall back to it.
  uint64_t keep_last = 2;
  // Also the newest of each of the last so many days, today included; days begin at midnight UTC.
  uint64_t keep_daily = 0;
};

// Of `older` (newest first), those to keep beside `base` at the time `now_unix_ms`, in the same
// order.
std::vector<SnapshotRecord> RetainedSnapshots(const SnapshotRecord& base,
                                              const std::vector<SnapshotRecord>& older,
                                              const RetentionPolicy& policy, int64_t now_unix_ms);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_DIRECTORY_RETAINED_SNAPSHOTS_H_
