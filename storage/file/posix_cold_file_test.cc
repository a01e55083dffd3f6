// Cold reading gives the same bytes as any other, at every kind of size, and says why it cannot.

#include "storage/file/posix_cold_file.h"

#include <cstdio>
#include <string>

#include "gtest/gtest.h"

#include "storage/file/posix_file_system.h"

namespace pathkb {
namespace {

std::string WriteFile(const std::string& name, const std::string& bytes) {
  const std::string path = ::testing::TempDir() + "/" + name;
  std::remove(path.c_str());
  auto file = RealFileSystem().Create(path);
  EXPECT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE((*file)->Append(bytes).ok());
  EXPECT_TRUE((*file)->Sync().ok());
  return path;
}

TEST(PosixColdFileTest, GivesEveryByteOnce) {
  for (size_t size : {0u, 1u, 4095u, 4096u, 4097u, 1u << 20, (1u << 20) + 4096, (3u << 20) + 17}) {
    std::string bytes(size, 0);
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 13);
    const std::string path = WriteFile("cold", bytes);
    auto file = RealFileSystem().OpenCold(path);
    ASSERT_TRUE(file.ok()) << file.status();
    std::string read;
    while (true) {
      const auto piece = (*file)->Next();
      ASSERT_TRUE(piece.ok()) << piece.status();
      if (piece->empty()) break;
      EXPECT_LE(piece->size(), size_t{1} << 20);
      read += *piece;
    }
    EXPECT_EQ(read, bytes) << size;
  }
}

TEST(PosixColdFileTest, SaysWhyItCannot) {
  EXPECT_TRUE(absl::IsNotFound(OpenPosixColdFile(::testing::TempDir() + "/none").status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(OpenPosixColdFile(::testing::TempDir()).status()));
}

}  // namespace
}  // namespace pathkb
