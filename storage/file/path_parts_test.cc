// Checks the two functions over the shapes that a command line can bring.

#include "storage/file/path_parts.h"

#include "gtest/gtest.h"

namespace pathkb {
namespace {

TEST(PathPartsTest, Join) {
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("a/", "b"), "a/b");
  EXPECT_EQ(JoinPath("/", "b"), "/b");
  EXPECT_EQ(JoinPath("", "b"), "b");
}

TEST(PathPartsTest, Directory) {
  EXPECT_EQ(DirectoryPart("a/b/c"), "a/b");
  EXPECT_EQ(DirectoryPart("a/b/c/"), "a/b");
  EXPECT_EQ(DirectoryPart("a//b"), "a");
  EXPECT_EQ(DirectoryPart("c"), ".");
  EXPECT_EQ(DirectoryPart("c/"), ".");
  EXPECT_EQ(DirectoryPart("/c"), "/");
  EXPECT_EQ(DirectoryPart("/"), "/");
  EXPECT_EQ(DirectoryPart(""), ".");
}

}  // namespace
}  // namespace pathkb
