// What a background thread is doing and how it went so far, for the status and the metrics.
//
//   idle --Begin("snapshot")--> running, 0 of 0 --Progress(3, 10)--> ... --End(OK or why not)-->
//   idle

#ifndef PATHKB_SERVER_BACKGROUND_WORKER_REPORT_H_
#define PATHKB_SERVER_BACKGROUND_WORKER_REPORT_H_

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

#include "server/background/clock.h"

namespace pathkb {

// A picture of one worker. A value type.
struct WorkerStatus {
  std::string name;         // Of the worker, as its thread is called.
  std::string doing;        // What it is at; empty while it waits.
  uint64_t done = 0;        // Of `total`; both 0 where nobody can tell.
  uint64_t total = 0;       // Bytes, keys or files, whatever the work is counted in.
  uint64_t runs = 0;        // Times it ended well.
  uint64_t failed = 0;      // Times it failed. Work given up because the server stops is neither.
  std::string last_error;   // Of the last run, if that failed; empty after one that went well.
  absl::Time last_run_end;  // InfinitePast() before the first.
  absl::Duration last_run;  // How long the last run took, whatever came of it.
  absl::Duration longest_run;  // Of those that went well.
};

// Thread-safe; costs a lock nobody holds for long.
class WorkerReport {
 public:
  // For the worker `name`. Borrows the clock.
  WorkerReport(std::string name, const Clock& clock);

  // The worker begins to do what `doing` says, a few words.
  void Begin(std::string_view doing) ABSL_LOCKS_EXCLUDED(mutex_);
  // It has got so far. Nothing happens between runs.
  void Progress(uint64_t done, uint64_t total) ABSL_LOCKS_EXCLUDED(mutex_);
  // It is through, or has failed; an Aborted `status` means that it was told to stop.
  void End(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);

  // How it stands.
  WorkerStatus Get() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const Clock& clock_;
  mutable std::mutex mutex_;
  absl::Duration begun_ ABSL_GUARDED_BY(mutex_);  // By the monotonic clock.
  WorkerStatus status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_BACKGROUND_WORKER_REPORT_H_
