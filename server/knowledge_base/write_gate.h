// Whether facts may be added, as far as room on disk and in memory goes. Both bounds have a gap
// between closing and opening again, so that the gate does not flutter around them:
//
//   free bytes on disk     closed below `disk_low_bytes`, open again from 1.25 times that on
//   working set in memory  closed above `memory_hard_bytes`, open again below 0.8 times that
//
// Reads and deletes always go: a delete is how room is made.

#ifndef PATHKB_SERVER_KNOWLEDGE_BASE_WRITE_GATE_H_
#define PATHKB_SERVER_KNOWLEDGE_BASE_WRITE_GATE_H_

#include <cstdint>

#include "absl/status/status.h"

namespace pathkb {

// One thread at a time.
class WriteGate {
 public:
  // 0 switches a bound off.
  struct Options {
    uint64_t disk_low_bytes = 0;
    uint64_t memory_hard_bytes = 0;
  };

  explicit WriteGate(const Options& options) : options_(options) {}

  // So many bytes are free on the disk.
  void SeeFreeBytes(uint64_t bytes);
  // The working set takes so many bytes.
  void SeeMemory(uint64_t bytes);

  // OK if facts may be added; else ResourceExhausted, with the figures, the bounds and when to try
  // again (retry_after.h).
  absl::Status growth() const;

 private:
  const Options options_;
  uint64_t free_bytes_ = UINT64_MAX;
  uint64_t memory_bytes_ = 0;
  bool disk_closed_ = false;
  bool memory_closed_ = false;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_KNOWLEDGE_BASE_WRITE_GATE_H_
