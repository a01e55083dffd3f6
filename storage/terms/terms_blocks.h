// Entries in, blocks out: the part of a .terms writer that keeps and finds entry bytes.
//
//   Append() ---> [ block being filled ] ---> the file, plain or through zlib
//                          |
//                          v
//                 the blocks used last          older ones are read back from the file

#ifndef PATHKB_STORAGE_TERMS_TERMS_BLOCKS_H_
#define PATHKB_STORAGE_TERMS_TERMS_BLOCKS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/terms/block_cache.h"
#include "storage/terms/terms_block.h"
#include "storage/terms/terms_format.h"
#include "storage/terms/terms_output.h"

namespace pathkb {

// One thread at a time. Borrows the output, which nobody else may write to until Finish(). Errors
// are kept in the output; what this returns is void then.
//
// Memory: kept blocks, four times 64 KiB beside them, 270 KB for zlib, and 8 bytes an entry.
class TermsBlocks {
 public:
  // Keeps up to `kept_blocks_max` blocks of 64 KiB.
  TermsBlocks(TermsOutput& output, bool compress, size_t kept_blocks_max);

  // Adds an entry of up to kTermsEntryBytesMax bytes; its id is then entry_count().
  void Append(std::string_view entry);

  // True if entry `id`, 1 to entry_count(), has exactly these bytes. Costs a few comparisons, or
  // reading back the entry (of a compressed block, all of it) if its block is not kept.
  bool Holds(uint64_t id, std::string_view entry);

  // Writes the block that is being filled. Once; no Append() after that.
  void Finish() { EndBlock(); }

  uint64_t entry_count() const { return entry_count_; }
  // Blocks written.
  uint64_t block_count() const { return block_count_; }

  // The word of entry `id` in the index; final after Finish().
  uint64_t WordAt(uint64_t id) const {
    return words_[(id - 1) / kWordsPerPiece][(id - 1) % kWordsPerPiece];
  }

 private:
  // An entry behind its length, as a block has it, to be compared piece by piece.
  class Wanted;

  static constexpr uint64_t kWordsPerPiece = 8192;

  void AppendAlone(std::string_view length, std::string_view entry);
  void EndBlock();
  void AddWord(const TermsPlace& place);
  void WriteHeader(const TermsBlockHeader& header);
  bool FileHolds(uint64_t offset, Wanted& wanted);
  bool LargeBlockHolds(uint64_t block, const TermsBlockHeader& header, Wanted& wanted);
  BlockCache::Block ReadBlock(uint64_t block, const TermsBlockHeader& header);

  TermsOutput& output_;
  std::optional<TermsDeflater> deflater_;  // Only if blocks are compressed.
  BlockCache kept_;

  std::string raw_;  // The block being filled; it will stand where the output ends.
  uint64_t first_id_in_block_ = 1;
  std::string stored_;  // A block through zlib; here to keep its memory.

  uint64_t entry_count_ = 0;
  uint64_t block_count_ = 0;
  std::vector<std::unique_ptr<uint64_t[]>> words_;  // Of the index, in pieces of equal size.
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TERMS_TERMS_BLOCKS_H_
