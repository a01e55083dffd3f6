// Goal: a signal is noted and wakes a poll(); afterwards signals are what they were. Method:
// raise().

#include "client/cli/interrupt.h"

#include <poll.h>

#include "gtest/gtest.h"

namespace pathkb::cli {
namespace {

TEST(InterruptTest, NotesSignalsWhileItLives) {
  signal(SIGINT, SIG_IGN);
  for (const int number : {SIGINT, SIGTERM}) {
    Interrupt interrupt;
    EXPECT_FALSE(interrupt.requested());
    pollfd waiting = {.fd = interrupt.fd(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(poll(&waiting, 1, 0), 0);
    raise(number);
    EXPECT_TRUE(interrupt.requested());
    EXPECT_EQ(poll(&waiting, 1, 0), 1);
  }
  raise(SIGINT);  // Ignored again.
}

TEST(InterruptDeathTest, TheSecondSignalEndsTheProgram) {
  EXPECT_EXIT(
      {
        Interrupt interrupt;
        raise(SIGINT);
        raise(SIGINT);
      },
      ::testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace pathkb::cli
