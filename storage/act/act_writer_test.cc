// Goal: ActWriter writes what PathMap writes, byte for byte, and says so when it cannot. Method:
// the golden files from their tables, the dumps of FORMAT.md, random tables read back and compared
// with a std::map, and files that run out of room.

#include "storage/act/act_writer.h"

#include <random>
#include <string>

#include "gtest/gtest.h"

#include "storage/act/act_reader.h"
#include "storage/act/act_zipper.h"
#include "storage/act/test_files.h"

namespace pathkb {
namespace {

using Entries = std::map<std::string, std::optional<uint64_t>>;

Entries Plain(const KeyTable& table) { return Entries(table.begin(), table.end()); }

// Nothing but sharing added to them.
ActWriterOptions OnlySharing() {
  ActWriterOptions options;
  options.table_min = 0;
  return options;
}

// With `cache_bytes` for each of the two caches.
ActWriterOptions WithCaches(uint64_t cache_bytes, bool canonical = false) {
  ActWriterOptions options;
  options.canonical = canonical;
  options.memory_bytes = kActWriterOutputBytes + 2 * cache_bytes;
  return options;
}

std::string Write(const Entries& entries, const ActWriterOptions& options = {},
                  ActTotals* totals_out = nullptr) {
  MemoryWritableFile file;
  ActWriter writer(file, options);
  for (const auto& [path, value] : entries) {
    const absl::Status status = writer.Add(path, value);
    EXPECT_TRUE(status.ok()) << status;
  }
  const auto totals = writer.Finish();
  EXPECT_TRUE(totals.ok()) << totals.status();
  EXPECT_EQ(totals->file_bytes, file.bytes().size());
  EXPECT_EQ(totals->digest, ActDigest(file.bytes()));
  if (totals_out != nullptr) *totals_out = *totals;
  return file.bytes();
}

KeyTable Scan(const std::string& bytes) {
  KeyTable table;
  const auto reader = ActReader::Open(MapBytes(bytes)).value();
  EXPECT_TRUE(reader->Verify().ok()) << reader->Verify().status();
  ActZipper zipper(*reader);
  if (zipper.value()) table[""] = *zipper.value();
  while (zipper.NextValue()) {
    EXPECT_TRUE(table.empty() || table.rbegin()->first < zipper.path());
    table.emplace_hint(table.end(), zipper.path(), *zipper.value());
  }
  EXPECT_TRUE(zipper.status().ok()) << zipper.status();
  return table;
}

TEST(ActWriter, WritesTheBytesOfPathMap) {
  int file_count = 0;
  for (const std::string& stem : TestFileStems("tests/golden", ".tree")) {
    // Merged files depend on their history; the collision file on a fault of PathMap's cache.
    if (stem.ends_with("/merged") || stem.ends_with("/merged_once") ||
        stem.ends_with("/line_cache_collision")) {
      continue;
    }
    SCOPED_TRACE(stem);
    Entries entries = Plain(ReadKeyTable(stem + ".keys.tsv"));
    if (stem.ends_with("/dangling")) {
      for (const std::string& path : ReadHexLines(stem + ".dangling.txt")) {
        entries.try_emplace(path, std::nullopt);
      }
    }
    // Not EXPECT_EQ: nobody wants to see 200 KB of both.
    EXPECT_TRUE(Write(entries, {.canonical = true}) == ReadTestFile(stem + ".tree"));
    ++file_count;
  }
  EXPECT_GE(file_count, 21);
}

TEST(ActWriter, StoresEachSegmentOnceWherePathMapDoesNot) {
  const KeyTable table = ReadKeyTable("tests/golden/line_cache_collision.keys.tsv");
  const std::string bytes = Write(Plain(table), {.canonical = true});
  EXPECT_EQ(bytes.size(), 83u);
  EXPECT_EQ(Scan(bytes), table);
}

TEST(ActWriter, StoresEqualSubtriesOnceOnRequest) {
  const KeyTable table = ReadKeyTable("tests/golden/odd/shared_subtrees_dag.keys.tsv");
  ActTotals totals;
  const std::string bytes = Write(Plain(table), OnlySharing(), &totals);
  // The golden one, made by another program, shares the same and has its segments elsewhere.
  const uint64_t golden_bytes = ReadTestFile("tests/golden/odd/shared_subtrees_dag.tree").size();
  EXPECT_LE(bytes.size(), golden_bytes + 10);
  EXPECT_TRUE(Scan(bytes) == table);
  EXPECT_EQ(totals.paths, table.size());
  EXPECT_GT(totals.sibling_runs_reused, 0u);
}

TEST(ActWriter, WritesTheDumpsOfTheFormatPage) {
  const auto dump = [](std::string_view name) {
    return ReadHexDump("storage/act/FORMAT.md", name);
  };
  const ActWriterOptions canonical{.canonical = true};
  EXPECT_EQ(Write({{"alice", 1}, {"alm", 2}}, canonical), dump("two keys"));
  EXPECT_EQ(Write({{"", 300}, {"k", 0}}, canonical), dump("empty key"));
  Entries wide;
  for (int i = 0; i <= 32; ++i) wide[std::string(1, static_cast<char>(0x30 + 2 * i))] = i;
  EXPECT_EQ(Write(wide, canonical), dump("33 children"));
  EXPECT_EQ(Write({}, canonical), dump("nothing"));
  EXPECT_EQ(Write({}), dump("nothing"));

  // Not ours to write, but to read.
  const auto merged = ActReader::Open(MapBytes(dump("merged"))).value();
  EXPECT_EQ(Scan(dump("merged")), (KeyTable{{"apple", 1}, {"apply", 2}}));
  EXPECT_EQ(merged->RootHistory().value(), (std::vector<uint64_t>{0x2e, 0x16}));
  EXPECT_EQ(Scan(dump("shared")), (KeyTable{{"ax", 1}, {"ay", 2}, {"bx", 1}, {"by", 2}}));
  EXPECT_EQ(Write({{"ax", 1}, {"ay", 2}, {"bx", 1}, {"by", 2}}), dump("shared"));

  // Our own additions.
  const KeyTable ours = {{"a", 1}, {"bee", 2}, {"c", 3}, {"dog", 4}, {"e", 5}};
  EXPECT_EQ(Write(Plain(ours)), dump("table"));
  EXPECT_EQ(Scan(dump("table")), ours);
}

TEST(ActWriter, RefusesPathsOutOfOrderAndGoesOn) {
  MemoryWritableFile file;
  ActWriter writer(file);
  ASSERT_TRUE(writer.Add("b", 1).ok());
  for (const char* path : {"b", "a", "", "az"}) {
    EXPECT_EQ(writer.Add(path, 2).code(), absl::StatusCode::kInvalidArgument) << path;
  }
  ASSERT_TRUE(writer.Add("ba", 3).ok());
  EXPECT_EQ(writer.Add("b", 1).code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(writer.Add("\xff", 4).ok()) << "bytes compare without a sign";
  ASSERT_TRUE(writer.Finish().ok());
  EXPECT_EQ(Scan(file.bytes()), (KeyTable{{"b", 1}, {"ba", 3}, {"\xff", 4}}));
  EXPECT_EQ(writer.Add("zz", 1).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(writer.Finish().status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(ActWriter, DanglingPathsLeaveATraceOnlyAtTheEnd) {
  EXPECT_EQ(Write({{"a", std::nullopt}, {"ab", std::nullopt}, {"abc", 1}}), Write({{"abc", 1}}));
  EXPECT_EQ(Write({{"", std::nullopt}}), Write({}));
  EXPECT_EQ(Write({{"", std::nullopt}, {"x", 1}}), Write({{"x", 1}}));
  EXPECT_NE(Write({{"a", 1}, {"ab", std::nullopt}}), Write({{"a", 1}}));
  EXPECT_EQ(Scan(Write({{"a", 1}, {"ab", std::nullopt}})), (KeyTable{{"a", 1}}));
}

TEST(ActWriter, SmallCachesMakeLargerFilesWithTheSameEntries) {
  const KeyTable table = ReadKeyTable("tests/golden/random_abcd_5k.keys.tsv");
  const std::string plain = Write(Plain(table), {.canonical = true});
  const std::string small = Write(Plain(table), WithCaches(2000, /*canonical=*/true));
  const std::string shared = Write(Plain(table), OnlySharing());
  EXPECT_GT(small.size(), plain.size());
  EXPECT_LE(shared.size(), plain.size());
  EXPECT_TRUE(Scan(small) == table);
  EXPECT_TRUE(Scan(shared) == table);
  for (uint64_t cache_bytes : {0, 5000}) {
    EXPECT_TRUE(Scan(Write(Plain(table), WithCaches(cache_bytes))) == table);
  }
}

TEST(ActWriter, KeepsTheFirstErrorOfTheFile) {
  const KeyTable table = ReadKeyTable("tests/golden/long_keys.keys.tsv");
  for (uint64_t room : {0u, 15u, 16u, 100u, 100'000u}) {
    MemoryWritableFile file(room);
    ActWriter writer(file);
    for (const auto& [path, value] : table) writer.Add(path, value).IgnoreError();
    EXPECT_EQ(writer.Finish().status().code(), absl::StatusCode::kResourceExhausted) << room;
    EXPECT_FALSE(ActReader::Open(MapBytes(file.bytes())).ok()) << "half a file must not open";
  }
}

TEST(ActWriter, CopiesAnyZipper) {
  for (const char* name : {"random_10k", "fanout_256_root_deep", "empty", "root_only", "values"}) {
    SCOPED_TRACE(name);
    const std::string bytes = ReadTestFile(std::string("tests/golden/") + name + ".tree");
    const auto reader = ActReader::Open(MapBytes(bytes)).value();
    ActZipper zipper(*reader);
    MemoryWritableFile copy;
    ASSERT_TRUE(WriteAct(zipper, copy, nullptr, {.canonical = true}).ok());
    EXPECT_TRUE(copy.bytes() == bytes);

    MemoryWritableFile mapped;
    const auto add_one = [](uint64_t value) -> absl::StatusOr<uint64_t> { return value ^ 5; };
    ASSERT_TRUE(WriteAct(zipper, mapped, add_one).ok());
    KeyTable expected = Scan(bytes);
    for (auto& [path, value] : expected) value ^= 5;
    EXPECT_TRUE(Scan(mapped.bytes()) == expected);
  }
  const auto reader = ActReader::Open(MapBytes(Write({{"a", 1}}))).value();
  ActZipper zipper(*reader);
  MemoryWritableFile file;
  const auto refuse = [](uint64_t) -> absl::StatusOr<uint64_t> {
    return absl::NotFoundError("no such entry");
  };
  EXPECT_EQ(WriteAct(zipper, file, refuse).status().code(), absl::StatusCode::kNotFound);
}

TEST(ActWriter, RandomTablesComeBack) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < 300; ++round) {
    Entries entries;
    KeyTable table;
    const uint64_t letters = 1 + random() % (round % 3 == 0 ? 256 : 4);
    const uint64_t path_bytes_max = 1 + random() % 20;
    const uint64_t path_count = random() % 200;
    for (uint64_t i = 0; i < path_count; ++i) {
      std::string path(random() % (path_bytes_max + 1), 'x');
      for (char& c : path) c = static_cast<char>(255 - random() % letters);
      if (random() % 8 == 0) {
        entries.try_emplace(path, std::nullopt);
      } else {
        const uint64_t value = random() >> (random() % 64);
        entries[path] = value;
        table[path] = value;
      }
    }
    for (const ActWriterOptions& options :
         {ActWriterOptions{.canonical = true}, ActWriterOptions{}, OnlySharing(),
          ActWriterOptions{.share_siblings = false, .table_min = 2}, WithCaches(3000)}) {
      ASSERT_TRUE(Scan(Write(entries, options)) == table) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace pathkb
