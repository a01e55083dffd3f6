#include "tests/bench/trie/allocation.h"

#include <cstddef>
#include <time.h>

#include <jemalloc/jemalloc.h>

// Null unless the program is linked with jemalloc: sanitizers bring another allocator.
#pragma weak mallctl

namespace pathkb::bench {

namespace {

uint64_t Counter(const char* name) {
  uint64_t value = 0;
  size_t bytes = sizeof(value);
  return mallctl(name, &value, &bytes, nullptr, 0) == 0 ? value : 0;
}

double ProcessSeconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

std::optional<int64_t> AllocatedBytes() {
  if (mallctl == nullptr) return std::nullopt;
  return static_cast<int64_t>(Counter("thread.allocated") - Counter("thread.deallocated"));
}

void ReturnFreeMemory() {
  if (mallctl == nullptr) return;
  mallctl("thread.tcache.flush", nullptr, nullptr, nullptr, 0);
  // 4096 is MALLCTL_ARENAS_ALL.
  mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);
}

void WaitForOtherThreads() {
  constexpr timespec kPause = {.tv_sec = 0, .tv_nsec = 2'000'000};
  constexpr double kIdleSeconds = 0.0002;
  // More than one in a row, for on a busy machine a thread with work may not get its turn in one.
  constexpr int kIdlePauses = 3;
  for (int idle = 0; idle < kIdlePauses;) {
    const double before = ProcessSeconds();
    nanosleep(&kPause, nullptr);
    idle = ProcessSeconds() - before > kIdleSeconds ? 0 : idle + 1;
  }
}

}  // namespace pathkb::bench
