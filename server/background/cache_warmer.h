// Reads the files of a new base into memory, so that the first queries need not wait for the disk.
//
//   start, new base --Warm--> [ .tree | .terms ]   thread: range by range, from the first byte on
//
// Between two ranges it can be stopped, or sent to the files of a newer base.

#ifndef PATHKB_SERVER_BACKGROUND_CACHE_WARMER_H_
#define PATHKB_SERVER_BACKGROUND_CACHE_WARMER_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"

#include "server/background/clock.h"
#include "server/background/worker_report.h"
#include "storage/file/mapped_file.h"

namespace pathkb {

// Thread-safe. Keeps files mapped while it reads them, and the next ones while they wait.
class CacheWarmer {
 public:
  using Files = std::vector<std::shared_ptr<const MappedFile>>;

  // What is read in one go; a disk of 100 MB/s needs 80 ms for it.
  static constexpr uint64_t kRangeBytes = uint64_t{8} << 20;

  // Starts the thread. Borrows the clock, for the log.
  explicit CacheWarmer(const Clock& clock);
  // Stop().
  ~CacheWarmer();

  // Has `files` read in, one after the other, instead of those that are being read or wait. Returns
  // at once. What came of it is logged: bytes and seconds, or which page could not be read. After
  // Stop() nothing happens.
  void Warm(Files files) ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends the thread after the range at hand. Idempotent; blocks.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  // How far it is.
  const WorkerReport& report() const { return report_; }

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status WarmNow(const Files& files);
  // True if there is something else to do than what is being done.
  bool interrupted() const ABSL_LOCKS_EXCLUDED(mutex_);

  const Clock& clock_;
  WorkerReport report_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // next_ or stopping_ was set.
  std::optional<Files> next_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_BACKGROUND_CACHE_WARMER_H_
