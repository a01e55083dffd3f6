// Time as an interface; a test holds the hands.

#ifndef PATHKB_SERVER_BACKGROUND_CLOCK_H_
#define PATHKB_SERVER_BACKGROUND_CLOCK_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace pathkb {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // The present time.
  virtual absl::Time Now() const = 0;
};

// The machine's clock.
class RealClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_BACKGROUND_CLOCK_H_
