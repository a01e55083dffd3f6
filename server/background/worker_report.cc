#include "server/background/worker_report.h"

#include <algorithm>
#include <utility>

#include "core/base/string_views.h"

namespace pathkb {

WorkerReport::WorkerReport(std::string name, const Clock& clock) : clock_(clock) {
  status_.name = std::move(name);
  status_.last_run_end = absl::InfinitePast();
}

void WorkerReport::Begin(std::string_view doing) {
  std::lock_guard<std::mutex> lock(mutex_);
  begun_ = clock_.Monotonic();
  status_.doing = doing;
  status_.done = 0;
  status_.total = 0;
}

void WorkerReport::Progress(uint64_t done, uint64_t total) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (status_.doing.empty()) return;
  status_.done = done;
  status_.total = total;
}

void WorkerReport::End(const absl::Status& status) {
  std::lock_guard<std::mutex> lock(mutex_);
  status_.doing.clear();
  status_.done = 0;
  status_.total = 0;
  status_.last_run = clock_.Monotonic() - begun_;
  status_.last_run_end = clock_.Now();
  if (absl::IsAborted(status)) return;
  if (status.ok()) {
    ++status_.runs;
    status_.last_error.clear();
    status_.longest_run = std::max(status_.longest_run, status_.last_run);
  } else {
    ++status_.failed;
    status_.last_error = ToStd(status.message());
  }
}

WorkerStatus WorkerReport::Get() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

}  // namespace pathkb
