// Goal: PathsReader reads every sound list exactly, in pieces of any size, and takes nothing else
// for a list, whole or in part. Method: PathMap's golden files; the bad ones with the rule each of
// them breaks; random lists in random pieces; every cut and every flipped byte of small lists;
// bombs.

#include "storage/delta/paths_reader.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/delta/delta_testing.h"
#include "storage/delta/paths_writer.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"

namespace pathkb {
namespace {

using ::testing::HasSubstr;
using Paths = std::vector<std::string>;

std::string Records(const Paths& paths) {
  std::string raw;
  for (const std::string& path : paths) {
    AppendU32(static_cast<uint32_t>(path.size()), raw);
    raw += path;
  }
  return raw;
}

absl::StatusOr<Paths> Read(std::string_view bytes, const PathsReaderOptions& options = {},
                           PathsRead* read_out = nullptr) {
  Paths paths;
  const auto read = ReadPaths(bytes, "list", options, [&paths](std::string_view path) {
    paths.emplace_back(path);
    return absl::OkStatus();
  });
  if (!read.ok()) return read.status();
  if (read_out != nullptr) *read_out = *read;
  return paths;
}

// Reads through Feed() in random pieces of at most `piece_bytes_max`.
absl::StatusOr<Paths> ReadInPieces(std::string_view bytes, std::mt19937_64& random,
                                   uint64_t piece_bytes_max) {
  PathsReader reader("list");
  Paths paths;
  while (!bytes.empty()) {
    const size_t taken = std::min<size_t>(bytes.size(), 1 + random() % piece_bytes_max);
    const std::string piece(bytes.substr(0, taken));  // Gone when the next one comes.
    bytes.remove_prefix(taken);
    reader.Feed(piece);
    while (true) {
      const auto path = reader.Next();
      if (!path.ok()) return path.status();
      if (!path->has_value()) break;
      paths.emplace_back(**path);
    }
  }
  if (const absl::Status status = reader.Finish(); !status.ok()) return status;
  EXPECT_EQ(reader.record_count(), paths.size());
  EXPECT_EQ(reader.raw_checksum(), Checksum(Records(paths)));
  return paths;
}

TEST(PathsReader, ReadsEveryGoldenFile) {
  std::mt19937_64 random(TestSeed());
  int file_count = 0;
  for (const std::string& stem : TestFileStems("tests/golden", ".paths")) {
    SCOPED_TRACE(stem);
    Paths expected;
    const bool is_raw = stem.ends_with("/raw_stream");
    if (is_raw) {
      expected = ReadHexLines(stem + ".order.txt");
    } else {
      for (const auto& [path, value] : ReadKeyTable(stem + ".keys.tsv")) {
        if (!path.empty()) expected.push_back(path);  // PathMap's writer leaves it out.
      }
    }
    const std::string bytes = ReadTestFile(stem + ".paths");
    PathsRead read;
    const auto paths = Read(bytes, {}, &read);
    ASSERT_TRUE(paths.ok()) << paths.status();
    EXPECT_TRUE(*paths == expected);
    EXPECT_EQ(read.records, expected.size());
    EXPECT_EQ(read.bytes_used, bytes.size());
    EXPECT_EQ(read.inflated_bytes, Records(expected).size());
    EXPECT_EQ(read.path_bytes, read.inflated_bytes - 4 * read.records);
    EXPECT_EQ(read.strictly_ascending, !is_raw);
    for (const uint64_t piece_bytes_max : {1, 7, 5000}) {
      const auto again = ReadInPieces(bytes, random, piece_bytes_max);
      ASSERT_TRUE(again.ok()) << again.status();
      EXPECT_TRUE(*again == expected);
    }
    EXPECT_EQ(Read(bytes, {.must_ascend = true}).ok(), !is_raw);
    ++file_count;
  }
  EXPECT_EQ(file_count, 24);
}

TEST(PathsReader, RefusesEveryBadFileByItsRule) {
  const std::map<std::string, std::string> rules = {
      {"bit_flip", "at byte 77 (inflated byte 120): the Adler-32 at the end does not match"},
      {"gzip",
       "at byte 2 (inflated byte 0): not a zlib stream: incorrect header check, but perhaps"},
      {"length_4gib", "(inflated byte 0): path 0 is 4294967295 bytes long, the bound is 67108864"},
      {"length_cut",
       "at byte 15 (inflated byte 5): the stream ends after 2 of the 4 bytes of a length"},
      {"needs_dictionary",
       "at byte 6 (inflated byte 0): the zlib stream wants a preset dictionary"},
      {"no_checksum", "at byte 73 (inflated byte 120): the stream is cut off: its end is missing"},
      {"not_zlib", "at byte 2 (inflated byte 0): not a zlib stream: incorrect header check"},
      {"raw_deflate", "at byte 2 (inflated byte 0): not a zlib stream: incorrect header check"},
      {"record_cut",
       "at byte 17 (inflated byte 5): the stream ends after 2 of the 5 bytes of its last path"},
      {"trailing_bytes", "at byte 77 (inflated byte 120): at least 7 bytes follow the stream"},
      {"truncated", "at byte 38 (inflated byte"},
      {"two_members", "at byte 77 (inflated byte 120): at least 77 bytes follow the stream"},
      {"wrong_checksum", "the Adler-32 at the end does not match the content"},
      {"zero_bytes", "at byte 0 (inflated byte 0): no bytes at all"},
  };
  std::mt19937_64 random(TestSeed());
  size_t file_count = 0;
  for (const std::string& stem : TestFileStems("tests/golden/bad", ".paths")) {
    const std::string name = stem.substr(stem.rfind('/') + 1);
    SCOPED_TRACE(name);
    ASSERT_TRUE(rules.contains(name)) << "a bad file without a rule";
    const std::string bytes = ReadTestFile(stem + ".paths");
    const auto paths = Read(bytes);
    ASSERT_FALSE(paths.ok());
    EXPECT_EQ(paths.status().code(), name == "length_4gib" ? absl::StatusCode::kResourceExhausted
                                                           : absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(paths.status().message()), HasSubstr(rules.at(name)));
    EXPECT_THAT(std::string(paths.status().message()), HasSubstr("list: at byte "));
    EXPECT_FALSE(ReadInPieces(bytes, random, 3).ok());
    ++file_count;
  }
  EXPECT_EQ(file_count, rules.size());
}

TEST(PathsReader, ReadsTheDumpsOfTheFormatPage) {
  const auto dump = [](std::string_view name) {
    return ReadHexDump("storage/delta/FORMAT.md", name);
  };
  const Paths three = {"alice", "alm", "bob"};
  EXPECT_EQ(Read(dump("three paths, by PathMap")).value(), three);
  EXPECT_EQ(Read(dump("three paths, stored")).value(), three);
  EXPECT_EQ(Read(dump("no paths")).value(), Paths());
}

TEST(PathsReader, RandomListsComeBackInAnyPieces) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < 150; ++round) {
    const bool long_paths = round % 10 == 0;
    Paths paths(random() % (long_paths ? 6 : 60));
    const uint64_t path_bytes_max = long_paths ? 90'000 : 1 + random() % 300;
    const uint64_t letters = 1 + random() % 256;
    for (std::string& path : paths) {
      path.resize(random() % path_bytes_max);
      for (char& byte : path) byte = static_cast<char>(255 - random() % letters);
    }
    const bool sorted = random() % 2 == 0;
    if (sorted) {
      std::sort(paths.begin(), paths.end());
      paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    }
    const std::string bytes = Deflated(Records(paths), static_cast<int>(random() % 10));
    PathsRead read;
    ASSERT_TRUE(Read(bytes, {}, &read).value() == paths);
    EXPECT_EQ(read.strictly_ascending, std::adjacent_find(paths.begin(), paths.end(),
                                                          std::greater_equal<>()) == paths.end());
    const auto pieces = ReadInPieces(bytes, random, round % 2 == 0 ? 1 : 10'000);
    ASSERT_TRUE(pieces.ok()) << pieces.status();
    ASSERT_TRUE(*pieces == paths);
  }
}

TEST(PathsReader, EveryCutIsRefusedAndEveryFlipFoundOrHarmless) {
  std::mt19937_64 random(TestSeed());
  const std::vector<Paths> lists = {
      {}, {""}, {"alice", "alm", "bob"}, {std::string(300, 'a'), std::string(301, 'a'), "b", ""}};
  uint64_t harmless = 0, found = 0;
  for (const Paths& paths : lists) {
    for (const int level : {0, 7}) {
      std::string bytes = Deflated(Records(paths), level);
      for (size_t length = 0; length < bytes.size(); ++length) {
        const std::string cut = bytes.substr(0, length);
        EXPECT_EQ(Read(cut).status().code(), absl::StatusCode::kDataLoss) << length;
        EXPECT_EQ(ReadInPieces(cut, random, 4).status().code(), absl::StatusCode::kDataLoss);
      }
      for (char& byte : bytes) {
        for (const int mask : {0x01, 0x80, 0xff}) {
          byte = static_cast<char>(byte ^ mask);
          const auto read = Read(bytes);
          // Bits that pad the last block to a whole byte mean nothing.
          if (read.ok()) EXPECT_TRUE(*read == paths);
          ++(read.ok() ? harmless : found);
          byte = static_cast<char>(byte ^ mask);
        }
      }
    }
  }
  EXPECT_LT(harmless, found / 20);
}

TEST(PathsReader, OptionsWidenWhatIsAList) {
  EXPECT_EQ(Read("", {.accept_no_bytes = true}).value(), Paths());
  EXPECT_FALSE(Read("x", {.accept_no_bytes = true}).ok());
  EXPECT_FALSE(Read("\x78", {.accept_no_bytes = true}).ok());

  const std::string bytes = Deflated(Records({"b", "a"}));
  PathsRead read;
  EXPECT_EQ(Read(bytes + bytes, {.embedded = true}, &read).value(), (Paths{"b", "a"}));
  EXPECT_EQ(read.bytes_used, bytes.size());
  EXPECT_FALSE(read.strictly_ascending);

  const auto disordered = Read(bytes, {.must_ascend = true, .start_offset = 1000});
  EXPECT_EQ(disordered.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(disordered.status().message()),
              HasSubstr("at byte 1016 (inflated byte 5): path 1 is not above the path before it"));
  EXPECT_FALSE(Read(Deflated(Records({"a", "a"})), {.must_ascend = true}).ok());
  EXPECT_TRUE(Read(Deflated(Records({"a", "ab", "b"})), {.must_ascend = true}).ok());
}

TEST(PathsReader, EveryBoundHoldsExactly) {
  const Paths paths = {"a", "bbbb", "cc"};
  const std::string bytes = Deflated(Records(paths));
  const auto code = [&bytes](const PathsReaderOptions& options) {
    return Read(bytes, options).status().code();
  };
  EXPECT_EQ(code({.record_bytes_max = 4, .record_count_max = 3, .inflated_bytes_max = 19}),
            absl::StatusCode::kOk);
  EXPECT_EQ(code({.record_bytes_max = 3}), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(code({.record_count_max = 2}), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(code({.inflated_bytes_max = 18}), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(code({.record_bytes_max = 3, .over_bound = absl::StatusCode::kDataLoss}),
            absl::StatusCode::kDataLoss);
}

TEST(PathsReader, ABombIsStoppedByItsRatio) {
  // 64 MB of empty paths, 16 million of them, in 64 KB.
  const std::string bomb = Deflated(std::string(64 << 20, '\0'));
  ASSERT_LT(bomb.size(), 70'000u);
  uint64_t path_count = 0;
  const auto count = [&path_count](std::string_view) {
    ++path_count;
    return absl::OkStatus();
  };
  const PathsReaderOptions options = {.ratio_free_bytes = 1 << 20};
  const auto read = ReadPaths(bomb, "bomb", options, count);
  EXPECT_EQ(read.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(read.status().message()),
              HasSubstr("more than 256 inflated bytes for each compressed one"));
  EXPECT_LE(path_count, (1u << 20) / 4);

  path_count = 0;
  EXPECT_TRUE(ReadPaths(bomb, "bomb", {.ratio_max = 0}, count).ok());
  EXPECT_EQ(path_count, 16u << 20);
}

TEST(PathsReader, ErrorsOfTheCallerAndOfTheUseAreReturned) {
  const std::string bytes = Deflated(Records({"a", "b", "c"}));
  int calls = 0;
  const auto read = ReadPaths(bytes, "list", {}, [&calls](std::string_view) {
    return ++calls == 2 ? absl::AbortedError("enough") : absl::OkStatus();
  });
  EXPECT_EQ(read.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(calls, 2);

  PathsReader reader("list");
  reader.Feed(bytes);
  EXPECT_EQ(reader.Finish().code(), absl::StatusCode::kFailedPrecondition);
  while (reader.Next().value().has_value()) {
  }
  EXPECT_TRUE(reader.Finish().ok());
  reader.Feed("more");
  const auto after = reader.Next();
  EXPECT_EQ(after.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(reader.Next().status(), after.status());
  EXPECT_EQ(reader.Finish(), after.status());
}

}  // namespace
}  // namespace pathkb
