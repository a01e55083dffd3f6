// Goal: a damaged .terms file never gives a wrong answer: it is refused, or what is asked for is
// refused, or the answer is right; and Verify() notices all damage. Method: every byte changed in
// three ways and every cut of small files, plain and compressed, with all questions asked each
// time; of files of several 64 KiB blocks a part, by seed, or with PATHKB_TEST_EVERY_BYTE all. The
// mapping is a heap block of exactly the file's size, for the address sanitizer.

#include <cstdlib>
#include <random>
#include <string>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "tests/support/test_terms.h"

namespace pathkb {
namespace {

// Which positions of `bytes` to damage: all, or about `wanted` of them and all of the footer.
std::vector<size_t> Positions(size_t bytes, size_t wanted) {
  const bool all = bytes <= wanted || std::getenv("PATHKB_TEST_EVERY_BYTE") != nullptr;
  std::vector<size_t> positions;
  std::mt19937_64 random(TestSeed());
  for (size_t at = 0; at < bytes; ++at) {
    if (all || at + 200 > bytes || at < 200 || random() % (bytes / wanted) == 0) {
      positions.push_back(at);
    }
  }
  return positions;
}

void NoticesDamage(const std::string& bytes, const std::vector<std::string>& entries,
                   size_t positions_wanted, uint64_t id_step) {
  ASSERT_EQ(AskForEntries(bytes, entries, id_step), absl::OkStatus());
  for (const size_t at : Positions(bytes.size(), positions_wanted)) {
    SCOPED_TRACE(testing::Message() << "byte " << at);
    std::string damaged = bytes;
    for (const int mask : {0x01, 0x80, 0xFF}) {
      damaged[at] = static_cast<char>(bytes[at] ^ mask);
      EXPECT_FALSE(AskForEntries(damaged, entries, id_step, /*verify_first=*/at % 2 == 1).ok());
    }
    if (testing::Test::HasFailure()) return;
  }
  for (const size_t length : Positions(bytes.size(), positions_wanted)) {
    const std::string_view cut = std::string_view(bytes).substr(0, length);
    EXPECT_EQ(AskForEntries(cut, entries, id_step).code(), absl::StatusCode::kDataLoss) << length;
    if (testing::Test::HasFailure()) return;
  }
}

const std::vector<std::string>& SmallEntries() {
  static const std::vector<std::string> entries = {
      "alpha", "", "beta", "a longer entry than the others, longer, longer, longer, longer",
      std::string(300, 'x')};
  return entries;
}

TEST(TermsDamage, SmallPlainFile) {
  NoticesDamage(WriteTerms(SmallEntries()), SmallEntries(), 10'000, 1);
}

TEST(TermsDamage, SmallCompressedFile) {
  TermsOptions options;
  options.compress = true;
  const std::string bytes = WriteTerms(SmallEntries(), options);
  EXPECT_LT(bytes.size(), WriteTerms(SmallEntries()).size());
  NoticesDamage(bytes, SmallEntries(), 10'000, 1);
}

TEST(TermsDamage, FileWithoutEntries) { NoticesDamage(WriteTerms({}), {}, 10'000, 1); }

// Three blocks of 64 KiB of file, one of them an entry of its own.
TEST(TermsDamage, LargePlainFile) {
  const std::vector<std::string> entries = GoldenEntries();
  const std::string bytes = WriteTerms(entries);
  EXPECT_GT(bytes.size(), 2 * kTermsBlockBytes);
  NoticesDamage(bytes, entries, 4000, 61);
}

// Above 64 KiB even when compressed: entries of random letters.
TEST(TermsDamage, LargeCompressedFile) {
  std::mt19937_64 random(1);
  std::vector<std::string> entries;
  for (int i = 0; i < 1200; ++i) {
    std::string entry = std::to_string(i) + " ";
    for (uint64_t letters = random() % 200; letters > 0; --letters) {
      entry.push_back(static_cast<char>('a' + random() % 16));
    }
    entries.push_back(entry);
  }
  entries.push_back(std::string(70'000, 'y'));
  TermsOptions options;
  options.compress = true;
  const std::string bytes = WriteTerms(entries, options);
  EXPECT_GT(bytes.size(), kTermsBlockBytes);
  NoticesDamage(bytes, entries, 4000, 301);
}

}  // namespace
}  // namespace pathkb
