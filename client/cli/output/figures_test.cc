// Goal: numbers read as they should. Method: fixed cases around each change of form.

#include "client/cli/output/figures.h"

#include "gtest/gtest.h"

namespace pathkb::cli {
namespace {

TEST(FiguresTest, Commas) {
  EXPECT_EQ(WithCommas(0), "0");
  EXPECT_EQ(WithCommas(999), "999");
  EXPECT_EQ(WithCommas(1000), "1,000");
  EXPECT_EQ(WithCommas(199972), "199,972");
  EXPECT_EQ(WithCommas(18446744073709551615u), "18,446,744,073,709,551,615");
}

TEST(FiguresTest, Seconds) {
  EXPECT_EQ(ShowSeconds(0), "0.00 s");
  EXPECT_EQ(ShowSeconds(0.05), "0.05 s");
  EXPECT_EQ(ShowSeconds(4.12), "4.1 s");
  EXPECT_EQ(ShowSeconds(75.4), "75 s");
}

TEST(FiguresTest, Time) {
  EXPECT_EQ(ShowTime(1704164645678), "2024-01-02T03:04:05.678Z");
  EXPECT_EQ(ShowTime(0), "1970-01-01T00:00:00.000Z");
}

}  // namespace
}  // namespace pathkb::cli
