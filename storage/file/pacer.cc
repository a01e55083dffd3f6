#include "storage/file/pacer.h"

#include <algorithm>
#include <utility>

namespace pathkb {
namespace {

constexpr uint64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr uint64_t kBurstBytesMax = uint64_t{1} << 20;

// No disk comes near it, and it keeps the products below under 2^64.
constexpr uint64_t kBytesPerSecondMax = 1'000'000'000'000'000;
static_assert(kBurstBytesMax * kNanosecondsPerSecond < UINT64_MAX - kBytesPerSecondMax);

}  // namespace

Pacer::Pacer(Pace pace)
    : pace_(std::move(pace)),
      bytes_per_second_(std::min(pace_.bytes_per_second, kBytesPerSecondMax)),
      burst_bytes_(std::min(bytes_per_second_, kBurstBytesMax)),
      burst_ns_(bytes_per_second_ == 0 ? 0
                                       : burst_bytes_ * kNanosecondsPerSecond / bytes_per_second_) {
}

absl::Status Pacer::WaitFor(uint64_t bytes) {
  const uint64_t now = pace_.now();
  // Whole nanoseconds now, the rest with the next call, so that many small ones cost no more.
  const uint64_t cost = bytes * kNanosecondsPerSecond + unpaid_part_;
  paid_until_ = std::max(paid_until_, now) + cost / bytes_per_second_;
  unpaid_part_ = cost % bytes_per_second_;
  const uint64_t ahead_ns = paid_until_ - now;
  return ahead_ns <= burst_ns_ ? absl::OkStatus() : pace_.wait(ahead_ns - burst_ns_);
}

}  // namespace pathkb
