// Which older snapshots stay, for each kind of reason and for several at once, by the hands of a
// clock that the test moves on through days.

#include "storage/directory/retained_snapshots.h"

#include <cstdint>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/directory/file_names.h"

namespace pathkb {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kHourMs = 60 * 60 * 1000;
constexpr int64_t kDayMs = 24 * kHourMs;

SnapshotRecord At(int64_t day, int64_t hour, bool pinned = false) {
  SnapshotRecord record;
  record.created_unix_ms = day * kDayMs + hour * kHourMs;
  record.revision = static_cast<uint64_t>(day * 24 + hour);
  record.id = SnapshotId(record.created_unix_ms, record.revision);
  record.pinned = pinned;
  return record;
}

// The hours since 1970 of those that stay.
std::vector<uint64_t> Kept(const std::vector<SnapshotRecord>& older, RetentionPolicy policy,
                           int64_t day, int64_t hour) {
  std::vector<uint64_t> hours;
  for (const SnapshotRecord& record :
       RetainedSnapshots(At(day, hour), older, policy, day * kDayMs + hour * kHourMs)) {
    hours.push_back(record.revision);
  }
  return hours;
}

TEST(RetainedSnapshots, TheLastOnes) {
  const std::vector<SnapshotRecord> older = {At(9, 3), At(9, 2), At(9, 1)};
  EXPECT_THAT(Kept(older, {.keep_last = 1}, 9, 4), IsEmpty());
  EXPECT_THAT(Kept(older, {.keep_last = 2}, 9, 4), ElementsAre(9 * 24 + 3));
  EXPECT_THAT(Kept(older, {.keep_last = 3}, 9, 4), ElementsAre(9 * 24 + 3, 9 * 24 + 2));
  EXPECT_EQ(Kept(older, {.keep_last = kKeepLastMax}, 9, 4).size(), 3u);
}

TEST(RetainedSnapshots, PinnedOnesWhateverElse) {
  const std::vector<SnapshotRecord> older = {At(9, 3), At(9, 2, true), At(1, 1, true), At(1, 0)};
  EXPECT_THAT(Kept(older, {.keep_last = 1}, 9, 4), ElementsAre(9 * 24 + 2, 24 + 1));
  EXPECT_THAT(Kept(older, {.keep_last = 2}, 9, 4), ElementsAre(9 * 24 + 3, 9 * 24 + 2, 24 + 1));
}

TEST(RetainedSnapshots, TheNewestOfEachDay) {
  const std::vector<SnapshotRecord> older = {At(9, 3),  At(8, 23), At(8, 0),
                                             At(6, 12), At(5, 23), At(5, 1)};
  // The base is the newest of today.
  EXPECT_THAT(Kept(older, {.keep_last = 1, .keep_daily = 1}, 9, 4), IsEmpty());
  EXPECT_THAT(Kept(older, {.keep_last = 1, .keep_daily = 2}, 9, 4), ElementsAre(8 * 24 + 23));
  EXPECT_THAT(Kept(older, {.keep_last = 1, .keep_daily = 4}, 9, 4),
              ElementsAre(8 * 24 + 23, 6 * 24 + 12));
  EXPECT_THAT(Kept(older, {.keep_last = 2, .keep_daily = 5}, 9, 4),
              ElementsAre(9 * 24 + 3, 8 * 24 + 23, 6 * 24 + 12, 5 * 24 + 23));
  EXPECT_THAT(Kept(older, {.keep_last = 1, .keep_daily = kKeepDailyMax}, 9, 4),
              ElementsAre(8 * 24 + 23, 6 * 24 + 12, 5 * 24 + 23));
}

// A snapshot every hour for thirty days: what stays is bounded, and what it should be at each hour.
TEST(RetainedSnapshots, ThroughAMonth) {
  const RetentionPolicy policy = {.keep_last = 3, .keep_daily = 7};
  std::vector<SnapshotRecord> older;
  for (int64_t hour = 0; hour < 30 * 24; ++hour) {
    SnapshotRecord base = At(100, hour);
    base.pinned = hour == 5;
    older = RetainedSnapshots(base, older, policy, base.created_unix_ms);
    std::vector<uint64_t> expected;
    for (int64_t back = hour - 1; back >= 0; --back) {
      const bool last = back >= hour - 2;
      const bool daily = back % 24 == 23 && back / 24 > hour / 24 - 7;
      if (last || daily || back == 5) expected.push_back(static_cast<uint64_t>(100 * 24 + back));
    }
    std::vector<uint64_t> kept;
    for (const SnapshotRecord& record : older) kept.push_back(record.revision);
    ASSERT_EQ(kept, expected) << "hour " << hour;
    older.insert(older.begin(), base);
  }
}

}  // namespace
}  // namespace pathkb
