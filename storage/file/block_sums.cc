#include "storage/file/block_sums.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/check.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"

namespace pathkb {

uint64_t BlockSum(std::string_view block, uint64_t number, const DatabaseId& id) {
  const std::string_view id_bytes(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
  return Checksum(block, Checksum(id_bytes, number));
}

// --- BlockSummer ---------------------------------------------------------------------------------

void BlockSummer::Update(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t taken = std::min<size_t>(bytes.size(), kSumBlockBytes - block_.size());
    block_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (block_.size() == kSumBlockBytes) EndBlock();
  }
}

void BlockSummer::Patch(uint64_t offset, std::string_view bytes) {
  std::string& first = sums_.empty() ? block_ : first_block_;
  PATHKB_CHECK(offset <= first.size() && bytes.size() <= first.size() - offset);
  first.replace(offset, bytes.size(), bytes);
}

std::string BlockSummer::Finish() {
  if (!block_.empty()) EndBlock();
  if (!sums_.empty()) StoreU64(BlockSum(first_block_, 0, id_), sums_.data());
  return std::move(sums_);
}

void BlockSummer::EndBlock() {
  const uint64_t number = sums_.size() / kBlockSumBytes;
  AppendU64(BlockSum(block_, number, id_), sums_);
  if (number == 0) first_block_ = block_;
  block_.clear();
}

// --- BlockGuard ----------------------------------------------------------------------------------

BlockGuard::BlockGuard(std::string_view bytes, std::string_view sums, const DatabaseId& id)
    : bytes_(bytes),
      sums_(sums),
      id_(id),
      block_count_(SumBlockCount(bytes.size())),
      good_(std::make_unique<std::atomic<uint64_t>[]>(word_count())) {
  PATHKB_CHECK(sums.size() == block_count_ * kBlockSumBytes);
}

void BlockGuard::Forget() const {
  for (uint64_t i = 0; i < word_count(); ++i) {
    uint64_t word = good_[i].load();
    while (
        !good_[i].compare_exchange_weak(word, ((word >> kBlocksPerWord) + 1) << kBlocksPerWord)) {
    }
  }
}

bool BlockGuard::BlockIsRight(uint64_t block) const {
  const std::string_view bytes = bytes_.substr(block * kSumBlockBytes, kSumBlockBytes);
  return BlockSum(bytes, block, id_) == LoadU64(sums_.data() + block * kBlockSumBytes);
}

bool BlockGuard::CheckBlock(uint64_t block) const {
  std::atomic<uint64_t>& good = good_[block / kBlocksPerWord];
  uint64_t word = good.load(std::memory_order_acquire);
  const uint64_t times_forgotten = word >> kBlocksPerWord;
  if (!BlockIsRight(block)) return false;
  // If all was forgotten while the block was read, it may have been read before the change.
  const uint64_t bit = uint64_t{1} << (block % kBlocksPerWord);
  while (word >> kBlocksPerWord == times_forgotten &&
         !good.compare_exchange_weak(word, word | bit)) {
  }
  return true;
}

}  // namespace pathkb
