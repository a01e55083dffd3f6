// Difference() reports what a comparison of two maps reports, over random tries that share nodes or
// do not; and it looks at no more nodes than the edits between the two tries have touched.

#include "core/trie/difference.h"

#include "gtest/gtest.h"

#include "core/trie/read_zipper.h"
#include "core/trie/zipper_testing.h"

namespace pathkb {
namespace {

using Paths = std::map<std::string, uint64_t>;

Paths PathsOf(const PathTrie& trie) {
  Paths paths;
  ReadZipper zipper(trie);
  if (zipper.value().has_value()) paths[""] = *zipper.value();
  while (zipper.NextValue()) paths[std::string(zipper.path())] = *zipper.value();
  return paths;
}

Paths NaiveDifference(const Paths& newer, const Paths& older) {
  Paths result;
  for (const auto& [path, value] : newer) {
    const auto found = older.find(path);
    if (found == older.end() || found->second != value) result[path] = value;
  }
  return result;
}

void EditAtRandom(PathTrie& trie, int edits, std::mt19937_64& random) {
  for (; edits > 0; --edits) {
    const std::string path = RandomPath(random);
    switch (random() % 8) {
      case 0:
        trie.RemoveBelow(path);
        break;
      case 1:
        trie.Remove(path);
        break;
      case 2:
        trie.Graft(path, trie.Subtrie(RandomPath(random)));
        if (trie.size() > 500) trie.Clear();
        break;
      default:
        trie.Set(path, random() % 3);
    }
  }
}

TEST(DifferenceTest, AgreesWithTheModel) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < 1000 && !HasFailure(); ++round) {
    PathTrie older;
    EditAtRandom(older, static_cast<int>(random() % 60), random);
    PathTrie newer;
    if (random() % 4 != 0) newer = older;  // Else nothing is shared.
    EditAtRandom(newer, static_cast<int>(random() % 60), random);
    const PathTrie difference = Difference(newer, older);
    ASSERT_TRUE(difference.IsValid().ok()) << difference.IsValid();
    ASSERT_EQ(PathsOf(difference), NaiveDifference(PathsOf(newer), PathsOf(older)))
        << "newer\n"
        << newer.Dump() << "older\n"
        << older.Dump();
    ASSERT_TRUE(newer.IsValid().ok());
    ASSERT_TRUE(older.IsValid().ok());
  }
}

TEST(DifferenceTest, LooksOnlyWhereEditsWere) {
  std::mt19937_64 random(TestSeed());
  PathTrie older;
  for (int i = 0; i < 1'000'000; ++i) {
    const uint64_t bytes = random();
    older.Set({reinterpret_cast<const char*>(&bytes), sizeof bytes}, 0);
  }
  PathTrie newer = older;
  uint64_t visited = 0;
  EXPECT_TRUE(Difference(newer, older, &visited).empty());
  EXPECT_EQ(visited, 0u);

  constexpr int kEdits = 100;
  for (int i = 0; i < kEdits; ++i) {
    const uint64_t bytes = random();
    newer.Set({reinterpret_cast<const char*>(&bytes), sizeof bytes}, 1);
  }
  const PathTrie difference = Difference(newer, older, &visited);
  EXPECT_EQ(difference.size(), uint64_t{kEdits});
  EXPECT_LE(visited, kEdits * sizeof(uint64_t));
}

TEST(DifferenceTest, NewPartsAreShared) {
  PathTrie part;
  for (int i = 0; i < 1000; ++i) part.Set(std::to_string(i), 1);
  PathTrie older;
  older.Set("old", 1);
  PathTrie newer = older;
  newer.Graft("new/", part);
  uint64_t visited = 0;
  const PathTrie difference = Difference(newer, older, &visited);
  EXPECT_EQ(difference.size(), 1000u);
  EXPECT_LE(visited, 2u);
  EXPECT_TRUE(Difference(difference.Subtrie("new/"), part, &visited).empty());
  EXPECT_LE(visited, 1u);
  // Against nothing, all is new.
  EXPECT_TRUE(Difference(newer, PathTrie()).SharesRootWith(newer));
  EXPECT_TRUE(Difference(PathTrie(), newer).empty());
}

TEST(DifferenceTest, DeepTries) {
  const std::string deep(70'000, 'd');
  PathTrie older;
  for (size_t bytes = 0; bytes <= deep.size(); bytes += 100) {
    older.Set(std::string_view(deep).substr(0, bytes), bytes);
  }
  PathTrie newer = older;
  newer.Set(deep, 1);
  newer.Set(deep + "x", 2);
  EXPECT_EQ(PathsOf(Difference(newer, older)), (Paths{{deep, 1}, {deep + "x", 2}}));
  PathTrie run;
  run.Set(deep, 70'000);
  EXPECT_TRUE(Difference(run, older).empty());
  EXPECT_EQ(Difference(older, run).size(), older.size() - 1);
}

}  // namespace
}  // namespace pathkb
