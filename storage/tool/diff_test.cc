// Goal: a diff shows exactly what differs, between all kinds of files with keys. Method: small
// files written on the spot, golden files beside each other, random tables beside a std::map.

#include "storage/tool/diff.h"

#include <map>
#include <random>
#include <string>

#include "fmt/format.h"
#include "gtest/gtest.h"

#include "storage/act/act_writer.h"
#include "storage/act/test_files.h"
#include "storage/file/posix_file_system.h"
#include "storage/tool/hex.h"

namespace pathkb {
namespace {

std::string WriteTree(const std::string& name, const KeyTable& table) {
  const std::string path = ::testing::TempDir() + "/" + name;
  FileSystem& files = RealFileSystem();
  files.Remove(path).IgnoreError();
  auto file = files.Create(path);
  EXPECT_TRUE(file.ok()) << file.status();
  ActWriter writer(**file);
  for (const auto& [key, value] : table) EXPECT_TRUE(writer.Add(key, value).ok());
  EXPECT_TRUE(writer.Finish().ok());
  EXPECT_TRUE((*file)->Close().ok());
  return path;
}

struct Outcome {
  std::string text;
  DiffCounts counts;
};

Outcome Diff(const std::string& first, const std::string& second,
             uint64_t lines_max = ~uint64_t{0}) {
  Outcome outcome;
  const auto append = [&](std::string_view piece) {
    outcome.text += piece;
    return true;
  };
  const auto counts = DiffFiles(RealFileSystem(), first, second, append, lines_max);
  EXPECT_TRUE(counts.ok()) << counts.status();
  if (counts.ok()) outcome.counts = *counts;
  return outcome;
}

TEST(Diff, ShowsWhatIsRemovedAddedAndChanged) {
  const std::string first = WriteTree("a.tree", {{"", 1}, {"ab", 2}, {"abc", 3}, {"z", 4}});
  const std::string second = WriteTree("b.tree", {{"ab", 2}, {"abc", 5}, {"b", 6}, {"z", 4}});
  const Outcome outcome = Diff(first, second);
  EXPECT_EQ(outcome.text,
            "- \t1\n"
            "~ 616263\t3\t5\n"
            "+ 62\t6\n");
  EXPECT_EQ(outcome.counts.removed, 1u);
  EXPECT_EQ(outcome.counts.changed, 1u);
  EXPECT_EQ(outcome.counts.added, 1u);
  EXPECT_EQ(outcome.counts.equal, 2u);
  EXPECT_TRUE(outcome.counts.differ());
  EXPECT_TRUE(outcome.counts.values_compared);
  EXPECT_FALSE(Diff(first, first).counts.differ());
  const Outcome cut = Diff(first, second, 2);
  EXPECT_EQ(cut.text, "- \t1\n~ 616263\t3\t5\n");
  EXPECT_FALSE(cut.counts.complete);
}

TEST(Diff, SharedAndUnsharedTreesAreEqual) {
  const std::string golden = "tests/golden/";
  EXPECT_FALSE(Diff(golden + "shared_subtrees.tree", golden + "odd/shared_subtrees_dag.tree")
                   .counts.differ());
  const DiffCounts merged = Diff(golden + "merged_once.tree", golden + "merged.tree").counts;
  EXPECT_EQ(merged.removed, 0u);
  EXPECT_GT(merged.added, 0u);
}

TEST(Diff, ATreeBesideAListComparesKeysOnly) {
  const std::string golden = "tests/golden/";
  for (const std::string name : {"values", "random_10k", "long_keys"}) {
    const Outcome outcome = Diff(golden + name + ".tree", golden + name + ".paths");
    EXPECT_FALSE(outcome.counts.differ()) << name << ": " << outcome.text.substr(0, 200);
    EXPECT_FALSE(outcome.counts.values_compared);
    EXPECT_GT(outcome.counts.equal, 0u);
  }
  // The one key that PathMap's list loses.
  EXPECT_EQ(Diff(golden + "root_and_one.tree", golden + "root_and_one.paths").text, "- \t5\n");
}

TEST(Diff, DeltasHaveChangesForValues) {
  const std::string golden = "tests/golden/deltas/";
  EXPECT_FALSE(
      Diff(golden + "v1_operations.paths", golden + "v1_operations.paths").counts.differ());
  const Outcome outcome = Diff(golden + "v1_empty.paths", golden + "v1_operations.paths");
  EXPECT_EQ(outcome.counts.added, 5u);
  EXPECT_EQ(outcome.counts.removed + outcome.counts.changed, 0u);
}

TEST(Diff, RefusesWhatHasNoOrderOrNoKeys) {
  const auto nothing = [](std::string_view) { return true; };
  FileSystem& files = RealFileSystem();
  const std::string tree = "tests/golden/values.tree";
  EXPECT_EQ(DiffFiles(files, "tests/golden/raw_stream.paths", tree, nothing).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(DiffFiles(files, tree, "tests/golden/values.keys.tsv", nothing).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(DiffFiles(files, tree, "tests/golden/bad/truncated.paths", nothing).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(DiffFiles(files, tree, "/no/such.tree", nothing).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(Diff, RandomTablesAsAMapSays) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < 40; ++round) {
    KeyTable first, second;
    for (int i = 0; i < 60; ++i) {
      std::string key(random() % 5, 'a');
      for (char& c : key) c = static_cast<char>('a' + random() % 3);
      if (random() % 4 != 0) first[key] = random() % 3;
      if (random() % 4 != 0) second[key] = random() % 3;
    }
    std::map<std::string, std::string> expected;
    for (const auto& [key, value] : first) {
      if (!second.contains(key)) expected[key] = fmt::format("- {}\t{}\n", HexOf(key), value);
    }
    for (const auto& [key, value] : second) {
      const auto found = first.find(key);
      if (found == first.end()) {
        expected[key] = fmt::format("+ {}\t{}\n", HexOf(key), value);
      } else if (found->second != value) {
        expected[key] = fmt::format("~ {}\t{}\t{}\n", HexOf(key), found->second, value);
      }
    }
    std::string text;
    for (const auto& [key, line] : expected) text += line;
    const Outcome outcome =
        Diff(WriteTree("random_a.tree", first), WriteTree("random_b.tree", second));
    ASSERT_EQ(outcome.text, text) << "round " << round;
    ASSERT_EQ(outcome.counts.differ(), !expected.empty());
  }
}

}  // namespace
}  // namespace pathkb
