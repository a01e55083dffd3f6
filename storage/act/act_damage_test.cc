// Goal: no file, however wrong, makes opening, lookup, verification or a walk crash, read outside
// the file or go on for ever. Method: every bit flip, every byte replaced, and every cut of the
// small golden files, valid and bad, with all operations run on the result; the mapping is a heap
// block of exactly the file's size, so that the address sanitizer watches each read.

#include <random>
#include <string>

#include "gtest/gtest.h"

#include "storage/act/act_reader.h"
#include "storage/act/act_zipper.h"
#include "storage/act/test_files.h"

namespace pathkb {
namespace {

constexpr uint64_t kStepsMax = 300;
constexpr uint64_t kPathBytesMax = 100'000;

// Reads `bytes` in every way there is. `paths` are looked up.
void ReadInEveryWay(std::string_view bytes, const std::vector<std::string>& paths) {
  auto opened = ActReader::Open(MapBytes(bytes));
  if (!opened.ok()) {
    EXPECT_TRUE(opened.status().code() == absl::StatusCode::kDataLoss ||
                opened.status().code() == absl::StatusCode::kFailedPrecondition)
        << opened.status();
    return;
  }
  const ActReader& reader = **opened;
  const auto contents = reader.Verify();
  reader.RootHistory().IgnoreError();

  ActZipper zipper(reader, kPathBytesMax);
  uint64_t value_count = zipper.value() ? 1 : 0, path_bytes = 0;
  std::string before;
  bool has_more = true;
  for (uint64_t step = 0; step < kStepsMax && (has_more = zipper.NextValue()); ++step) {
    ASSERT_LT(before, zipper.path());
    before = zipper.path();
    path_bytes += before.size();
    ++value_count;
    const auto found = reader.Find(before);
    ASSERT_TRUE(found.ok() && *found == zipper.value()) << "the walk and Find() disagree";
  }
  if (contents.ok() && !has_more && contents->path_bytes_max <= kPathBytesMax) {
    EXPECT_TRUE(zipper.status().ok()) << zipper.status();
    EXPECT_EQ(value_count, contents->paths);
    EXPECT_EQ(path_bytes, contents->path_bytes);
  }
  for (const std::string& path : paths) {
    reader.Find(path).IgnoreError();
    zipper.SeekValue(path);
    while (zipper.PreviousSibling()) {
    }
    zipper.DescendLast();
    zipper.DescendRun();
    zipper.Ascend(zipper.path().size() / 2);
    zipper.NextSibling();
    zipper.Descend(path);
  }
}

std::vector<std::string> SmallFiles() {
  std::vector<std::string> files;
  for (const char* directory : {"tests/golden", "tests/golden/odd", "tests/golden/bad"}) {
    for (const std::string& stem : TestFileStems(directory, ".tree")) {
      std::string bytes = ReadTestFile(stem + ".tree");
      if (bytes.size() <= 400) files.push_back(std::move(bytes));
    }
  }
  EXPECT_GT(files.size(), 40u);
  return files;
}

const std::vector<std::string>& SomePaths() {
  static const std::vector<std::string> paths = {
      "",      "a",  "alice", "romane", "rubicundus", "hello", std::string(3, '\0'),
      "apply", "zz", "\xff",  "abc",    "M!",         "e:5"};
  return paths;
}

TEST(ActDamage, BadFilesAsTheyAre) {
  for (const std::string& stem : TestFileStems("tests/golden/bad", ".tree")) {
    SCOPED_TRACE(stem);
    ReadInEveryWay(ReadTestFile(stem + ".tree"), SomePaths());
  }
}

TEST(ActDamage, EveryCut) {
  for (const std::string& bytes : SmallFiles()) {
    for (size_t length = 0; length < bytes.size(); ++length) {
      ReadInEveryWay(std::string_view(bytes).substr(0, length), SomePaths());
      ReadInEveryWay(bytes.substr(0, length) + std::string(8, '\0'), SomePaths());
    }
  }
}

TEST(ActDamage, EveryChangeOfOneByte) {
  for (std::string bytes : SmallFiles()) {
    for (char& byte : bytes) {
      const char right = byte;
      const uint8_t number = static_cast<uint8_t>(right);
      for (int bit = 0; bit < 8; ++bit) {
        byte = static_cast<char>(number ^ (1 << bit));
        ReadInEveryWay(bytes, SomePaths());
      }
      for (int other : {0x00, 0x01, 0x20, 0x21, 0x40, 0x80, 0x81, 0xc1, 0xf7, 0xf8, 0xff,
                        number - 1, number + 1}) {
        byte = static_cast<char>(other);
        ReadInEveryWay(bytes, SomePaths());
      }
      byte = right;
      if (HasFatalFailure()) return;
    }
  }
}

TEST(ActDamage, ManyRandomChanges) {
  std::mt19937_64 random(TestSeed());
  for (const std::string& bytes : SmallFiles()) {
    if (bytes.size() <= 16) continue;
    for (int round = 0; round < 100; ++round) {
      std::string changed = bytes;
      for (uint64_t i = 1 + random() % 6; i > 0; --i) {
        changed[8 + random() % (changed.size() - 8)] = static_cast<char>(random());
      }
      ReadInEveryWay(changed, SomePaths());
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace pathkb
