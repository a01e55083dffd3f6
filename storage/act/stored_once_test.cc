// Goal: whatever StoredOnce finds is the offset given for exactly those bytes, and it forgets only
// when it has to. Method: a few cases by hand, then many strings through a small one.

#include "storage/act/stored_once.h"

#include <string>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

void Insert(StoredOnce& stored, std::string_view bytes, uint64_t offset) {
  stored.Insert(bytes, stored.Find(bytes), offset);
}

TEST(StoredOnce, FindsWhatWasInserted) {
  StoredOnce stored(10'000);
  EXPECT_EQ(stored.Find("abc").offset, std::nullopt);
  Insert(stored, "abc", 16);
  Insert(stored, "abd", 20);
  Insert(stored, "", 24);
  EXPECT_EQ(stored.Find("abc").offset, 16u);
  EXPECT_EQ(stored.Find("abd").offset, 20u);
  EXPECT_EQ(stored.Find("").offset, 24u);
  EXPECT_EQ(stored.Find("ab").offset, std::nullopt);
}

TEST(StoredOnce, RemembersNothingWithoutMemory) {
  StoredOnce stored(0);
  Insert(stored, "abc", 16);
  EXPECT_EQ(stored.Find("abc").offset, std::nullopt);
}

TEST(StoredOnce, LeavesOutWhatIsLongerThanAGeneration) {
  StoredOnce stored(1000);
  Insert(stored, std::string(600, 'x'), 16);
  EXPECT_EQ(stored.Find(std::string(600, 'x')).offset, std::nullopt);
}

TEST(StoredOnce, KeepsWhatIsUsedAndForgetsTheRest) {
  StoredOnce stored(10'000);
  Insert(stored, "used", 1);
  for (uint64_t i = 0; i < 1000; ++i) {
    Insert(stored, "once " + std::to_string(i), 100 + i);
    EXPECT_EQ(stored.Find("used").offset, 1u) << i;
  }
  EXPECT_EQ(stored.Find("once 0").offset, std::nullopt);
  EXPECT_EQ(stored.Find("once 999").offset, 1099u);
}

TEST(StoredOnce, ANewerOffsetTakesThePlaceOfTheOlder) {
  StoredOnce stored(10'000);
  Insert(stored, "abc", 16);
  Insert(stored, "abc", 99);
  EXPECT_EQ(stored.Find("abc").offset, 99u);
}

TEST(StoredOnce, StaysWithinItsMemory) {
  constexpr uint64_t kBytesMax = 1 << 20;
  StoredOnce stored(kBytesMax);
  for (uint64_t i = 0; i < 200'000; ++i) {
    const std::string bytes = std::to_string(i * i) + std::string(i % 50, 'x');
    Insert(stored, bytes, 16 + i);
    ASSERT_EQ(stored.Find(bytes).offset, 16 + i);
    ASSERT_LE(stored.MemoryBytes(), kBytesMax) << i;
  }
  EXPECT_GT(stored.MemoryBytes(), kBytesMax / 3);
}

}  // namespace
}  // namespace pathkb
