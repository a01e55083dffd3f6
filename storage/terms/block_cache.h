// The raw bytes of the blocks used last: what a reader and a writer of .terms files keep, so that
// neighbours are not inflated, or read back, again and again.

#ifndef PATHKB_STORAGE_TERMS_BLOCK_CACHE_H_
#define PATHKB_STORAGE_TERMS_BLOCK_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/base/thread_annotations.h"

namespace pathkb {

// From the offset of a block to its raw bytes. Thread-safe; the lock is held for a look into a
// small table only. A block that is dropped lives on for as long as somebody holds it.
class BlockCache {
  using Blocks = std::list<std::pair<uint64_t, std::shared_ptr<const std::string>>>;

 public:
  using Block = std::shared_ptr<const std::string>;

  // Keeps up to `blocks_max`, at least one.
  explicit BlockCache(size_t blocks_max) : blocks_max_(blocks_max) {}

  // The block at `offset`, which counts as used now; null if it is not kept.
  Block Find(uint64_t offset) {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = places_.find(offset);
    if (found == places_.end()) return nullptr;
    newest_first_.splice(newest_first_.begin(), newest_first_, found->second);
    return found->second->second;
  }

  // Keeps a block, in place of the one not used for longest. If two threads bring the same, the
  // first one is kept.
  void Insert(uint64_t offset, Block block) {
    Block dropped;  // Freed without the lock.
    std::lock_guard<std::mutex> lock(mutex_);
    if (places_.contains(offset)) return;
    newest_first_.emplace_front(offset, std::move(block));
    places_.emplace(offset, newest_first_.begin());
    if (places_.size() <= blocks_max_) return;
    dropped = std::move(newest_first_.back().second);
    places_.erase(newest_first_.back().first);
    newest_first_.pop_back();
  }

  // Drops all.
  void Clear() {
    Blocks dropped;  // Freed without the lock.
    std::lock_guard<std::mutex> lock(mutex_);
    places_.clear();
    dropped.swap(newest_first_);
  }

 private:
  const size_t blocks_max_;
  std::mutex mutex_;
  Blocks newest_first_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<uint64_t, Blocks::iterator> places_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TERMS_BLOCK_CACHE_H_
