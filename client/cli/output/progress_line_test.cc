// Goal: the line says the right things at the start, in the middle, at the end, and without a known
// size. Method: fixed figures.

#include "client/cli/output/progress_line.h"

#include "gtest/gtest.h"

namespace pathkb::cli {
namespace {

TEST(ProgressLineTest, Text) {
  EXPECT_EQ(ProgressText(0, 0, 1000, 0), "[>                   ]   0%  0 facts  0/s");
  EXPECT_EQ(ProgressText(460800, 500, 1000, 2),
            "[==========>         ]  50%  460,800 facts  230,400/s  2.0 s left");
  EXPECT_EQ(ProgressText(900, 1000, 1000, 1), "[====================] 100%  900 facts  900/s");
  // A file that grew meanwhile.
  EXPECT_EQ(ProgressText(900, 2000, 1000, 1), "[====================] 100%  900 facts  900/s");
  EXPECT_EQ(ProgressText(900, 2000, 0, 1), "900 facts  900/s");
}

TEST(ProgressLineTest, NothingIfNotEnabledOrTooSoon) {
  std::string text;
  TextOutput out(&text);
  ProgressLine off(out, 100, false);
  off.Update(1, 1);
  off.Clear();
  ProgressLine on(out, 100, true);
  on.Update(1, 1);
  on.Clear();
  EXPECT_EQ(text, "");
}

}  // namespace
}  // namespace pathkb::cli
