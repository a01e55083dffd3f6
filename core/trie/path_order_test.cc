// What is behind a beginning is behind all that begins so, and nothing lies between.

#include "core/trie/path_order.h"

#include "gtest/gtest.h"

namespace pathkb {
namespace {

TEST(PathOrderTest, BehindAllThatBeginSo) {
  EXPECT_EQ(BehindAllBelow("ab"), "ac");
  EXPECT_EQ(BehindAllBelow("a\xfe"), "a\xff");
  EXPECT_EQ(BehindAllBelow("a\xff\xff"), "b");
  EXPECT_EQ(BehindAllBelow("a\x7f"), "a\x80");
  EXPECT_EQ(BehindAllBelow("\xff"), "");
  EXPECT_EQ(BehindAllBelow(""), "");
  EXPECT_LT("ab\xff\xff\xff", BehindAllBelow("ab"));
}

}  // namespace
}  // namespace pathkb
