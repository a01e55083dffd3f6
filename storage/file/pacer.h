// Keeps work on a disk down to a speed, so that the background leaves the disk to those who wait
// for it.
//
//   WaitFor(1 MiB), write 1 MiB, WaitFor(1 MiB), write 1 MiB ...
//
// Time and waiting come from outside: storage reads no clock, a test holds its hands, and a request
// to stop can end a wait.

#ifndef PATHKB_STORAGE_FILE_PACER_H_
#define PATHKB_STORAGE_FILE_PACER_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"

namespace pathkb {

// How fast, and by which clock. The two functions are not called if there is no limit.
struct Pace {
  uint64_t bytes_per_second = 0;  // 0 is no limit.
  // Nanoseconds since any moment in the past; never goes backwards.
  std::function<uint64_t()> now;
  // Returns OK once so many nanoseconds have passed. An error ends the work that waits.
  std::function<absl::Status(uint64_t nanoseconds)> wait;
};

// One thread at a time. In any span of t seconds, at most bytes_per_second * t bytes pass and one
// burst more: what one second is worth or 1 MiB, whichever is smaller. Who does less than that
// never waits.
class Pacer {
 public:
  explicit Pacer(Pace pace);

  // False if there is no limit, and nothing need be asked.
  bool limited() const { return bytes_per_second_ != 0; }
  // The most that may be asked for at once; only if limited().
  uint64_t burst_bytes() const { return burst_bytes_; }

  // Waits until `bytes` more may pass; at most a burst. Only if limited(). Errors are those of the
  // wait.
  absl::Status WaitFor(uint64_t bytes);

 private:
  const Pace pace_;
  const uint64_t bytes_per_second_;
  const uint64_t burst_bytes_;
  const uint64_t burst_ns_;   // How long a burst takes at this speed.
  uint64_t paid_until_ = 0;   // When all that has passed would be done, one byte after the other.
  uint64_t unpaid_part_ = 0;  // What paid_until_ is short of; in 1 / bytes_per_second_ nanoseconds.
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_PACER_H_
