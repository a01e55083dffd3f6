// Which pages of a file somebody looked at: for Explain, which tells how much of a base that may be
// larger than memory a query had to read.

#ifndef PATHKB_CORE_BASE_PAGE_COUNTER_H_
#define PATHKB_CORE_BASE_PAGE_COUNTER_H_

#include <cstdint>

#include "absl/container/flat_hash_set.h"

namespace pathkb {

// One thread at a time. Memory: some 16 bytes for each page that was looked at.
class PageCounter {
 public:
  static constexpr uint64_t kPageBytes = 4096;

  // `length` bytes at `offset` were looked at.
  void Touch(uint64_t offset, uint64_t length) {
    if (length == 0) return;
    const uint64_t last = (offset + length - 1) / kPageBytes;
    for (uint64_t page = offset / kPageBytes; page <= last; ++page) {
      if (page == newest_) continue;
      pages_.insert(page);
      newest_ = page;
    }
  }

  // All that `other` has counted was looked at.
  void Add(const PageCounter& other) { pages_.insert(other.pages_.begin(), other.pages_.end()); }

  // Different pages so far.
  uint64_t count() const { return pages_.size(); }

 private:
  absl::flat_hash_set<uint64_t> pages_;
  uint64_t newest_ = ~uint64_t{0};  // Was inserted last; nearly always the one that comes next.
};

}  // namespace pathkb

#endif  // PATHKB_CORE_BASE_PAGE_COUNTER_H_
