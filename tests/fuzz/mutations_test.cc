// That damage does some: copies differ from the original, in size and content, and are the same for
// the same seed; nothing grows without a bound, and nothing is too small to be damaged.

#include "tests/fuzz/mutations.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace pathkb::fuzz {
namespace {

TEST(MutationsTest, CopiesDiffer) {
  std::mt19937_64 random(1);
  const std::string original(100, 'x');
  std::set<std::string> copies;
  std::set<size_t> sizes;
  for (int i = 0; i < 1000; ++i) {
    const std::string copy = Mutated(original, "other", random);
    copies.insert(copy);
    sizes.insert(copy.size());
    EXPECT_LT(copy.size(), original.size() + 5000);
  }
  EXPECT_GT(copies.size(), 700u);
  EXPECT_GT(sizes.size(), 50u);
}

TEST(MutationsTest, TheSeedDecides) {
  std::mt19937_64 one(7), same(7), other(8);
  const std::string original(1000, 'x');
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const std::string copy = Mutated(original, "y", one);
    EXPECT_EQ(copy, Mutated(original, "y", same));
    differs = differs || copy != Mutated(original, "y", other);
  }
  EXPECT_TRUE(differs);
}

TEST(MutationsTest, NothingIsTooSmall) {
  std::mt19937_64 random(3);
  bool grew = false;
  for (int i = 0; i < 1000; ++i) grew = grew || !Mutated("", "", random).empty();
  EXPECT_TRUE(grew);
  for (int i = 0; i < 1000; ++i) EXPECT_LT(Mutated("a", "b", random).size(), 100u);
}

}  // namespace
}  // namespace pathkb::fuzz
