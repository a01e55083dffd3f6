// Goal: figures by space add up to all that was written, those of the others never fall, the
// busiest spaces are shown, and the number of spaces kept is bounded.
// Method: a few spaces by hand; then a hundred thousand names, some of them busy.

#include "server/knowledge_base/space_figures.h"

#include "fmt/format.h"
#include "gtest/gtest.h"

namespace pathkb {
namespace {

ChangeCounts Changes(uint64_t inserted, uint64_t updated = 0, uint64_t deleted = 0) {
  ChangeCounts counts;
  counts.inserted = inserted;
  counts.updated = updated;
  counts.deleted = deleted;
  return counts;
}

TEST(SpaceFiguresTest, EachSpaceHasItsFigures) {
  SpaceFigures figures;
  EXPECT_TRUE(figures.Get().empty());
  figures.Add("b", Changes(3, 2, 1));
  figures.Add("a", Changes(10));
  figures.Add("b", Changes(4));
  figures.Add("c", Changes(0));  // Nothing changed, but a batch it was.
  const std::vector<SpaceFigure> all = figures.Get();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].space, "a");
  EXPECT_EQ(all[0].batches, 1u);
  EXPECT_EQ(all[0].inserted, 10u);
  EXPECT_EQ(all[1].space, "b");
  EXPECT_EQ(all[1].batches, 2u);
  EXPECT_EQ(all[1].inserted, 7u);
  EXPECT_EQ(all[1].updated, 2u);
  EXPECT_EQ(all[1].deleted, 1u);
  EXPECT_EQ(all[2].inserted, 0u);
}

TEST(SpaceFiguresTest, TheBusiestAreShownAndTheRestIsSummed) {
  SpaceFigures figures;
  uint64_t inserted = 0;
  uint64_t batches = 0;
  uint64_t others_before = 0;
  const auto add = [&](const std::string& space, uint64_t facts) {
    figures.Add(space, Changes(facts));
    inserted += facts;
    ++batches;
  };
  for (int i = 0; i < 100'000; ++i) {
    add(fmt::format("small-{}", i), 1);
    // Twenty that come up when all places are taken.
    if (i >= 50'000 && i % 100 == 0) add(fmt::format("busy-{}", i / 100 % 20), 50);
    if (i % 1'000 == 0) {
      uint64_t sum = 0, batch_sum = 0;
      const std::vector<SpaceFigure> all = figures.Get();
      ASSERT_LE(all.size(), SpaceFigures::kShownMax + 1);
      for (const SpaceFigure& figure : all) {
        sum += figure.inserted;
        batch_sum += figure.batches;
      }
      ASSERT_EQ(sum, inserted);
      ASSERT_EQ(batch_sum, batches);
      if (all.back().space.empty()) {
        ASSERT_GE(all.back().inserted, others_before);
        others_before = all.back().inserted;
      }
    }
  }
  const std::vector<SpaceFigure> all = figures.Get();
  int busy = 0;
  for (const SpaceFigure& figure : all) busy += figure.space.starts_with("busy-") ? 1 : 0;
  EXPECT_EQ(busy, 20);
  EXPECT_EQ(all.back().space, "");
}

TEST(SpaceFiguresTest, EquallyBusySpacesDoNotTakeTurns) {
  SpaceFigures figures;
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 150; ++i) figures.Add(fmt::format("s{}", i), Changes(5));
  }
  uint64_t shown = 0;
  for (const SpaceFigure& figure : figures.Get()) {
    if (figure.space.empty()) continue;
    ++shown;
    EXPECT_EQ(figure.batches, 100u) << figure.space;
  }
  EXPECT_EQ(shown, SpaceFigures::kShownMax);
}

}  // namespace
}  // namespace pathkb
