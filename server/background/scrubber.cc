#include "server/background/scrubber.h"

#include <utility>

#include "fmt/format.h"
#include "spdlog/spdlog.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "server/background/background_thread.h"
#include "server/background/stoppable_wait.h"
#include "storage/snapshot/scrub.h"

namespace pathkb {

Scrubber::Scrubber(Options options, FileSystem& files, const Clock& clock)
    : options_(std::move(options)),
      files_(files),
      clock_(clock),
      report_("scrub", clock),
      thread_([this] { Run(); }) {}

Scrubber::~Scrubber() { Stop(); }

void Scrubber::Request() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    requested_ = true;
  }
  changed_.notify_one();
}

void Scrubber::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Scrubber::stopping() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return stopping_;
}

bool Scrubber::WaitForNext() {
  const absl::Duration due = options_.interval > absl::ZeroDuration()
                                 ? clock_.Monotonic() + options_.interval
                                 : absl::InfiniteDuration();
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_ && !requested_) {
    const absl::Duration left = due - clock_.Monotonic();
    if (left <= absl::ZeroDuration()) break;
    if (left == absl::InfiniteDuration()) {
      changed_.wait(lock);
    } else {
      clock_.Wait(lock, changed_, left);
    }
  }
  requested_ = false;
  return !stopping_;
}

absl::Status Scrubber::Wait(absl::Duration duration) {
  return WaitUnlessStopped(clock_, mutex_, changed_, stopping_, duration);
}

absl::Status Scrubber::ScrubNow() {
  ScrubOptions scrub;
  scrub.pace.bytes_per_second = options_.bytes_per_second;
  scrub.pace.now = [this] {
    return static_cast<uint64_t>(absl::ToInt64Nanoseconds(clock_.Monotonic()));
  };
  scrub.pace.wait = [this](uint64_t nanoseconds) { return Wait(absl::Nanoseconds(nanoseconds)); };
  scrub.interrupt = [this] { return stopping() ? ShuttingDown() : absl::OkStatus(); };
  scrub.progress = [this](uint64_t done, uint64_t total) { report_.Progress(done, total); };
  scrub.manifest_now = options_.manifest;
  PATHKB_ASSIGN_OR_RETURN(const ScrubResult result,
                          Scrub(files_, options_.data_dir, options_.manifest(), scrub));
  for (const std::string& problem : result.problems) spdlog::error("scrub: {}", problem);
  if (!result.problems.empty()) {
    return absl::DataLossError(fmt::format("{} of {} files are damaged: {}", result.problems.size(),
                                           result.files, result.problems.front()));
  }
  spdlog::info("scrub: {} files, {} bytes, all as published", result.files, result.bytes);
  return absl::OkStatus();
}

void Scrubber::Run() {
  BecomeBackgroundThread("pathkb-scrub");
  while (WaitForNext()) {
    report_.Begin("reading everything again");
    report_.End(ScrubNow());
  }
}

}  // namespace pathkb
