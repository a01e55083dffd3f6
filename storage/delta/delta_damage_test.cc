// Goal: a damaged delta is refused whole, whatever was damaged, and no delta makes the reader take
// memory for what is only claimed. Method: every byte of small deltas replaced under three masks,
// and every cut; random damage under sound checksums; bombs and huge claims, with every allocation
// counted.

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <malloc.h>
#include <memory>
#include <new>
#include <random>
#include <string>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/delta/delta_testing.h"
#include "storage/delta/delta_writer.h"
#include "storage/file/file_system.h"
#include "storage/file/little_endian.h"
#include "storage/file/mapped_file.h"

namespace {

// Bytes that `new` has given out and not got back, and the most there were.
std::atomic<int64_t> live_bytes = 0;
std::atomic<int64_t> live_bytes_peak = 0;

void* Allocate(size_t bytes) {
  void* const block = std::malloc(bytes == 0 ? 1 : bytes);
  if (block == nullptr) throw std::bad_alloc();
  const int64_t live = live_bytes.fetch_add(static_cast<int64_t>(malloc_usable_size(block))) +
                       static_cast<int64_t>(malloc_usable_size(block));
  int64_t peak = live_bytes_peak.load();
  while (live > peak && !live_bytes_peak.compare_exchange_weak(peak, live)) {
  }
  return block;
}

void Release(void* block) {
  if (block == nullptr) return;
  live_bytes.fetch_sub(static_cast<int64_t>(malloc_usable_size(block)));
  std::free(block);
}

}  // namespace

void* operator new(size_t bytes) { return Allocate(bytes); }
void* operator new[](size_t bytes) { return Allocate(bytes); }
void operator delete(void* block) noexcept { Release(block); }
void operator delete[](void* block) noexcept { Release(block); }
void operator delete(void* block, size_t) noexcept { Release(block); }
void operator delete[](void* block, size_t) noexcept { Release(block); }

namespace pathkb {
namespace {

// Most bytes that `run` had at once beyond what was there before.
template <typename Run>
int64_t PeakBytes(Run run) {
  const int64_t before = live_bytes.load();
  live_bytes_peak.store(before);
  run();
  return live_bytes_peak.load() - before;
}

constexpr int64_t kMiB = 1 << 20;

OwnedChanges SomeChanges() {
  return {{"", DeltaOp::kSet, "root"},
          {"alice", DeltaOp::kSet, ""},
          {"alm", DeltaOp::kDelete, ""},
          {"bob", DeltaOp::kSet, "confidence 0.5"},
          {"spaces/default/", DeltaOp::kDeleteBelow, ""},
          {"spaces/default/terms/x", DeltaOp::kSet, "root"},
          {std::string(100, 'z'), DeltaOp::kReplace, std::string(50, 'e')}};
}

TEST(DeltaDamage, EveryChangedByteAndEveryCutIsRefused) {
  for (const int level : {0, 7}) {
    for (const OwnedChanges& changes : {OwnedChanges(), SomeChanges()}) {
      std::string bytes = WriteDelta(changes, TestDeltaHeader(), level);
      ASSERT_TRUE(ReadDelta(bytes).value() == changes);
      for (size_t at = 0; at < bytes.size(); ++at) {
        for (const int mask : {0x01, 0x80, 0xff}) {
          bytes[at] = static_cast<char>(bytes[at] ^ mask);
          EXPECT_EQ(ReadDelta(bytes).status().code(), absl::StatusCode::kDataLoss) << at;
          bytes[at] = static_cast<char>(bytes[at] ^ mask);
        }
      }
      for (size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_EQ(ReadDelta(std::string_view(bytes).substr(0, length)).status().code(),
                  absl::StatusCode::kDataLoss)
            << length;
      }
      EXPECT_EQ(ReadDelta(bytes + "x").status().code(), absl::StatusCode::kDataLoss);
      EXPECT_EQ(ReadDelta(bytes + bytes).status().code(), absl::StatusCode::kDataLoss);
    }
  }
}

// A mapping of bytes that belong to the test.
class BorrowedFile final : public MappedFile {
 public:
  explicit BorrowedFile(std::string_view bytes) : bytes_(bytes) {}
  std::string_view bytes() const override { return bytes_; }
  const std::string& path() const override { return path_; }

 private:
  const std::string_view bytes_;
  const std::string path_ = "borrowed";
};

TEST(DeltaDamage, EveryChangedByteAndEveryCutOf64KiB) {
  std::mt19937_64 random(TestSeed());
  OwnedChanges changes;
  for (int i = 0; i < 5600; ++i) {
    OwnedChange change = {.path = "key " + std::to_string(1'000'000 + i)};
    for (int n = 0; n < 8; ++n) change.path.push_back(static_cast<char>(random()));
    change.op = static_cast<DeltaOp>(1 + random() % 4);
    if (HasEntry(change.op)) change.entry = "entry " + std::to_string(random() % 500);
    changes.push_back(std::move(change));
  }
  std::string bytes = WriteDelta(changes);
  ASSERT_GT(bytes.size(), uint64_t{60} << 10);
  ASSERT_LT(bytes.size(), uint64_t{70} << 10);
  const auto code = [](std::string_view damaged) {
    return DeltaReader::Open(std::make_shared<BorrowedFile>(damaged)).status().code();
  };
  ASSERT_EQ(code(bytes), absl::StatusCode::kOk);
  for (char& byte : bytes) {
    for (const int mask : {0x01, 0x80, 0xff}) {
      byte = static_cast<char>(byte ^ mask);
      ASSERT_EQ(code(bytes), absl::StatusCode::kDataLoss) << &byte - bytes.data();
      byte = static_cast<char>(byte ^ mask);
    }
  }
  for (size_t length = 0; length < bytes.size(); ++length) {
    ASSERT_EQ(code(std::string_view(bytes).substr(0, length)), absl::StatusCode::kDataLoss)
        << length;
  }
  EXPECT_EQ(code(bytes), absl::StatusCode::kOk);
}

// Gets past every checksum, to the checks behind them: nothing there may crash or hand out half a
// delta, and what opens must be a delta that keeps its rules.
TEST(DeltaDamage, RandomDamageUnderSoundChecksums) {
  std::mt19937_64 random(TestSeed());
  uint64_t opened = 0, refused = 0;
  for (int round = 0; round < 4'000; ++round) {
    ForgedDelta delta = ForgedDelta::From(SomeChanges());
    for (uint64_t i = 1 + random() % 2; i > 0; --i) {
      if (random() % 3 == 0) {
        const uint64_t bits = random() % 64;
        delta.tail_changes[random() % 16] = random() >> bits;
        continue;
      }
      const size_t section = random() % kDeltaSectionCount;
      std::string& bytes = delta.raw[section];
      if (random() % 4 == 0) {  // Damage to the stream itself.
        std::string stream = Deflated(bytes);
        stream[random() % stream.size()] = static_cast<char>(random());
        delta.stored[section] = stream;
      } else if (random() % 8 == 0) {
        bytes.resize(random() % (bytes.size() + 3), '\1');
      } else if (!bytes.empty()) {
        bytes[random() % bytes.size()] =
            static_cast<char>(random() % (random() % 2 == 0 ? 8 : 256));
      }
    }
    const auto read = ReadDelta(delta.Seal());
    ++(read.ok() ? opened : refused);
    if (!read.ok()) {
      ASSERT_EQ(read.status().code(), absl::StatusCode::kDataLoss) << read.status();
      continue;
    }
    for (size_t i = 0; i < read->size(); ++i) {
      ASSERT_TRUE(i == 0 || (*read)[i - 1].path < (*read)[i].path);
      ASSERT_TRUE(IsDeltaOp(static_cast<uint8_t>((*read)[i].op)));
      ASSERT_TRUE((*read)[i].entry.empty() || HasEntry((*read)[i].op));
    }
  }
  EXPECT_GT(refused, opened);
  EXPECT_GT(opened, 20u) << "some damage only makes another delta, such as another path byte";
}

TEST(DeltaDamage, HugeClaimsTakeNoMemory) {
  for (size_t field = 0; field < 16; ++field) {
    for (const uint64_t number : {uint64_t{1} << 28, uint64_t{1} << 33, UINT64_MAX}) {
      ForgedDelta delta = ForgedDelta::From(SomeChanges());
      delta.tail_changes[field] = number;
      const std::string bytes = delta.Seal();
      bool ok = true;
      EXPECT_LT(PeakBytes([&] { ok = ReadDelta(bytes).ok(); }), kMiB / 2);
      EXPECT_FALSE(ok) << "field " << field;
    }
  }
  // A path and an entry that claim 64 MiB each and have three bytes.
  ForgedDelta path = ForgedDelta::From({{"abc", DeltaOp::kDelete, ""}});
  StoreU32(kDeltaPathBytesMax, path.raw[kDeltaPaths].data());
  ForgedDelta entry = ForgedDelta::From({{"a", DeltaOp::kSet, "efg"}});
  entry.raw[kDeltaEntries] = std::string("\xfb\0\0\0\4efg", 8);
  for (const ForgedDelta& delta : {path, entry}) {
    const std::string bytes = delta.Seal();
    bool ok = true;
    EXPECT_LT(PeakBytes([&] { ok = ReadDelta(bytes).ok(); }), kMiB / 2);
    EXPECT_FALSE(ok);
  }
}

TEST(DeltaDamage, BombsTakeNoMoreThanTheBounds) {
  // 16 million empty paths in 64 KB: refused at the second one.
  ForgedDelta paths;
  paths.header.header = TestDeltaHeader();
  paths.raw[kDeltaPaths] = std::string(64 << 20, '\0');
  paths.raw[kDeltaOps] = std::string(16 << 20, '\2');
  paths.counts = {.op_count = 16 << 20};
  // One entry of more than a bound's bytes, all there.
  ForgedDelta entry = ForgedDelta::From({{"a", DeltaOp::kSet, "x"}});
  entry.raw[kDeltaEntries] =
      std::string("\xfb\1\0\0\4", 5) + std::string(kDeltaEntryBytesMax + 1, 'x');
  // Operations that inflate to more than the tail says.
  ForgedDelta ops = ForgedDelta::From({{"a", DeltaOp::kDelete, ""}});
  ops.stored[kDeltaOps] = Deflated(std::string(64 << 20, '\2'));

  const struct {
    const char* name;
    std::string bytes;
    int64_t peak_bytes_max;
  } bombs[] = {{"paths", paths.Seal(), kMiB / 2},
               {"entry", entry.Seal(), static_cast<int64_t>(kDeltaEntryBytesMax) + kMiB},
               {"ops", ops.Seal(), kMiB / 2}};
  for (const auto& bomb : bombs) {
    SCOPED_TRACE(bomb.name);
    EXPECT_LT(bomb.bytes.size(), 300'000u);
    absl::Status status;
    EXPECT_LT(PeakBytes([&] { status = DeltaReader::Open(MapBytes(bomb.bytes)).status(); }),
              bomb.peak_bytes_max + static_cast<int64_t>(bomb.bytes.size()));
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  }
}

// A file that keeps nothing.
class CountingFile final : public WritableFile {
 public:
  absl::Status Append(std::string_view bytes) override {
    byte_count += bytes.size();
    return absl::OkStatus();
  }
  absl::Status WriteAt(uint64_t, std::string_view) override { return absl::OkStatus(); }
  absl::Status Sync() override { return absl::OkStatus(); }
  absl::Status Close() override { return absl::OkStatus(); }
  uint64_t byte_count = 0;
};

TEST(DeltaDamage, WriterAndReaderStayWithinTheMemoryTheySay) {
  // 300,000 operations of random kinds, 40 bytes a path; a hundred entries. About 12 MB of paths.
  constexpr int kOps = 300'000;
  const auto write = [](WritableFile& file) {
    std::mt19937_64 random(1);
    DeltaWriter writer(file, TestDeltaHeader());
    char path[64] = {};
    for (int i = 0; i < kOps; ++i) {
      std::snprintf(path, sizeof(path), "spaces/default/terms/%09d%010d", i,
                    static_cast<int>(random() % 1'000'000'000));
      const auto op = static_cast<DeltaOp>(1 + random() % 4);
      const std::string entry(HasEntry(op) ? random() % 100 : 0, 'e');
      ASSERT_TRUE(writer.Add(path, op, entry).ok());
    }
    ASSERT_TRUE(writer.Finish().ok());
  };
  CountingFile counting;
  const int64_t writer_peak = PeakBytes([&] { write(counting); });
  std::cout << "writer peak " << writer_peak << " of " << counting.byte_count << " file bytes\n";
  EXPECT_LT(writer_peak, kMiB + 4 * kOps);

  MemoryWritableFile kept;
  write(kept);
  const auto file = MapBytes(kept.bytes());
  uint64_t change_count = 0;
  const int64_t reader_peak = PeakBytes([&] {
    const auto reader = DeltaReader::Open(file).value();
    while (reader->Next().value().has_value()) ++change_count;
  });
  std::cout << "reader peak " << reader_peak << "\n";
  EXPECT_EQ(change_count, static_cast<uint64_t>(kOps));
  EXPECT_LT(reader_peak, kMiB / 2);
}

}  // namespace
}  // namespace pathkb
