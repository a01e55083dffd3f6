#include "storage/terms/terms_reader_v2.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/base/varint.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"
#include "storage/terms/terms_block.h"

namespace pathkb {
namespace {

constexpr size_t kInflatedBlocksMax = 16;

// The layout that the footer gives; the first rule that it breaks if it is not one.
absl::StatusOr<TermsLayout> LayoutOf(std::string_view bytes) {
  if (bytes.size() < kTermsFileBytesMin) {
    return absl::DataLossError(
        fmt::format("offset {}: ends here, but a .terms file of version 2 has at least {} bytes",
                    bytes.size(), kTermsFileBytesMin));
  }
  const uint64_t footer_offset = bytes.size() - kTermsFooterBytes;
  const std::string_view footer = bytes.substr(footer_offset);
  const auto broken = [&](uint64_t place, std::string_view rule) {
    return absl::DataLossError(fmt::format("offset {}: {}", footer_offset + place, rule));
  };
  const auto number = [&](uint64_t place) { return LoadU64(footer.data() + place); };
  if (!footer.ends_with(kTermsFooterMagic)) {
    return broken(kTermsFooterMagicOffset,
                  fmt::format("no {} at the end, the file is cut short", kTermsFooterMagic));
  }
  std::string summed(bytes.substr(0, kTermsHeaderBytes));
  summed += footer.substr(0, kTermsFooterOwnChecksumOffset);
  if (Checksum(summed) != number(kTermsFooterOwnChecksumOffset)) {
    return broken(kTermsFooterOwnChecksumOffset,
                  fmt::format("the checksum of header and footer is {:016x}, expected {:016x}",
                              Checksum(summed), number(kTermsFooterOwnChecksumOffset)));
  }
  if (number(kTermsFooterFileBytesOffset) != bytes.size()) {
    return broken(kTermsFooterFileBytesOffset,
                  fmt::format("the file has {} bytes, the footer says {}", bytes.size(),
                              number(kTermsFooterFileBytesOffset)));
  }
  TermsLayout layout;
  layout.index_offset = number(kTermsFooterIndexOffset);
  layout.find_offset = number(kTermsFooterFindOffset);
  layout.sums_offset = number(kTermsFooterSumsOffset);
  layout.footer_offset = footer_offset;
  layout.entry_count = number(kTermsFooterEntriesOffset);
  layout.block_count = number(kTermsFooterBlocksOffset);
  // With this many at most, none of the sums below wraps around.
  if (layout.entry_count > std::min(kTermsIdMax, bytes.size() / kTermsIndexWordBytes)) {
    return broken(kTermsFooterEntriesOffset, fmt::format("{} entries do not fit {} bytes of file",
                                                         layout.entry_count, bytes.size()));
  }
  layout.bucket_count = TermsBucketCount(layout.entry_count);
  if (layout.index_offset < kTermsHeaderBytes || layout.index_offset > footer_offset) {
    return broken(kTermsFooterIndexOffset,
                  fmt::format("the index starts at {}, outside the file", layout.index_offset));
  }
  if (layout.find_offset != layout.index_offset + layout.entry_count * kTermsIndexWordBytes) {
    return broken(kTermsFooterFindOffset,
                  fmt::format("the find index starts at {}, not where the index of {} entries ends",
                              layout.find_offset, layout.entry_count));
  }
  layout.slots_offset = layout.find_offset + (layout.bucket_count + 1) * kTermsDirectoryWordBytes;
  if (layout.sums_offset != layout.slots_offset + layout.entry_count * kTermsSlotBytes ||
      layout.sums_offset > footer_offset ||
      footer_offset - layout.sums_offset != SumBlockCount(layout.sums_offset) * kBlockSumBytes) {
    return broken(kTermsFooterSumsOffset,
                  fmt::format("the sums start at {}, which is not between the find index of {} "
                              "entries and the footer",
                              layout.sums_offset, layout.entry_count));
  }
  if (layout.block_count > layout.entry_count ||
      (layout.block_count == 0) != (layout.entry_count == 0) ||
      (layout.block_count == 0) != (layout.index_offset == kTermsHeaderBytes)) {
    return broken(kTermsFooterBlocksOffset, fmt::format("{} blocks cannot hold {} entries",
                                                        layout.block_count, layout.entry_count));
  }
  return layout;
}

}  // namespace

TermsReaderV2::TermsReaderV2(std::shared_ptr<const MappedFile> file, TermsHash hash,
                             const TermsLayout& layout)
    : TermsReader(std::move(file), layout.entry_count, layout.index_offset - kTermsHeaderBytes),
      hash_(hash),
      hash_seed_(TermsHashSeed(database_id())),
      layout_(layout),
      guard_(bytes_.substr(0, layout.sums_offset),
             bytes_.substr(layout.sums_offset, layout.footer_offset - layout.sums_offset),
             database_id()),
      inflated_(kInflatedBlocksMax) {}

absl::StatusOr<std::unique_ptr<const TermsReader>> TermsReaderV2::Open(
    std::shared_ptr<const MappedFile> file, TermsHash hash) {
  const absl::StatusOr<TermsLayout> layout = LayoutOf(file->bytes());
  if (!layout.ok()) {
    return absl::DataLossError(
        fmt::format("{}: {}", file->path(), ToStd(layout.status().message())));
  }
  return std::unique_ptr<const TermsReader>(new TermsReaderV2(std::move(file), hash, *layout));
}

void TermsReaderV2::Forget() const {
  guard_.Forget();
  inflated_.Clear();
}

absl::Status TermsReaderV2::CheckSums(uint64_t offset, uint64_t length) const {
  if (guard_.Check(offset, length)) [[likely]]
    return absl::OkStatus();
  return Broken(offset, fmt::format("the checksum of a block of 64 KiB is wrong that has one of "
                                    "the {} bytes from here on",
                                    length));
}

absl::StatusOr<std::string_view> TermsReaderV2::FindIn(uint64_t id, std::string& scratch) const {
  if (id == 0 || id > entry_count_) return NoSuchId(id);
  const uint64_t word_offset = WordOffset(id);
  PATHKB_RETURN_IF_ERROR(CheckSums(word_offset, kTermsIndexWordBytes));
  const TermsPlace at = TermsPlace::FromWord(LoadU64(bytes_.data() + word_offset));
  const uint64_t place = at.compressed ? 0 : at.place;
  if (at.block < kTermsHeaderBytes ||
      at.block + kTermsBlockHeaderBytes + place >= layout_.index_offset) {
    return Broken(word_offset, fmt::format("entry {} is said to be in a block at {}, not between "
                                           "header and index",
                                           id, at.block));
  }
  return at.compressed ? FindCompressed(at, scratch) : FindPlain(at);
}

absl::StatusOr<std::string_view> TermsReaderV2::FindPlain(const TermsPlace& at) const {
  const uint64_t offset = at.block + kTermsBlockHeaderBytes + at.place;
  std::string_view rest = bytes_.substr(offset, layout_.index_offset - offset);
  PATHKB_RETURN_IF_ERROR(CheckSums(offset, std::min<uint64_t>(rest.size(), kVarintBytesMax)));
  std::string_view entry;
  if (!ConsumeLengthPrefixed(rest, entry)) {
    return Broken(offset, "an entry is longer than what is before the index");
  }
  if (!entry.empty()) {
    const uint64_t start = static_cast<uint64_t>(entry.data() - bytes_.data());
    PATHKB_RETURN_IF_ERROR(CheckSums(start, entry.size()));
  }
  return entry;
}

absl::StatusOr<std::string_view> TermsReaderV2::FindCompressed(const TermsPlace& at,
                                                               std::string& scratch) const {
  BlockCache::Block block = inflated_.Find(at.block);
  if (block == nullptr) {
    PATHKB_RETURN_IF_ERROR(CheckSums(at.block, kTermsBlockHeaderBytes));
    const auto header = TermsBlockHeader::Load(bytes_.data() + at.block);
    if (const char* rule = header.BrokenRule()) return Broken(at.block, rule);
    const uint64_t start = at.block + kTermsBlockHeaderBytes;
    if (!header.compressed || header.stored_bytes > layout_.index_offset - start) {
      return Broken(at.block,
                    "a block is not as long, or not as compressed, as its entry's word says");
    }
    PATHKB_RETURN_IF_ERROR(CheckSums(start, header.stored_bytes));
    const std::string_view stored = bytes_.substr(start, header.stored_bytes);
    const bool is_large = header.raw_bytes > kTermsBlockBytes;
    std::string raw;
    const absl::Status inflated =
        InflateTermsBlock(stored, header.raw_bytes, is_large ? scratch : raw);
    if (!inflated.ok()) return Broken(at.block, ToStd(inflated.message()));
    if (is_large) {
      std::string_view rest = scratch, entry;
      if (at.place != 0 || !ConsumeLengthPrefixed(rest, entry) || !rest.empty()) {
        return Broken(at.block, "a block above 64 KiB holds one entry");
      }
      return entry;
    }
    block = std::make_shared<const std::string>(std::move(raw));
    inflated_.Insert(at.block, block);
  }
  std::string_view rest = *block, entry;
  rest.remove_prefix(std::min<uint64_t>(at.place, rest.size()));
  if (!ConsumeLengthPrefixed(rest, entry)) {
    return Broken(at.block, fmt::format("no entry at place {} of this block", at.place));
  }
  scratch.assign(entry);
  return scratch;
}

absl::StatusOr<std::optional<uint64_t>> TermsReaderV2::FindIdIn(std::string_view entry) const {
  const uint64_t prefix = TermsHashPrefix(hash_(entry, hash_seed_));
  const uint64_t bucket_offset =
      layout_.find_offset + TermsBucket(prefix, layout_.bucket_count) * kTermsDirectoryWordBytes;
  PATHKB_RETURN_IF_ERROR(CheckSums(bucket_offset, 2 * kTermsDirectoryWordBytes));
  const uint64_t first = LoadU64(bytes_.data() + bucket_offset);
  const uint64_t last = LoadU64(bytes_.data() + bucket_offset + kTermsDirectoryWordBytes);
  if (first > last || last > entry_count_) {
    return Broken(bucket_offset, fmt::format("a bucket is said to hold slots {} to {} of {}", first,
                                             last, entry_count_));
  }
  if (first == last) return std::nullopt;
  const uint64_t slots_offset = layout_.slots_offset + first * kTermsSlotBytes;
  PATHKB_RETURN_IF_ERROR(CheckSums(slots_offset, (last - first) * kTermsSlotBytes));
  std::string scratch;
  for (uint64_t offset = slots_offset; offset < layout_.slots_offset + last * kTermsSlotBytes;
       offset += kTermsSlotBytes) {
    const uint64_t slot = LoadU64(bytes_.data() + offset);
    const uint64_t id = slot & kTermsIdMax;
    if (slot != TermsSlot(prefix, id)) continue;
    if (id == 0 || id > entry_count_) {
      return Broken(offset, fmt::format("a slot refers to entry {} of {}", id, entry_count_));
    }
    PATHKB_ASSIGN_OR_RETURN(const std::string_view present, FindIn(id, scratch));
    if (present == entry) return id;
  }
  return std::nullopt;
}

}  // namespace pathkb
