// Lets time pass for a background thread that may be told to stop meanwhile.

#ifndef PATHKB_SERVER_BACKGROUND_STOPPABLE_WAIT_H_
#define PATHKB_SERVER_BACKGROUND_STOPPABLE_WAIT_H_

#include <condition_variable>
#include <mutex>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "server/background/clock.h"

namespace pathkb {

// What work that is given up at a stop ends with: Aborted.
inline absl::Status ShuttingDown() { return absl::AbortedError("the server is shutting down"); }

// OK once `duration` has passed; ShuttingDown(), and at once, when `stopping` is set, which happens
// under `mutex` and is told by `changed`.
inline absl::Status WaitUnlessStopped(const Clock& clock, std::mutex& mutex,
                                      std::condition_variable& changed, const bool& stopping,
                                      absl::Duration duration) {
  const absl::Duration end = clock.Monotonic() + duration;
  std::unique_lock<std::mutex> lock(mutex);
  while (!stopping) {
    const absl::Duration left = end - clock.Monotonic();
    if (left <= absl::ZeroDuration()) return absl::OkStatus();
    clock.Wait(lock, changed, left);
  }
  return ShuttingDown();
}

}  // namespace pathkb

#endif  // PATHKB_SERVER_BACKGROUND_STOPPABLE_WAIT_H_
