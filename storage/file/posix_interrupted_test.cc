// Signals and short counts do not reach callers: a write or read that the system ends early is gone
// on with, and one that a signal interrupts is made again. Method: this program has calls of its
// own in the place of the C library's, which fail with EINTR first and then move a few bytes at a
// time.

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

#include "gtest/gtest.h"

#include "storage/file/posix_file_system.h"

namespace {

// While true, each call is interrupted twice before it does something, and moves 1 to 7 bytes.
std::atomic<bool> disturb = false;
std::atomic<int> calls = 0;
std::atomic<int> interrupted = 0;

// True if this call is to be interrupted.
bool Interrupts() {
  if (!disturb || ++calls % 3 == 0) return false;
  ++interrupted;
  errno = EINTR;
  return true;
}

size_t Shortened(size_t bytes) {
  return disturb ? std::min<size_t>(bytes, 1 + static_cast<size_t>(calls) % 7) : bytes;
}

}  // namespace

extern "C" {

ssize_t pwrite(int fd, const void* bytes, size_t count, off_t offset) {
  return Interrupts() ? -1 : syscall(SYS_pwrite64, fd, bytes, Shortened(count), offset);
}
ssize_t pwrite64(int fd, const void* bytes, size_t count, off_t offset) {
  return pwrite(fd, bytes, count, offset);
}
ssize_t pread(int fd, void* bytes, size_t count, off_t offset) {
  return Interrupts() ? -1 : syscall(SYS_pread64, fd, bytes, Shortened(count), offset);
}
ssize_t pread64(int fd, void* bytes, size_t count, off_t offset) {
  return pread(fd, bytes, count, offset);
}
ssize_t read(int fd, void* bytes, size_t count) {
  return Interrupts() ? -1 : syscall(SYS_read, fd, bytes, Shortened(count));
}
int fdatasync(int fd) { return Interrupts() ? -1 : static_cast<int>(syscall(SYS_fdatasync, fd)); }
int fsync(int fd) { return Interrupts() ? -1 : static_cast<int>(syscall(SYS_fsync, fd)); }

}  // extern "C"

namespace pathkb {
namespace {

TEST(PosixInterruptedTest, WhatIsWrittenIsAllThere) {
  const std::string directory = ::testing::TempDir() + "/interrupted" + std::to_string(::getpid());
  FileSystem& files = RealFileSystem();
  ASSERT_EQ(files.CreateDirectory(directory), absl::OkStatus());
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += std::to_string(i * 7919);
  const std::string path = directory + "/file";
  disturb = true;
  const auto file = files.Create(path);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->Append(bytes), absl::OkStatus());
  EXPECT_EQ((*file)->Append("end"), absl::OkStatus());
  EXPECT_EQ((*file)->WriteAt(10, "a change of some bytes"), absl::OkStatus());
  EXPECT_EQ((*file)->ReadAt(5, 100).value().size(), 100u);
  EXPECT_EQ((*file)->Sync(), absl::OkStatus());
  EXPECT_EQ((*file)->Close(), absl::OkStatus());
  EXPECT_EQ(files.SyncDirectory(directory), absl::OkStatus());
  const auto read = files.ReadFile(path, uint64_t{1} << 20);
  const auto mapped = files.Map(path);
  disturb = false;
  bytes.replace(10, 22, "a change of some bytes");
  EXPECT_TRUE(read.value() == bytes + "end");
  EXPECT_TRUE((*mapped)->bytes() == bytes + "end");
  EXPECT_GT(interrupted, 100);
}

}  // namespace
}  // namespace pathkb
