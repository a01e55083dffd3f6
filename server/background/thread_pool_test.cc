// Every task runs once, also those given by tasks and those waiting when the pool ends.

#include "server/background/thread_pool.h"

#include <atomic>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

TEST(ThreadPoolTest, RunsEverything) {
  std::atomic<int> ran = 0;
  {
    ThreadPool pool(3);
    for (int i = 0; i < 1000; ++i) {
      pool.Run([&] {
        ++ran;
        pool.Run([&] { ++ran; });
      });
    }
  }
  EXPECT_EQ(ran, 2000);
}

}  // namespace
}  // namespace pathkb
