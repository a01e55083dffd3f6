// Goal: whatever StoredOnce finds is the offset given for exactly those bytes, and it forgets only
// when it has to. Method: a few cases by hand, then many strings through a small one.

#include "storage/act/stored_once.h"

#include <string>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

TEST(StoredOnce, FindsWhatWasInserted) {
  StoredOnce stored(10'000);
  EXPECT_EQ(stored.Find("abc"), std::nullopt);
  stored.Insert("abc", 16);
  stored.Insert("abd", 20);
  stored.Insert("", 24);
  EXPECT_EQ(stored.Find("abc"), 16u);
  EXPECT_EQ(stored.Find("abd"), 20u);
  EXPECT_EQ(stored.Find(""), 24u);
  EXPECT_EQ(stored.Find("ab"), std::nullopt);
}

TEST(StoredOnce, RemembersNothingWithoutMemory) {
  StoredOnce stored(0);
  stored.Insert("abc", 16);
  EXPECT_EQ(stored.Find("abc"), std::nullopt);
}

TEST(StoredOnce, LeavesOutWhatIsLongerThanAGeneration) {
  StoredOnce stored(1000);
  stored.Insert(std::string(600, 'x'), 16);
  EXPECT_EQ(stored.Find(std::string(600, 'x')), std::nullopt);
}

TEST(StoredOnce, KeepsWhatIsUsedAndForgetsTheRest) {
  StoredOnce stored(10'000);
  stored.Insert("used", 1);
  for (uint64_t i = 0; i < 1000; ++i) {
    stored.Insert("once " + std::to_string(i), 100 + i);
    EXPECT_EQ(stored.Find("used"), 1u) << i;
  }
  EXPECT_EQ(stored.Find("once 0"), std::nullopt);
  EXPECT_EQ(stored.Find("once 999"), 1099u);
}

}  // namespace
}  // namespace pathkb
