// Compares every operation of ByteMask with a plain std::set<unsigned>.

#include "core/base/byte_mask.h"

#include <random>
#include <set>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

TEST(ByteMaskTest, AgreesWithASet) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    ByteMask mask;
    std::set<unsigned> model;
    for (int i = 0, n = static_cast<int>(random() % 300); i < n; ++i) {
      const unsigned byte = random() % 256;
      if (random() % 3 == 0) {
        mask.Clear(static_cast<uint8_t>(byte));
        model.erase(byte);
      } else {
        mask.Set(static_cast<uint8_t>(byte));
        model.insert(byte);
      }
    }
    EXPECT_EQ(mask.count(), static_cast<int>(model.size()));
    EXPECT_EQ(mask.empty(), model.empty());
    for (unsigned byte = 0; byte <= 256; ++byte) {
      const auto next = model.lower_bound(byte);
      EXPECT_EQ(mask.NextFrom(byte).has_value(), next != model.end());
      if (next != model.end()) EXPECT_EQ(*mask.NextFrom(byte), *next);
      EXPECT_EQ(mask.LastBelow(byte).has_value(), next != model.begin());
      if (next != model.begin()) EXPECT_EQ(*mask.LastBelow(byte), *std::prev(next));
      if (byte == 256) break;
      EXPECT_EQ(mask.Test(static_cast<uint8_t>(byte)), model.count(byte) == 1);
      EXPECT_EQ(mask.Rank(static_cast<uint8_t>(byte)), std::distance(model.begin(), next));
    }
  }
}

TEST(ByteMaskTest, RangeIncludesBothEnds) {
  const ByteMask mask = ByteMask::Range(0x80, 0xC0);
  EXPECT_EQ(mask.count(), 65);
  EXPECT_TRUE(mask.Test(0x80));
  EXPECT_TRUE(mask.Test(0xC0));
  EXPECT_FALSE(mask.Test(0xC1));
  EXPECT_EQ(ByteMask::Range(0, 255).count(), 256);
  EXPECT_TRUE(ByteMask::Range(5, 4).empty());
}

}  // namespace
}  // namespace pathkb
