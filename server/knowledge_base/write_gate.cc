#include "server/knowledge_base/write_gate.h"

#include "absl/time/time.h"
#include "fmt/format.h"

#include "server/knowledge_base/retry_after.h"

namespace pathkb {
namespace {

// A snapshot, which is what frees memory, takes longer than it takes to look at the disk again.
constexpr absl::Duration kRetryForDisk = absl::Seconds(1);
constexpr absl::Duration kRetryForMemory = absl::Seconds(5);

}  // namespace

void WriteGate::SeeFreeBytes(uint64_t bytes) {
  free_bytes_ = bytes;
  const uint64_t low = options_.disk_low_bytes;
  disk_closed_ = disk_closed_ ? bytes < low + low / 4 : bytes < low;
}

void WriteGate::SeeMemory(uint64_t bytes) {
  memory_bytes_ = bytes;
  const uint64_t hard = options_.memory_hard_bytes;
  if (hard == 0) return;
  memory_closed_ = memory_closed_ ? bytes >= hard - hard / 5 : bytes > hard;
}

absl::Status WriteGate::growth() const {
  if (disk_closed_) {
    return WithRetryAfter(
        absl::ResourceExhaustedError(fmt::format(
            "{} bytes are free on the disk of the data directory: below {} nothing is added until "
            "{} are free again; reads and deletes go on",
            free_bytes_, options_.disk_low_bytes,
            options_.disk_low_bytes + options_.disk_low_bytes / 4)),
        kRetryForDisk);
  }
  if (memory_closed_) {
    return WithRetryAfter(
        absl::ResourceExhaustedError(fmt::format(
            "what has changed since the last snapshot takes {} bytes of memory, the bound is {}: "
            "nothing is added until a snapshot has freed some of it; reads and deletes go on",
            memory_bytes_, options_.memory_hard_bytes)),
        kRetryForMemory);
  }
  return absl::OkStatus();
}

}  // namespace pathkb
