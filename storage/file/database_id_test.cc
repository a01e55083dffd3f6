// Round trip through text, and texts that are no id.

#include "storage/file/database_id.h"

#include "gtest/gtest.h"

namespace pathkb {
namespace {

TEST(DatabaseIdTest, RoundTrip) {
  const DatabaseId id = DatabaseId::Random();
  EXPECT_EQ(id.ToHex().size(), 32u);
  EXPECT_EQ(DatabaseId::FromHex(id.ToHex()), id);
  EXPECT_EQ(DatabaseId::FromHex("000102030405060708090a0b0c0d0eff")->bytes[15], 0xff);
}

TEST(DatabaseIdTest, TwoAreDifferent) { EXPECT_NE(DatabaseId::Random(), DatabaseId::Random()); }

TEST(DatabaseIdTest, OtherTextsAreRefused) {
  EXPECT_EQ(DatabaseId::FromHex(""), std::nullopt);
  EXPECT_EQ(DatabaseId::FromHex("000102030405060708090a0b0c0d0ef"), std::nullopt);
  EXPECT_EQ(DatabaseId::FromHex("000102030405060708090a0b0c0d0eff0"), std::nullopt);
  EXPECT_EQ(DatabaseId::FromHex("000102030405060708090A0b0c0d0eff"), std::nullopt);
  EXPECT_EQ(DatabaseId::FromHex("000102030405060708090g0b0c0d0eff"), std::nullopt);
}

}  // namespace
}  // namespace pathkb
