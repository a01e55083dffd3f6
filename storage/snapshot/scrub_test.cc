// Every file of a data directory is read, by size, digest and record; each kind of damage is found
// and named; what is removed meanwhile is no problem; the speed and a stop are kept to.

#include "storage/snapshot/scrub.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/directory/file_names.h"
#include "storage/file/checksum.h"
#include "storage/wal/wal_writer.h"
#include "tests/support/test_pairs.h"

namespace pathkb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kDir[] = "/db";
constexpr uint64_t kDeltaBytes = 3'000'000;

class ScrubTest : public ::testing::Test {
 protected:
  void SetUp() override {
    manifest_.number = 1;
    const WrittenPair pair = WritePair(SomeFacts(5000, 1), manifest_.database_id);
    manifest_.base = pair.record;
    Put(SnapshotTreeName(pair.record.id), pair.tree);
    Put(SnapshotTermsName(pair.record.id), pair.terms);
    Put(SnapshotSumsName(pair.record.id), pair.sums);
    // The scrub looks at no content of a delta.
    const std::string delta(kDeltaBytes, 'd');
    manifest_.deltas.push_back({.from_revision = pair.record.revision,
                                .to_revision = 9,
                                .bytes = delta.size(),
                                .digest = Checksum(delta)});
    Put(DeltaName(pair.record.revision, 9), delta);
    for (uint64_t first : {10u, 11u}) {
      ASSERT_TRUE(files_.CreateDirectory(std::string(kDir)).ok());
      ASSERT_TRUE(files_.CreateDirectory(std::string(kDir) + "/wal").ok());
      auto writer =
          WalWriter::Create(files_, Path(WalSegmentName(first)), manifest_.database_id, first);
      ASSERT_TRUE(writer.ok()) << writer.status();
      ASSERT_TRUE((*writer)->AppendGroup({{{first, 1, "payload"}}}).ok());
      manifest_.wal_segments.push_back(first);
    }
  }

  static std::string Path(const std::string& name) { return std::string(kDir) + "/" + name; }
  void Put(const std::string& name, const std::string& bytes) { files_.PutFile(Path(name), bytes); }
  // Changes one byte of a file.
  void Flip(const std::string& name, size_t offset) {
    std::string bytes = files_.AllFiles().at(Path(name));
    bytes.at(offset) ^= 1;
    Put(name, bytes);
  }

  std::vector<std::string> Problems(const ScrubOptions& options = {}) {
    auto result = Scrub(files_, kDir, manifest_, options);
    EXPECT_TRUE(result.ok()) << result.status();
    return result->problems;
  }

  CrashFileSystem files_;
  Manifest manifest_;
};

TEST_F(ScrubTest, SoundFilesAreReadWhole) {
  uint64_t last_done = 0, total = 0;
  ScrubOptions options;
  options.progress = [&](uint64_t done, uint64_t all) {
    EXPECT_GE(done, last_done);
    last_done = done;
    total = all;
  };
  const auto result = Scrub(files_, kDir, manifest_, options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->problems, IsEmpty());
  EXPECT_EQ(result->files, 5u);  // Not the newest log segment.
  const SnapshotRecord& base = *manifest_.base;
  EXPECT_EQ(result->bytes, base.tree_bytes + base.terms_bytes + base.sums_bytes + kDeltaBytes +
                               files_.FileBytes(Path(WalSegmentName(10))).value());
  EXPECT_EQ(total, result->bytes);
}

TEST_F(ScrubTest, EachKindOfFileIsCheckedToTheLastByte) {
  const SnapshotRecord& base = *manifest_.base;
  for (const auto& [name, bytes] :
       std::vector<std::pair<std::string, uint64_t>>{{SnapshotTreeName(base.id), base.tree_bytes},
                                                     {SnapshotTermsName(base.id), base.terms_bytes},
                                                     {SnapshotSumsName(base.id), base.sums_bytes},
                                                     {DeltaName(base.revision, 9), kDeltaBytes}}) {
    for (const uint64_t offset : {uint64_t{0}, bytes / 2, bytes - 1}) {
      Flip(name, offset);
      EXPECT_THAT(Problems(), ElementsAre(HasSubstr(Path(name)))) << offset;
      Flip(name, offset);
    }
  }
  EXPECT_THAT(Problems(), IsEmpty());
  Flip(WalSegmentName(10), 3);
  EXPECT_THAT(Problems(), ElementsAre(HasSubstr(WalSegmentName(10))));
}

TEST_F(ScrubTest, MissingAndCutFiles) {
  const std::string tree = SnapshotTreeName(manifest_.base->id);
  Put(DeltaName(manifest_.base->revision, 9), "short");
  ASSERT_TRUE(files_.Remove(Path(tree)).ok());
  EXPECT_THAT(Problems(),
              ElementsAre(HasSubstr(tree), HasSubstr("has 5 bytes, published with 3000000")));
  // One that is not named any more by then was removed by those who may.
  ScrubOptions options;
  options.manifest_now = [] { return Manifest(); };
  EXPECT_THAT(Problems(options), IsEmpty());
}

TEST_F(ScrubTest, KeepsToItsSpeedAndStops) {
  uint64_t now = 0;
  ScrubOptions options;
  options.pace.bytes_per_second = 1'000'000;
  options.pace.now = [&] { return now; };
  options.pace.wait = [&](uint64_t nanoseconds) {
    now += nanoseconds;
    return absl::OkStatus();
  };
  EXPECT_THAT(Problems(options), IsEmpty());
  EXPECT_GT(now, 2u * 1'000'000'000);  // Three million bytes of the delta, a burst of one million.
  EXPECT_LT(now, 4u * 1'000'000'000);

  options.pace.wait = [](uint64_t) { return absl::AbortedError("stop"); };
  EXPECT_TRUE(absl::IsAborted(Scrub(files_, kDir, manifest_, options).status()));
  ScrubOptions stopped;
  stopped.interrupt = [] { return absl::AbortedError("stop"); };
  EXPECT_TRUE(absl::IsAborted(Scrub(files_, kDir, manifest_, stopped).status()));
}

}  // namespace
}  // namespace pathkb
