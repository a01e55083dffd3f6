// That a benchmark which says "cold" reads from the disk: pages of a file are seen in the cache,
// and seen to be gone; a mapping that keeps them there is found out.

#include "tests/bench/files/folders.h"

#include <fstream>
#include <string>

#include "gtest/gtest.h"

#include "storage/file/mapped_file.h"
#include "storage/file/posix_file_system.h"

namespace pathkb::bench {
namespace {

constexpr size_t kFileBytes = size_t{8} << 20;

TEST(FoldersTest, EmptyAndFullAndEmptyAgain) {
  const std::string folder = ::testing::TempDir() + "/folders_test_sizes";
  ASSERT_TRUE(MakeEmptyFolder(folder).ok());
  EXPECT_EQ(FolderBytes(folder), 0u);
  std::ofstream(folder + "/a") << "abc";
  std::ofstream(folder + "/b") << "defg";
  EXPECT_EQ(FolderBytes(folder), 7u);
  ASSERT_TRUE(MakeEmptyFolder(folder).ok());
  EXPECT_EQ(FolderBytes(folder), 0u);
  RemoveFolder(folder);
}

TEST(FoldersTest, PagesLeaveTheCacheUnlessTheyAreMapped) {
  const std::string folder = ::testing::TempDir() + "/folders_test_cache";
  const std::string path = folder + "/file";
  ASSERT_TRUE(MakeEmptyFolder(folder).ok());
  std::ofstream(path) << std::string(kFileBytes, 'x');
  EXPECT_EQ(*CachedBytes(path), kFileBytes);
  const absl::Status dropped = DropFromPageCache(folder);
  if (dropped.code() == absl::StatusCode::kUnavailable) {
    RemoveFolder(folder);
    GTEST_SKIP() << "the folder for tests is kept in memory here";
  }
  ASSERT_TRUE(dropped.ok());
  EXPECT_LT(*CachedBytes(path), kFileBytes / 100);
  EXPECT_EQ(*CachedFolderBytes(folder), *CachedBytes(path));
  {
    auto mapped = RealFileSystem().Map(path);
    ASSERT_TRUE(mapped.ok());
    size_t sum = 0;
    for (const char byte : (*mapped)->bytes()) sum += static_cast<unsigned char>(byte);
    EXPECT_EQ(sum, kFileBytes * 'x');
    EXPECT_EQ(DropFromPageCache(folder).code(), absl::StatusCode::kUnavailable);
  }
  EXPECT_TRUE(DropFromPageCache(folder).ok());
  RemoveFolder(folder);
}

}  // namespace
}  // namespace pathkb::bench
