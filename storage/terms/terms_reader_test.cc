// Goal: TermsReader gives entries where they lie, touches no more of the file than it says, and may
// be used by many threads. Method: files of many blocks, plain and compressed; one of which all is
// overwritten that a lookup need not touch.

#include "storage/terms/terms_reader.h"

#include <algorithm>
#include <random>
#include <string>
#include <thread>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/file/block_sums.h"
#include "storage/file/little_endian.h"
#include "storage/terms/terms_format.h"
#include "tests/support/test_terms.h"

namespace pathkb {
namespace {

std::string File(const std::vector<std::string>& entries, bool compress) {
  TermsOptions options;
  options.compress = compress;
  return WriteTerms(entries, options);
}

// Enough for some hundred blocks, of 64 KiB raw, that zlib halves.
std::vector<std::string> ManyEntries() {
  std::mt19937_64 random(3);
  std::vector<std::string> entries;
  for (int i = 0; i < 60'000; ++i) {
    std::string entry = "entry " + std::to_string(i) + " ";
    for (uint64_t letters = random() % 200; letters > 0; --letters) {
      entry.push_back(static_cast<char>('a' + random() % 16));
    }
    entries.push_back(entry);
  }
  entries[10'000] = std::string(500'000, 'z');
  return entries;
}

TEST(TermsReader, TellsWhoseFileItIs) {
  const std::string bytes = File({"alpha", "", "beta"}, false);
  const auto reader = TermsReader::Open(MapBytes(bytes));
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->database_id(), TestDatabase());
  EXPECT_EQ((*reader)->revision(), kTestRevision);
  EXPECT_EQ((*reader)->entry_count(), 3u);
  EXPECT_EQ((*reader)->file_bytes(), bytes.size());
  EXPECT_EQ((*reader)->version(), kTermsVersion);
  std::string scratch;
  EXPECT_EQ((*reader)->Find(3, scratch).value(), "beta");
  EXPECT_EQ((*reader)->Find(2, scratch).value(), "");
  EXPECT_EQ((*reader)->FindId("").value(), 2u);
  EXPECT_EQ((*reader)->FindId("gamma").value(), std::nullopt);
  EXPECT_EQ((*reader)->Find(0, scratch).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ((*reader)->Find(4, scratch).status().message(),
            "memory: no entry with id 4, there are 3");
}

TEST(TermsReader, PlainEntriesAreViewsIntoTheMapping) {
  const auto file = MapBytes(File({"alpha", std::string(70'000, 'a')}, false));
  const auto reader = *TermsReader::Open(file);
  std::string scratch = "untouched";
  for (uint64_t id = 1; id <= 2; ++id) {
    const std::string_view entry = *reader->Find(id, scratch);
    EXPECT_GE(entry.data(), file->bytes().data());
    EXPECT_LE(entry.data() + entry.size(), file->bytes().data() + file->bytes().size());
  }
  EXPECT_EQ(scratch, "untouched");
}

TEST(TermsReader, CompressedEntriesAreInScratch) {
  std::vector<std::string> entries(100);
  for (int i = 0; i < 100; ++i) entries[i] = "entry of the same kind " + std::to_string(i);
  entries.push_back(std::string(3'000'000, 'a'));
  const auto reader = *TermsReader::Open(MapBytes(File(entries, true)));
  EXPECT_LT(reader->file_bytes(), 100'000u);
  std::string scratch;
  for (uint64_t id = 1; id <= entries.size(); ++id) {
    const std::string_view entry = *reader->Find(id, scratch);
    EXPECT_TRUE(entry == entries[id - 1]);
    EXPECT_GE(entry.data(), scratch.data());
    EXPECT_LE(entry.data() + entry.size(), scratch.data() + scratch.size());
  }
}

// Of a block of 64 KiB, all that does not matter to a lookup of `id` overwritten.
std::string Stripped(const std::string& bytes, uint64_t id) {
  const char* footer = bytes.data() + bytes.size() - kTermsFooterBytes;
  const uint64_t word_offset =
      LoadU64(footer + kTermsFooterIndexOffset) + (id - 1) * kTermsIndexWordBytes;
  const TermsPlace at = TermsPlace::FromWord(LoadU64(bytes.data() + word_offset));
  const uint64_t stored_bytes = LoadU32(bytes.data() + at.block + 4) & ~kTermsBlockCompressedBit;
  const uint64_t start = at.block + (at.compressed ? 0 : kTermsBlockHeaderBytes + at.place);
  // A plain entry here is of under 300 bytes, or alone in its block.
  const uint64_t length = at.compressed                     ? kTermsBlockHeaderBytes + stored_bytes
                          : stored_bytes > kTermsBlockBytes ? stored_bytes
                                                            : 300;
  std::string stripped = bytes;
  const uint64_t sums_offset = LoadU64(footer + kTermsFooterSumsOffset);
  for (uint64_t block = 0; block < SumBlockCount(sums_offset); ++block) {
    const bool has_word =
        word_offset / kSumBlockBytes <= block && block <= (word_offset + 7) / kSumBlockBytes;
    const bool has_entry =
        start / kSumBlockBytes <= block && block <= (start + length - 1) / kSumBlockBytes;
    if (has_word || has_entry) continue;
    const uint64_t from = std::max(block * kSumBlockBytes, kTermsHeaderBytes);
    const uint64_t to = std::min((block + 1) * kSumBlockBytes, sums_offset);
    std::fill(stripped.begin() + static_cast<ptrdiff_t>(from),
              stripped.begin() + static_cast<ptrdiff_t>(to), '\xEE');
  }
  return stripped;
}

TEST(TermsReader, TouchesTheWordAndTheEntryAndNothingElse) {
  const std::vector<std::string> entries = ManyEntries();
  for (const bool compress : {false, true}) {
    const std::string bytes = File(entries, compress);
    for (const uint64_t id : {uint64_t{1}, uint64_t{9'999}, uint64_t{10'001}, uint64_t{30'000},
                              uint64_t{entries.size()}}) {
      const std::string stripped = Stripped(bytes, id);
      EXPECT_NE(stripped, bytes);
      const auto reader = *TermsReader::Open(MapBytes(stripped));
      std::string scratch;
      const auto entry = reader->Find(id, scratch);
      ASSERT_TRUE(entry.ok()) << entry.status();
      EXPECT_TRUE(*entry == entries[id - 1]);
      EXPECT_FALSE(reader->Verify().ok());
    }
  }
}

TEST(TermsReader, ManyThreadsReadOneFile) {
  const std::vector<std::string> entries = ManyEntries();
  for (const bool compress : {false, true}) {
    const auto reader = *TermsReader::Open(MapBytes(File(entries, compress)));
    std::vector<std::thread> threads;
    for (uint64_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        std::mt19937_64 random(t);
        std::string scratch;
        for (int i = 0; i < 600; ++i) {
          // A few neighbours, then somewhere else.
          uint64_t id = 1 + random() % (entries.size() - 3);
          for (const uint64_t end = id + 3; id < end; ++id) {
            const auto entry = reader->Find(id, scratch);
            ASSERT_TRUE(entry.ok() && *entry == entries[id - 1]) << entry.status();
          }
          if (i % 50 == 0) {
            ASSERT_EQ(reader->FindId(entries[id - 1]).value(), id);
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(reader->Verify(), absl::OkStatus());
  }
}

// A file that can be changed, and become unreadable, under its reader.
class ChangingFile final : public MappedFile {
 public:
  explicit ChangingFile(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string_view bytes() const override { return bytes_; }
  const std::string& path() const override { return path_; }

  char& at(size_t offset) { return bytes_[offset]; }
  void Poison() { poison() = true; }

 private:
  std::string bytes_;
  const std::string path_ = "changing";
};

TEST(TermsReader, BelievesNothingOnceAPageCouldNotBeRead) {
  const auto version_1 = ReadHexDump("storage/terms/FORMAT.md", "version 1");
  for (const std::string& bytes : {File({"red", "green"}, false), version_1}) {
    const auto file = std::make_shared<ChangingFile>(bytes);
    const auto reader = *TermsReader::Open(file);
    std::string scratch;
    EXPECT_EQ(reader->Find(1, scratch).value(), "red");
    file->Poison();
    EXPECT_EQ(reader->Find(1, scratch).status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(reader->FindId("red").status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(reader->Verify().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(TermsReader::Open(file).status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST(TermsReader, ChecksAgainAfterForget) {
  for (const bool compress : {false, true}) {
    const auto file = std::make_shared<ChangingFile>(File({std::string(100, 'a')}, compress));
    const auto reader = *TermsReader::Open(file);
    std::string scratch;
    EXPECT_TRUE(reader->Find(1, scratch).ok());
    file->at(kTermsHeaderBytes + kTermsBlockHeaderBytes + 5) ^= 1;
    reader->Forget();
    EXPECT_EQ(reader->Find(1, scratch).status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST(TermsReader, NeverTrustsTheHash) {
  std::vector<std::string> entries;
  for (int i = 0; i < 300; ++i) entries.push_back(std::to_string(i));
  TermsOptions options;
  for (const TermsHash hash :
       {TermsHash([](std::string_view, uint64_t) { return ~uint64_t{0}; }),
        TermsHash([](std::string_view entry, uint64_t) { return uint64_t{entry.size()} << 62; })}) {
    options.hash = hash;
    for (const bool compress : {false, true}) {
      options.compress = compress;
      EXPECT_EQ(AskForEntries(WriteTerms(entries, options), entries, 1, false, hash),
                absl::OkStatus());
    }
    // Another hash finds less, but nothing wrong, and Verify() tells.
    EXPECT_EQ((*TermsReader::Open(MapBytes(WriteTerms(entries, options))))->Verify().code(),
              absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace pathkb
