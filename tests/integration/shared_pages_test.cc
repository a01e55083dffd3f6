// Goal: ten processes that serve one pair need its pages once. Method: a pair of as many MiB as the
// argument says, ten processes that each map it and look up entries at random; the proportional
// sizes (Pss) that the kernel counts for their mappings, against the pages that at least one of
// them has touched, each counted once.
//
//   process 1   |  a  b  .  d  |   touched: a b c d = 4 pages; Pss of the two: together 4 pages if
//   process 2   |  .  b  c  d  |   b and d are shared, 6 if each has a copy

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "fmt/format.h"
#include "gtest/gtest.h"

#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"
#include "storage/directory/data_directory.h"
#include "storage/file/posix_file_system.h"
#include "storage/snapshot/snapshot.h"
#include "storage/snapshot/snapshot_writer.h"

namespace pathkb {
namespace {

constexpr int kProcesses = 10;
constexpr uint64_t kPageBytes = 4096;
// A fact takes about so many bytes of both files together.
constexpr uint64_t kFactBytes = 225;

uint64_t pair_mib = 32;

// A number that looks random and is another one for each `n`.
uint64_t Mixed(uint64_t n) {
  n = (n ^ n >> 31) * 0x9E3779B97F4A7C15;
  n = (n ^ n >> 29) * 0xBF58476D1CE4E5B9;
  return n ^ n >> 32;
}

std::string PathOf(uint64_t fact) {
  return fmt::format("spaces/s/terms/{:016x}/{:016x}{:016x}", Mixed(fact), Mixed(fact + 1),
                     Mixed(fact + 2));
}

std::string EntryOf(uint64_t fact) {
  std::string entry;
  for (uint64_t i = 0; i < 10; ++i) entry += fmt::format("{:016x}", Mixed(fact * 16 + i));
  return entry;
}

// What the kernel says of the mappings of one process.
struct Usage {
  uint64_t pss_bytes = 0;
  uint64_t rss_bytes = 0;
};

class SharedPagesTest : public ::testing::Test {
 protected:
  SharedPagesTest() : dir_(::testing::TempDir() + "/shared_pages" + std::to_string(::getpid())) {
    std::filesystem::remove_all(dir_);
  }
  ~SharedPagesTest() override { std::filesystem::remove_all(dir_); }

  void WritePair() {
    FileSystem& files = RealFileSystem();
    ASSERT_TRUE(DataDirectory::CreateOrOpen(files, dir_).ok());
    facts_ = (pair_mib << 20) / kFactBytes;
    PathTrie trie;
    for (uint64_t fact = 0; fact < facts_; ++fact) trie.Set(PathOf(fact), fact + 1);
    ReadZipper zipper(trie);
    SnapshotSource source;
    source.zipper = &zipper;
    source.entry_bytes = [entry = std::string()](uint64_t value, int) mutable {
      entry = EntryOf(value - 1);
      return absl::StatusOr<std::string_view>(entry);
    };
    source.revision = 1;
    source.database_id = database_id_;
    auto record = WriteSnapshot(files, dir_, source);
    ASSERT_TRUE(record.ok()) << record.status();
    record_ = *std::move(record);
  }

  // What one process does: opens the pair, asks for some of it, says so, and waits. Returns its
  // exit code.
  int Serve(uint64_t seed, int ready, int done) const {
    const auto snapshot = Snapshot::Open(RealFileSystem(), dir_, database_id_, record_);
    if (!snapshot.ok()) return 1;
    std::mt19937_64 random(seed);
    std::string scratch;
    for (uint64_t i = 0; i < facts_ / 50; ++i) {
      const uint64_t fact = random() % facts_;
      const auto id = (*snapshot)->Find(PathOf(fact));
      if (!id.ok() || !id->has_value()) return 2;
      const auto entry = (*snapshot)->FindEntry(**id, scratch);
      if (!entry.ok() || *entry != EntryOf(fact)) return 3;
    }
    char byte = 1;
    if (::write(ready, &byte, 1) != 1) return 4;
    // Until the other end is closed.
    while (::read(done, &byte, 1) > 0) continue;
    return 0;
  }

  // Adds up the figures of the pair's mappings in process `pid`, and marks in `touched` which pages
  // of which file it has in its page table.
  Usage Measure(pid_t pid, std::map<std::string, std::vector<bool>>& touched) const {
    Usage usage;
    std::ifstream smaps(fmt::format("/proc/{}/smaps", pid));
    // Not a stream: the kernel wants whole numbers to be read.
    const int pagemap = ::open(fmt::format("/proc/{}/pagemap", pid).c_str(), O_RDONLY);
    EXPECT_TRUE(smaps && pagemap != -1);
    std::string line;
    bool is_ours = false;
    while (std::getline(smaps, line)) {
      unsigned long start = 0, end = 0, offset = 0;
      uint64_t kib = 0;
      if (std::sscanf(line.c_str(), "%lx-%lx %*s %lx", &start, &end, &offset) == 3) {
        const size_t name = line.find('/');
        is_ours = name != std::string::npos && line.find("/snapshots/", name) != std::string::npos;
        if (!is_ours) continue;
        std::vector<uint64_t> entries((end - start) / kPageBytes);
        const size_t entries_bytes = entries.size() * sizeof(uint64_t);
        EXPECT_EQ(::pread(pagemap, entries.data(), entries_bytes,
                          static_cast<off_t>(start / kPageBytes * sizeof(uint64_t))),
                  static_cast<ssize_t>(entries_bytes));
        std::vector<bool>& pages = touched[line.substr(name)];
        pages.resize(std::max(pages.size(), offset / kPageBytes + entries.size()));
        for (size_t i = 0; i < entries.size(); ++i) {
          if (entries[i] >> 63 != 0) pages[offset / kPageBytes + i] = true;
        }
      } else if (is_ours && std::sscanf(line.c_str(), "Pss: %lu kB", &kib) == 1) {
        usage.pss_bytes += kib << 10;
      } else if (is_ours && std::sscanf(line.c_str(), "Rss: %lu kB", &kib) == 1) {
        usage.rss_bytes += kib << 10;
      }
    }
    ::close(pagemap);
    return usage;
  }

  const std::string dir_;
  const DatabaseId database_id_ = DatabaseId::Random();
  SnapshotRecord record_;
  uint64_t facts_ = 0;
};

TEST_F(SharedPagesTest, TenProcessesNeedThePagesOnce) {
  WritePair();
  int ready[2], done[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(done), 0);
  std::array<pid_t, kProcesses> processes;
  for (int i = 0; i < kProcesses; ++i) {
    processes[i] = ::fork();
    ASSERT_NE(processes[i], -1);
    if (processes[i] == 0) {
      ::close(done[1]);
      std::_Exit(Serve(static_cast<uint64_t>(i), ready[1], done[0]));
    }
  }
  ::close(ready[1]);
  ::close(done[0]);
  int ready_count = 0;
  for (char byte = 0; ready_count < kProcesses && ::read(ready[0], &byte, 1) == 1;) ++ready_count;
  EXPECT_EQ(ready_count, kProcesses);

  Usage all;
  std::map<std::string, std::vector<bool>> touched;
  for (const pid_t pid : processes) {
    const Usage usage = Measure(pid, touched);
    all.pss_bytes += usage.pss_bytes;
    all.rss_bytes += usage.rss_bytes;
  }
  ::close(done[1]);
  for (const pid_t pid : processes) {
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }
  ::close(ready[0]);

  uint64_t touched_bytes = 0, mapped_bytes = 0;
  for (const auto& [file, pages] : touched) {
    for (const bool is_touched : pages) touched_bytes += is_touched ? kPageBytes : 0;
    mapped_bytes += pages.size() * kPageBytes;
  }
  const uint64_t pair_bytes = record_.tree_bytes + record_.terms_bytes + record_.sums_bytes;
  const auto mib = [](uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); };
  std::printf(
      "pair of %.1f MiB (tree %.1f), %d processes: %.1f MiB mapped by each, %.1f MiB touched; Rss "
      "%.1f MiB in all, Pss %.1f MiB, %.4f of what was touched\n",
      mib(pair_bytes), mib(record_.tree_bytes), kProcesses, mib(mapped_bytes), mib(touched_bytes),
      mib(all.rss_bytes), mib(all.pss_bytes),
      static_cast<double>(all.pss_bytes) / static_cast<double>(touched_bytes));
  EXPECT_EQ(touched.size(), 3u) << "the .tree, the .terms and the .sums are mapped";
  EXPECT_GT(pair_bytes, (pair_mib << 20) * 9 / 10);
  EXPECT_GT(touched_bytes, pair_bytes / 10);
  // Else there would be little to share.
  EXPECT_GT(all.rss_bytes, 3 * touched_bytes);
  EXPECT_LE(static_cast<double>(all.pss_bytes), 1.1 * static_cast<double>(touched_bytes));
  EXPECT_GE(static_cast<double>(all.pss_bytes), 0.9 * static_cast<double>(touched_bytes));
}

}  // namespace
}  // namespace pathkb

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc > 1) {
    const std::string_view mib = argv[1];
    std::from_chars(mib.data(), mib.data() + mib.size(), pathkb::pair_mib);
  }
  return RUN_ALL_TESTS();
}
