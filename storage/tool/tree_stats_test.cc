// Goal: the figures are those of the bytes, and take linear time where sharing describes more than
// could ever be counted. Method: the examples of the format page counted by hand, golden files
// whose bytes must add up, and 2^60 entries in half a kilobyte.

#include "storage/tool/tree_stats.h"

#include <string>

#include "gtest/gtest.h"

#include "storage/act/act_writer.h"
#include "storage/act/test_files.h"

namespace pathkb {
namespace {

TreeStats StatsOf(const std::string& bytes) {
  auto tree = ActReader::Open(MapBytes(bytes));
  EXPECT_TRUE(tree.ok()) << tree.status();
  auto stats = CollectTreeStats(**tree);
  EXPECT_TRUE(stats.ok()) << stats.status();
  return *stats;
}

uint64_t SumOfBytes(const TreeStats& stats) {
  return stats.branch_bytes + stats.line_bytes + stats.segment_bytes + stats.table_bytes +
         stats.frame_bytes + stats.unreferenced_bytes;
}

TEST(TreeStats, CountsTheExampleOfTwoKeys) {
  const TreeStats stats = StatsOf(ReadHexDump("storage/act/FORMAT.md", "two keys"));
  EXPECT_EQ(stats.paths, 2u);
  EXPECT_EQ(stats.path_bytes, 8u);
  EXPECT_EQ(stats.path_bytes_max, 5u);
  EXPECT_EQ(stats.value_max, 2u);
  EXPECT_EQ(stats.branch_nodes, 2u);
  EXPECT_EQ(stats.line_nodes, 2u);
  EXPECT_EQ(stats.segments, 2u);
  EXPECT_EQ(stats.described_nodes, 4u);
  EXPECT_EQ(stats.depth_max, 3u);
  EXPECT_EQ(stats.branch_bytes, 2u + 4u);
  EXPECT_EQ(stats.line_bytes, 3u + 3u);
  EXPECT_EQ(stats.segment_bytes, 3u + 3u);
  EXPECT_EQ(stats.frame_bytes, 16u + 8u);
  EXPECT_EQ(stats.unreferenced_bytes, 0u);
  EXPECT_EQ(stats.fan_out[0], 1u) << "the end of alm";
  EXPECT_EQ(stats.fan_out[2], 1u) << "i and m";
}

TEST(TreeStats, CountsWhatIsSharedOnceAndAsOftenAsItIsMet) {
  const TreeStats stats = StatsOf(ReadHexDump("storage/act/FORMAT.md", "shared"));
  EXPECT_EQ(stats.paths, 4u);
  EXPECT_EQ(stats.branch_nodes, 5u) << "root, a, b, and the pair x, y once";
  EXPECT_EQ(stats.described_nodes, 7u);
}

TEST(TreeStats, BytesAddUpToTheFile) {
  int count = 0;
  for (const std::string folder : {"tests/golden", "tests/golden/odd"}) {
    for (const std::string& stem : TestFileStems(folder, ".tree")) {
      const std::string bytes = ReadTestFile(stem + ".tree");
      const TreeStats stats = StatsOf(bytes);
      EXPECT_EQ(SumOfBytes(stats), bytes.size()) << stem;
      EXPECT_EQ(stats.file_bytes, bytes.size()) << stem;
      // Only what is merged, or made so, has bytes that nothing leads to.
      const bool may_have_gaps = stem.find("merged") != stem.npos || stem.find("odd/") != stem.npos;
      if (!may_have_gaps) EXPECT_EQ(stats.unreferenced_bytes, 0u) << stem;
      ++count;
    }
  }
  EXPECT_EQ(count, 36);
  EXPECT_GT(StatsOf(ReadTestFile("tests/golden/odd/gaps.tree")).unreferenced_bytes, 0u);
  EXPECT_GT(StatsOf(ReadTestFile("tests/golden/merged.tree")).unreferenced_bytes, 0u);
}

TEST(TreeStats, TablesAndFootersAreCounted) {
  MemoryWritableFile file;
  ActWriter writer(file);
  // Two places with the same 26 children, written once, with a table of 25 positions.
  for (const std::string place : {"one", "two"}) {
    for (char c = 'a'; c <= 'z'; ++c) ASSERT_TRUE(writer.Add(place + c, 7).ok());
  }
  const auto totals = writer.Finish();
  ASSERT_TRUE(totals.ok()) << totals.status();
  const TreeStats stats = StatsOf(file.bytes());
  EXPECT_EQ(stats.paths, 52u);
  EXPECT_EQ(stats.tables, 1u);
  EXPECT_EQ(stats.table_bytes, 25u);
  EXPECT_EQ(stats.table_bytes, totals->table_bytes);
  EXPECT_EQ(stats.frame_bytes, 16u + 48u + 8u);
  EXPECT_EQ(SumOfBytes(stats), file.bytes().size());
  EXPECT_EQ(stats.unreferenced_bytes, 0u);
}

TEST(TreeStats, TakesSixtyDoublingsInItsStride) {
  const TreeStats stats = StatsOf(ReadTestFile("tests/golden/odd/dag_bomb.tree"));
  EXPECT_EQ(stats.paths, uint64_t{1} << 60);
  EXPECT_EQ(stats.path_bytes, ~uint64_t{0}) << "60 * 2^60 does not fit";
  EXPECT_EQ(stats.described_nodes, (uint64_t{1} << 61) - 1);
  EXPECT_EQ(stats.depth_max, 61u);
  EXPECT_FALSE(TreeStatsFigures(stats).figures().empty());
}

TEST(TreeStats, RefusesDamage) {
  std::string bytes = ReadHexDump("storage/act/FORMAT.md", "two keys");
  bytes[0x10] = 0;
  auto tree = ActReader::Open(MapBytes(bytes));
  ASSERT_TRUE(tree.ok());
  const auto stats = CollectTreeStats(**tree);
  EXPECT_EQ(stats.status().message(), "memory: offset 19: its segment is empty");
}

}  // namespace
}  // namespace pathkb
