// Checksums of the 64 KiB blocks of a file: made while it is written, and looked at when a block is
// touched for the first time, so that opening costs nothing and damage is found before it is used.
//
//   file   | block 0 | block 1 | ... | block n - 1 (what is left) |
//   sums   |  u64    |  u64    | ... |  u64                       |   somewhere else
//
// The sum of a block covers its number and the database's id, too: a block of another place, or of
// another database, is as wrong as a flipped bit.

#ifndef PATHKB_STORAGE_FILE_BLOCK_SUMS_H_
#define PATHKB_STORAGE_FILE_BLOCK_SUMS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "storage/file/database_id.h"

namespace pathkb {

inline constexpr uint64_t kSumBlockBytes = uint64_t{64} << 10;
inline constexpr uint64_t kBlockSumBytes = 8;

// How many blocks `file_bytes` bytes have; the last one may be shorter.
inline constexpr uint64_t SumBlockCount(uint64_t file_bytes) {
  return file_bytes / kSumBlockBytes + (file_bytes % kSumBlockBytes != 0 ? 1 : 0);
}

// The sum of block `number` (from 0) of a file of database `id`.
uint64_t BlockSum(std::string_view block, uint64_t number, const DatabaseId& id);

// Sums of a file that is written from its start to its end. One thread at a time. Memory: 8 bytes
// for each block, and the first and the present block.
class BlockSummer {
 public:
  explicit BlockSummer(const DatabaseId& id) : id_(id) {}

  // The bytes that follow those before.
  void Update(std::string_view bytes);

  // Replaces bytes that Update() had; all of them must lie in the first block.
  void Patch(uint64_t offset, std::string_view bytes);

  // The sums of all blocks, little-endian, kBlockSumBytes each. Call once, at the end.
  std::string Finish();

 private:
  void EndBlock();

  const DatabaseId id_;
  std::string first_block_;  // Once it is complete; it may be patched until the end.
  std::string block_;        // The present one, as far as it came.
  std::string sums_;         // Of complete blocks; that of the first is set at the end.
};

// The blocks of one mapped file and their sums. Any thread. Borrows both, which must outlive it.
// Memory: two bits for each block.
class BlockGuard {
 public:
  // `sums` must hold kBlockSumBytes for each block of `bytes`.
  BlockGuard(std::string_view bytes, std::string_view sums, const DatabaseId& id);
  BlockGuard(const BlockGuard&) = delete;
  BlockGuard& operator=(const BlockGuard&) = delete;

  // True if all blocks of bytes [offset, offset + length) are as their sums say. `length` is at
  // least 1, and all must lie in the file. A block is read the first time only: 5 microseconds if
  // it is in memory.
  bool Check(uint64_t offset, uint64_t length) const {
    uint64_t block = offset / kSumBlockBytes;
    const uint64_t last = (offset + length - 1) / kSumBlockBytes;
    do {
      if (!IsKnownGood(block) && !CheckBlock(block)) return false;
    } while (++block <= last);
    return true;
  }

  // The lowest block that is not as its sum says, all of them read again, without regard to what is
  // known; nullopt if all are. `block_done` is called after each, with its end as an offset.
  template <typename BlockDone>
  std::optional<uint64_t> FirstWrongBlock(BlockDone block_done) const {
    for (uint64_t block = 0; block < block_count_; ++block) {
      if (!BlockIsRight(block)) return block;
      block_done((block + 1) * kSumBlockBytes);
    }
    return std::nullopt;
  }
  std::optional<uint64_t> FirstWrongBlock() const {
    return FirstWrongBlock([](uint64_t) {});
  }

  // Every block counts as untouched again: for when the file may have changed under the mapping.
  // Also those that other threads are just reading: what they find is of the time before.
  void Forget() const;

 private:
  bool IsKnownGood(uint64_t block) const {
    const uint64_t word = good_[block / kBlocksPerWord].load(std::memory_order_relaxed);
    return (word >> (block % kBlocksPerWord) & 1) != 0;
  }
  bool BlockIsRight(uint64_t block) const;
  // As IsKnownGood() after having looked.
  bool CheckBlock(uint64_t block) const;

  // A word of good_: a bit for each of so many blocks, and above them how often they were
  // forgotten.
  static constexpr uint64_t kBlocksPerWord = 32;
  uint64_t word_count() const { return block_count_ / kBlocksPerWord + 1; }

  const std::string_view bytes_;
  const std::string_view sums_;
  const DatabaseId id_;
  const uint64_t block_count_;
  const std::unique_ptr<std::atomic<uint64_t>[]> good_;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_BLOCK_SUMS_H_
