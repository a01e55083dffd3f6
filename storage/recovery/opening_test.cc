// A data directory opened for writing and only to look: who locks, who writes, what damage to the
// log does to each, and what is told on the way.

#include "storage/recovery/opening.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "core/facts/batch.h"
#include "core/facts/keys.h"
#include "storage/directory/file_names.h"
#include "storage/wal/wal_writer.h"
#include "tests/support/crash_file_system.h"

namespace pathkb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kDir[] = "/db";
constexpr uint64_t kRecords = 3000;

std::string TermOf(uint64_t revision) { return "\xC6t" + std::to_string(10'000 + revision); }

class OpeningTest : public ::testing::Test {
 protected:
  // A directory with a log of kRecords commits, each synced, one fact each.
  void SetUp() override {
    auto made = OpenForWriting(files_, kDir);
    ASSERT_TRUE(made.ok()) << made.status();
    const std::string path = std::string(kDir) + "/" + WalSegmentName(1);
    auto writer = WalWriter::Create(files_, path, made->recovered.manifest.database_id, 1);
    ASSERT_TRUE(writer.ok()) << writer.status();
    for (uint64_t revision = 1; revision <= kRecords; ++revision) {
      Batch batch;
      batch.space = "s";
      Change change;
      change.encoded_term = TermOf(revision);
      batch.changes.push_back(change);
      const std::string payload = EncodeBatch(batch);
      const WalRecord record{revision, 1, payload};
      ASSERT_TRUE((*writer)->Append({&record, 1}).ok());
      ASSERT_TRUE((*writer)->Sync().ok());
    }
  }
  // Changes a byte in the middle of the log.
  void DamageLog() {
    const std::string path = std::string(kDir) + "/" + WalSegmentName(1);
    std::string bytes = files_.AllFiles().at(path);
    bytes[bytes.size() / 2] ^= 1;
    files_.PutFile(path, bytes);
  }

  CrashFileSystem files_;
};

TEST_F(OpeningTest, OneWriterAndAnyNumberWhoLook) {
  auto writer = OpenForWriting(files_, kDir);
  ASSERT_TRUE(writer.ok()) << writer.status();
  EXPECT_EQ(writer->recovered.revision, kRecords);
  EXPECT_TRUE(absl::IsUnavailable(OpenForWriting(files_, kDir).status()));
  const auto before = files_.AllFiles();
  for (int i = 0; i < 2; ++i) {
    auto look = OpenToLook(files_, kDir);
    ASSERT_TRUE(look.ok()) << look.status();
    EXPECT_EQ(look->recovered.revision, kRecords);
    EXPECT_EQ(look->recovered.facts, kRecords);
    EXPECT_THAT(look->recovered.notes, IsEmpty());
  }
  EXPECT_EQ(files_.AllFiles(), before);
}

TEST_F(OpeningTest, WhoLooksSeesWhatIsBeforeTheDamage) {
  DamageLog();
  const auto before = files_.AllFiles();
  const auto refused = OpenForWriting(files_, kDir);
  EXPECT_TRUE(absl::IsDataLoss(refused.status())) << refused.status();
  auto look = OpenToLook(files_, kDir);
  ASSERT_TRUE(look.ok()) << look.status();
  const RecoveredState& state = look->recovered;
  EXPECT_GT(state.revision, kRecords / 3);
  EXPECT_LT(state.revision, kRecords * 2 / 3);
  EXPECT_EQ(state.facts, state.revision);
  EXPECT_TRUE(state.working.trie().Contains(TermKey("s", TermOf(state.revision), "")));
  EXPECT_FALSE(state.working.trie().Contains(TermKey("s", TermOf(state.revision + 1), "")));
  EXPECT_THAT(state.notes,
              ElementsAre(HasSubstr("ended at revision " + std::to_string(state.revision))));
  EXPECT_EQ(files_.AllFiles(), before);
}

TEST_F(OpeningTest, NothingIsMadeWhereNothingIs) {
  const auto before = files_.AllFiles();
  EXPECT_TRUE(absl::IsFailedPrecondition(OpenToLook(files_, "/nowhere").status()));
  EXPECT_EQ(files_.AllFiles(), before);
}

TEST_F(OpeningTest, TellsHowFarItHasGot) {
  RecoveryOptions options;
  uint64_t calls = 0, last_done = 0;
  options.progress = [&](std::string_view doing, uint64_t done, uint64_t total) {
    EXPECT_EQ(doing, "replaying the log");
    EXPECT_GE(done, last_done);
    EXPECT_LE(done, total);
    last_done = done;
    ++calls;
  };
  ASSERT_TRUE(OpenToLook(files_, kDir, options).ok());
  const uint64_t log_bytes = files_.FileBytes(std::string(kDir) + "/" + WalSegmentName(1)).value();
  EXPECT_GE(calls, log_bytes / (80 << 10));
  EXPECT_LE(calls, log_bytes / (64 << 10) + 1);
  EXPECT_GT(last_done, log_bytes / 2);
}

}  // namespace
}  // namespace pathkb
