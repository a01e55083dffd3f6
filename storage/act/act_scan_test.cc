// Goal: ScanAct() visits what a cursor visits, over sound and over damaged files, and stops when it
// is told to. Method: every golden file beside its table; files with flipped bytes beside
// ActZipper.

#include "storage/act/act_scan.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

#include "storage/act/act_writer.h"
#include "storage/act/test_files.h"

namespace pathkb {
namespace {

using Visits = std::vector<std::pair<std::string, uint64_t>>;

constexpr uint64_t kPathBytesMax = 100'000;

// At most `count_max` visits, and what was said at the end.
std::pair<Visits, absl::Status> Scanned(const ActReader& reader, size_t count_max) {
  Visits visits;
  absl::Status status = ScanAct(
      reader,
      [&](std::string_view path, uint64_t value) {
        visits.emplace_back(path, value);
        return visits.size() < count_max;
      },
      kPathBytesMax);
  return {std::move(visits), std::move(status)};
}

std::pair<Visits, absl::Status> Walked(const ActReader& reader, size_t count_max) {
  Visits visits;
  ActZipper zipper(reader, kPathBytesMax);
  bool at_value = zipper.value() || zipper.NextValue();
  while (at_value) {
    visits.emplace_back(zipper.path(), *zipper.value());
    at_value = visits.size() < count_max && zipper.NextValue();
  }
  return {std::move(visits), zipper.status()};
}

TEST(ActScan, VisitsEveryEntryOfTheGoldenFiles) {
  for (const char* directory : {"tests/golden", "tests/golden/odd"}) {
    for (const std::string& stem : TestFileStems(directory, ".tree")) {
      if (stem.ends_with("dag_bomb") || stem.ends_with("merged_once")) continue;
      SCOPED_TRACE(stem);
      const auto reader = ActReader::Open(MapBytes(ReadTestFile(stem + ".tree"))).value();
      const auto [visits, status] = Scanned(*reader, ~size_t{0});
      EXPECT_TRUE(status.ok()) << status;
      const KeyTable table = ReadKeyTable(stem + ".keys.tsv");
      EXPECT_TRUE(visits == Visits(table.begin(), table.end()));
    }
  }
}

TEST(ActScan, StopsWhenToldTo) {
  const auto reader =
      ActReader::Open(MapBytes(ReadTestFile("tests/golden/odd/dag_bomb.tree"))).value();
  EXPECT_EQ(Scanned(*reader, 1000).first, Walked(*reader, 1000).first);
  EXPECT_EQ(Scanned(*reader, 1000).first.size(), 1000u);
}

// Without tables: with them, a cursor that goes back down may find another node than one that steps
// over siblings, where the two contradict each other.
TEST(ActScan, SeesOfDamagedFilesWhatACursorSees) {
  MemoryWritableFile file;
  ActWriter writer(file, {.table_min = 0});
  for (const auto& [path, value] : ReadKeyTable("tests/golden/random_abcd_5k.keys.tsv")) {
    if (path.size() <= 4) ASSERT_TRUE(writer.Add(path, value).ok());
  }
  ASSERT_TRUE(writer.Finish().ok());
  int damage_met = 0;
  for (const std::string& bytes : {file.bytes(), ReadTestFile("tests/golden/values.tree"),
                                   ReadTestFile("tests/golden/fanout_31_32_33.tree"),
                                   ReadTestFile("tests/golden/odd/line_below_line.tree")}) {
    for (size_t at = 16; at < bytes.size(); ++at) {
      for (const uint8_t flip : {0x01, 0x40, 0x80, 0xff}) {
        std::string flipped = bytes;
        flipped[at] = static_cast<char>(flipped[at] ^ flip);
        const auto reader = ActReader::Open(MapBytes(flipped));
        if (!reader.ok()) continue;
        const auto scanned = Scanned(**reader, 300);
        const auto walked = Walked(**reader, 300);
        ASSERT_EQ(scanned.first, walked.first) << at << " " << int{flip};
        if (scanned.first.size() == 300) continue;
        ASSERT_EQ(scanned.second.code(), walked.second.code()) << at << " " << int{flip};
        if (!walked.second.ok()) ++damage_met;
      }
    }
  }
  EXPECT_GT(damage_met, 100);
}

}  // namespace
}  // namespace pathkb
