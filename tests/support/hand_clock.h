// A clock whose hands the test moves, so that nothing in a test happens because time has passed.

#ifndef PATHKB_TESTS_SUPPORT_HAND_CLOCK_H_
#define PATHKB_TESTS_SUPPORT_HAND_CLOCK_H_

#include <atomic>
#include <chrono>

#include "server/background/clock.h"

namespace pathkb {

// Thread-safe. Begins on 2026-11-21; stands still between two calls of Advance().
class HandClock : public Clock {
 public:
  absl::Time Now() const override {
    return absl::FromUnixSeconds(1'795'219'200) + absl::Nanoseconds(passed_ns_.load());
  }
  absl::Duration Monotonic() const override { return absl::Nanoseconds(passed_ns_.load()); }
  // Returns after a moment, for no reason, as it may: who waits for a time looks at the hands
  // again.
  void Wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
            absl::Duration) const override {
    changed.wait_for(lock, std::chrono::milliseconds(5));
  }

  // Moves the hands forward.
  void Advance(absl::Duration duration) { passed_ns_ += absl::ToInt64Nanoseconds(duration); }

 private:
  std::atomic<int64_t> passed_ns_ = 0;
};

}  // namespace pathkb

#endif  // PATHKB_TESTS_SUPPORT_HAND_CLOCK_H_
