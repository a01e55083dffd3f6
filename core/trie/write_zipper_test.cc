// WriteZipper edits the trie where it stands; checked by hand and against a std::map in random
// walks.

#include "core/trie/write_zipper.h"

#include <map>

#include "gtest/gtest.h"

#include "core/trie/trie_matchers.h"
#include "core/trie/trie_model.h"
#include "core/trie/zipper_testing.h"

namespace pathkb {
namespace {

TEST(WriteZipperTest, MovesMakeNothing) {
  PathTrie trie;
  WriteZipper zipper(&trie);
  zipper.Descend("some/where");
  zipper.DescendByte('x');
  EXPECT_EQ(zipper.path(), "some/wherex");
  EXPECT_EQ(zipper.value(), std::nullopt);
  EXPECT_TRUE(zipper.Ascend(3));
  EXPECT_FALSE(zipper.Ascend(100));
  EXPECT_EQ(zipper.path(), "some/whe");
  EXPECT_TRUE(trie.empty());
  EXPECT_EQ(zipper.RemoveValue(), std::nullopt);
  EXPECT_EQ(zipper.RemoveBelow(), 0u);
  EXPECT_TRUE(zipper.TakeSubtrie().empty());
  EXPECT_EQ(zipper.SetValue(1), std::nullopt);
  EXPECT_EQ(zipper.SetValue(2), 1u);
  EXPECT_EQ(trie.Find("some/whe"), 2u);
}

TEST(WriteZipperTest, TakesAndGrafts) {
  PathTrie trie;
  for (const char* path : {"a/", "a/x", "a/y", "b"}) trie.Set(path, 1);
  const PathTrie before = trie;
  WriteZipper zipper(&trie);
  zipper.Descend("a/");
  EXPECT_EQ(zipper.CountValues(), 3u);
  const PathTrie taken = zipper.TakeSubtrie();
  EXPECT_EQ(taken.size(), 3u);
  EXPECT_EQ(taken.Find(""), 1u);
  EXPECT_EQ(trie.size(), 1u);
  zipper.Reset();
  zipper.Descend("copy/of/a/");
  zipper.Graft(taken);
  EXPECT_EQ(trie.Find("copy/of/a/x"), 1u);
  EXPECT_EQ(zipper.CountValues(), 3u);
  zipper.Graft(PathTrie());
  EXPECT_EQ(trie.size(), 1u);
  EXPECT_EQ(before.size(), 4u);
  EXPECT_TRUE(trie.IsValid().ok()) << trie.IsValid();
}

TEST(WriteZipperTest, MovesWhatIsBelow) {
  PathTrie trie = TrieOf({{"a", 1}, {"ab", 2}, {"abc", 3}, {"b", 4}});
  WriteZipper zipper(&trie);
  zipper.Descend("ab");
  zipper.InsertPrefix("xy");
  EXPECT_THAT(trie, HoldsExactly({{"a", 1}, {"abxy", 2}, {"abxyc", 3}, {"b", 4}}));
  EXPECT_FALSE(zipper.RemovePrefix("z"));
  EXPECT_TRUE(zipper.RemovePrefix("x"));
  EXPECT_THAT(trie, HoldsExactly({{"a", 1}, {"aby", 2}, {"abyc", 3}, {"b", 4}}));
}

TEST(WriteZipperTest, AlgebraBelow) {
  const PathTrie other = TrieOf({{"1", 7}, {"3", 8}});
  PathTrie trie = TrieOf({{"p/1", 1}, {"p/2", 2}, {"q", 3}});
  WriteZipper zipper(&trie);
  zipper.Descend("p/");
  EXPECT_TRUE(zipper.JoinInto(other, LeftValue));
  EXPECT_THAT(trie, HoldsExactly({{"p/1", 1}, {"p/2", 2}, {"p/3", 8}, {"q", 3}}));
  EXPECT_FALSE(zipper.JoinInto(other, LeftValue));
  EXPECT_TRUE(zipper.MeetInto(other, RightValue));
  EXPECT_THAT(trie, HoldsExactly({{"p/1", 7}, {"p/3", 8}, {"q", 3}}));
  EXPECT_TRUE(zipper.Restrict(TrieOf({{"3", 0}})));
  EXPECT_THAT(trie, HoldsExactly({{"p/3", 8}, {"q", 3}}));
  EXPECT_TRUE(zipper.Subtract(other));
  EXPECT_THAT(trie, HoldsExactly({{"q", 3}}));
  EXPECT_FALSE(zipper.Subtract(other));
}

TEST(TrieMatchersTest, SayWhatIsDifferent) {
  const PathTrie trie = TrieOf({{"a", 1}, {"b", 2}});
  EXPECT_THAT(trie, ::testing::Not(HoldsExactly({{"a", 1}})));
  ::testing::StringMatchResultListener said;
  EXPECT_FALSE(HoldsExactly({{"a", 1}, {"b", 3}}).MatchAndExplain(trie, &said));
  EXPECT_THAT(said.str(), ::testing::HasSubstr("b"));
}

TEST(WriteZipperTest, RandomWalksWithEdits) {
  std::mt19937_64 random(TestSeed());
  PathTrie trie;
  std::map<std::string, uint64_t> model;
  WriteZipper zipper(&trie);
  for (int step = 0; step < 50'000; ++step) {
    const std::string here(zipper.path());
    const auto found = model.find(here);
    const std::optional<uint64_t> before =
        found == model.end() ? std::nullopt : std::optional<uint64_t>(found->second);
    switch (random() % 8) {
      case 0:
      case 1:
        zipper.Ascend(random() % (here.size() + 1));
        break;
      case 2:
      case 3:
        if (here.size() < 60) zipper.Descend(RandomPath(random));
        break;
      case 4:
        ASSERT_EQ(zipper.RemoveValue(), before);
        model.erase(here);
        break;
      case 5: {
        if (here.size() < 3) break;
        uint64_t removed = 0;
        for (auto it = model.lower_bound(here); it != model.end() && it->first.starts_with(here);
             ++removed) {
          it = model.erase(it);
        }
        ASSERT_EQ(random() % 2 == 0 ? zipper.RemoveBelow() : zipper.TakeSubtrie().size(), removed);
        break;
      }
      default:
        ASSERT_EQ(zipper.value(), before);
        ASSERT_EQ(zipper.SetValue(static_cast<uint64_t>(step)), before);
        model[here] = static_cast<uint64_t>(step);
    }
    if (step % 500 == 0) ASSERT_TRUE(trie.IsValid().ok()) << trie.IsValid();
  }
  ASSERT_EQ(trie.size(), model.size());
  for (const auto& [path, value] : model) ASSERT_EQ(trie.Find(path), value);
}

}  // namespace
}  // namespace pathkb
