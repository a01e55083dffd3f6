// Goal: TermsWriter stores each distinct entry once, under ids that count from 1, in the bytes that
// FORMAT.md shows. Method: the page's dumps, a plain vector and map as the model for random
// entries, plain and compressed, kept in memory or read back, hash functions that collide, and
// files without room or with a will of their own.

#include "storage/terms/terms_writer.h"

#include <map>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/terms/terms_reader.h"
#include "tests/support/test_terms.h"

namespace pathkb {
namespace {

TEST(TermsWriter, WritesTheDumpOfTheFormatPage) {
  MemoryWritableFile file;
  TermsWriter writer(file, TestDatabase(), kTestRevision);
  EXPECT_EQ(writer.Intern("red").value(), 1u);
  EXPECT_EQ(writer.Intern("green").value(), 2u);
  EXPECT_EQ(writer.Intern("red").value(), 1u);
  const auto totals = writer.Finish();
  ASSERT_TRUE(totals.ok()) << totals.status();
  EXPECT_EQ(totals->entries, 2u);
  EXPECT_EQ(totals->blocks, 1u);
  EXPECT_EQ(totals->file_bytes, file.bytes().size());
  EXPECT_EQ(totals->digest, Checksum(file.bytes()));
  EXPECT_EQ(file.bytes(), ReadHexDump("storage/terms/FORMAT.md", "two entries"));
}

// Read only: another zlib may compress it to other bytes.
TEST(TermsWriter, TheCompressedDumpOfTheFormatPageIsRead) {
  const std::vector<std::string> entries = {std::string(40, 'a')};
  const std::string dump = ReadHexDump("storage/terms/FORMAT.md", "compressed");
  EXPECT_EQ(AskForEntries(dump, entries), absl::OkStatus());
  TermsOptions options;
  options.compress = true;
  EXPECT_EQ(AskForEntries(WriteTerms(entries, options), entries), absl::OkStatus());
}

TEST(TermsWriter, TheDumpOfVersionOneIsRead) {
  const std::string dump = ReadHexDump("storage/terms/FORMAT.md", "version 1");
  EXPECT_EQ(AskForEntries(dump, {"red", "green"}), absl::OkStatus());
}

TEST(TermsWriter, WritesFilesWithoutEntriesAndEmptyEntries) {
  EXPECT_EQ(WriteTerms({}).size(), kTermsFileBytesMin);
  EXPECT_EQ(AskForEntries(WriteTerms({}), {}), absl::OkStatus());
  EXPECT_EQ(AskForEntries(WriteTerms({"", "x"}), {"", "x"}), absl::OkStatus());
}

// Random entries of up to `entry_bytes_max` bytes, many of them again and again.
void CompareWithModel(int count, uint64_t entry_bytes_max, const TermsOptions& options) {
  SCOPED_TRACE(testing::Message() << "compressed " << options.compress << ", kept "
                                  << options.kept_bytes_max);
  std::mt19937_64 random(TestSeed());
  MemoryWritableFile file;
  TermsWriter writer(file, TestDatabase(), kTestRevision, options);
  std::vector<std::string> entries;
  std::map<std::string, uint64_t> ids;
  for (int i = 0; i < count; ++i) {
    std::string entry;
    if (!entries.empty() && random() % 2 == 0) {
      entry = entries[random() % entries.size()];
      if (!entry.empty() && random() % 2 == 0) entry[random() % entry.size()] ^= 1;
    } else {
      entry.assign(random() % (entry_bytes_max + 1), 'x');
      const uint64_t letters = random() % 4 == 0 ? 256 : 3;
      for (char& c : entry) c = static_cast<char>(random() % letters);
    }
    const auto [found, is_new] = ids.try_emplace(entry, entries.size() + 1);
    if (is_new) entries.push_back(entry);
    const auto id = writer.Intern(entry);
    ASSERT_TRUE(id.ok()) << id.status();
    ASSERT_EQ(*id, found->second);
  }
  const auto totals = writer.Finish();
  ASSERT_TRUE(totals.ok());
  EXPECT_EQ(totals->entries, entries.size());
  EXPECT_EQ(totals->file_bytes, file.bytes().size());
  EXPECT_EQ(totals->digest, Checksum(file.bytes()));
  EXPECT_EQ(AskForEntries(file.bytes(), entries, 1, true, options.hash), absl::OkStatus());
}

// With what is kept at its least, so that nearly everything is read back, and in plenty.
void CompareInAllModes(int count, uint64_t entry_bytes_max, TermsHash hash) {
  for (const bool compress : {false, true}) {
    for (const uint64_t kept_bytes_max : {uint64_t{0}, uint64_t{16} << 20}) {
      CompareWithModel(count, entry_bytes_max,
                       {.compress = compress, .kept_bytes_max = kept_bytes_max, .hash = hash});
    }
  }
}

TEST(TermsWriter, StoresEqualEntriesOnce) { CompareInAllModes(10'000, 20, Checksum); }

TEST(TermsWriter, StoresEntriesOfManyBlocks) { CompareInAllModes(1500, 1000, Checksum); }

TEST(TermsWriter, StoresEntriesAroundTheSizeOfABlock) {
  CompareInAllModes(60, 140'000, Checksum);
  for (const bool compress : {false, true}) {
    for (uint64_t bytes = kTermsBlockBytes - 6; bytes < kTermsBlockBytes + 3; ++bytes) {
      const std::vector<std::string> entries = {"before", std::string(bytes, 'e'), "after", ""};
      TermsOptions options;
      options.compress = compress;
      EXPECT_EQ(AskForEntries(WriteTerms(entries, options), entries), absl::OkStatus());
    }
  }
}

TEST(TermsWriter, StoresLargeEntries) { CompareInAllModes(8, 3'000'000, Checksum); }

TEST(TermsWriter, NeverTrustsTheHash) {
  CompareInAllModes(400, 20, [](std::string_view, uint64_t) { return uint64_t{42}; });
  CompareInAllModes(
      1000, 20, [](std::string_view entry, uint64_t) { return uint64_t{entry.size()} % 3 << 40; });
  CompareInAllModes(30, 200'000, [](std::string_view, uint64_t) { return ~uint64_t{0}; });
}

TEST(TermsWriter, RefusesWhatIsTooLargeAndGoesOn) {
  MemoryWritableFile file;
  TermsWriter writer(file, TestDatabase(), kTestRevision);
  EXPECT_EQ(writer.Intern(std::string(kTermsEntryBytesMax + 1, 'x')).status().code(),
            absl::StatusCode::kResourceExhausted);
  const std::vector<std::string> entries = {std::string(kTermsEntryBytesMax, 'x'), "small"};
  EXPECT_EQ(writer.Intern(entries[0]).value(), 1u);
  EXPECT_EQ(writer.Intern(entries[1]).value(), 2u);
  ASSERT_TRUE(writer.Finish().ok());
  EXPECT_EQ(AskForEntries(file.bytes(), entries), absl::OkStatus());
}

TEST(TermsWriter, KeepsTheFirstErrorOfTheFile) {
  for (const uint64_t room : {0u, 39u, 40u, 50u, 1'500'000u}) {
    MemoryWritableFile file(room);
    TermsWriter writer(file, TestDatabase(), kTestRevision);
    for (int i = 0; i < 3; ++i) {
      writer.Intern(std::string(700'000, static_cast<char>('a' + i))).status().IgnoreError();
    }
    EXPECT_EQ(writer.Finish().status().code(), absl::StatusCode::kResourceExhausted) << room;
    EXPECT_FALSE(TermsReader::Open(MapBytes(file.bytes())).ok());
  }
}

// A file that can be written to, but not read back; or that gives back something else.
class OneWayFile final : public WritableFile {
 public:
  explicit OneWayFile(bool reads) : reads_(reads) {}
  absl::Status Append(std::string_view) override { return absl::OkStatus(); }
  absl::Status WriteAt(uint64_t, std::string_view) override { return absl::OkStatus(); }
  absl::StatusOr<std::string> ReadAt(uint64_t offset, uint64_t length) override {
    if (!reads_) return WritableFile::ReadAt(offset, length);
    return std::string(length, '\x01');
  }
  absl::Status Sync() override { return absl::OkStatus(); }
  absl::Status Close() override { return absl::OkStatus(); }

 private:
  const bool reads_;
};

TEST(TermsWriter, KeepsTheFirstErrorOfReadingBack) {
  for (const bool compress : {false, true}) {
    for (const uint64_t large : {50'000, 100'000}) {
      OneWayFile file(/*reads=*/false);
      TermsWriter writer(file, TestDatabase(), kTestRevision,
                         {.compress = compress, .kept_bytes_max = 0});
      for (const char c : {'a', 'b', 'c', 'd'}) {
        EXPECT_TRUE(writer.Intern(std::string(large, c)).ok());
      }
      EXPECT_EQ(writer.Intern(std::string(large, 'a')).status().code(),
                absl::StatusCode::kUnimplemented);
      EXPECT_EQ(writer.Intern("e").status().code(), absl::StatusCode::kUnimplemented);
      EXPECT_EQ(writer.Finish().status().code(), absl::StatusCode::kUnimplemented);
    }
  }
}

TEST(TermsWriter, DamageOnTheWayBackIsNoSurprise) {
  OneWayFile file(/*reads=*/true);
  TermsWriter writer(file, TestDatabase(), kTestRevision, {.compress = true, .kept_bytes_max = 0});
  for (const char c : {'a', 'b', 'c', 'd'}) {
    EXPECT_TRUE(writer.Intern(std::string(50'000, c)).ok());
  }
  const auto again = writer.Intern(std::string(50'000, 'a'));
  EXPECT_EQ(again.status().code(), absl::StatusCode::kDataLoss) << again.status();
}

TEST(TermsWriter, IsOverAfterFinish) {
  MemoryWritableFile file;
  TermsWriter writer(file, TestDatabase(), kTestRevision);
  ASSERT_TRUE(writer.Finish().ok());
  EXPECT_EQ(writer.Intern("x").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(writer.Finish().status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace pathkb
