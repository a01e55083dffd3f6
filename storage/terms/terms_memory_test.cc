// Goal: a writer keeps to the memory that its comment names, however many and however large the
// entries. Method: operator new counts what is in use, as the allocator rounds it, while files are
// written to disk; half of the entries come twice, most of them long after their block was dropped.

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <malloc.h>
#include <new>
#include <string>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/file/posix_file_system.h"
#include "storage/terms/terms_reader.h"
#include "tests/support/test_terms.h"

namespace {

std::atomic<uint64_t> bytes_in_use{0};
std::atomic<uint64_t> bytes_in_use_max{0};

}  // namespace

__attribute__((noinline)) void* operator new(size_t bytes) {
  void* const memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  const uint64_t now = bytes_in_use += malloc_usable_size(memory);
  if (now > bytes_in_use_max) bytes_in_use_max = now;
  return memory;
}
__attribute__((noinline)) void operator delete(void* memory) noexcept {
  bytes_in_use -= malloc_usable_size(memory);
  std::free(memory);
}
__attribute__((noinline)) void operator delete(void* memory, size_t) noexcept {
  bytes_in_use -= malloc_usable_size(memory);
  std::free(memory);
}

namespace pathkb {
namespace {

// A file on disk, and how far memory grew since this was made.
class Measured {
 public:
  explicit Measured(const TermsOptions& options) : before_(bytes_in_use) {
    std::filesystem::remove(path_);
    file_ = *RealFileSystem().Create(path_);
    writer_.emplace(*file_, TestDatabase(), kTestRevision, options);
    bytes_in_use_max = bytes_in_use.load();
  }
  ~Measured() { std::filesystem::remove(path_); }

  TermsWriter& writer() { return *writer_; }
  TermsTotals Finish() {
    const auto totals = writer_->Finish();
    EXPECT_TRUE(totals.ok()) << totals.status();
    grown_ = bytes_in_use_max - before_;
    EXPECT_TRUE(totals->digest == Checksum((*RealFileSystem().Map(path_))->bytes()));
    return *totals;
  }
  // At its highest.
  uint64_t grown() const { return grown_; }

 private:
  const std::string path_ = ::testing::TempDir() + "/measured.terms";
  const uint64_t before_;
  std::unique_ptr<WritableFile> file_;
  std::optional<TermsWriter> writer_;
  uint64_t grown_ = 0;
};

// Interns `count` entries of about `entry_bytes`, the first half of them twice.
TermsTotals WriteMany(Measured& measured, uint64_t count, uint64_t entry_bytes) {
  std::string entry;
  for (uint64_t i = 0; i < count + count / 2; ++i) {
    const uint64_t n = i < count ? i : (i - count) * 7919 % (count / 2);
    entry = std::to_string(n) + " ";
    while (entry.size() < entry_bytes) entry += std::to_string(n * 0x9E3779B97F4A7C15);
    const auto id = measured.writer().Intern(entry);
    EXPECT_TRUE(id.ok() && *id == n + 1) << n;
    if (testing::Test::HasFailure()) break;
  }
  return measured.Finish();
}

uint64_t Bound(const TermsTotals& totals, uint64_t kept_bytes) {
  return kept_bytes + 24 * totals.entries + 24 * (totals.file_bytes >> 16);
}

TEST(TermsMemory, IsBoundedForLargeFiles) {
  Measured measured({});
  const TermsTotals totals = WriteMany(measured, 150'000, 1500);
  EXPECT_EQ(totals.entries, 150'000u);
  EXPECT_GT(totals.file_bytes, 200u << 20);
  std::cout << totals.file_bytes << " bytes of file, memory grew by " << measured.grown() << "\n";
  EXPECT_LE(measured.grown(), Bound(totals, 64 << 20));
}

TEST(TermsMemory, IsTwentyFourBytesForAnEntry) {
  for (const uint64_t count : {100'000, 700'000}) {
    TermsOptions options;
    options.kept_bytes_max = 256 << 10;
    Measured measured(options);
    const TermsTotals totals = WriteMany(measured, count, 5);
    EXPECT_EQ(totals.entries, count);
    std::cout << count << " entries, memory grew by " << measured.grown() << ", for each "
              << static_cast<double>(measured.grown()) / static_cast<double>(count) << "\n";
    EXPECT_LE(measured.grown(), Bound(totals, options.kept_bytes_max * 5 / 4 + (2 << 20)));
  }
}

TEST(TermsMemory, IsBoundedForCompressedFiles) {
  TermsOptions options;
  options.compress = true;
  options.kept_bytes_max = 1 << 20;
  Measured measured(options);
  const TermsTotals totals = WriteMany(measured, 20'000, 300);
  EXPECT_LE(measured.grown(), Bound(totals, options.kept_bytes_max * 5 / 4 + (2 << 20)));
}

// Larger than the bound itself: such entries are never copied.
TEST(TermsMemory, DoesNotGrowWithOneLargeEntry) {
  std::string large(40 << 20, 'x');
  for (size_t i = 0; i < large.size(); i += 97) large[i] = static_cast<char>(i * i);
  for (const bool compress : {false, true}) {
    TermsOptions options;
    options.compress = compress;
    options.kept_bytes_max = 1 << 20;
    Measured measured(options);
    EXPECT_EQ(measured.writer().Intern(large).value(), 1u);
    large.back() ^= 1;
    EXPECT_EQ(measured.writer().Intern(large).value(), 2u);
    EXPECT_EQ(measured.writer().Intern(large).value(), 2u);
    large.back() ^= 1;
    EXPECT_EQ(measured.writer().Intern(large).value(), 1u);
    const TermsTotals totals = measured.Finish();
    EXPECT_EQ(totals.entries, 2u);
    EXPECT_EQ(totals.file_bytes < (60u << 20), compress);
    EXPECT_LE(measured.grown(), Bound(totals, 4 << 20));
  }
}

}  // namespace
}  // namespace pathkb
