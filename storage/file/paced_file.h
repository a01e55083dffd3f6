// A file that is written no faster than a given speed, so that a snapshot in the background leaves
// the disk to those who wait for it.
//
//   writer --Append--> PacedFile --wait, Append, wait, Append ...--> the real file
//
// Time and waiting come from outside: storage reads no clock, a test holds its hands, and a request
// to stop can end a wait.

#ifndef PATHKB_STORAGE_FILE_PACED_FILE_H_
#define PATHKB_STORAGE_FILE_PACED_FILE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/file_system.h"

namespace pathkb {

// How fast, and by which clock. The two functions are not called if there is no limit.
struct Pace {
  uint64_t bytes_per_second = 0;  // 0 is no limit.
  // Nanoseconds since any moment in the past; never goes backwards.
  std::function<uint64_t()> now;
  // Returns OK once so many nanoseconds have passed. An error ends the write that waits.
  std::function<absl::Status(uint64_t nanoseconds)> wait;
};

// One thread at a time. Borrows the file, which must outlive it.
//
// In any span of t seconds, at most bytes_per_second * t bytes are written and one burst more: what
// one second is worth or 1 MiB, whichever is smaller. Whoever writes less than that never waits.
// Bytes that WriteAt() overwrites count, too; reading, Sync() and Close() are passed on as they
// are.
class PacedFile final : public WritableFile {
 public:
  PacedFile(WritableFile& file, Pace pace);

  // As the file's own, in pieces of at most one burst, each after its wait. An error of a wait is
  // returned as it is; the file may then end in part of `bytes`.
  absl::Status Append(std::string_view bytes) override;
  absl::Status WriteAt(uint64_t offset, std::string_view bytes) override;
  absl::StatusOr<std::string> ReadAt(uint64_t offset, uint64_t length) override;
  absl::Status Sync() override;
  absl::Status Close() override;

 private:
  // Waits until `bytes` more may be written; at most a burst.
  absl::Status WaitFor(uint64_t bytes);

  WritableFile& file_;
  const Pace pace_;
  const uint64_t bytes_per_second_;
  const uint64_t burst_bytes_;
  const uint64_t burst_ns_;   // How long a burst takes at this speed.
  uint64_t paid_until_ = 0;   // When all that was written would be done, one byte after the other.
  uint64_t unpaid_part_ = 0;  // What paid_until_ is short of; in 1 / bytes_per_second_ nanoseconds.
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_PACED_FILE_H_
