#include "server/background/cache_warmer.h"

#include <algorithm>
#include <utility>

#include "spdlog/spdlog.h"

#include "core/base/string_views.h"
#include "server/background/background_thread.h"

namespace pathkb {

CacheWarmer::CacheWarmer(const Clock& clock)
    : clock_(clock), report_("prewarm", clock), thread_([this] { Run(); }) {}

CacheWarmer::~CacheWarmer() { Stop(); }

void CacheWarmer::Warm(Files files) {
  // Those that it replaces are unmapped here, after the lock.
  std::optional<Files> next = std::move(files);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_) return;
    next.swap(next_);
  }
  changed_.notify_one();
}

void CacheWarmer::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void CacheWarmer::Run() {
  BecomeBackgroundThread("pathkb-prewarm");
  while (true) {
    Files files;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || next_.has_value(); });
      if (stopping_) return;
      files = *std::exchange(next_, std::nullopt);
    }
    report_.Begin("reading the base in");
    report_.End(WarmNow(files));
  }
}

absl::Status CacheWarmer::WarmNow(const Files& files) {
  const absl::Duration start = clock_.Monotonic();
  const auto seconds = [&] { return absl::ToDoubleSeconds(clock_.Monotonic() - start); };
  uint64_t warmed_bytes = 0, total_bytes = 0;
  for (const auto& file : files) total_bytes += file->bytes().size();
  absl::Status first_error;
  for (const auto& file : files) {
    const uint64_t file_bytes = file->bytes().size();
    for (uint64_t offset = 0; offset < file_bytes; offset += kRangeBytes) {
      if (interrupted()) {
        spdlog::info("prewarm: left {} after {} bytes, {:.3f} s", file->path(), warmed_bytes,
                     seconds());
        return absl::AbortedError("there is something else to do");
      }
      report_.Progress(warmed_bytes, total_bytes);
      const uint64_t length = std::min(kRangeBytes, file_bytes - offset);
      if (absl::Status status = file->Prewarm(offset, length); !status.ok()) {
        spdlog::warn("prewarm: {}", ToStd(status.message()));
        first_error.Update(status);
        break;
      }
      warmed_bytes += length;
    }
  }
  spdlog::info("prewarm: {} bytes in {:.3f} s", warmed_bytes, seconds());
  return first_error;
}

bool CacheWarmer::interrupted() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return stopping_ || next_.has_value();
}

}  // namespace pathkb
