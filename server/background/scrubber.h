// The thread that re-reads everything on disk from time to time, slowly, so that bytes gone bad are
// found while there is still another copy to go back to.
//
//   every `interval`, or on request: storage/snapshot/scrub over the manifest of that moment
//   damage --> the log, the status, the metrics; reads and writes go on

#ifndef PATHKB_SERVER_BACKGROUND_SCRUBBER_H_
#define PATHKB_SERVER_BACKGROUND_SCRUBBER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

#include "server/background/clock.h"
#include "server/background/worker_report.h"
#include "storage/directory/manifest.h"
#include "storage/file/file_system.h"

namespace pathkb {

// Thread-safe.
class Scrubber {
 public:
  // Where, how often, how fast.
  struct Options {
    std::string data_dir;
    absl::Duration interval = absl::Hours(24);  // From the end of one to the next. Zero: never.
    uint64_t bytes_per_second = 0;              // Zero: as fast as the disk gives them.
    std::function<Manifest()> manifest;         // The one that counts; called on the thread.
  };

  // Starts the thread; the first scrub comes after one interval. Borrows files and clock.
  Scrubber(Options options, FileSystem& files, const Clock& clock);
  // Stop().
  ~Scrubber();

  // Begins one now, or right after the one at work.
  void Request() ABSL_LOCKS_EXCLUDED(mutex_);

  // Gives up what is being read and ends the thread. Idempotent; blocks.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  // What it does and what came of the last one.
  const WorkerReport& report() const { return report_; }

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits for the next one; false if there will be none.
  bool WaitForNext() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status ScrubNow();
  // Lets `duration` pass; Aborted, and at once, when Stop() is called.
  absl::Status Wait(absl::Duration duration) ABSL_LOCKS_EXCLUDED(mutex_);
  bool stopping() const ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  FileSystem& files_;
  const Clock& clock_;
  WorkerReport report_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // requested_ or stopping_ was set.
  bool requested_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_BACKGROUND_SCRUBBER_H_
