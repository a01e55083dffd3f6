// Goal: a mapping says truthfully what it is made of and whether its file is still the one that was
// opened. Method: real files under the test's own directory, changed behind the mapping's back;
// limits of the process lowered in a child of its own.

#include "storage/file/posix_mapped_file.h"

#include <atomic>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <linux/capability.h>
#include <linux/magic.h>

namespace pathkb {
namespace {

using ::testing::ExitedWithCode;
using ::testing::HasSubstr;

constexpr uint64_t kMiB = uint64_t{1} << 20;

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class PosixMappedFileTest : public ::testing::Test {
 protected:
  PosixMappedFileTest() {
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    name_ = "mapped_" + name + std::to_string(::getpid());
    path_ = ::testing::TempDir() + "/" + name_;
  }
  ~PosixMappedFileTest() override { ::unlink(path_.c_str()); }

  // The test's file with `size` bytes, no two pages alike, all of them on disk.
  std::string Write(uint64_t size) {
    std::string bytes(size, '\0');
    for (uint64_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + i / 4096);
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
    const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(::fsync(fd), 0);
    ::close(fd);
    return bytes;
  }

  std::unique_ptr<const MappedFile> Map(const MapOptions& options = {}) {
    auto mapped = MapPosixFile(path_, options);
    EXPECT_TRUE(mapped.ok()) << mapped.status();
    return std::move(mapped).value();
  }

  // Whether the file has a mapping in this process.
  bool IsInMaps() const { return ReadAll("/proc/self/maps").find(name_) != std::string::npos; }

  // Sets the time of the last change to `seconds` since 1970.
  void SetModified(int64_t seconds) {
    const timespec times[2] = {{seconds, 0}, {seconds, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path_.c_str(), times, 0), 0);
  }

  std::string name_;  // Without its directory.
  std::string path_;
};

// Takes away what lets root lock any amount of memory and write any file; until the process ends.
void DropCapabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  if (::syscall(SYS_capset, &header, none) != 0) std::abort();
}

// --- What is mapped ------------------------------------------------------------------------------

TEST_F(PosixMappedFileTest, SmallFilesAreReadUnlessAlwaysMapped) {
  for (const uint64_t size : {uint64_t{0}, uint64_t{1}, uint64_t{4097}, kMapBytesMin - 1}) {
    const std::string bytes = Write(size);
    {
      const auto read = Map();
      EXPECT_TRUE(read->bytes() == bytes);
      EXPECT_FALSE(IsInMaps());
      EXPECT_EQ(read->Report().mapped_bytes, 0u);
      EXPECT_EQ(read->Report().resident_bytes, size);
    }
    const auto mapped = Map({.always_map = true});
    EXPECT_TRUE(mapped->bytes() == bytes);
    EXPECT_EQ(IsInMaps(), size > 0);
    EXPECT_EQ(mapped->Report().mapped_bytes, size);
    EXPECT_EQ(mapped->CheckIntact(), absl::OkStatus());
  }
  Write(kMapBytesMin);
  const auto mapped = Map();
  EXPECT_TRUE(IsInMaps());
  EXPECT_EQ(mapped->Report().mapped_bytes, kMapBytesMin);
}

TEST_F(PosixMappedFileTest, AMappingEndsWithItsFile) {
  Write(kMapBytesMin);
  auto mapped = Map();
  EXPECT_TRUE(IsInMaps());
  mapped.reset();
  EXPECT_FALSE(IsInMaps());
}

TEST_F(PosixMappedFileTest, AFileInMemoryDoesNotCareForTheDisk) {
  const std::string bytes = Write(5000);
  const auto read = Map();
  ASSERT_EQ(::truncate(path_.c_str(), 0), 0);
  EXPECT_EQ(read->CheckIntact(), absl::OkStatus());
  EXPECT_EQ(read->Prewarm(0, 5000), absl::OkStatus());
  EXPECT_EQ(read->Evict(), absl::OkStatus());
  read->Advise(MapAccess::kSequential);
  EXPECT_FALSE(read->poisoned());
  EXPECT_TRUE(read->bytes() == bytes);
}

// --- What is in memory ---------------------------------------------------------------------------

TEST_F(PosixMappedFileTest, EvictedPagesComeBackAsTheyWere) {
  constexpr uint64_t kBytes = 16 * kMiB + 5;
  const std::string bytes = Write(kBytes);
  struct statfs disk;
  ASSERT_EQ(::statfs(path_.c_str(), &disk), 0);
  if (disk.f_type == TMPFS_MAGIC) GTEST_SKIP() << "a file in memory cannot be evicted";

  const auto mapped = Map();
  ASSERT_EQ(mapped->Evict(), absl::OkStatus());
  EXPECT_LT(mapped->Report().resident_bytes, kMiB);

  // A range in the middle, from and to where no page begins.
  ASSERT_EQ(mapped->Prewarm(4 * kMiB + 100, 6 * kMiB), absl::OkStatus());
  EXPECT_GE(mapped->Report().resident_bytes, 6 * kMiB);
  EXPECT_LT(mapped->Report().resident_bytes, 10 * kMiB);

  ASSERT_EQ(mapped->Prewarm(0, ~uint64_t{0}), absl::OkStatus());
  EXPECT_EQ(mapped->Report().resident_bytes, kBytes);
  EXPECT_EQ(mapped->Prewarm(kBytes, 1), absl::OkStatus());
  EXPECT_EQ(mapped->Prewarm(~uint64_t{0}, ~uint64_t{0}), absl::OkStatus());

  ASSERT_EQ(mapped->Evict(), absl::OkStatus());
  EXPECT_LT(mapped->Report().resident_bytes, kMiB);
  for (const MapAccess access :
       {MapAccess::kWillNeed, MapAccess::kSequential, MapAccess::kRandom}) {
    mapped->Advise(access);
    EXPECT_TRUE(mapped->bytes() == bytes);
  }
  ASSERT_EQ(mapped->Evict(), absl::OkStatus());
  EXPECT_EQ(Map({.populate = true})->Report().resident_bytes, kBytes);
  EXPECT_EQ(mapped->CheckIntact(), absl::OkStatus());
}

TEST_F(PosixMappedFileTest, LockedFilesStay) {
  constexpr uint64_t kBytes = 2 * kMiB;
  Write(kBytes);
  const auto mapped = Map({.lock = true});
  const MapReport report = mapped->Report();
  if (!report.note.empty()) GTEST_SKIP() << report.note;  // The limit of whoever runs this.
  EXPECT_EQ(report.locked_bytes, kBytes);
  EXPECT_EQ(report.resident_bytes, kBytes);
  EXPECT_EQ(mapped->Evict().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Map()->Report().locked_bytes, 0u);
}

TEST_F(PosixMappedFileTest, ALockThatIsRefusedIsANote) {
  const std::string bytes = Write(2 * kMiB);
  const auto lock_without_right = [&] {
    DropCapabilities();
    const rlimit none = {0, 0};
    if (::setrlimit(RLIMIT_MEMLOCK, &none) != 0) std::abort();
    const auto mapped = MapPosixFile(path_, {.lock = true});
    if (!mapped.ok()) std::abort();
    const MapReport report = (*mapped)->Report();
    std::cerr << report.note << "|" << report.locked_bytes << "|"
              << ((*mapped)->bytes() == bytes ? "read" : "wrong") << std::endl;
    std::_Exit(0);
  };
  EXPECT_EXIT(lock_without_right(), ExitedWithCode(0),
              "lock of 2097152 bytes refused: .*, RLIMIT_MEMLOCK is 0\\|0\\|read");
}

TEST_F(PosixMappedFileTest, HugePagesAreReportedAsGranted) {
  constexpr uint64_t kBytes = 8 * kMiB;
  const std::string bytes = Write(kBytes);
  const auto mapped = Map({.populate = true, .huge_pages = true});
  EXPECT_TRUE(mapped->bytes() == bytes);
  const MapReport report = mapped->Report();
  // How many there are is up to the kernel; the figure must be one that can be.
  EXPECT_LE(report.huge_bytes, kBytes);
  EXPECT_EQ(report.huge_bytes % (2 * kMiB), 0u);
  EXPECT_EQ(report.resident_bytes, kBytes);
  RecordProperty("huge_bytes", std::to_string(report.huge_bytes));
  std::cout << report.huge_bytes << " of " << kBytes << " bytes in huge pages; " << report.note
            << std::endl;
}

TEST_F(PosixMappedFileTest, ResidenceIsNotGuessedWhereTheKernelHidesIt) {
  constexpr uint64_t kBytes = 4 * kMiB;
  Write(kBytes);
  constexpr uid_t kSomebodyElse = 65534;
  if (::chown(path_.c_str(), kSomebodyElse, static_cast<gid_t>(-1)) != 0) {
    GTEST_SKIP() << "cannot give a file away here";
  }
  const auto report_of_foreign_file = [&] {
    DropCapabilities();
    const auto mapped = MapPosixFile(path_, {});
    if (!mapped.ok()) std::abort();
    const uint64_t before = (*mapped)->Report().resident_bytes;
    if (!(*mapped)->Prewarm(0, kBytes).ok()) std::abort();
    std::cerr << before << "|" << (*mapped)->Report().resident_bytes << "|"
              << (*mapped)->Report().note << std::endl;
    std::_Exit(0);
  };
  EXPECT_EXIT(report_of_foreign_file(), ExitedWithCode(0),
              "0\\|4194304\\|the kernel does not say which pages are in memory");
}

TEST_F(PosixMappedFileTest, NoRoomNamesTheSizeAndTheLimit) {
  // Sparse: it has this size, but takes no room on the disk.
  constexpr uint64_t kBytes = uint64_t{64} << 30;
  const int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  ASSERT_EQ(::ftruncate(fd, kBytes), 0);
  ::close(fd);
  const auto map_in_a_narrow_space = [&] {
    uint64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlim_t room = pages * 4096 + (uint64_t{1} << 30);
    const rlimit narrow = {room, room};
    if (::setrlimit(RLIMIT_AS, &narrow) != 0) std::abort();
    const absl::Status status = MapPosixFile(path_, {}).status();
    const std::string expected = "map " + path_ +
                                 ": Cannot allocate memory: 68719476736 bytes asked for, "
                                 "RLIMIT_AS is " +
                                 std::to_string(room);
    const bool right =
        status.code() == absl::StatusCode::kResourceExhausted && MessageOf(status) == expected;
    std::cerr << (right ? "as expected" : MessageOf(status)) << std::endl;
    std::_Exit(0);
  };
  EXPECT_EXIT(map_in_a_narrow_space(), ExitedWithCode(0), "as expected");
}

// --- Whether it is still the same ----------------------------------------------------------------

TEST_F(PosixMappedFileTest, AnUntouchedFileIsIntact) {
  Write(2 * kMiB);
  const auto mapped = Map();
  EXPECT_EQ(mapped->CheckIntact(), absl::OkStatus());
  // What happens to every snapshot in time: its name goes.
  ASSERT_EQ(::unlink(path_.c_str()), 0);
  EXPECT_EQ(mapped->CheckIntact(), absl::OkStatus());
  EXPECT_EQ(mapped->outside_changes(), 0u);
}

TEST_F(PosixMappedFileTest, AShorterFileIsLostForGood) {
  const std::string bytes = Write(2 * kMiB);
  const auto mapped = Map();
  // In the last page: no read will ever fail, but what was behind the new end is zeros.
  ASSERT_EQ(::truncate(path_.c_str(), 2 * kMiB - 10), 0);
  EXPECT_EQ(mapped->bytes().substr(2 * kMiB - 10), std::string(10, '\0'));
  EXPECT_FALSE(mapped->poisoned());
  const absl::Status status = mapped->CheckIntact();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(MessageOf(status), HasSubstr(path_));
  EXPECT_THAT(MessageOf(status), HasSubstr("2097152 bytes then, 2097142 now"));
  EXPECT_TRUE(mapped->poisoned());
  // Even if its old size comes back.
  ASSERT_EQ(::truncate(path_.c_str(), 2 * kMiB), 0);
  EXPECT_EQ(mapped->CheckIntact().code(), absl::StatusCode::kDataLoss);
}

TEST_F(PosixMappedFileTest, AChangeFromOutsideIsReportedOnce) {
  Write(2 * kMiB);
  const auto mapped = Map();
  SetModified(1'000'000);
  absl::Status status = mapped->CheckIntact();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(MessageOf(status), HasSubstr(path_));
  EXPECT_THAT(MessageOf(status), HasSubstr("changed from outside"));
  EXPECT_THAT(MessageOf(status), HasSubstr("modified at 1000000000000000 ns"));
  EXPECT_EQ(mapped->outside_changes(), 1u);
  EXPECT_EQ(mapped->CheckIntact(), absl::OkStatus());

  // Longer, and back at what it was: two changes, none of them a loss.
  ASSERT_EQ(::truncate(path_.c_str(), 3 * kMiB), 0);
  SetModified(1'000'000);
  EXPECT_EQ(mapped->CheckIntact().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(mapped->CheckIntact(), absl::OkStatus());
  ASSERT_EQ(::truncate(path_.c_str(), 2 * kMiB), 0);
  SetModified(1'000'000);
  status = mapped->CheckIntact();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(MessageOf(status), HasSubstr("had 3145728 bytes, has 2097152"));
  EXPECT_EQ(mapped->outside_changes(), 3u);
  EXPECT_FALSE(mapped->poisoned());
}

TEST_F(PosixMappedFileTest, OneThreadOfManyGetsTheReport) {
  Write(kMapBytesMin);
  const auto mapped = Map();
  for (int change = 1; change <= 100; ++change) {
    SetModified(1'000'000 + change);
    std::atomic<int> reports = 0;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < 10; ++i) {
          const absl::Status status = mapped->CheckIntact();
          if (status.code() == absl::StatusCode::kUnavailable) ++reports;
          EXPECT_NE(status.code(), absl::StatusCode::kDataLoss);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(reports.load(), 1) << change;
    EXPECT_EQ(mapped->outside_changes(), static_cast<uint64_t>(change));
  }
}

TEST_F(PosixMappedFileTest, BytesWrittenFromOutsideAreNoticed) {
  Write(2 * kMiB);
  const auto mapped = Map();
  SetModified(1'000'000);  // Long ago, so that the clock has ticked since.
  EXPECT_EQ(mapped->CheckIntact().code(), absl::StatusCode::kUnavailable);
  std::fstream(path_, std::ios::in | std::ios::out | std::ios::binary) << "changed";
  EXPECT_EQ(mapped->CheckIntact().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(mapped->bytes().substr(0, 7), "changed");
  EXPECT_EQ(mapped->CheckIntact(), absl::OkStatus());
}

}  // namespace
}  // namespace pathkb
