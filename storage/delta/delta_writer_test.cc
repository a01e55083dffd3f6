// Goal: DeltaWriter makes the bytes of FORMAT.md, the same ones each time, and refuses what is no
// delta. Method: the dump of the page, written and read; the same changes again; changes that must
// be refused; files that run out of room after each number of bytes.

#include "storage/delta/delta_writer.h"

#include <random>
#include <string>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/delta/delta_testing.h"

namespace pathkb {
namespace {

// The changes of the dump in FORMAT.md.
OwnedChanges PageChanges() {
  return {{"a", DeltaOp::kDeleteBelow, ""},
          {"ab", DeltaOp::kSet, ""},
          {"b", DeltaOp::kSet, "E1"},
          {"c", DeltaOp::kDelete, ""},
          {"d", DeltaOp::kReplace, "E1"}};
}

TEST(DeltaWriter, WritesTheDumpOfTheFormatPage) {
  const std::string dump = ReadHexDump("storage/delta/FORMAT.md", "delta, stored");
  EXPECT_EQ(WriteDelta(PageChanges(), TestDeltaHeader(), /*level=*/0), dump);
  EXPECT_EQ(ReadDelta(dump).value(), PageChanges());
}

TEST(DeltaWriter, TheSameChangesMakeTheSameBytes) {
  std::mt19937_64 random(TestSeed());
  OwnedChanges changes;
  for (int i = 0; i < 20'000; ++i) {
    OwnedChange change = {.path = "key " + std::to_string(1'000'000 + i),
                          .op = static_cast<DeltaOp>(1 + random() % 4)};
    if (HasEntry(change.op)) change.entry = std::string(random() % 30, 'e');
    changes.push_back(std::move(change));
  }
  EXPECT_TRUE(WriteDelta(changes) == WriteDelta(changes));
}

TEST(DeltaWriter, EqualEntriesAreStoredOnce) {
  std::mt19937_64 random(TestSeed());
  std::string entry(5000, 'x');
  for (char& byte : entry) byte = static_cast<char>(random());
  OwnedChanges changes;
  for (char path = 'a'; path <= 'z'; ++path) {
    changes.push_back({std::string(1, path), DeltaOp::kSet, entry});
  }
  const std::string bytes = WriteDelta(changes);
  EXPECT_LT(bytes.size(), 5500u);
  EXPECT_EQ(DeltaReader::Open(MapBytes(bytes)).value()->entry_count(), 1u);
}

TEST(DeltaWriter, RefusesWhatIsNoChangeAndGoesOn) {
  static const char byte = 'x';  // Longer views of it must not be looked at.
  MemoryWritableFile file;
  DeltaWriter writer(file, TestDeltaHeader());
  const auto code = [&writer](std::string_view path, DeltaOp op, std::string_view entry = {}) {
    return writer.Add(path, op, entry).code();
  };
  constexpr auto kRefused = absl::StatusCode::kInvalidArgument;
  ASSERT_TRUE(writer.Add("b", DeltaOp::kSet, "E").ok());
  EXPECT_EQ(code("b", DeltaOp::kSet, "E"), kRefused) << "a path appears once";
  EXPECT_EQ(code("b", DeltaOp::kDelete), kRefused);
  EXPECT_EQ(code("a", DeltaOp::kDelete), kRefused);
  EXPECT_EQ(code("", DeltaOp::kDelete), kRefused);
  EXPECT_EQ(code("c", DeltaOp::kDelete, "E"), kRefused) << "a delete has no entry";
  EXPECT_EQ(code("c", DeltaOp::kDeleteBelow, "E"), kRefused);
  EXPECT_EQ(code("c", static_cast<DeltaOp>(0)), kRefused);
  EXPECT_EQ(code("c", static_cast<DeltaOp>(5)), kRefused);
  EXPECT_EQ(code({&byte, kDeltaPathBytesMax + 1}, DeltaOp::kSet), kRefused);
  EXPECT_EQ(code("c", DeltaOp::kSet, {&byte, kDeltaEntryBytesMax + 1}), kRefused);
  ASSERT_TRUE(writer.Add("c", DeltaOp::kSet, "E").ok());
  ASSERT_TRUE(writer.Finish().ok());
  EXPECT_EQ(ReadDelta(file.bytes()).value(),
            (OwnedChanges{{"b", DeltaOp::kSet, "E"}, {"c", DeltaOp::kSet, "E"}}));
  EXPECT_EQ(code("d", DeltaOp::kDelete), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(writer.Finish().status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(DeltaWriter, RefusesRevisionsThatDoNotAdvance) {
  for (const uint64_t to_revision : {41, 42}) {
    DeltaHeader header = TestDeltaHeader();
    header.to_revision = to_revision;
    MemoryWritableFile file;
    DeltaWriter writer(file, header);
    EXPECT_EQ(writer.Add("a", DeltaOp::kSet).code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(writer.Finish().status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(file.bytes(), "");
  }
}

TEST(DeltaWriter, KeepsTheFirstErrorOfTheFile) {
  const uint64_t whole = WriteDelta(PageChanges()).size();
  for (uint64_t room = 0; room <= whole; ++room) {
    MemoryWritableFile file(room);
    DeltaWriter writer(file, TestDeltaHeader());
    for (const OwnedChange& change : PageChanges()) {
      writer.Add(change.path, change.op, change.entry).IgnoreError();
    }
    const auto totals = writer.Finish();
    if (room == whole) {
      EXPECT_TRUE(totals.ok()) << totals.status();
      continue;
    }
    EXPECT_EQ(totals.status().code(), absl::StatusCode::kResourceExhausted) << room;
    EXPECT_FALSE(ReadDelta(file.bytes()).ok()) << "half a file must not open";
  }
}

}  // namespace
}  // namespace pathkb
