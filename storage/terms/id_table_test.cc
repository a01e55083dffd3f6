// Goal: IdTable finds every id under its prefix, however prefixes fall, and hands all out in order.
// Method: a std::multimap beside it, for spread, clustered and equal prefixes.

#include "storage/terms/id_table.h"

#include <map>
#include <random>
#include <set>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"

namespace pathkb {
namespace {

void CompareWithModel(uint64_t count, uint64_t prefix_mask) {
  std::mt19937_64 random(TestSeed());
  IdTable table;
  std::multimap<uint64_t, uint64_t> model;
  for (uint64_t id = 1; id <= count; ++id) {
    const uint64_t prefix = TermsHashPrefix(random()) & prefix_mask;
    table.Insert(prefix, id);
    model.emplace(prefix, id);
  }
  for (const auto& [prefix, id] : model) {
    ASSERT_EQ(table.Find(prefix, [wanted = id](uint64_t found) { return found == wanted; }), id);
  }
  for (uint64_t i = 0; i < 1000; ++i) {
    const uint64_t prefix = TermsHashPrefix(random()) & prefix_mask;
    std::set<uint64_t> asked, expected;
    EXPECT_EQ(table.Find(prefix, [&](uint64_t id) { return !asked.insert(id).second; }), 0u);
    const auto [begin, end] = model.equal_range(prefix);
    for (auto it = begin; it != end; ++it) expected.insert(it->second);
    ASSERT_EQ(asked, expected);
  }
  table.Sort();
  auto next = model.begin();  // Of one prefix, in the order of insertion.
  table.ForEach([&](uint64_t prefix, uint64_t id) {
    ASSERT_TRUE(next != model.end());
    ASSERT_EQ(std::pair(prefix, id), std::pair(next->first, next->second));
    ++next;
  });
  EXPECT_TRUE(next == model.end());
}

constexpr uint64_t kAllBits = (uint64_t{1} << kTermsPrefixBits) - 1;

TEST(IdTable, SpreadPrefixes) {
  CompareWithModel(0, kAllBits);
  CompareWithModel(10, kAllBits);
  CompareWithModel(200'000, kAllBits);
}

TEST(IdTable, OnePartAndItsEnds) {
  CompareWithModel(3000, kTermsTagMax);
  CompareWithModel(3000, 3);
  CompareWithModel(2000, kAllBits & ~uint64_t{0xFFFFFF});
}

TEST(IdTable, OnePrefix) { CompareWithModel(2000, 0); }

}  // namespace
}  // namespace pathkb
