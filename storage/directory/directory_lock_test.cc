// Takes the lock twice on the real disk; the second must be refused and say who has the first.

#include "storage/directory/directory_lock.h"

#include <string>
#include <unistd.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/file/posix_file_system.h"

namespace pathkb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(DirectoryLockTest, OneHolderAtATime) {
  FileSystem& files = RealFileSystem();
  const std::string directory = ::testing::TempDir() + "/lock" + std::to_string(::getpid());
  EXPECT_EQ(DirectoryLock::Acquire(files, directory).status().code(), absl::StatusCode::kNotFound);
  ASSERT_EQ(files.CreateDirectory(directory), absl::OkStatus());
  auto lock = DirectoryLock::Acquire(files, directory);
  ASSERT_TRUE(lock.ok()) << lock.status();
  const absl::Status second = DirectoryLock::Acquire(files, directory).status();
  EXPECT_EQ(second.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.message()),
              AllOf(HasSubstr(directory + ": another process writes here"),
                    HasSubstr("held by pid " + std::to_string(::getpid()) + " on "),
                    HasSubstr(" since 20")));
  lock->reset();
  EXPECT_TRUE(DirectoryLock::Acquire(files, directory).ok());
}

}  // namespace
}  // namespace pathkb
