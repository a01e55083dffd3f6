// TermsReader::Verify() for version 2: the checksums, then every block with its entries beside
// their words in the index, then the find index.
//
// Time is linear in the file and what its blocks inflate to, which the ratio of zlib bounds. The
// find index is not searched for each entry, which a forged one could make slow: each entry gives a
// number made of its bucket and slot, and so does each slot where it stands, and the two sums of
// these numbers must be equal.

#include <algorithm>
#include <string>
#include <string_view>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/base/varint.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"
#include "storage/terms/terms_block.h"
#include "storage/terms/terms_format.h"
#include "storage/terms/terms_reader_v2.h"

namespace pathkb {
namespace {

uint64_t SlotNumber(uint64_t bucket, uint64_t slot) {
  char bytes[16];
  StoreU64(bucket, bytes);
  StoreU64(slot, bytes + 8);
  return Checksum(std::string_view(bytes, sizeof(bytes)));
}

}  // namespace

struct TermsReaderV2::Walk {
  uint64_t offset = kTermsHeaderBytes;  // Of the next block.
  uint64_t block_count = 0;             // Before it.
  uint64_t entry_count = 0;
  uint64_t slots_sum = 0;  // Of all these entries.
  std::string raw;         // Of the present block, if it is compressed.
};

absl::Status TermsReaderV2::VerifyIn() const {
  PATHKB_RETURN_IF_ERROR(VerifySums());
  Walk walk;
  while (walk.offset < layout_.index_offset) PATHKB_RETURN_IF_ERROR(VerifyBlock(walk));
  if (walk.entry_count != layout_.entry_count || walk.block_count != layout_.block_count) {
    return Broken(
        layout_.footer_offset,
        fmt::format("the footer says {} entries in {} blocks, there are {} in {}",
                    layout_.entry_count, layout_.block_count, walk.entry_count, walk.block_count));
  }
  return VerifyFindIndex(walk.slots_sum);
}

absl::Status TermsReaderV2::VerifySums() const {
  ChecksumStream whole;
  uint64_t summed = 0;
  const auto wrong_block = guard_.FirstWrongBlock([&](uint64_t end) {
    end = std::min(end, layout_.sums_offset);
    whole.Update(bytes_.substr(summed, end - summed));
    summed = end;
  });
  if (wrong_block.has_value()) {
    return Broken(*wrong_block * kSumBlockBytes, "the checksum of the 64 KiB from here is wrong");
  }
  const uint64_t checksum_offset = layout_.footer_offset + kTermsFooterChecksumOffset;
  whole.Update(bytes_.substr(summed, checksum_offset - summed));
  const uint64_t expected = LoadU64(bytes_.data() + checksum_offset);
  if (whole.Digest() != expected) {
    return Broken(checksum_offset, fmt::format("the checksum of all before is {:016x}, expected "
                                               "{:016x}",
                                               whole.Digest(), expected));
  }
  return absl::OkStatus();
}

absl::Status TermsReaderV2::VerifyBlock(Walk& walk) const {
  const uint64_t block = walk.offset;
  if (layout_.index_offset - block < kTermsBlockHeaderBytes) {
    return Broken(block, "no room for a block before the index");
  }
  const TermsBlockHeader header = TermsBlockHeader::Load(bytes_.data() + block);
  if (const char* rule = header.BrokenRule()) return Broken(block, rule);
  const uint64_t start = block + kTermsBlockHeaderBytes;
  if (header.stored_bytes > layout_.index_offset - start) {
    return Broken(block, "a block is longer than what is before the index");
  }
  if (header.compressed && !compressed()) {
    return Broken(block, "a compressed block, but the header's flags say that there is none");
  }
  std::string_view raw = bytes_.substr(start, header.stored_bytes);
  if (header.compressed) {
    const absl::Status inflated = InflateTermsBlock(raw, header.raw_bytes, walk.raw);
    if (!inflated.ok()) return Broken(block, ToStd(inflated.message()));
    raw = walk.raw;
  }
  PATHKB_RETURN_IF_ERROR(VerifyEntries(raw, block, header.compressed, walk));
  walk.offset = start + header.stored_bytes;
  ++walk.block_count;
  return absl::OkStatus();
}

absl::Status TermsReaderV2::VerifyEntries(std::string_view raw, uint64_t block, bool compressed,
                                          Walk& walk) const {
  const bool is_alone = raw.size() > kTermsBlockBytes;
  std::string_view rest = raw;
  while (!rest.empty()) {
    const uint64_t place = raw.size() - rest.size();
    std::string_view entry;
    if (!ConsumeLengthPrefixed(rest, entry) ||
        raw.size() - rest.size() != place + VarintBytes(entry.size()) + entry.size()) {
      return Broken(block, fmt::format("no entry behind its shortest length at place {}", place));
    }
    if (is_alone && !rest.empty()) return Broken(block, "a block above 64 KiB holds one entry");
    const uint64_t id = ++walk.entry_count;
    if (id > layout_.entry_count) {
      return Broken(block, fmt::format("more entries than the footer says, {}", entry_count_));
    }
    const TermsPlace expected{.block = block, .place = place, .compressed = compressed};
    if (LoadU64(bytes_.data() + WordOffset(id)) != expected.ToWord()) {
      return Broken(WordOffset(id), fmt::format("not the word of entry {}, which is in the block "
                                                "at {}, at place {}",
                                                id, block, place));
    }
    const uint64_t prefix = TermsHashPrefix(hash_(entry, hash_seed_));
    walk.slots_sum += SlotNumber(TermsBucket(prefix, layout_.bucket_count), TermsSlot(prefix, id));
  }
  return absl::OkStatus();
}

absl::Status TermsReaderV2::VerifyFindIndex(uint64_t slots_sum) const {
  uint64_t slots_before = 0;
  for (uint64_t bucket = 0; bucket <= layout_.bucket_count; ++bucket) {
    const uint64_t offset = layout_.find_offset + bucket * kTermsDirectoryWordBytes;
    const uint64_t slot_count = LoadU64(bytes_.data() + offset);
    const bool is_last = bucket == layout_.bucket_count;
    if (slot_count < slots_before || slot_count > entry_count_ ||
        (bucket == 0 && slot_count != 0) || (is_last && slot_count != entry_count_)) {
      return Broken(offset, fmt::format("{} slots of {} before bucket {}, {} before the one before",
                                        slot_count, entry_count_, bucket, slots_before));
    }
    for (uint64_t slot = slots_before; slot < slot_count; ++slot) {
      slots_sum -= SlotNumber(
          bucket - 1, LoadU64(bytes_.data() + layout_.slots_offset + slot * kTermsSlotBytes));
    }
    slots_before = slot_count;
  }
  if (slots_sum != 0) {
    return Broken(layout_.find_offset,
                  "the find index does not hold each entry once, at the place that its hash gives");
  }
  return absl::OkStatus();
}

}  // namespace pathkb
