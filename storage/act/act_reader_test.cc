// Goal: ActReader opens every valid file, refuses every broken one, and finds exactly the entries
// that the tables list. Method: the golden files, and a few built by hand for shapes whose size or
// meaning is out of all proportion to their bytes.

#include "storage/act/act_reader.h"

#include <string>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"

namespace pathkb {
namespace {

constexpr char kGolden[] = "tests/golden";

absl::StatusOr<std::unique_ptr<const ActReader>> OpenFile(const std::string& path) {
  return ActReader::Open(MapBytes(ReadTestFile(path), path));
}

std::string WithHeader(std::string_view objects, uint64_t root) {
  std::string file = "ACTree03";
  for (int i = 0; i < 8; ++i) file.push_back(static_cast<char>(root >> (8 * i)));
  file += objects;
  file.append(8, '\0');
  return file;
}

void ExpectTable(const ActReader& reader, const KeyTable& table) {
  uint64_t path_bytes = 0, path_bytes_max = 0;
  for (const auto& [path, value] : table) {
    const auto found = reader.Find(path);
    ASSERT_TRUE(found.ok()) << found.status();
    ASSERT_EQ(*found, value);
    path_bytes += path.size();
    path_bytes_max = std::max<uint64_t>(path_bytes_max, path.size());
    for (const std::string& other :
         {path + '\0', path + "~", path.substr(0, path.size() / 2),
          path.empty() ? path : path.substr(0, path.size() - 1) + '\x7f'}) {
      const auto expected = table.find(other);
      const auto found_other = reader.Find(other);
      ASSERT_TRUE(found_other.ok()) << found_other.status();
      ASSERT_EQ(*found_other,
                expected == table.end() ? std::nullopt : std::optional<uint64_t>(expected->second));
    }
  }
  const auto contents = reader.Verify();
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->paths, table.size());
  EXPECT_EQ(contents->path_bytes, path_bytes);
  EXPECT_EQ(contents->path_bytes_max, path_bytes_max);
}

TEST(ActReader, FindsTheEntriesOfEveryGoldenFile) {
  int file_count = 0;
  for (const char* directory : {"tests/golden", "tests/golden/odd"}) {
    for (const std::string& stem : TestFileStems(directory, ".tree")) {
      if (stem.ends_with("dag_bomb") || stem.ends_with("merged_once")) continue;
      SCOPED_TRACE(stem);
      auto reader = OpenFile(stem + ".tree");
      ASSERT_TRUE(reader.ok()) << reader.status();
      ExpectTable(**reader, ReadKeyTable(stem + ".keys.tsv"));
      ++file_count;
    }
  }
  EXPECT_GE(file_count, 30);
}

TEST(ActReader, RefusesEveryBadFile) {
  int file_count = 0;
  for (const std::string& stem : TestFileStems("tests/golden/bad", ".tree")) {
    SCOPED_TRACE(stem);
    auto reader = OpenFile(stem + ".tree");
    absl::Status status = reader.status();
    if (reader.ok()) status = (*reader)->Verify().status();
    EXPECT_FALSE(status.ok());
    const bool is_old = stem.ends_with("magic_01") || stem.ends_with("magic_02");
    EXPECT_EQ(status.code(),
              is_old ? absl::StatusCode::kFailedPrecondition : absl::StatusCode::kDataLoss)
        << status;
    EXPECT_NE(status.message().find("bad/"), absl::string_view::npos)
        << "names the file: " << status;
    ++file_count;
  }
  EXPECT_EQ(file_count, 35);
}

TEST(ActReader, NamesBothVersionsAndTheMagic) {
  const std::string empty = ReadTestFile(std::string(kGolden) + "/empty.tree");
  std::string older = empty;
  older.replace(0, 8, "ACTree01");
  EXPECT_EQ(ActReader::Open(MapBytes(older)).status().message(),
            "memory: offset 0: the file has format ACTree01, this program reads ACTree03");
  std::string other = empty;
  other.replace(0, 8,
                "\x7f"
                "ELF\"x?\n");
  EXPECT_EQ(ActReader::Open(MapBytes(other)).status().message(),
            "memory: offset 0: invalid file magic \"\\x7fELF\"x?\\x0a\", expected ACTree03");
}

TEST(ActReader, TakesSixtyDoublingsInItsStride) {
  // 2^60 entries in half a kilobyte: whatever is linear in entries would not come back.
  auto reader = OpenFile("tests/golden/odd/dag_bomb.tree");
  ASSERT_TRUE(reader.ok()) << reader.status();
  const auto contents = (*reader)->Verify();
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->paths, uint64_t{1} << 60);
  EXPECT_EQ(contents->path_bytes_max, 60u);
  EXPECT_EQ(contents->path_bytes, ~uint64_t{0}) << "60 * 2^60 does not fit";
  EXPECT_TRUE((*reader)->Find(std::string(60, 'a')).value().has_value());
  EXPECT_FALSE((*reader)->Find(std::string(59, 'a')).value().has_value());
}

TEST(ActReader, ListsTheRootsOfMergedFiles) {
  const auto history = [](const std::string& name) {
    return OpenFile("tests/golden/" + name + ".tree").value()->RootHistory();
  };
  EXPECT_EQ(history("merged").value(), (std::vector<uint64_t>{260, 189, 91}));
  EXPECT_EQ(history("merged_once").value(), (std::vector<uint64_t>{189, 91}));
  EXPECT_EQ(history("empty").value(), (std::vector<uint64_t>{16}));
  EXPECT_EQ(history("random_10k").value().size(), 1u);
  EXPECT_EQ(history("odd/long_tail").value(), (std::vector<uint64_t>{19}));
  EXPECT_EQ(history("odd/old_root_selected").value(), (std::vector<uint64_t>{22}));
  EXPECT_EQ(history("odd/history_loop").status().code(), absl::StatusCode::kDataLoss);
}

TEST(ActReader, OpensOlderRoots) {
  const auto file = MapBytes(ReadTestFile("tests/golden/merged.tree"));
  ExpectTable(*ActReader::OpenAtRoot(file, 91).value(),
              ReadKeyTable("tests/golden/merged.base.keys.tsv"));
  KeyTable once = ReadKeyTable("tests/golden/merged.base.keys.tsv");
  for (const auto& [path, value] : ReadKeyTable("tests/golden/merged.update1.keys.tsv")) {
    once[path] = value;
  }
  ExpectTable(*ActReader::OpenAtRoot(file, 189).value(), once);
  ExpectTable(*OpenFile("tests/golden/merged_once.tree").value(), once);
  for (uint64_t offset : {uint64_t{0}, uint64_t{15}, uint64_t{275}, ~uint64_t{0}}) {
    EXPECT_EQ(ActReader::OpenAtRoot(file, offset).status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST(ActReader, SaysWhereTheDamageIs) {
  // A branch at 18 whose only child, at 17, is cut short by its parent.
  const std::string file = WithHeader(std::string("\x40\x40\x01\x01x", 5), 18);
  auto reader = ActReader::Open(MapBytes(file, "x.tree"));
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->Verify().status().message(),
            "x.tree: offset 17: child 0 of the node at 18: its value is cut off");
  EXPECT_EQ((*reader)->Find("x").status().message(),
            "x.tree: offset 18: child 0 of this node: its value is cut off");
  EXPECT_EQ((*reader)->Find("y").value(), std::nullopt);
}

TEST(ActReader, GoesThroughAVeryDeepFile) {
  // 200,000 single-child branches on top of one another: any recursion would end the stack.
  constexpr int kDepth = 200'000;
  std::string objects("\x40\x07", 2);
  for (int i = 0; i < kDepth; ++i) {
    objects += '\x01';
    objects += i == 0 ? '\x02' : '\x03';
    objects += 'd';
  }
  auto reader = ActReader::Open(MapBytes(WithHeader(objects, 16 + objects.size() - 3)));
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->Verify().value().path_bytes_max, static_cast<uint64_t>(kDepth));
  EXPECT_EQ((*reader)->Find(std::string(kDepth, 'd')).value(), 7u);
  EXPECT_EQ((*reader)->Find(std::string(kDepth - 1, 'd')).value(), std::nullopt);
}

TEST(ActReader, DigestTakesTheHeaderLast) {
  const std::string bytes = ReadTestFile("tests/golden/one_key.tree");
  auto reader = ActReader::Open(MapBytes(bytes)).value();
  EXPECT_EQ(reader->Digest(), ActDigest(bytes));
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] ^= 1;
    EXPECT_NE(ActDigest(changed), ActDigest(bytes)) << "byte " << i;
  }
}

}  // namespace
}  // namespace pathkb
