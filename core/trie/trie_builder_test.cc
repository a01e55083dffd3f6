// A TrieBuilder makes the trie, node by node, that inserting the same paths one by one makes;
// refuses what comes too late without harm; may be used again, and dropped at any time.

#include "core/trie/trie_builder.h"

#include <cstdint>
#include <iterator>
#include <random>
#include <string>

#include "gtest/gtest.h"

#include "core/trie/trie_model.h"
#include "core/trie/zipper_testing.h"

namespace pathkb {
namespace {

void AppendAll(TrieBuilder& builder, const ModelPaths& paths) {
  for (const auto& [path, value] : paths) {
    const absl::Status status = builder.Append(path, value);
    ASSERT_TRUE(status.ok()) << status;
  }
}

// Expects what was built to hold the paths, in the nodes that inserting them makes.
void ExpectLikeInserting(const PathTrie& built, const ModelPaths& paths) {
  EXPECT_TRUE(built.IsValid().ok()) << built.IsValid();
  EXPECT_EQ(FirstDifference(built, paths), "");
  EXPECT_EQ(built.Dump(), TrieOf(paths).Dump());
}

void ExpectBuildsLikeInserting(const ModelPaths& paths) {
  TrieBuilder builder;
  AppendAll(builder, paths);
  ExpectLikeInserting(builder.Finish(), paths);
}

TEST(TrieBuilderTest, FewPaths) {
  ExpectBuildsLikeInserting({});
  ExpectBuildsLikeInserting({{"", 1}});
  ExpectBuildsLikeInserting({{"only", 1}});
  ExpectBuildsLikeInserting({{"", 1}, {"only", 2}});
  ExpectBuildsLikeInserting({{"te", 1}, {"team", 2}, {"test", 3}, {"to", 4}});
  ExpectBuildsLikeInserting({{"abc", 1}, {"abd", 2}, {"ae", 3}});
  ExpectBuildsLikeInserting({{"\x7F", 1}, {"\x80", 2}, {"\xFF", ~uint64_t{0}}});
}

TEST(TrieBuilderTest, PrefixesOfEachOther) {
  ModelPaths paths;
  const std::string longest(300, 'p');
  for (size_t bytes = 0; bytes <= longest.size(); ++bytes) paths[longest.substr(0, bytes)] = bytes;
  ExpectBuildsLikeInserting(paths);
}

TEST(TrieBuilderTest, AllBytesUnderAllBytes) {
  ModelPaths paths;
  for (unsigned i = 0; i < 0x10000; ++i) {
    paths[{static_cast<char>(i >> 8), static_cast<char>(i)}] = i;
  }
  ExpectBuildsLikeInserting(paths);
}

TEST(TrieBuilderTest, LongPaths) {
  const std::string path(70'000, 'k');
  ExpectBuildsLikeInserting({{path, 1}});
  ExpectBuildsLikeInserting({{path.substr(0, 35'000), 1}, {path, 2}, {path + path, 3}});
  ExpectBuildsLikeInserting({{path + "a", 1}, {path + "b", 2}, {path + "b" + path, 3}, {"z", 4}});
}

TEST(TrieBuilderTest, RandomPaths) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < 100 && !HasFailure(); ++round) {
    ModelPaths paths;
    for (uint64_t count = random() % 200; count > 0; --count) {
      paths[RandomPath(random)] = RandomValue(random);
    }
    ExpectBuildsLikeInserting(paths);
  }
}

TEST(TrieBuilderTest, WhatIsNotBehindTheLastPathIsRefused) {
  TrieBuilder builder;
  ASSERT_TRUE(builder.Append("ab", 1).ok());
  ASSERT_TRUE(builder.Append("ac", 2).ok());
  // Smaller, there before, equal, a prefix of the last one.
  EXPECT_EQ(
      builder.Append("aa\xFF", 3),
      absl::InvalidArgumentError("path \"6161ff\" (hex) is not behind the last one, \"6163\""));
  EXPECT_EQ(builder.Append("ab", 3),
            absl::InvalidArgumentError("path \"6162\" (hex) is not behind the last one, \"6163\""));
  EXPECT_EQ(builder.Append("ac", 3),
            absl::InvalidArgumentError("path \"6163\" (hex) is not behind the last one, \"6163\""));
  EXPECT_EQ(builder.Append("a", 3),
            absl::InvalidArgumentError("path \"61\" (hex) is not behind the last one, \"6163\""));
  EXPECT_EQ(builder.Append("", 3).code(), absl::StatusCode::kInvalidArgument);
  // The builder goes on as if nothing had been.
  ASSERT_TRUE(builder.Append(std::string("ac\0", 3), 4).ok());
  ExpectLikeInserting(builder.Finish(), {{"ab", 1}, {"ac", 2}, {std::string("ac\0", 3), 4}});
}

TEST(TrieBuilderTest, TheEmptyPathComesFirstAndOnce) {
  TrieBuilder builder;
  ASSERT_TRUE(builder.Append("", 1).ok());
  EXPECT_FALSE(builder.Append("", 2).ok());
  EXPECT_EQ(builder.Finish().Dump(), "0 \"\" = 1\n");
}

TEST(TrieBuilderTest, FinishLeavesAnEmptyBuilder) {
  TrieBuilder builder;
  EXPECT_TRUE(builder.Finish().empty());
  AppendAll(builder, {{"x", 1}, {"y", 2}});
  const PathTrie first = builder.Finish();
  EXPECT_TRUE(builder.Finish().empty());
  AppendAll(builder, {{"a", 3}, {"x", 4}});  // In front of what was there is no harm any more.
  ExpectLikeInserting(builder.Finish(), {{"a", 3}, {"x", 4}});
  ExpectLikeInserting(first, {{"x", 1}, {"y", 2}});
}

// What is lost here, asan finds.
TEST(TrieBuilderTest, MayBeDroppedAtAnyTime) {
  ModelPaths paths;
  for (uint64_t i = 0; i < 100; ++i) paths["a rather long path " + std::to_string(i)] = ~i;
  for (size_t count = 0; count <= paths.size(); ++count) {
    TrieBuilder builder;
    AppendAll(builder,
              ModelPaths(paths.begin(), std::next(paths.begin(), static_cast<int>(count))));
    if (count > 0) EXPECT_FALSE(builder.Append("a", 1).ok());
  }
}

}  // namespace
}  // namespace pathkb
