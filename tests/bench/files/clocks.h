// The clocks that files are measured with; that of one thread is in tests/bench/trie/contender.h.

#ifndef PATHKB_TESTS_BENCH_FILES_CLOCKS_H_
#define PATHKB_TESTS_BENCH_FILES_CLOCKS_H_

#include <time.h>

namespace pathkb::bench {

// Seconds on `clock` since the construction. Immutable.
template <clockid_t clock>
class ClockStopwatch {
 public:
  // So far.
  double Seconds() const { return Now() - began_; }

 private:
  static double Now() {
    timespec time;
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }

  const double began_ = Now();
};

// Time that passes: for what waits for the disk, and for what is over before anything can come in
// between.
using WallStopwatch = ClockStopwatch<CLOCK_MONOTONIC>;
// Processor time of all threads, that of the kernel for them included: for writers, some of which
// leave work to threads of their own.
using ProcessStopwatch = ClockStopwatch<CLOCK_PROCESS_CPUTIME_ID>;

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_FILES_CLOCKS_H_
