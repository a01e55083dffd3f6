// Time as an interface; a test holds the hands.

#ifndef PATHKB_SERVER_BACKGROUND_CLOCK_H_
#define PATHKB_SERVER_BACKGROUND_CLOCK_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace pathkb {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // The present time; somebody may set it back.
  virtual absl::Time Now() const = 0;
  // Time since some moment in the past; never goes backwards.
  virtual absl::Duration Monotonic() const = 0;
  // Returns when `changed` was notified or `duration` has passed, at times for no reason. Lets go
  // of `lock`, which must be held, meanwhile.
  virtual void Wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                    absl::Duration duration) const = 0;
};

// The machine's clock.
class RealClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
  absl::Duration Monotonic() const override {
    return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
  }
  void Wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
            absl::Duration duration) const override {
    changed.wait_for(lock, absl::ToChronoNanoseconds(duration));
  }
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_BACKGROUND_CLOCK_H_
