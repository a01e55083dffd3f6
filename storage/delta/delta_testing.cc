#include "storage/delta/delta_testing.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "gtest/gtest.h"

#include "core/base/status_macros.h"
#include "core/base/varint.h"
#include "storage/delta/delta_writer.h"
#include "storage/file/checksum.h"
#include "storage/file/file_system.h"
#include "storage/file/little_endian.h"
#include "storage/file/mapped_file.h"

namespace pathkb {
namespace {

// A file that is written into a string.
class StringFile final : public WritableFile {
 public:
  absl::Status Append(std::string_view bytes) override {
    content.append(bytes);
    return absl::OkStatus();
  }
  absl::Status WriteAt(uint64_t, std::string_view) override {
    return absl::UnimplementedError("a delta is written in one pass");
  }
  absl::Status Sync() override { return absl::OkStatus(); }
  absl::Status Close() override { return absl::OkStatus(); }

  std::string content;
};

// A "mapping" on the heap of exactly the right size, so that the address sanitizer sees any read
// outside.
class HeapFile final : public MappedFile {
 public:
  explicit HeapFile(std::string_view bytes)
      : bytes_(new char[bytes.size()]), byte_count_(bytes.size()) {
    std::copy(bytes.begin(), bytes.end(), bytes_.get());
  }
  std::string_view bytes() const override { return {bytes_.get(), byte_count_}; }
  const std::string& path() const override { return path_; }

 private:
  const std::unique_ptr<char[]> bytes_;
  const size_t byte_count_;
  const std::string path_ = "delta";
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const OwnedChange& change) {
  return out << static_cast<int>(change.op) << ' ' << testing::PrintToString(change.path) << " = "
             << testing::PrintToString(change.entry);
}

DeltaHeader TestDeltaHeader() {
  DeltaHeader header = {.from_revision = 42, .to_revision = 50};
  for (size_t i = 0; i < kDatabaseIdBytes; ++i) {
    header.database_id.bytes[i] = static_cast<uint8_t>(i);
  }
  return header;
}

std::string WriteDelta(const OwnedChanges& changes, const DeltaHeader& header, int level) {
  StringFile file;
  DeltaWriter writer(file, header, level);
  for (const OwnedChange& change : changes) {
    const absl::Status status = writer.Add(change.path, change.op, change.entry);
    EXPECT_TRUE(status.ok()) << status << " for " << change;
  }
  const absl::StatusOr<DeltaTotals> totals = writer.Finish();
  EXPECT_TRUE(totals.ok()) << totals.status();
  EXPECT_EQ(totals->file_bytes, file.content.size());
  EXPECT_EQ(totals->digest, Checksum(file.content));
  EXPECT_EQ(totals->ops, changes.size());
  return std::move(file.content);
}

absl::StatusOr<OwnedChanges> ReadDelta(std::string_view bytes, const DeltaExpected& expected) {
  PATHKB_ASSIGN_OR_RETURN(const auto reader,
                          DeltaReader::Open(std::make_shared<HeapFile>(bytes), expected));
  OwnedChanges changes;
  while (true) {
    const auto change = reader->Next();
    EXPECT_TRUE(change.ok()) << "half of a delta was handed out: " << change.status();
    if (!change.ok()) return change.status();
    if (!change->has_value()) break;
    changes.push_back({std::string((*change)->path), (*change)->op, std::string((*change)->entry)});
  }
  EXPECT_EQ(changes.size(), reader->op_count());
  return changes;
}

std::string Deflated(std::string_view raw, int level) {
  std::string stored;
  Deflater deflater(
      [&stored](std::string_view bytes) {
        stored.append(bytes);
        return absl::OkStatus();
      },
      level);
  EXPECT_TRUE(deflater.Append(raw).ok());
  EXPECT_TRUE(deflater.Finish().ok());
  return stored;
}

std::string Inflated(std::string_view stored) {
  std::string raw;
  Inflater inflater;
  std::array<char, 4096> piece;
  while (!inflater.ended()) {
    const auto step = inflater.Inflate(stored, piece.data(), piece.size());
    EXPECT_TRUE(step.ok()) << step.status();
    if (!step.ok()) break;
    EXPECT_TRUE(step->used > 0 || step->made > 0) << "the stream is cut off";
    if (step->used == 0 && step->made == 0) break;
    stored.remove_prefix(step->used);
    raw.append(piece.data(), step->made);
  }
  return raw;
}

ForgedDelta ForgedDelta::From(const OwnedChanges& changes) {
  ForgedDelta forged;
  forged.header.header = TestDeltaHeader();
  std::map<std::string, uint64_t> numbers;
  for (const OwnedChange& change : changes) {
    AppendU32(static_cast<uint32_t>(change.path.size()), forged.raw[kDeltaPaths]);
    forged.raw[kDeltaPaths] += change.path;
    forged.raw[kDeltaOps].push_back(static_cast<char>(change.op));
    ++forged.counts.op_count;
    forged.counts.path_bytes += change.path.size();
    if (!HasEntry(change.op)) continue;
    ++forged.counts.with_entry_count;
    uint64_t number = 0;
    if (!change.entry.empty()) {
      const auto [found, is_new] = numbers.try_emplace(change.entry, numbers.size() + 1);
      number = found->second;
      if (is_new) AppendLengthPrefixed(change.entry, forged.raw[kDeltaEntries]);
    }
    AppendVarint(number, forged.raw[kDeltaEntryNumbers]);
  }
  forged.counts.entry_count = numbers.size();
  return forged;
}

std::string ForgedDelta::Seal() const {
  std::string bytes;
  AppendDeltaHeader(header, bytes);
  DeltaTail sealed = counts;
  for (size_t i = 0; i < kDeltaSectionCount; ++i) {
    const std::string section = stored[i].has_value() ? *stored[i] : Deflated(raw[i]);
    sealed.sections[i] = {section.size(), raw[i].size(), Checksum(raw[i])};
    bytes += section;
  }
  std::string tail;
  AppendDeltaTail(sealed, tail);
  for (const auto& [field, number] : tail_changes) StoreU64(number, tail.data() + 8 * field);
  bytes += tail;
  AppendDeltaFooter(Checksum(bytes), bytes);
  return bytes;
}

}  // namespace pathkb
