// Goal: a dump is, byte for byte, what PathMap's independent reader prints, for every golden file;
// and it can be stopped where there is no end. Method: the dump of each golden file beside its
// table of entries.

#include "storage/tool/dump.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/file/posix_file_system.h"

namespace pathkb {
namespace {

constexpr char kGolden[] = "tests/golden";

std::string Dump(const std::string& path, uint64_t lines_max = ~uint64_t{0}) {
  std::string text;
  const auto append = [&](std::string_view piece) {
    text += piece;
    return true;
  };
  const absl::Status status = DumpFile(RealFileSystem(), path, append, lines_max);
  EXPECT_TRUE(status.ok()) << status;
  return text;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  size_t start = 0;
  for (size_t end = text.find('\n'); end != text.npos; end = text.find('\n', start)) {
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  EXPECT_EQ(start, text.size()) << "the last line has an end";
  return lines;
}

TEST(Dump, TreesAsTheirTables) {
  int count = 0;
  for (const std::string& folder : {std::string(kGolden), std::string(kGolden) + "/odd"}) {
    for (const std::string& stem : TestFileStems(folder, ".tree")) {
      // The others are steps of a merge, and what has too many entries for a table.
      if (stem.ends_with("/merged_once") || stem.ends_with("/dag_bomb")) continue;
      EXPECT_EQ(Dump(stem + ".tree"), ReadTestFile(stem + ".keys.tsv")) << stem;
      ++count;
    }
  }
  EXPECT_EQ(count, 34);
}

TEST(Dump, ListsOfPathsAsTheirTables) {
  int count = 0;
  for (const std::string& stem : TestFileStems(kGolden, ".paths")) {
    std::string expected;
    uint64_t index = 0;
    if (stem.ends_with("/raw_stream")) {
      for (const std::string& line : Lines(ReadTestFile(stem + ".order.txt"))) {
        expected += line + "\t" + std::to_string(index++) + "\n";
      }
    } else {
      for (const std::string& line : Lines(ReadTestFile(stem + ".keys.tsv"))) {
        const std::string key = line.substr(0, line.find('\t'));
        // PathMap leaves the empty path out.
        if (!key.empty()) expected += key + "\t" + std::to_string(index++) + "\n";
      }
    }
    EXPECT_EQ(Dump(stem + ".paths"), expected) << stem;
    ++count;
  }
  EXPECT_EQ(count, 24);
}

TEST(Dump, DeltasAsTheirTables) {
  const std::vector<std::string> names = {"", "set", "delete", "delete-below", "replace"};
  int count = 0;
  for (const std::string& stem : TestFileStems(std::string(kGolden) + "/deltas", ".paths")) {
    std::string expected;
    for (const std::string& line : Lines(ReadTestFile(stem + ".tsv"))) {
      // Path, number of the operation, entry.
      const size_t first_tab = line.find('\t');
      const int op = line[first_tab + 1] - '0';
      const std::string entry = line.substr(line.find('\t', first_tab + 1));
      expected += names[static_cast<size_t>(op)] + "\t" + line.substr(0, first_tab);
      expected += (op == 1 || op == 4 ? entry : "") + "\n";
    }
    EXPECT_EQ(Dump(stem + ".paths"), expected) << stem;
    ++count;
  }
  EXPECT_EQ(count, 4);
}

TEST(Dump, TermsByTheirIds) {
  EXPECT_EQ(Dump(std::string(kGolden) + "/terms/v1_small.terms"),
            "1\t726564\n2\t677265656e\n3\t\n4\t626c7565\n");
  EXPECT_EQ(Lines(Dump(std::string(kGolden) + "/terms/v1_entries.terms")).size(), 496u);
}

TEST(Dump, StopsWhereItIsToldTo) {
  // 2^60 entries: whoever lists them all does not come back.
  const std::string bomb = std::string(kGolden) + "/odd/dag_bomb.tree";
  EXPECT_EQ(Lines(Dump(bomb, 1000)).size(), 1000u);
  EXPECT_EQ(Dump(bomb, 0), "");
  int calls = 0;
  const auto no_more = [&](std::string_view) { return ++calls < 7; };
  EXPECT_TRUE(DumpFile(RealFileSystem(), bomb, no_more).ok());
  EXPECT_EQ(calls, 7);
}

TEST(Dump, ShowsWhatCanBeReadOfADamagedTreeAndThenSaysSo) {
  std::string text;
  const auto append = [&](std::string_view piece) {
    text += piece;
    return true;
  };
  // `alice` = 1, `alm` = 2, with the line data of `alice` made empty.
  std::string bytes = ReadHexDump("storage/act/FORMAT.md", "two keys");
  bytes[0x10] = 0;
  const std::string path = ::testing::TempDir() + "/dump_damaged.tree";
  FileSystem& files = RealFileSystem();
  files.Remove(path).IgnoreError();
  auto file = files.Create(path);
  ASSERT_TRUE(file.ok() && (*file)->Append(bytes).ok() && (*file)->Close().ok());
  const absl::Status status = DumpFile(files, path, append);
  EXPECT_EQ(text, "616c6d\t2\n");
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(DumpFile(files, "/no/such/file", append).code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace pathkb
