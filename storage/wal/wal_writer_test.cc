// Writes groups while calls fail and the power goes: what was acknowledged is always read back,
// what was not is read back unchanged or not at all, and a writer that has failed once never says
// OK again.

#include "storage/wal/wal_writer.h"

#include <string>
#include <unistd.h>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/file/mapped_file.h"
#include "storage/file/posix_file_system.h"
#include "storage/wal/wal_reader.h"
#include "tests/support/crash_file_system.h"

namespace pathkb {
namespace {

const DatabaseId kId = *DatabaseId::FromHex("000102030405060708090a0b0c0d0e0f");

// A payload that is different for each revision, and for some longer than a sector.
std::string Payload(uint64_t revision) {
  return "revision " + std::to_string(revision) + std::string(revision % 4 * 400, 'x');
}

// Appends `count` records as one group behind what the writer has.
absl::Status AppendNext(WalWriter& writer, uint64_t count) {
  std::vector<std::string> payloads;
  for (uint64_t i = 0; i < count; ++i) payloads.push_back(Payload(writer.last_revision() + 1 + i));
  std::vector<WalRecord> group;
  for (uint64_t i = 0; i < count; ++i) {
    group.push_back({writer.last_revision() + 1 + i, 1, payloads[i]});
  }
  return writer.AppendGroup(group);
}

// Reads all records, checks each, and returns the last revision.
uint64_t ReadBack(FileSystem& files, const std::string& path, uint64_t first_revision) {
  auto reader =
      WalReader::Open(files, path, {.database_id = kId, .first_revision = first_revision});
  EXPECT_TRUE(reader.ok()) << reader.status();
  if (!reader.ok()) return 0;
  while (true) {
    const auto next = (*reader)->Next();
    EXPECT_TRUE(next.ok()) << next.status();
    if (!next.ok() || !next->has_value()) return (*reader)->last_revision();
    EXPECT_EQ((*next)->payload, Payload((*next)->revision));
  }
}

TEST(WalWriterTest, OnTheRealDisk) {
  const std::string path = ::testing::TempDir() + "/wal" + std::to_string(::getpid());
  FileSystem& files = RealFileSystem();
  auto writer = WalWriter::Create(files, path, kId, 41);
  ASSERT_TRUE(writer.ok()) << writer.status();
  EXPECT_EQ((*writer)->bytes(), kWalSegmentHeaderBytes);
  EXPECT_EQ((*writer)->last_revision(), 40u);
  EXPECT_EQ((*writer)->AppendGroup({}), absl::OkStatus());
  for (uint64_t count : {1, 5, 2}) EXPECT_EQ(AppendNext(**writer, count), absl::OkStatus());
  EXPECT_EQ((*writer)->last_revision(), 48u);
  EXPECT_EQ((*writer)->bytes(), files.FileBytes(path).value());
  EXPECT_EQ(ReadBack(files, path, 41), 48u);
  EXPECT_EQ(WalWriter::Create(files, path, kId, 41).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReadBack(files, path, 41), 48u) << "the refused one has not touched it";
}

TEST(WalWriterTest, LargeSegmentIsMapped) {
  const std::string path = ::testing::TempDir() + "/large" + std::to_string(::getpid());
  auto writer = WalWriter::Create(RealFileSystem(), path, kId, 1);
  ASSERT_TRUE(writer.ok()) << writer.status();
  for (int i = 0; i < 4; ++i) ASSERT_EQ(AppendNext(**writer, 1000), absl::OkStatus());
  EXPECT_GT((*writer)->bytes(), kMapBytesMin);
  EXPECT_EQ(ReadBack(RealFileSystem(), path, 1), 4000u);
}

TEST(WalWriterTest, OneWriteAndOneSyncForAGroup) {
  CrashFileSystem files;
  auto writer = WalWriter::Create(files, "log", kId, 1);
  ASSERT_TRUE(writer.ok());
  const uint64_t before = files.calls();
  ASSERT_EQ(AppendNext(**writer, 10), absl::OkStatus());
  ASSERT_EQ(files.calls(), before + 2);
  EXPECT_EQ(files.recorded()[before].operation, "Append");
  EXPECT_EQ(files.recorded()[before + 1].operation, "Sync");
}

TEST(WalWriterTest, WrongGroupsAreRefusedAndHarmNothing) {
  CrashFileSystem files;
  EXPECT_EQ(WalWriter::Create(files, "zero", kId, 0).status().code(),
            absl::StatusCode::kInvalidArgument);
  auto writer = WalWriter::Create(files, "log", kId, 5);
  ASSERT_TRUE(writer.ok());
  const std::string payload = Payload(5);
  const std::vector<std::vector<WalRecord>> wrong = {{{4, 1, payload}},
                                                     {{6, 1, payload}},
                                                     {{5, 1, payload}, {7, 1, payload}},
                                                     {{5, 1, payload}, {5, 1, payload}}};
  for (const std::vector<WalRecord>& group : wrong) {
    EXPECT_EQ((*writer)->AppendGroup(group).code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(AppendNext(**writer, 1), absl::OkStatus());
  EXPECT_EQ(ReadBack(files, "log", 5), 5u);
}

TEST(WalWriterTest, FailedCreateLeavesNothingInTheWay) {
  for (uint64_t n = 1; n <= 4; ++n) {  // Create, Append, Sync, SyncDirectory.
    CrashFileSystem files;
    files.FailCall(n, absl::ResourceExhaustedError("full"));
    // A sync that fails is nothing to try again, whatever the reason.
    EXPECT_EQ(WalWriter::Create(files, "log", kId, 1).status().code(),
              n <= 2 ? absl::StatusCode::kResourceExhausted : absl::StatusCode::kDataLoss);
    EXPECT_TRUE(files.AllFiles().empty());
    EXPECT_TRUE(WalWriter::Create(files, "log", kId, 1).ok());
  }
}

// The disk says EIO once, and OK from then on although it has dropped the bytes.
TEST(WalWriterTest, FailedSyncOrAppendFinishesTheWriter) {
  for (uint64_t failing : {1, 2}) {  // The append of the group, or its sync.
    CrashFileSystem files;
    auto writer = WalWriter::Create(files, "log", kId, 1);
    ASSERT_TRUE(writer.ok());
    ASSERT_EQ(AppendNext(**writer, 2), absl::OkStatus());
    files.FailCall(files.calls() + failing, absl::DataLossError("Input/output error"));
    const absl::Status first = AppendNext(**writer, 3);
    EXPECT_EQ(first.code(), absl::StatusCode::kDataLoss);
    const uint64_t calls = files.calls();
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(AppendNext(**writer, 1), first);
      EXPECT_EQ((*writer)->AppendGroup({}), first);
    }
    EXPECT_EQ((*writer)->status(), first);
    EXPECT_EQ(files.calls(), calls) << "nothing is tried again";
    EXPECT_EQ((*writer)->durable_revision(), 2u);
    for (CrashKeep keep : kAllCrashKeeps) {
      for (uint64_t seed = 0; seed < 50; ++seed) {
        EXPECT_GE(ReadBack(*files.AfterPowerCut(keep, seed), "log", 1), 2u);
      }
    }
  }
}

TEST(WalWriterTest, OneSyncForManyAppends) {
  CrashFileSystem files;
  auto writer = WalWriter::Create(files, "log", kId, 1);
  ASSERT_TRUE(writer.ok());
  EXPECT_TRUE((*writer)->Sync().ok());
  const uint64_t before = files.calls();
  for (uint64_t revision = 1; revision <= 3; ++revision) {
    const std::string payload = Payload(revision);
    const WalRecord record = {revision, 1, payload};
    ASSERT_TRUE((*writer)->Append({&record, 1}).ok());
    EXPECT_EQ((*writer)->last_revision(), revision);
    EXPECT_EQ((*writer)->durable_revision(), 0u);
  }
  EXPECT_EQ(ReadBack(*files.AfterPowerCut(CrashKeep::kSynced), "log", 1), 0u);
  EXPECT_EQ(files.calls(), before + 3);
  ASSERT_TRUE((*writer)->Sync().ok());
  ASSERT_TRUE((*writer)->Sync().ok());
  EXPECT_EQ(files.calls(), before + 4) << "nothing to sync the second time";
  EXPECT_EQ((*writer)->durable_revision(), 3u);
  EXPECT_EQ(ReadBack(*files.AfterPowerCut(CrashKeep::kSynced), "log", 1), 3u);
}

// What a record says was synced was synced: with any bytes of it wrong, a reader says DataLoss only
// for what had been durable.
TEST(WalWriterTest, RecordsSayWhatWasSyncedAndNoMore) {
  CrashFileSystem files;
  auto writer = WalWriter::Create(files, "log", kId, 1);
  ASSERT_TRUE(writer.ok());
  std::vector<uint64_t> synced;
  for (uint64_t revision = 1; revision <= 6; ++revision) {
    synced.push_back((*writer)->durable_revision());
    const std::string payload = Payload(revision);
    const WalRecord record = {revision, 1, payload};
    ASSERT_TRUE((*writer)->Append({&record, 1}).ok());
    if (revision % 2 == 0) ASSERT_TRUE((*writer)->Sync().ok());
  }
  EXPECT_EQ(synced, (std::vector<uint64_t>{0, 0, 2, 2, 4, 4}));
  const std::string log = files.AllFiles()["log"];
  size_t at = kWalSegmentHeaderBytes;
  for (uint64_t expected : synced) {
    const WalRecordHeader header = LoadWalRecordHeader(std::string_view(log).substr(at));
    EXPECT_EQ(header.synced_revision, expected);
    at += kWalRecordHeaderBytes + header.payload_bytes;
  }
}

TEST(WalWriterTest, AfterAFailedWriteWhatWasAppendedCanStillBeSynced) {
  CrashFileSystem files;
  auto writer = WalWriter::Create(files, "log", kId, 1);
  ASSERT_TRUE(writer.ok());
  const std::string payload = Payload(1);
  const WalRecord record = {1, 1, payload};
  ASSERT_TRUE((*writer)->Append({&record, 1}).ok());
  files.FailCall(files.calls() + 1, absl::ResourceExhaustedError("No space left on device"));
  EXPECT_TRUE(absl::IsResourceExhausted(AppendNext(**writer, 2)));
  EXPECT_EQ((*writer)->durable_revision(), 0u);
  ASSERT_TRUE((*writer)->Sync().ok());
  EXPECT_EQ((*writer)->durable_revision(), 1u);
  EXPECT_FALSE(AppendNext(**writer, 1).ok()) << "behind half a group nothing is appended";
  EXPECT_GE(ReadBack(*files.AfterPowerCut(CrashKeep::kSynced), "log", 1), 1u);
}

TEST(WalWriterTest, ASegmentWithoutCommitsIsReplacedInOneStep) {
  for (uint64_t n = 1;; ++n) {
    CrashFileSystem files;
    files.PutFile("wal/log", "torn");
    files.PutFile("tmp/other", "");
    files.FailCall(n, absl::UnavailableError("power cut"), /*from_then_on=*/true);
    auto writer = WalWriter::CreateOver(files, "tmp/log", "wal/log", kId, 9);
    for (CrashKeep keep : kAllCrashKeeps) {
      const auto files_after = files.AfterPowerCut(keep, n)->AllFiles();
      const auto found = files_after.find("wal/log");
      ASSERT_NE(found, files_after.end()) << "never without it";
      EXPECT_TRUE(found->second == "torn" || found->second.size() == kWalSegmentHeaderBytes);
    }
    if (!writer.ok()) continue;
    files.FailCall(0, absl::OkStatus());
    EXPECT_EQ((*writer)->path(), "wal/log");
    EXPECT_EQ(AppendNext(**writer, 1), absl::OkStatus());
    EXPECT_EQ(ReadBack(*files.AfterPowerCut(CrashKeep::kSynced), "wal/log", 9), 9u);
    break;
  }
}

TEST(WalWriterTest, PowerCutAtAnyCallKeepsWhatWasAcknowledged) {
  for (uint64_t n = 1;; ++n) {
    CrashFileSystem files;
    files.FailCall(n, absl::UnavailableError("power cut"), /*from_then_on=*/true);
    uint64_t acknowledged = 0;
    uint64_t offered = 0;
    bool done = false;
    auto writer = WalWriter::Create(files, "log", kId, 1);
    if (writer.ok()) {
      done = true;
      for (uint64_t count : {1, 4, 2, 7}) {
        offered += count;
        done = AppendNext(**writer, count).ok();
        if (!done) break;
        acknowledged = (*writer)->last_revision();
      }
    }
    for (CrashKeep keep : kAllCrashKeeps) {
      for (uint64_t seed = 0; seed < (keep == CrashKeep::kSome ? 100u : 1u); ++seed) {
        const auto after = files.AfterPowerCut(keep, seed);
        if (after->AllFiles().empty()) {
          EXPECT_FALSE(writer.ok());
          continue;
        }
        const uint64_t last = ReadBack(*after, "log", 1);
        EXPECT_GE(last, acknowledged);
        EXPECT_LE(last, offered);
      }
    }
    if (done) break;
  }
}

}  // namespace
}  // namespace pathkb
