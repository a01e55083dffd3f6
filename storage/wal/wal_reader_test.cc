// Takes one small log and damages it in every way it can think of: each cut, each flip of each bit,
// zeros from each byte on, bytes put in and taken out. Whatever happens, the records in front of
// the damage are delivered unchanged, none behind it is, and what a crash cannot have done is
// DataLoss.

#include "storage/wal/wal_reader.h"

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"
#include "storage/wal/wal_writer.h"
#include "tests/support/crash_file_system.h"

namespace pathkb {
namespace {

using ::testing::HasSubstr;

const DatabaseId kId = *DatabaseId::FromHex("000102030405060708090a0b0c0d0e0f");

struct OwnedRecord {
  uint64_t revision;
  uint32_t kind;
  std::string payload;
  bool operator==(const OwnedRecord&) const = default;
};

// A record's kind is this and its revision. No record ends in a zero, so zeros always change it.
constexpr uint32_t kKindBase = 0x5a000000;

// A segment from `groups` of payloads, starting with `first_revision`.
std::string MakeLog(const std::vector<std::vector<std::string>>& groups, uint64_t first_revision,
                    const DatabaseId& id = kId) {
  CrashFileSystem files;
  auto writer = WalWriter::Create(files, "log", id, first_revision);
  EXPECT_TRUE(writer.ok()) << writer.status();
  uint64_t revision = first_revision;
  for (const auto& group : groups) {
    std::vector<WalRecord> records;
    for (const std::string& payload : group) {
      records.push_back({revision, static_cast<uint32_t>(kKindBase + revision), payload});
      ++revision;
    }
    EXPECT_EQ((*writer)->AppendGroup(records), absl::OkStatus());
  }
  return files.AllFiles()["log"];
}

struct Reading {
  absl::Status status;
  std::vector<OwnedRecord> records;
  WalTail tail;
  std::optional<WalDamage> damage;
};

Reading Read(const std::string& bytes, const WalExpected& expected = {}) {
  CrashFileSystem files;
  files.PutFile("log", bytes);
  Reading reading;
  auto reader = WalReader::Open(files, "log", expected);
  if (!reader.ok()) {
    reading.status = reader.status();
    return reading;
  }
  while (true) {
    const absl::StatusOr<std::optional<WalRecord>> next = (*reader)->Next();
    reading.tail = (*reader)->tail();
    if (!next.ok()) {
      reading.status = next.status();
      reading.damage = (*reader)->damage();
      EXPECT_EQ((*reader)->Next().status(), next.status()) << "an error stays";
      return reading;
    }
    if (!next->has_value()) {
      EXPECT_FALSE((*reader)->Next()->has_value()) << "the end stays";
      return reading;
    }
    const WalRecord& record = **next;
    EXPECT_EQ(record.revision, (*reader)->last_revision());
    reading.records.push_back({record.revision, record.kind, std::string(record.payload)});
  }
}

// Four groups of 1, 1, 3 and 2 records. No payload holds a zero byte, none is as long as a sector.
class WalReaderTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kFirst = 7;
  static constexpr size_t kLastGroupFrom = 5;  // Index of the first record of the last group.

  WalReaderTest() {
    const std::vector<std::vector<std::string>> groups = {
        {"(parent Tom Bob)"}, {""}, {"(a)", "(b $x (c $x))", "x"}, {"(parent Pam Bob)", "(d)"}};
    log_ = MakeLog(groups, kFirst);
    size_t offset = kWalSegmentHeaderBytes;
    for (const auto& group : groups) {
      for (const std::string& payload : group) {
        const uint64_t revision = kFirst + records_.size();
        records_.push_back({revision, static_cast<uint32_t>(kKindBase + revision), payload});
        starts_.push_back(offset);
        offset += kWalRecordHeaderBytes + payload.size();
      }
    }
    starts_.push_back(offset);
  }

  // Index of the record that holds byte `offset`, or the number of records.
  size_t RecordAt(size_t offset) const {
    size_t index = 0;
    while (index < records_.size() && starts_[index + 1] <= offset) ++index;
    return index;
  }

  std::vector<OwnedRecord> FirstRecords(size_t count) const {
    return {records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(count)};
  }

  std::string log_;
  std::vector<OwnedRecord> records_;
  std::vector<size_t> starts_;  // Of each record, and the end of the last.
};

TEST_F(WalReaderTest, CleanLog) {
  const Reading reading = Read(log_, {.database_id = kId, .first_revision = kFirst});
  EXPECT_EQ(reading.status, absl::OkStatus());
  EXPECT_EQ(reading.records, records_);
  EXPECT_EQ(reading.tail.kind, WalTail::Kind::kClean);
  EXPECT_EQ(reading.tail.offset, log_.size());
  EXPECT_EQ(reading.tail.bytes_cut, 0u);
  EXPECT_EQ(starts_.back(), log_.size());
}

TEST_F(WalReaderTest, EveryCutIsATornTail) {
  for (size_t cut = 0; cut < log_.size(); ++cut) {
    const Reading reading = Read(log_.substr(0, cut));
    ASSERT_EQ(reading.status, absl::OkStatus()) << cut;
    const size_t whole = cut < kWalSegmentHeaderBytes ? 0 : RecordAt(cut);
    EXPECT_EQ(reading.records, FirstRecords(whole)) << cut;
    const size_t end = cut < kWalSegmentHeaderBytes ? 0 : starts_[whole];
    EXPECT_EQ(reading.tail.offset, end);
    EXPECT_EQ(reading.tail.bytes_cut, cut - end);
    EXPECT_EQ(reading.tail.kind,
              cut == end && cut > 0 ? WalTail::Kind::kClean : WalTail::Kind::kTorn);
  }
}

TEST_F(WalReaderTest, EveryFlippedBitIsFound) {
  for (size_t offset = 0; offset < log_.size(); ++offset) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = log_;
      bytes[offset] = static_cast<char>(bytes[offset] ^ (1 << bit));
      const Reading reading = Read(bytes, {.database_id = kId});
      if (offset < kWalSegmentHeaderBytes) {
        EXPECT_EQ(reading.status.code(), absl::StatusCode::kDataLoss) << offset;
        continue;
      }
      const size_t record = RecordAt(offset);
      EXPECT_EQ(reading.records, FirstRecords(record)) << offset;
      EXPECT_EQ(reading.tail.offset, starts_[record]);
      if (record + 1 == records_.size()) {
        EXPECT_EQ(reading.status, absl::OkStatus());
        EXPECT_EQ(reading.tail.kind, WalTail::Kind::kTorn);
        EXPECT_EQ(reading.tail.bytes_cut, log_.size() - starts_[record]);
        continue;
      }
      ASSERT_EQ(reading.status.code(), absl::StatusCode::kDataLoss) << offset;
      EXPECT_EQ(reading.damage->offset, starts_[record]);
      EXPECT_EQ(reading.damage->first_revision_lost, kFirst + record);
      EXPECT_EQ(reading.damage->last_revision_lost, kFirst + record);
      EXPECT_EQ(reading.damage->last_revision_seen, kFirst + records_.size() - 1);
    }
  }
}

TEST_F(WalReaderTest, DamageNamesFileOffsetAndRevisions) {
  std::string bytes = log_;
  bytes[starts_[2]] ^= 1;
  bytes[starts_[3] + 20] ^= 1;
  const Reading reading = Read(bytes);
  EXPECT_EQ(std::string(reading.status.message()),
            "log: found no sound record at byte " + std::to_string(starts_[2]) +
                ", expected that of revision 9; revisions 9 to 10 cannot be read, 11 to 13 stand "
                "sound behind the damage");
}

TEST_F(WalReaderTest, ZerosFromAnyByteOnAreATornTail) {
  for (size_t from = 0; from < log_.size(); ++from) {
    // Also with room that was given to the file and never written.
    for (size_t more : {size_t{0}, size_t{1}, size_t{4096}}) {
      std::string bytes = log_.substr(0, from) + std::string(log_.size() - from + more, '\0');
      const Reading reading = Read(bytes);
      ASSERT_EQ(reading.status, absl::OkStatus()) << from << " " << reading.status;
      const bool has_header = from >= kWalSegmentHeaderBytes;
      const size_t record = has_header ? RecordAt(from) : 0;
      EXPECT_EQ(reading.records, FirstRecords(record)) << from;
      EXPECT_EQ(reading.tail.kind, WalTail::Kind::kTorn);
      EXPECT_EQ(reading.tail.offset, has_header ? starts_[record] : 0);
    }
  }
}

TEST_F(WalReaderTest, BytesTakenOutOrPutInAreDamage) {
  for (size_t at = kWalSegmentHeaderBytes; at < starts_[kLastGroupFrom]; ++at) {
    const size_t record = RecordAt(at);
    for (const std::string& bytes :
         {log_.substr(0, at) + log_.substr(at + 1),    // One byte is gone.
          log_.substr(0, at) + "?" + log_.substr(at),  // One is too many.
          log_.substr(0, at) + std::string(600, '?') + log_.substr(at)}) {
      const Reading reading = Read(bytes);
      EXPECT_EQ(reading.status.code(), absl::StatusCode::kDataLoss) << at;
      EXPECT_EQ(reading.records, FirstRecords(record)) << at;
    }
  }
}

TEST_F(WalReaderTest, WholeRecordsMissingSwappedOrRepeatedAreDamage) {
  const auto piece = [&](size_t index) {
    return log_.substr(starts_[index], starts_[index + 1] - starts_[index]);
  };
  const std::string header = log_.substr(0, kWalSegmentHeaderBytes);
  for (const std::vector<size_t>& order : std::vector<std::vector<size_t>>{
           {1, 2}, {0, 2}, {0, 1, 3}, {1, 0}, {0, 0}, {0, 1, 2, 1}, {5}}) {
    std::string bytes = header;
    for (size_t index : order) bytes += piece(index);
    const Reading reading = Read(bytes);
    EXPECT_EQ(reading.status.code(), absl::StatusCode::kDataLoss);
    size_t in_place = 0;
    while (order[in_place] == in_place) ++in_place;
    EXPECT_EQ(reading.records, FirstRecords(in_place));
    EXPECT_THAT(std::string(reading.status.message()), HasSubstr("found another record"));
  }
}

// Two histories that share their first revisions must not be read as one.
TEST_F(WalReaderTest, RecordsOfAnotherHistoryDoNotFollow) {
  const std::string one = MakeLog({{"same"}, {"one"}, {"end"}}, kFirst);
  const std::string two = MakeLog({{"same"}, {"two"}, {"end"}}, kFirst);
  const size_t end_at = one.size() - kWalRecordHeaderBytes - 3;
  const Reading reading = Read(one.substr(0, end_at) + two.substr(end_at));
  EXPECT_EQ(reading.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(reading.records.size(), 2u);
}

// A disk may bring the sectors of an unsynced write in any order. The group was not acknowledged.
TEST_F(WalReaderTest, MissingSectorInTheLastGroupIsATornTail) {
  const std::string log = MakeLog(
      {{"first"}, {std::string(700, 'a'), std::string(700, 'b'), std::string(700, 'c')}}, kFirst);
  const size_t group_at = kWalSegmentHeaderBytes + kWalRecordHeaderBytes + 5;
  for (size_t sector = 0; sector * 512 < log.size(); ++sector) {
    std::string bytes = log;
    for (size_t at = std::max(sector * 512, group_at); at < (sector + 1) * 512; ++at) {
      if (at < bytes.size()) bytes[at] = '\0';
    }
    const Reading reading = Read(bytes);
    EXPECT_EQ(reading.status, absl::OkStatus()) << sector;
    EXPECT_EQ(reading.tail.kind, WalTail::Kind::kTorn);
    EXPECT_GE(reading.records.size(), 1u);
    EXPECT_LT(reading.records.size(), 4u);
  }
}

// The same hole in front of a later group: that one was written only after the first was synced.
TEST_F(WalReaderTest, MissingSectorBeforeALaterGroupIsDamage) {
  const std::string log =
      MakeLog({{std::string(700, 'a'), std::string(700, 'b')}, {"second group"}}, kFirst);
  std::string bytes = log;
  for (size_t at = 512; at < 1024; ++at) bytes[at] = '\0';
  const Reading reading = Read(bytes);
  EXPECT_EQ(reading.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(reading.damage->first_revision_lost, kFirst);
  EXPECT_EQ(reading.damage->last_revision_seen, kFirst + 2);

  // Even if of the later group only a header is left.
  for (size_t cut = 1; cut <= 12; ++cut) {
    const Reading torn = Read(bytes.substr(0, bytes.size() - cut));
    EXPECT_EQ(torn.status.code(), absl::StatusCode::kDataLoss) << cut;
  }
}

// Log bytes inside a payload, say an uploaded log file, are never taken for records.
TEST_F(WalReaderTest, PayloadThatLooksLikeALogIsNoEvidence) {
  const std::string inner = MakeLog({{"a"}, {"b"}, {"c"}}, kFirst + 1);
  const std::string log = MakeLog({{"first"}, {inner}}, kFirst);
  for (size_t cut = 1; cut < inner.size(); ++cut) {
    const Reading reading = Read(log.substr(0, log.size() - cut));
    EXPECT_EQ(reading.status, absl::OkStatus());
    EXPECT_EQ(reading.records.size(), 1u);
    EXPECT_EQ(reading.tail.kind, WalTail::Kind::kTorn);
  }
}

// A block that once belonged to another segment shows up behind the end.
TEST_F(WalReaderTest, LeftoversOfAnotherSegmentAreATornTail) {
  const std::string other = MakeLog({{"old"}, {"old"}, {"old"}}, kFirst + records_.size() - 1);
  const Reading reading = Read(log_ + other.substr(kWalSegmentHeaderBytes));
  EXPECT_EQ(reading.status, absl::OkStatus());
  EXPECT_EQ(reading.records, records_);
  EXPECT_EQ(reading.tail.kind, WalTail::Kind::kTorn);
}

TEST_F(WalReaderTest, OtherFilesAreRefusedByName) {
  const Reading text = Read("This is not a log, but it is long enough to hold a segment header.");
  EXPECT_EQ(text.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(text.status.message()),
              HasSubstr("starts with 5468697320697320, not with 504b42574c4f4731"));
  EXPECT_EQ(Read("short").status.code(), absl::StatusCode::kDataLoss);

  const Reading foreign = Read(log_, {.database_id = DatabaseId()});
  EXPECT_EQ(foreign.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(std::string(foreign.status.message()),
            "log: the log of database 000102030405060708090a0b0c0d0e0f, not of "
            "00000000000000000000000000000000");

  const Reading renamed = Read(log_, {.first_revision = 8});
  EXPECT_EQ(renamed.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(std::string(renamed.status.message()), "log: starts with revision 7, not with 8");

  std::string newer;
  AppendWalSegmentHeader({.format_version = 2, .database_id = kId, .first_revision = 7}, newer);
  EXPECT_EQ(Read(newer).status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(std::string(Read(newer).status.message()),
            "log: log format version 2, this program reads versions up to 1");

  CrashFileSystem files;
  EXPECT_EQ(WalReader::Open(files, "none").status().code(), absl::StatusCode::kNotFound);
}

// Random damage of random logs: what is delivered is always the beginning of what was written.
TEST_F(WalReaderTest, RandomDamage) {
  const char* given = std::getenv("PATHKB_TEST_SEED");
  const uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 20261121;
  SCOPED_TRACE("PATHKB_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::vector<std::string>> groups(1 + random() % 4);
    std::vector<std::string> payloads;
    for (auto& group : groups) {
      for (size_t i = 1 + random() % 3; i > 0; --i) {
        std::string payload(random() % 8 == 0 ? random() % 2000 : random() % 40, '\0');
        for (char& byte : payload) byte = static_cast<char>(random() % 4);
        group.push_back(payload);
        payloads.push_back(payload);
      }
    }
    std::string bytes = MakeLog(groups, 1 + random() % 3);
    const uint64_t first = LoadU64(bytes.data() + 32);
    for (uint64_t hits = random() % 4; hits > 0 && bytes.size() > 48; --hits) {
      const size_t at = 48 + random() % (bytes.size() - 48);
      const size_t length = std::min<size_t>(random() % 100, bytes.size() - at);
      switch (random() % 5) {
        case 0:
          bytes.resize(at);
          break;
        case 1:
          bytes.erase(at, length);
          break;
        case 2:
          bytes.insert(at, bytes.substr(48 + random() % (bytes.size() - 48), length));
          break;
        case 3:
          for (size_t i = at; i < at + length; ++i) bytes[i] = static_cast<char>(random());
          break;
        default:
          for (size_t i = at; i < at + length; ++i) bytes[i] = '\0';
      }
    }
    const Reading reading = Read(bytes, {.database_id = kId, .first_revision = first});
    ASSERT_TRUE(reading.status.ok() || reading.status.code() == absl::StatusCode::kDataLoss);
    ASSERT_LE(reading.records.size(), payloads.size());
    for (size_t i = 0; i < reading.records.size(); ++i) {
      EXPECT_EQ(reading.records[i].revision, first + i);
      EXPECT_EQ(reading.records[i].kind, kKindBase + first + i);
      EXPECT_EQ(reading.records[i].payload, payloads[i]);
    }
    if (reading.status.ok()) {
      EXPECT_EQ(reading.tail.offset + reading.tail.bytes_cut, bytes.size());
    }
  }
}

}  // namespace
}  // namespace pathkb
