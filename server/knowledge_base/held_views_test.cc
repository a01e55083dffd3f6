// Goal: a view is found by its revision for as long as it is promised, and let go afterwards.
// Method: a clock with hands, and views that hold one key each.

#include "server/knowledge_base/held_views.h"

#include <memory>

#include "gtest/gtest.h"

#include "tests/support/hand_clock.h"

namespace pathkb {
namespace {

ReadView ViewOf(uint64_t revision) {
  ReadView view;
  view.revision = revision;
  view.working.Set("key", revision);
  return view;
}

TEST(HeldViewsTest, FindsWhatIsHeld) {
  HandClock clock;
  HeldViews views(clock);
  EXPECT_FALSE(views.Find(7).has_value());
  views.Hold(ViewOf(7));
  views.Hold(ViewOf(8));
  ASSERT_TRUE(views.Find(7).has_value());
  EXPECT_EQ(views.Find(7)->working.Find("key"), 7);
  EXPECT_EQ(views.Find(8)->revision, 8);
  EXPECT_FALSE(views.Find(9).has_value());
  views.Hold(ViewOf(7));
  EXPECT_EQ(views.Count(), 2);
}

TEST(HeldViewsTest, EachUseKeepsItAnew) {
  HandClock clock;
  HeldViews views(clock);
  views.Hold(ViewOf(1));
  views.Hold(ViewOf(2));
  clock.Advance(HeldViews::kKeptFor - absl::Seconds(1));
  EXPECT_TRUE(views.Find(1).has_value());
  clock.Advance(absl::Seconds(1));
  EXPECT_FALSE(views.Find(2).has_value());
  EXPECT_TRUE(views.Find(1).has_value());
  clock.Advance(HeldViews::kKeptFor);
  EXPECT_EQ(views.Count(), 0);
}

TEST(HeldViewsTest, TheOneUsedLongestAgoMakesRoom) {
  HandClock clock;
  HeldViews views(clock);
  for (uint64_t revision = 1; revision <= HeldViews::kViewsMax; ++revision) {
    views.Hold(ViewOf(revision));
  }
  EXPECT_TRUE(views.Find(1).has_value());
  views.Hold(ViewOf(1000));
  EXPECT_EQ(views.Count(), HeldViews::kViewsMax);
  EXPECT_TRUE(views.Find(1).has_value());
  EXPECT_FALSE(views.Find(2).has_value());
}

}  // namespace
}  // namespace pathkb
