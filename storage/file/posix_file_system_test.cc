// Uses the real disk under the test's own directory: each operation once as it should go, each
// error that a directory can produce, and the errno table by itself.

#include "storage/file/posix_file_system.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/file/mapped_file.h"
#include "storage/file/posix_calls.h"

namespace pathkb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PosixFileSystemTest : public ::testing::Test {
 protected:
  PosixFileSystemTest() {
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    name_ = name + std::to_string(::getpid());
    directory_ = ::testing::TempDir() + "/" + name_;
    EXPECT_EQ(files_.CreateDirectory(directory_), absl::OkStatus());
  }

  std::string Path(const std::string& name) const { return directory_ + "/" + name; }

  void Write(const std::string& name, const std::string& bytes) {
    std::ofstream(Path(name), std::ios::binary) << bytes;
  }

  // Lowers one limit of this process until the end of the scope.
  class LoweredLimit {
   public:
    LoweredLimit(__rlimit_resource what, rlim_t limit) : what_(what) {
      ::getrlimit(what_, &before_);
      rlimit lowered = before_;
      lowered.rlim_cur = limit;
      ::setrlimit(what_, &lowered);
    }
    ~LoweredLimit() { ::setrlimit(what_, &before_); }

   private:
    const __rlimit_resource what_;
    rlimit before_;
  };

  FileSystem& files_ = RealFileSystem();
  std::string name_;
  std::string directory_;
};

TEST_F(PosixFileSystemTest, WhatIsWrittenIsRead) {
  auto file = files_.Create(Path("a"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->Append("hello "), absl::OkStatus());
  EXPECT_EQ((*file)->Append(""), absl::OkStatus());
  EXPECT_EQ((*file)->Append("world"), absl::OkStatus());
  EXPECT_EQ((*file)->WriteAt(4, "O-W"), absl::OkStatus());
  EXPECT_EQ((*file)->WriteAt(11, ""), absl::OkStatus());
  EXPECT_EQ((*file)->WriteAt(11, "x").code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ((*file)->WriteAt(UINT64_MAX, "xy").code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ((*file)->Append("!"), absl::OkStatus());
  EXPECT_EQ((*file)->ReadAt(4, 4).value(), "O-Wo");
  EXPECT_EQ((*file)->ReadAt(12, 0).value(), "");
  EXPECT_EQ((*file)->ReadAt(9, 4).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ((*file)->ReadAt(UINT64_MAX, 2).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ((*file)->Sync(), absl::OkStatus());
  EXPECT_EQ((*file)->Close(), absl::OkStatus());
  EXPECT_EQ((*file)->Append("late").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ((*file)->ReadAt(0, 1).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ((*file)->Sync().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ((*file)->Close().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(files_.SyncDirectory(directory_), absl::OkStatus());
  EXPECT_EQ(files_.ReadFile(Path("a"), 12).value(), "hellO-World!");
  EXPECT_EQ(files_.ReadFile(Path("a"), UINT64_MAX).value(), "hellO-World!");
  EXPECT_EQ(files_.FileBytes(Path("a")).value(), 12u);
}

TEST_F(PosixFileSystemTest, ReadFileKeepsToItsBound) {
  Write("a", "12345");
  const auto read = files_.ReadFile(Path("a"), 4);
  EXPECT_EQ(read.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(read.status().message()), HasSubstr(Path("a")));
  Write("empty", "");
  EXPECT_EQ(files_.ReadFile(Path("empty"), 0).value(), "");
  // A file that says it is empty and is not.
  EXPECT_EQ(files_.ReadFile("/proc/self/status", 4).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(PosixFileSystemTest, MapsSmallAndLargeFiles) {
  for (const uint64_t size :
       {uint64_t{0}, uint64_t{1}, kMapBytesMin - 1, kMapBytesMin, kMapBytesMin + 4097}) {
    std::string bytes(size, 'x');
    for (size_t i = 0; i < bytes.size(); i += 997) bytes[i] = static_cast<char>(i / 997);
    Write("m", bytes);
    auto mapped = files_.Map(Path("m"));
    ASSERT_TRUE(mapped.ok()) << mapped.status();
    (*mapped)->Advise(MapAccess::kSequential);
    EXPECT_TRUE((*mapped)->bytes() == bytes) << size;
    EXPECT_EQ((*mapped)->path(), Path("m"));
    // A new file under the name is not the one that is mapped.
    EXPECT_EQ(files_.Remove(Path("m")), absl::OkStatus());
    EXPECT_TRUE((*mapped)->bytes() == bytes) << size;
  }
}

TEST_F(PosixFileSystemTest, ListIsSorted) {
  EXPECT_THAT(files_.List(directory_).value(), ElementsAre());
  Write("b", "");
  Write("a", "");
  Write(".c", "");
  EXPECT_EQ(files_.CreateDirectory(Path("d")), absl::OkStatus());
  EXPECT_THAT(files_.List(directory_).value(), ElementsAre(".c", "a", "b", "d"));
  EXPECT_EQ(files_.List(Path("e")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(files_.List(Path("a")).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(PosixFileSystemTest, NamesComeAndGo) {
  Write("a", "new");
  Write("b", "old");
  EXPECT_EQ(files_.Rename(Path("a"), Path("b")), absl::OkStatus());
  EXPECT_FALSE(files_.Exists(Path("a")).value());
  EXPECT_EQ(files_.ReadFile(Path("b"), 10).value(), "new");
  EXPECT_FALSE(files_.Exists(Path("b/below a file")).value());
  EXPECT_TRUE(files_.Exists(Path("b")).value());
  EXPECT_EQ(files_.Remove(Path("b")), absl::OkStatus());
  EXPECT_FALSE(files_.Exists(Path("b")).value());
  EXPECT_EQ(files_.CreateDirectory(Path("d")), absl::OkStatus());
  EXPECT_EQ(files_.CreateDirectory(Path("d")), absl::OkStatus());
}

// Each message must say what was done to which file, and why it failed.
TEST_F(PosixFileSystemTest, ErrorsNameOperationFileAndReason) {
  Write("file", "x");
  ASSERT_EQ(files_.CreateDirectory(Path("dir")), absl::OkStatus());
  const std::string gone = Path("gone");
  const std::string no_such = "No such file or directory";
  const auto expect = [](const absl::Status& status, absl::StatusCode code,
                         const std::string& message) {
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_EQ(std::string(status.message()), message);
  };
  expect(files_.Create(Path("file")).status(), absl::StatusCode::kAlreadyExists,
         "create " + Path("file") + ": File exists");
  expect(files_.Create(Path("gone/x")).status(), absl::StatusCode::kNotFound,
         "create " + Path("gone/x") + ": " + no_such);
  expect(files_.Create(Path("file/x")).status(), absl::StatusCode::kFailedPrecondition,
         "create " + Path("file/x") + ": Not a directory");
  expect(files_.Map(gone).status(), absl::StatusCode::kNotFound, "open " + gone + ": " + no_such);
  expect(files_.Map(Path("dir")).status(), absl::StatusCode::kFailedPrecondition,
         "open " + Path("dir") + ": Is a directory");
  expect(files_.ReadFile(Path("dir"), 10).status(), absl::StatusCode::kFailedPrecondition,
         "open " + Path("dir") + ": Is a directory");
  expect(files_.Map("/dev/null").status(), absl::StatusCode::kFailedPrecondition,
         "open /dev/null: not a regular file");
  expect(files_.FileBytes(gone).status(), absl::StatusCode::kNotFound,
         "stat " + gone + ": " + no_such);
  expect(files_.Rename(gone, Path("x")), absl::StatusCode::kNotFound,
         "rename " + gone + " to " + Path("x") + ": " + no_such);
  expect(files_.Remove(gone), absl::StatusCode::kNotFound, "remove " + gone + ": " + no_such);
  expect(files_.Remove(Path("dir")), absl::StatusCode::kFailedPrecondition,
         "remove " + Path("dir") + ": Is a directory");
  expect(files_.CreateDirectory(Path("file")), absl::StatusCode::kAlreadyExists,
         "make directory " + Path("file") + ": File exists");
  expect(files_.SyncDirectory(Path("file")), absl::StatusCode::kFailedPrecondition,
         "open " + Path("file") + ": Not a directory");
}

TEST_F(PosixFileSystemTest, ErrnoTable) {
  const auto code = [](int error) { return StatusFromErrno("open", "f", error).code(); };
  EXPECT_EQ(code(ENOENT), absl::StatusCode::kNotFound);
  EXPECT_EQ(code(EEXIST), absl::StatusCode::kAlreadyExists);
  for (int error : {ENOSPC, EDQUOT, EFBIG, EMFILE, ENFILE, ENOMEM}) {
    EXPECT_EQ(code(error), absl::StatusCode::kResourceExhausted) << error;
  }
  for (int error : {EACCES, EPERM, EROFS}) {
    EXPECT_EQ(code(error), absl::StatusCode::kPermissionDenied) << error;
  }
  EXPECT_EQ(code(EIO), absl::StatusCode::kDataLoss);
  EXPECT_EQ(code(ENAMETOOLONG), absl::StatusCode::kUnknown);
  EXPECT_EQ(std::string(StatusFromErrno("sync", "f", EIO).message()), "sync f: Input/output error");
}

// A write that the system cuts short is continued, and its error comes out.
TEST_F(PosixFileSystemTest, FullFileIsResourceExhausted) {
  auto file = files_.Create(Path("a"));
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ((*file)->Append("12345"), absl::OkStatus());
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  {
    const LoweredLimit limit(RLIMIT_FSIZE, 8);
    EXPECT_EQ((*file)->Append("67890").code(), absl::StatusCode::kResourceExhausted);
  }
  std::signal(SIGXFSZ, before);
  EXPECT_EQ(files_.ReadFile(Path("a"), 10).value(), "12345678");
}

TEST_F(PosixFileSystemTest, NoDescriptorsIsResourceExhausted) {
  Write("a", "x");
  const LoweredLimit limit(RLIMIT_NOFILE, 0);
  EXPECT_EQ(files_.Map(Path("a")).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(PosixFileSystemTest, LockIsExclusiveAndNamesItsHolder) {
  auto lock = files_.Lock(Path("LOCK"), "a rather long first holder");
  ASSERT_TRUE(lock.ok()) << lock.status();
  const auto second = files_.Lock(Path("LOCK"), "second");
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(std::string(second.status().message()),
            "lock " + Path("LOCK") + ": held by a rather long first holder");
  lock->reset();
  lock = files_.Lock(Path("LOCK"), "third");
  ASSERT_TRUE(lock.ok()) << lock.status();
  EXPECT_EQ(files_.ReadFile(Path("LOCK"), 100).value(), "third");
  lock->reset();
  EXPECT_TRUE(files_.Exists(Path("LOCK")).value());
}

TEST_F(PosixFileSystemTest, DescriptorsCloseOnExec) {
  const auto open = files_.Create(Path("a"));
  const auto lock = files_.Lock(Path("LOCK"), "me");
  ASSERT_TRUE(open.ok() && lock.ok());
  int seen = 0;
  for (int fd = 3; fd < 256; ++fd) {
    char target[4096];
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    const ssize_t length = ::readlink(link.c_str(), target, sizeof(target));
    if (length <= 0) continue;
    const std::string_view opened(target, static_cast<size_t>(length));
    if (opened.find(name_) == std::string_view::npos) continue;
    ++seen;
    EXPECT_TRUE(::fcntl(fd, F_GETFD) & FD_CLOEXEC);
  }
  EXPECT_EQ(seen, 2);
}

TEST_F(PosixFileSystemTest, FreeBytes) {
  const auto bytes = RealFileSystem().FreeBytes(::testing::TempDir());
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_GT(*bytes, 0u);
  EXPECT_EQ(RealFileSystem().FreeBytes("/not/there").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace pathkb
