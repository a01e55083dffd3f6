// PathTrie behaves like a std::map under random edits of all kinds, and so do all copies that were
// taken on the way and kept; splits and merges leave exactly the nodes that DESIGN.md draws;
// neither long nor deep paths are special.

#include "core/trie/path_trie.h"

#include <algorithm>
#include <vector>

#include "gtest/gtest.h"

#include "core/trie/read_zipper.h"
#include "core/trie/zipper_testing.h"

namespace pathkb {
namespace {

using Paths = std::map<std::string, uint64_t>;

// What begins with `prefix`, from the first to behind the last.
std::pair<Paths::iterator, Paths::iterator> Below(Paths& paths, const std::string& prefix) {
  const auto first = paths.lower_bound(prefix);
  auto last = first;
  while (last != paths.end() && last->first.starts_with(prefix)) ++last;
  return {first, last};
}

void ExpectSame(const PathTrie& trie, const Paths& paths) {
  ASSERT_EQ(trie.size(), paths.size());
  ReadZipper zipper(trie);
  bool found = zipper.value().has_value() || zipper.NextValue();
  for (const auto& [path, value] : paths) {
    ASSERT_TRUE(found);
    ASSERT_EQ(zipper.path(), path);
    ASSERT_EQ(zipper.value(), value);
    found = zipper.NextValue();
  }
  ASSERT_FALSE(found);
}

// One trie and the map that says what it must hold.
struct Pair {
  PathTrie trie;
  Paths paths;
};

void EditBoth(Pair& pair, const std::vector<Pair>& kept, std::mt19937_64& random) {
  auto& [trie, paths] = pair;
  const std::string path = RandomPath(random);
  const auto here = paths.find(path);
  const std::optional<uint64_t> before =
      here == paths.end() ? std::nullopt : std::optional<uint64_t>(here->second);
  const auto [first, last] = Below(paths, path);
  const uint64_t below = static_cast<uint64_t>(std::distance(first, last));
  switch (random() % 16) {
    default: {
      const uint64_t value = random() % 4 == 0 ? random() : random() % 3;
      ASSERT_EQ(trie.Set(path, value), before);
      paths[path] = value;
      break;
    }
    case 0:
    case 1:
    case 2:
    case 3:
      ASSERT_EQ(trie.Remove(path), before);
      paths.erase(path);
      break;
    case 4:
      ASSERT_EQ(trie.RemoveBelow(path), below);
      paths.erase(first, last);
      break;
    case 5: {  // A part of one of the others, or of itself.
      const Pair& from = kept.empty() || random() % 4 == 0 ? pair : kept[random() % kept.size()];
      const std::string prefix = RandomPath(random);
      Pair part = {from.trie.Subtrie(prefix), {}};
      Paths from_paths = from.paths;
      for (auto [it, end] = Below(from_paths, prefix); it != end; ++it) {
        part.paths[it->first.substr(prefix.size())] = it->second;
      }
      ExpectSame(part.trie, part.paths);
      ASSERT_TRUE(part.trie.IsValid().ok()) << part.trie.IsValid();
      trie.Graft(path, part.trie);
      paths.erase(first, last);
      for (const auto& [key, value] : part.paths) paths[path + key] = value;
      break;
    }
    case 6:
      ASSERT_EQ(trie.CountBelow(path), below);
      ASSERT_EQ(trie.Find(path), before);
      ASSERT_EQ(trie.Contains(path), before.has_value());
      break;
  }
}

TEST(PathTrieTest, RandomEditsOfManyCopies) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < 15 && !HasFatalFailure(); ++round) {
    Pair current;
    std::vector<Pair> kept;
    for (int step = 0; step < 3000 && !HasFatalFailure(); ++step) {
      EditBoth(current, kept, random);
      ASSERT_EQ(current.trie.size(), current.paths.size());
      if (step % 10 == 0) ASSERT_TRUE(current.trie.IsValid().ok()) << current.trie.IsValid();
      if (step % 50 == 0) ExpectSame(current.trie, current.paths);
      if (random() % 40 == 0) {
        kept.push_back(current);
        ASSERT_TRUE(kept.back().trie.SharesRootWith(current.trie));
      }
      // Go on with an old copy, so that copies of copies are edited too.
      if (!kept.empty() && random() % 100 == 0) std::swap(current, kept[random() % kept.size()]);
      if (kept.size() > 20) kept.erase(kept.begin() + static_cast<int>(random() % kept.size()));
      if (current.paths.size() > 2000) current = {};
    }
    for (const Pair& pair : kept) {
      ExpectSame(pair.trie, pair.paths);
      ASSERT_TRUE(pair.trie.IsValid().ok()) << pair.trie.IsValid();
    }
  }
}

PathTrie TrieOf(const Paths& paths) {
  PathTrie trie;
  for (const auto& [path, value] : paths) trie.Set(path, value);
  return trie;
}

TEST(PathTrieTest, SplitsAndMerges) {
  PathTrie trie;
  EXPECT_EQ(trie.Dump(), "");
  trie.Set("team", 1);
  EXPECT_EQ(trie.Dump(), "0 \"team\" = 1\n");
  trie.Set("te", 2);  // Ends inside the run.
  EXPECT_EQ(trie.Dump(), "0 \"te\" = 2\n1 'a' \"m\" = 1\n");
  trie.Set("test", 3);  // A new child.
  EXPECT_EQ(trie.Dump(), "0 \"te\" = 2\n1 'a' \"m\" = 1\n1 's' \"t\" = 3\n");
  trie.Set("to", 4);  // Leaves the run in the middle.
  EXPECT_EQ(trie.Dump(),
            "0 \"t\"\n1 'e' \"\" = 2\n2 'a' \"m\" = 1\n2 's' \"t\" = 3\n1 'o' \"\" = 4\n");
  trie.Remove("te");  // Two children remain: only the value goes.
  EXPECT_EQ(trie.Dump(), "0 \"t\"\n1 'e' \"\"\n2 'a' \"m\" = 1\n2 's' \"t\" = 3\n1 'o' \"\" = 4\n");
  trie.Remove("team");  // The parent is left with one child and no value: they become one.
  EXPECT_EQ(trie.Dump(), "0 \"t\"\n1 'e' \"st\" = 3\n1 'o' \"\" = 4\n");
  trie.Set("t", 5);
  trie.Remove("to");  // The parent has a value: it stays.
  EXPECT_EQ(trie.Dump(), "0 \"t\" = 5\n1 'e' \"st\" = 3\n");
  trie.Remove("t");  // No value any more and one child: they become one.
  EXPECT_EQ(trie.Dump(), "0 \"test\" = 3\n");
  trie.Remove("test");
  EXPECT_TRUE(trie.empty());
  EXPECT_EQ(trie.MemoryBytes(), 0u);
  trie.Set("\x01\"\xFF", 1);
  EXPECT_EQ(trie.Dump(), "0 \"\\x01\\x22\\xFF\" = 1\n");
}

TEST(PathTrieTest, WhatFindsNothingChangesNothing) {
  PathTrie trie = TrieOf({{"ab", 1}, {"abc", 2}, {"abd", 3}});
  const PathTrie copy = trie;
  EXPECT_EQ(trie.Remove("a"), std::nullopt);
  EXPECT_EQ(trie.Remove("abx"), std::nullopt);
  EXPECT_EQ(trie.RemoveBelow("ac"), 0u);
  EXPECT_EQ(trie.Set("abc", 2), 2u);
  EXPECT_TRUE(trie.SharesRootWith(copy));
  EXPECT_EQ(PathTrie().Remove(""), std::nullopt);
  EXPECT_EQ(PathTrie().RemoveBelow(""), 0u);
}

TEST(PathTrieTest, AnEditCopiesOnlyItsWay) {
  PathTrie trie;
  for (int i = 0; i < 100'000; ++i) trie.Set("item/" + std::to_string(i), 0);
  const PathTrie copy = trie;
  trie.Set("item/55555", 1);
  EXPECT_FALSE(trie.SharesRootWith(copy));
  // Parts beside the way are the same nodes; with the same byte cut off, they have the same root.
  EXPECT_TRUE(trie.Subtrie("item/4").SharesRootWith(copy.Subtrie("item/4")));
  EXPECT_TRUE(trie.Subtrie("item/5554").SharesRootWith(copy.Subtrie("item/5554")));
  EXPECT_FALSE(trie.Subtrie("item/5555").SharesRootWith(copy.Subtrie("item/5555")));
  EXPECT_EQ(copy.Find("item/55555"), 0u);
}

TEST(PathTrieTest, CopiesMovesAndSwaps) {
  PathTrie a = TrieOf({{"a", 1}});
  PathTrie b = TrieOf({{"b", 2}});
  a.swap(b);
  EXPECT_TRUE(a.Contains("b"));
  PathTrie c = std::move(a);
  a = c;
  EXPECT_TRUE(a.SharesRootWith(c));
  a = PathTrie(a);
  c = std::move(b);
  EXPECT_TRUE(c.Contains("a"));
  c.Clear();
  EXPECT_TRUE(c.empty());
  EXPECT_TRUE(a.Contains("b"));
}

TEST(PathTrieTest, MemoryBytesFollowsWhatIsHeld) {
  PathTrie trie;
  for (int i = 0; i < 10'000; ++i) trie.Set(std::to_string(i * 7919), 0);
  EXPECT_GT(trie.MemoryBytes(), 10'000u * 8);
  EXPECT_LT(trie.MemoryBytes(), 10'000u * 48);
  for (int i = 0; i < 10'000; ++i) trie.Remove(std::to_string(i * 7919));
  EXPECT_EQ(trie.MemoryBytes(), 0u);
}

TEST(PathTrieTest, AllBytesAndTheEmptyPath) {
  PathTrie trie;
  for (int byte = 255; byte >= 0; --byte) {
    trie.Set(std::string(1, static_cast<char>(byte)), static_cast<uint64_t>(byte));
  }
  trie.Set("", 1000);
  EXPECT_EQ(trie.size(), 257u);
  EXPECT_TRUE(trie.IsValid().ok());
  for (int byte = 0; byte < 256; ++byte) {
    EXPECT_EQ(trie.Remove(std::string(1, static_cast<char>(byte))), static_cast<uint64_t>(byte));
  }
  EXPECT_EQ(trie.Dump(), "0 \"\" = 1000\n");
}

TEST(PathTrieTest, LongPaths) {
  std::mt19937_64 random(TestSeed());
  Pair pair;
  const std::string longest(70'000, 'k');
  for (int i = 0; i < 400; ++i) {
    std::string path = longest.substr(0, random() % longest.size());
    if (random() % 2 == 0) path += std::to_string(i);
    pair.trie.Set(path, static_cast<uint64_t>(i));
    pair.paths[path] = static_cast<uint64_t>(i);
    const PathTrie copy = pair.trie;  // So that the next edit copies.
    if (random() % 3 == 0) {
      pair.trie.Remove(pair.paths.begin()->first);
      pair.paths.erase(pair.paths.begin());
    }
  }
  ASSERT_TRUE(pair.trie.IsValid().ok()) << pair.trie.IsValid();
  ExpectSame(pair.trie, pair.paths);
}

// A trie of 200 000 nodes on one line, built from the bottom as each step from the top would go all
// the way down. Nothing may recurse, and freeing it least of all.
TEST(PathTrieTest, DeepTries) {
  constexpr size_t kDepth = 200'000;
  PathTrie trie;
  for (size_t bytes = kDepth; bytes > 0; --bytes) {
    PathTrie above;
    above.Graft("x", trie);
    above.Set("x", bytes);
    trie = std::move(above);
  }
  EXPECT_EQ(trie.size(), kDepth);
  ASSERT_TRUE(trie.IsValid().ok()) << trie.IsValid();
  const std::string dump = trie.Dump();
  EXPECT_EQ(static_cast<size_t>(std::count(dump.begin(), dump.end(), '\n')), kDepth);
  const std::string deepest(kDepth, 'x');
  EXPECT_EQ(trie.Find(deepest), kDepth);
  PathTrie copy = trie;
  EXPECT_EQ(copy.Set(deepest, 1), kDepth);  // Copies all of it.
  EXPECT_EQ(copy.Set(deepest + "y", 2), std::nullopt);
  EXPECT_EQ(copy.CountBelow(deepest), 2u);
  EXPECT_EQ(copy.Remove(deepest), 1u);
  EXPECT_EQ(trie.Find(deepest), kDepth);
  EXPECT_EQ(copy.RemoveBelow("xx"), kDepth - 1);
  ASSERT_TRUE(copy.IsValid().ok()) << copy.IsValid();
}

// A trie grafted into itself again and again is small, however much it stands for.
TEST(PathTrieTest, GraftedIntoItself) {
  PathTrie trie = TrieOf({{"", 1}});
  for (int i = 0; i < 39; ++i) {
    const PathTrie before = trie;
    trie.Clear();
    trie.Graft("0", before);
    trie.Graft("1", before);
  }
  EXPECT_EQ(trie.size(), uint64_t{1} << 39);
  ASSERT_TRUE(trie.IsValid().ok()) << trie.IsValid();
  EXPECT_EQ(trie.Remove(std::string(39, '1')), 1u);
  EXPECT_EQ(trie.CountBelow("1"), (uint64_t{1} << 38) - 1);
  EXPECT_EQ(trie.CountBelow("0"), uint64_t{1} << 38);
}

}  // namespace
}  // namespace pathkb
