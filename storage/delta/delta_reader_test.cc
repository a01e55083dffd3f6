// Goal: a delta comes back change by change as it was written, for its own base only; files of old
// versions for ever. Method: random changes against their list; golden files with their tables;
// headers that do not fit; sound checksums around every contradiction there is.

#include "storage/delta/delta_reader.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/delta/delta_testing.h"
#include "storage/delta/paths_reader.h"
#include "tests/support/crash_file_system.h"

namespace pathkb {
namespace {

using ::testing::HasSubstr;

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

// Up to `count_max` changes of distinct paths, in order.
OwnedChanges RandomChanges(std::mt19937_64& random, uint64_t count_max) {
  std::map<std::string, OwnedChange> changes;
  const uint64_t letters = 1 + random() % (random() % 2 == 0 ? 256 : 3);
  const uint64_t path_bytes_max = 1 + random() % 30;
  const uint64_t entry_kinds = 1 + random() % 50;
  const uint64_t entry_bytes = 1 + random() % 300;
  for (uint64_t i = random() % (count_max + 1); i > 0; --i) {
    OwnedChange change;
    change.path.resize(random() % path_bytes_max);
    for (char& byte : change.path) byte = static_cast<char>(255 - random() % letters);
    change.op = static_cast<DeltaOp>(1 + random() % 4);
    if (HasEntry(change.op) && random() % 3 != 0) {
      const uint64_t kind = random() % entry_kinds;
      change.entry = std::string(1 + kind % entry_bytes, static_cast<char>(kind));
    }
    changes[change.path] = change;
  }
  OwnedChanges list;
  for (auto& [path, change] : changes) list.push_back(std::move(change));
  return list;
}

TEST(DeltaReader, RandomChangesComeBack) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < 300; ++round) {
    const OwnedChanges changes = RandomChanges(random, round % 20 == 0 ? 20'000 : 200);
    const std::string bytes =
        WriteDelta(changes, TestDeltaHeader(), static_cast<int>(random() % 10));
    const auto read = ReadDelta(bytes);
    ASSERT_TRUE(read.ok()) << read.status();
    ASSERT_TRUE(*read == changes) << "round " << round;

    // The list of paths is one that PathMap reads, when it is cut out.
    const auto reader = DeltaReader::Open(MapBytes(bytes)).value();
    uint64_t at = 0, path_bytes = 0;
    const auto paths = ReadPaths(reader->paths_stream(), "cut out", {.must_ascend = true},
                                 [&](std::string_view path) {
                                   EXPECT_EQ(path, changes.at(at++).path);
                                   path_bytes += path.size();
                                   return absl::OkStatus();
                                 });
    ASSERT_TRUE(paths.ok()) << paths.status();
    EXPECT_EQ(paths->records, changes.size());
    EXPECT_EQ(reader->path_bytes(), path_bytes);
  }
}

TEST(DeltaReader, LongPathsAndEntriesComeBack) {
  OwnedChanges changes;
  for (char first = 'a'; first < 'f'; ++first) {
    changes.push_back({std::string(200'000, first), DeltaOp::kSet, std::string(300'000, first)});
  }
  EXPECT_TRUE(ReadDelta(WriteDelta(changes)).value() == changes);
  EXPECT_TRUE(ReadDelta(WriteDelta(changes, TestDeltaHeader(), 0)).value() == changes);
}

// A table beside each golden delta: path in hex, tab, operation, tab, entry in hex.
OwnedChanges ReadChangeTable(const std::string& name) {
  const auto bytes_of = [](std::string_view digits) {
    std::string bytes;
    for (size_t i = 0; i + 1 < digits.size(); i += 2) {
      bytes.push_back(static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
    }
    return bytes;
  };
  OwnedChanges changes;
  std::istringstream lines(ReadTestFile(name));
  for (std::string line; std::getline(lines, line);) {
    const size_t first_tab = line.find('\t'), last_tab = line.rfind('\t');
    changes.push_back({bytes_of(line.substr(0, first_tab)),
                       static_cast<DeltaOp>(std::stoi(line.substr(first_tab + 1))),
                       bytes_of(line.substr(last_tab + 1))});
  }
  return changes;
}

TEST(DeltaReader, ReadsTheFilesOfEveryVersion) {
  int file_count = 0;
  for (const std::string& stem : TestFileStems("tests/golden/deltas", ".paths")) {
    SCOPED_TRACE(stem);
    const std::string bytes = ReadTestFile(stem + ".paths");
    const auto reader = DeltaReader::Open(MapBytes(bytes)).value();
    EXPECT_EQ(reader->header(), TestDeltaHeader());
    const OwnedChanges expected = ReadChangeTable(stem + ".tsv");
    EXPECT_EQ(expected.empty(), stem.ends_with("_empty"));
    EXPECT_TRUE(ReadDelta(bytes).value() == expected);
    ++file_count;
  }
  EXPECT_GE(file_count, 4);
}

TEST(DeltaReader, OpensByName) {
  CrashFileSystem files;
  EXPECT_EQ(DeltaReader::Open(files, "none").status().code(), absl::StatusCode::kNotFound);
  files.PutFile("deltas/d", WriteDelta({{"a", DeltaOp::kSet, "E"}}));
  const auto reader = DeltaReader::Open(files, "deltas/d");
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->header(), TestDeltaHeader());
  const auto change = (*reader)->Next();
  ASSERT_TRUE(change.ok() && change->has_value());
  EXPECT_EQ(**change, (DeltaChange{"a", DeltaOp::kSet, "E"}));
  EXPECT_FALSE((*reader)->Next().value().has_value());
  EXPECT_FALSE((*reader)->Next().value().has_value());

  files.PutFile("deltas/d", "nothing like it");
  EXPECT_THAT(MessageOf(DeltaReader::Open(files, "deltas/d").status()),
              HasSubstr("deltas/d: at byte 0: not a delta"));
}

TEST(DeltaReader, RefusesAnyOtherBase) {
  const std::string bytes = WriteDelta({{"a", DeltaOp::kSet, ""}});
  const DatabaseId id = TestDeltaHeader().database_id;
  const auto code = [&bytes](const DeltaExpected& expected) {
    return ReadDelta(bytes, expected).status().code();
  };
  constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;
  EXPECT_EQ(code({.database_id = id, .base_revision_min = 42, .base_revision_max = 42}),
            absl::StatusCode::kOk);
  EXPECT_EQ(code({.base_revision_min = 43}), kRefused);
  EXPECT_EQ(code({.base_revision_max = 41}), kRefused);
  DatabaseId other = id;
  other.bytes[15] ^= 1;
  EXPECT_EQ(code({.database_id = other}), kRefused);
  const std::string message = MessageOf(ReadDelta(bytes, {.database_id = other}).status());
  EXPECT_THAT(message, HasSubstr(id.ToHex()));
  EXPECT_THAT(message, HasSubstr(other.ToHex()));
}

TEST(DeltaReader, RefusesNewerVersionsByNamingBoth) {
  ForgedDelta newer = ForgedDelta::From({{"a", DeltaOp::kSet, ""}});
  newer.header.format_version = 2;
  absl::Status status = ReadDelta(newer.Seal()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(MessageOf(status), HasSubstr("version 2"));
  EXPECT_THAT(MessageOf(status), HasSubstr("up to 1"));
  // Whatever comes behind the header of a newer version is not looked at.
  status = ReadDelta(newer.Seal().substr(0, kDeltaHeaderBytes) + "different").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);

  newer.header.format_version = 1;
  newer.header.flags = 4;
  status = ReadDelta(newer.Seal()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(MessageOf(status), HasSubstr("0x4"));
}

// Deltas whose checksums are all right and that contradict themselves: what is done to a sound one,
// and what the message must say.
struct Forgery {
  std::string rule;
  std::function<void(ForgedDelta&)> forge;
};

std::vector<Forgery> Forgeries() {
  // Fields of the tail: three for each section, then the four counts.
  constexpr size_t kOpsRaw = 3 * kDeltaOps + 1, kPathsStored = 0, kPathsRaw = 1, kPathsSum = 2;
  constexpr size_t kEntriesRaw = 3 * kDeltaEntries + 1, kOpsSum = 3 * kDeltaOps + 2;
  constexpr size_t kOpCount = 12, kWithEntryCount = 13, kEntryCount = 14, kPathBytes = 15;
  const auto raw = [](size_t section, std::string content) {
    return [section, content](ForgedDelta& delta) { delta.raw[section] = content; };
  };
  const auto tail = [](std::map<size_t, uint64_t> changes) {
    return [changes](ForgedDelta& delta) { delta.tail_changes = changes; };
  };
  // The sound delta sets a, b and c with the entries EE, nothing and FF, and deletes d.
  const std::string paths("\1\0\0\0a\1\0\0\0b\1\0\0\0c\1\0\0\0d", 20);
  const auto swapped = [&paths](size_t at, const std::string& bytes) {
    std::string other = paths;
    return other.replace(at, bytes.size(), bytes);
  };
  return {
      {"from revision 42 to revision 42",
       [](ForgedDelta& delta) { delta.header.header.to_revision = 42; }},
      {"format version 0", [](ForgedDelta& delta) { delta.header.format_version = 0; }},
      {"section paths: at byte 7", raw(kDeltaPaths, swapped(9, "a"))},
      {"path 1 is not above the path before it", raw(kDeltaPaths, swapped(9, "a"))},
      {"path 2 is not above the path before it", raw(kDeltaPaths, swapped(14, "a"))},
      {"(inflated byte 15): the stream ends after 1 of the 5 bytes of its last path",
       raw(kDeltaPaths, swapped(15, "\5"))},
      {"path 0 is 67108865 bytes long, the bound is 67108864",
       raw(kDeltaPaths, swapped(0, std::string("\1\0\0\4", 4)))},
      {"operation 0 does not exist", raw(kDeltaOps, std::string("\1\1\0\2", 4))},
      {"operation 5 does not exist", raw(kDeltaOps, "\1\1\1\5")},
      {"more operations with an entry than numbers", raw(kDeltaOps, "\1\1\1\1")},
      {"the section goes on where it should end", raw(kDeltaOps, "\1\1\2\2")},
      {"entry 3 of 2", raw(kDeltaEntryNumbers, std::string("\1\0\3", 3))},
      {"entry 2 is used before entry 1", raw(kDeltaEntryNumbers, std::string("\2\0\1", 3))},
      {"only 1 of 2 entries are used", raw(kDeltaEntryNumbers, std::string("\1\0\1", 3))},
      {"the section ends within a number", raw(kDeltaEntryNumbers, std::string("\1\0\xf8", 3))},
      {"entry 1 is empty, cut off, or over", raw(kDeltaEntries, std::string("\0\2EF\1F", 6))},
      {"entry 2 is empty, cut off, or over", raw(kDeltaEntries, "\2EE\3FF")},
      {"entry 2 is empty, cut off, or over", raw(kDeltaEntries, "\2EE\xff\1\1\1\1\1\1\1\1")},
      {"3 entries, the tail says 2", raw(kDeltaEntries, "\2EE\2FF\1F")},
      {"it inflates to 4 bytes, the tail says 5",
       [=](ForgedDelta& delta) {
         delta.stored[kDeltaOps] = Deflated(delta.raw[kDeltaOps]);
         delta.raw[kDeltaEntryNumbers] = std::string("\1\0\2\0", 4);
         delta.tail_changes = {{kOpsRaw, 5}, {kOpCount, 5}, {kPathBytes, 4}, {kPathsRaw, 24}};
         delta.raw[kDeltaPaths] += std::string("\1\0\0\0e", 5);
         delta.tail_changes = {{kOpsRaw, 5}, {kOpCount, 5}, {kPathBytes, 5}};
       }},
      {"more than the 3 bytes that the tail says",
       [=](ForgedDelta& delta) {
         delta.stored[kDeltaOps] = Deflated(delta.raw[kDeltaOps]);
         delta.raw[kDeltaPaths] = paths.substr(0, 15);
         delta.tail_changes = {{kOpsRaw, 3}, {kOpCount, 3}, {kPathBytes, 3}};
       }},
      {"more than 19 inflated bytes", tail({{kPathsRaw, 19}, {kPathBytes, 3}})},
      {"4 paths of 4 bytes, the tail says 4 of 5", tail({{kPathsRaw, 21}, {kPathBytes, 5}})},
      {"section paths: at byte 56: its content has checksum", tail({{kPathsSum, 7}})},
      {"section ops: at byte ", tail({{kOpsSum, 7}})},
      {"the tail says 0000000000000007", tail({{kOpsSum, 7}})},
      {"the Adler-32 at the end does not match",
       [](ForgedDelta& delta) {
         std::string stream = Deflated(delta.raw[kDeltaEntries]);
         stream.back() = static_cast<char>(stream.back() ^ 1);
         delta.stored[kDeltaEntries] = stream;
       }},
      {"section ops: at byte",
       [](ForgedDelta& delta) { delta.stored[kDeltaOps] = "no zlib stream"; }},
      {"5 bytes follow the stream",
       [](ForgedDelta& delta) {
         delta.stored[kDeltaEntries] = Deflated(delta.raw[kDeltaEntries]) + "these";
       }},
      {"at least 5 bytes follow the stream",
       [](ForgedDelta& delta) {
         delta.stored[kDeltaPaths] = Deflated(delta.raw[kDeltaPaths]) + "these";
       }},
      {"the stream is cut off",
       [](ForgedDelta& delta) {
         const std::string stream = Deflated(delta.raw[kDeltaEntryNumbers]);
         delta.stored[kDeltaEntryNumbers] = stream.substr(0, stream.size() - 1);
       }},
      {"the stream is cut off",
       [](ForgedDelta& delta) {
         const std::string stream = Deflated(delta.raw[kDeltaPaths]);
         delta.stored[kDeltaPaths] = stream.substr(0, stream.size() - 1);
       }},
      {"section paths is 18446744073709551615 bytes long, but only",
       tail({{kPathsStored, UINT64_MAX}})},
      {"bytes between the sections and the tail",
       [](ForgedDelta& delta) {
         const uint64_t stored = Deflated(delta.raw[kDeltaEntries]).size();
         delta.tail_changes = {{3 * kDeltaEntries, stored - 1}};
       }},
      {"bytes cannot inflate to 18446744073709551615", tail({{kEntriesRaw, UINT64_MAX}})},
      {"bytes cannot inflate to 1099511627776", tail({{kPathsRaw, uint64_t{1} << 40}})},
      {"3 operations, 3 of them with an entry", tail({{kOpCount, 3}})},
      {"18446744073709551615 operations", tail({{kOpCount, UINT64_MAX}})},
      {"4 operations, 5 of them with an entry", tail({{kWithEntryCount, 5}})},
      {"3 operations with an entry, the tail says 2", tail({{kWithEntryCount, 2}})},
      {"4 entries and 4 path bytes contradict", tail({{kEntryCount, 4}})},
      {"2 entries, the tail says 1", tail({{kEntryCount, 1}})},
      {"2 entries and 5 path bytes contradict", tail({{kPathBytes, 5}})},
  };
}

TEST(DeltaReader, NoContradictionOpensThoughEverySumIsRight) {
  const OwnedChanges sound = {{"a", DeltaOp::kSet, "EE"},
                              {"b", DeltaOp::kSet, ""},
                              {"c", DeltaOp::kSet, "FF"},
                              {"d", DeltaOp::kDelete, ""}};
  ASSERT_EQ(ReadDelta(ForgedDelta::From(sound).Seal()).value(), sound);
  EXPECT_EQ(ForgedDelta::From(sound).Seal(), WriteDelta(sound));
  for (const Forgery& forgery : Forgeries()) {
    ForgedDelta delta = ForgedDelta::From(sound);
    forgery.forge(delta);
    const auto read = ReadDelta(delta.Seal());
    EXPECT_EQ(read.status().code(), absl::StatusCode::kDataLoss) << forgery.rule;
    EXPECT_THAT(MessageOf(read.status()), HasSubstr(forgery.rule));
    EXPECT_THAT(MessageOf(read.status()), HasSubstr("delta: "));
    EXPECT_THAT(MessageOf(read.status()), HasSubstr("at byte "));
  }
}

TEST(DeltaReader, AFileThatChangesWhileItIsReadEndsInAnError) {
  // A mapping whose bytes the test changes after Open().
  class ChangingFile final : public MappedFile {
   public:
    explicit ChangingFile(std::string bytes) : bytes_(std::move(bytes)) {}
    std::string_view bytes() const override { return bytes_; }
    const std::string& path() const override { return path_; }
    std::string bytes_;
    const std::string path_ = "changing";
  };
  const OwnedChanges sound = {
      {"a", DeltaOp::kSet, "EE"}, {"b", DeltaOp::kReplace, "FF"}, {"c", DeltaOp::kDelete, ""}};
  const std::string bytes = WriteDelta(sound);
  // Open() has read all; what Next() reads again is the middle, without the entries and the tail.
  uint64_t noticed = 0;
  for (size_t at = 0; at < bytes.size(); ++at) {
    const auto file = std::make_shared<ChangingFile>(bytes);
    const auto reader = DeltaReader::Open(file).value();
    file->bytes_[at] = static_cast<char>(file->bytes_[at] ^ 0x55);
    OwnedChanges changes;
    absl::StatusOr<std::optional<DeltaChange>> change;
    while ((change = reader->Next()).ok() && change->has_value()) {
      const auto& [path, op, entry] = **change;
      changes.push_back({std::string(path), op, std::string(entry)});
    }
    if (change.ok()) {  // A byte that is not read twice, or means nothing.
      EXPECT_EQ(changes, sound) << at;
      continue;
    }
    ++noticed;
    EXPECT_EQ(change.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(reader->Next().status(), change.status());
  }
  EXPECT_GE(noticed, 40u);
}

}  // namespace
}  // namespace pathkb
