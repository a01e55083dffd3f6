// Goal: a cursor that goes down many bytes at once comes exactly as far as the thorough functions
// of act_node.h do byte by byte, and sees the same there, whatever the file. Method: random maps
// with few and many children, long and short segments, with and without tables of siblings; the
// files whole, with some bytes replaced, and cut; cursors that start from the root and from
// wherever the path before has left them. The page counter is to count what was looked at.

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"
#include "storage/act/act_reader.h"
#include "storage/act/act_writer.h"
#include "storage/act/act_zipper.h"
#include "storage/act/test_files.h"

namespace pathkb {
namespace {

// Where a way down ends.
struct Place {
  size_t bytes = 0;
  std::optional<uint64_t> value;
  ByteMask children;
};

// By the functions that check each part before they use it.
Place GoDownThoroughly(const ActReader& reader, std::string_view path) {
  Place place;
  ActNode node;
  if (reader.ReadRoot(node) != nullptr) return place;
  size_t in_line = 0;  // Bytes of the node's segment that are behind us.
  const auto enter = [&](int index) {
    ActNode child;
    if (ReadActChild(reader.act(), node, index, child) != nullptr) return false;
    node = child;
    in_line = 0;
    return true;
  };
  while (true) {
    if (node.is_line() && in_line == node.bytes.size() && node.child_count > 0 && enter(0))
      continue;
    if (place.bytes == path.size()) break;
    const char byte = path[place.bytes];
    if (node.is_line()) {
      if (in_line == node.bytes.size() || node.bytes[in_line] != byte) break;
      ++in_line;
    } else {
      const int index = node.ChildIndex(static_cast<uint8_t>(byte));
      if (index < 0 || !enter(index)) break;
    }
    ++place.bytes;
  }
  if (!node.is_line()) {
    if (node.has_value) place.value = node.value;
    place.children = node.Edges();
  } else if (in_line == node.bytes.size()) {
    if (node.has_value) place.value = node.value;
  } else {
    place.children.Set(static_cast<uint8_t>(node.bytes[in_line]));
  }
  return place;
}

class DescendTest : public ::testing::Test {
 protected:
  size_t Below(size_t n) { return random_() % n; }

  // Keys that share beginnings; with `wide`, nodes with up to 256 children.
  std::map<std::string, uint64_t> RandomKeys(bool wide) {
    std::map<std::string, uint64_t> keys;
    std::string key;
    for (size_t i = 1 + Below(300); i > 0; --i) {
      key.resize(Below(key.size() + 1));
      for (size_t n = Below(6); n > 0; --n) {
        if (Below(6) == 0) key.append(Below(40), 'r');
        key.push_back(static_cast<char>(wide ? Below(256) : 'a' + Below(4)));
      }
      keys[key] = Below(3) == 0 ? random_() : Below(100);
    }
    return keys;
  }

  static std::string Written(const std::map<std::string, uint64_t>& keys, uint32_t table_min) {
    PathTrie trie;
    for (const auto& [key, value] : keys) trie.Set(key, value & 0x3FFFFFFFFFFFFFFF);
    MemoryWritableFile file;
    ReadZipper zipper(trie);
    EXPECT_TRUE(WriteAct(zipper, file, nullptr, {.table_min = table_min}).ok());
    return file.bytes();
  }

  // A key, or something like one.
  std::string RandomPath(const std::vector<std::string>& keys) {
    std::string path = keys[Below(keys.size())];
    if (Below(3) == 0) path.resize(Below(path.size() + 1));
    if (Below(3) == 0) path += keys[Below(keys.size())];
    if (Below(4) == 0 && !path.empty()) path[Below(path.size())] = static_cast<char>(Below(256));
    return path;
  }

  // Goes down to `paths`, by cursors with more and less to go.
  void Compare(const ActReader& reader, const std::vector<std::string>& paths) {
    ActZipper kept(reader);
    PageCounter pages;
    ActZipper counted(reader);
    counted.CountPages(&pages);
    for (const std::string& path : paths) {
      const Place expected = GoDownThoroughly(reader, path);
      ActZipper fresh(reader);
      const size_t gone = fresh.DescendExisting(path);
      counted.Reset();
      counted.DescendExisting(path);
      // The one that stays goes up to a place that it shares with the path, not always the last.
      const std::string_view at = kept.path();
      const auto differs = std::mismatch(at.begin(), at.end(), path.begin(), path.end());
      const size_t common = static_cast<size_t>(differs.first - at.begin());
      const size_t from = Below(2) == 0 ? common : Below(common + 1);
      ASSERT_TRUE(kept.Ascend(at.size() - from));
      const size_t gone_on = kept.DescendExisting(std::string_view(path).substr(from));
      ASSERT_EQ(gone, expected.bytes);
      ASSERT_EQ(from + gone_on, expected.bytes);
      for (const ActZipper* zipper : {&fresh, &kept, &counted}) {
        ASSERT_EQ(zipper->path(), path.substr(0, gone));
        ASSERT_EQ(zipper->value(), expected.value);
        ASSERT_EQ(zipper->child_mask(), expected.children);
      }
      fresh.Reset();
      ASSERT_EQ(fresh.Descend(path), gone == path.size());
    }
    EXPECT_LE(pages.count(), reader.bytes().size() / PageCounter::kPageBytes + 1);
  }

  std::mt19937_64 random_{TestSeed()};
};

TEST_F(DescendTest, AsByteByByteInWholeFilesAndDamagedOnes) {
  size_t damaged_opened = 0;
  for (int round = 0; round < 150; ++round) {
    const auto map = RandomKeys(round % 2 == 0);
    std::vector<std::string> keys, paths;
    for (const auto& [key, value] : map) keys.push_back(key);
    for (int i = 0; i < 60; ++i) paths.push_back(RandomPath(keys));
    std::string bytes = Written(map, static_cast<uint32_t>(2 + Below(6)));
    for (int damage = 0; damage < 12; ++damage) {
      const auto opened = ActReader::Open(MapBytes(bytes));
      if (opened.ok()) {
        Compare(**opened, paths);
        if (HasFatalFailure()) return;
        damaged_opened += damage > 0;
      }
      for (size_t n = 1 + Below(4); n > 0 && bytes.size() > 16; --n) {
        bytes[16 + Below(bytes.size() - 16)] = static_cast<char>(Below(256));
      }
      if (Below(10) == 0) bytes.resize(Below(bytes.size() + 1));
    }
  }
  EXPECT_GT(damaged_opened, 300u);
}

TEST_F(DescendTest, PagesAreCountedWhereTheyAreLookedAt) {
  PathTrie trie;
  for (int i = 0; i < 200'000; ++i) {
    trie.Set("key" + std::to_string(i * 7919 % 1'000'003), static_cast<uint64_t>(i));
  }
  MemoryWritableFile file;
  ReadZipper all(trie);
  ASSERT_TRUE(WriteAct(all, file).ok());
  const auto reader = *ActReader::Open(MapBytes(file.bytes()));
  PageCounter pages;
  ActZipper zipper(*reader);
  zipper.CountPages(&pages);
  EXPECT_EQ(pages.count(), 0u);
  EXPECT_TRUE(zipper.Descend("key7919"));
  const uint64_t one = pages.count();
  EXPECT_GE(one, 2u);
  EXPECT_LE(one, 16u);  // Two or three for each node on the way.
  // The same again is no other page, and a fork counts, too.
  zipper.Fork()->Descend("");
  zipper.Reset();
  EXPECT_TRUE(zipper.Descend("key7919"));
  EXPECT_EQ(pages.count(), one);
  zipper.Reset();
  while (zipper.NextValue()) {
  }
  const uint64_t file_pages = file.bytes().size() / PageCounter::kPageBytes + 1;
  EXPECT_LE(pages.count(), file_pages);
  EXPECT_GE(pages.count(), file_pages - 2);
}

}  // namespace
}  // namespace pathkb
