// Which space of the base a fork stands on, and on which one once the base has been replaced.

#include "core/facts/space_forks.h"

#include "gtest/gtest.h"

namespace pathkb {
namespace {

TEST(SpaceForksTest, KnowsWhatASpaceStandsOn) {
  SpaceForks forks;
  EXPECT_TRUE(forks.empty());
  EXPECT_EQ(forks.SourceOf("b"), std::nullopt);
  forks.Set("b", "a", "a");
  forks.Set("bb", "b", "a");
  EXPECT_EQ(forks.SourceOf("b"), "a");
  EXPECT_EQ(forks.SourceOf("bb"), "a");
  EXPECT_EQ(forks.SourceOf("a"), std::nullopt);
  forks.Set("b", "c", "c");
  EXPECT_EQ(forks.SourceOf("b"), "c");
  const SpaceForks before = forks;
  forks.Remove("b");
  forks.Remove("bb");
  forks.Remove("x");
  EXPECT_TRUE(forks.empty());
  EXPECT_EQ(forks.made(), 3u);
  EXPECT_EQ(before.SourceOf("bb"), "a");
}

TEST(SpaceForksTest, ForksOfBeforeTheNewBaseAreInIt) {
  SpaceForks forks;
  forks.Set("b", "a", "a");
  EXPECT_TRUE(forks.Since(1).empty());
  EXPECT_EQ(forks.Since(1).made(), 1u);
}

TEST(SpaceForksTest, LaterForksStandOnTheirNearestAncestorInTheNewBase) {
  SpaceForks forks;
  forks.Set("b", "a", "a");
  // The base is written here.
  forks.Set("c", "b", "a");
  forks.Set("d", "c", "a");
  forks.Set("e", "a", "a");
  const SpaceForks rest = forks.Since(1);
  EXPECT_EQ(rest.SourceOf("b"), std::nullopt);
  EXPECT_EQ(rest.SourceOf("c"), "b");
  EXPECT_EQ(rest.SourceOf("d"), "b");
  EXPECT_EQ(rest.SourceOf("e"), "a");
  EXPECT_EQ(rest.made(), 4u);
  // And another one, in between.
  EXPECT_EQ(rest.Since(2).SourceOf("c"), std::nullopt);
  EXPECT_EQ(rest.Since(2).SourceOf("d"), "c");
}

TEST(SpaceForksTest, ANameThatCameAgainMeansItsLastFork) {
  SpaceForks forks;
  forks.Set("b", "a", "a");
  forks.Set("c", "b", "a");
  forks.Remove("b");
  forks.Set("b", "x", "x");
  forks.Set("d", "b", "x");
  forks.Remove("c");
  const SpaceForks rest = forks.Since(0);
  EXPECT_EQ(rest.SourceOf("b"), "x");
  EXPECT_EQ(rest.SourceOf("c"), std::nullopt);
  EXPECT_EQ(rest.SourceOf("d"), "x");
}

}  // namespace
}  // namespace pathkb
