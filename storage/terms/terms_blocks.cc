#include "storage/terms/terms_blocks.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "fmt/format.h"

#include "core/base/varint.h"

namespace pathkb {
namespace {

constexpr uint64_t kPieceBytes = uint64_t{64} << 10;

}  // namespace

class TermsBlocks::Wanted {
 public:
  explicit Wanted(std::string_view entry) : rest_(entry) {
    AppendVarint(entry.size(), length_);
    length_rest_ = length_;
  }
  Wanted(const Wanted&) = delete;
  Wanted& operator=(const Wanted&) = delete;

  uint64_t bytes_left() const { return length_rest_.size() + rest_.size(); }

  // True if `bytes` starts with all that is left.
  bool IsStartOf(std::string_view bytes) const {
    return bytes.starts_with(length_rest_) && bytes.substr(length_rest_.size()).starts_with(rest_);
  }

  // True if what is left starts with `bytes`, which are then no longer left.
  bool Take(std::string_view bytes) {
    for (std::string_view* part : {&length_rest_, &rest_}) {
      const size_t here = std::min(part->size(), bytes.size());
      if (part->substr(0, here) != bytes.substr(0, here)) return false;
      part->remove_prefix(here);
      bytes.remove_prefix(here);
    }
    return bytes.empty();
  }

 private:
  std::string length_;
  std::string_view length_rest_;
  std::string_view rest_;
};

TermsBlocks::TermsBlocks(TermsOutput& output, bool compress, size_t kept_blocks_max)
    : output_(output), kept_(kept_blocks_max) {
  if (compress) deflater_.emplace();
}

void TermsBlocks::Append(std::string_view entry) {
  std::string length;
  AppendVarint(entry.size(), length);
  const uint64_t bytes = length.size() + entry.size();
  if (raw_.size() + bytes > kTermsBlockBytes) EndBlock();
  if (bytes > kTermsBlockBytes) {
    AppendAlone(length, entry);
    return;
  }
  AddWord({.block = output_.file_bytes(), .place = raw_.size(), .compressed = false});
  if (raw_.empty()) raw_.reserve(kTermsBlockBytes);
  raw_ += length;
  raw_ += entry;
}

void TermsBlocks::AppendAlone(std::string_view length, std::string_view entry) {
  TermsBlockHeader header;
  header.raw_bytes = length.size() + entry.size();
  // Compressed twice, first only to learn the size: the bytes may be too many to keep.
  header.compressed =
      deflater_.has_value() && deflater_->Deflate(length, entry, [&](std::string_view piece) {
        header.stored_bytes += piece.size();
      });
  if (!header.compressed) header.stored_bytes = header.raw_bytes;
  AddWord({.block = output_.file_bytes(), .place = 0, .compressed = header.compressed});
  first_id_in_block_ = entry_count_ + 1;
  WriteHeader(header);
  if (header.compressed) {
    deflater_->Deflate(length, entry, [&](std::string_view piece) { output_.Append(piece); });
  } else {
    output_.Append(length);
    output_.Append(entry);
  }
}

void TermsBlocks::EndBlock() {
  if (raw_.empty()) return;
  const uint64_t block = output_.file_bytes();
  stored_.clear();
  TermsBlockHeader header;
  header.raw_bytes = raw_.size();
  header.compressed =
      deflater_.has_value() &&
      deflater_->Deflate(raw_, {}, [&](std::string_view piece) { stored_ += piece; });
  header.stored_bytes = header.compressed ? stored_.size() : raw_.size();
  for (uint64_t id = first_id_in_block_; header.compressed && id <= entry_count_; ++id) {
    words_[(id - 1) / kWordsPerPiece][(id - 1) % kWordsPerPiece] |= uint64_t{1} << kTermsPlaceBits;
  }
  first_id_in_block_ = entry_count_ + 1;
  WriteHeader(header);
  output_.Append(header.compressed ? stored_ : raw_);
  kept_.Insert(block, std::make_shared<const std::string>(std::move(raw_)));
  raw_.clear();
}

void TermsBlocks::AddWord(const TermsPlace& place) {
  if (place.block > kTermsOffsetMax) {
    output_.Fail(absl::ResourceExhaustedError(
        fmt::format("a .terms file holds at most {} bytes of entries", kTermsOffsetMax)));
    return;
  }
  if (entry_count_ % kWordsPerPiece == 0) {
    words_.push_back(std::make_unique<uint64_t[]>(kWordsPerPiece));
  }
  words_.back()[entry_count_ % kWordsPerPiece] = place.ToWord();
  ++entry_count_;
}

void TermsBlocks::WriteHeader(const TermsBlockHeader& header) {
  std::string bytes;
  header.Append(bytes);
  output_.Append(bytes);
  ++block_count_;
}

bool TermsBlocks::Holds(uint64_t id, std::string_view entry) {
  const TermsPlace at = TermsPlace::FromWord(WordAt(id));
  Wanted wanted(entry);
  const auto is_in = [&](const std::string& raw) {
    return wanted.IsStartOf(std::string_view(raw).substr(at.place));
  };
  if (at.block == output_.file_bytes()) return is_in(raw_);
  if (const BlockCache::Block kept = kept_.Find(at.block)) return is_in(*kept);
  // One entry is less to read than its block, which would also drive out another one.
  if (!at.compressed) return FileHolds(at.block + kTermsBlockHeaderBytes + at.place, wanted);

  const auto header_bytes = output_.ReadAt(at.block, kTermsBlockHeaderBytes);
  if (!header_bytes.ok()) return false;
  const TermsBlockHeader header = TermsBlockHeader::Load(header_bytes->data());
  if (header.BrokenRule() != nullptr || !header.compressed) {
    output_.Fail(absl::DataLossError(fmt::format(
        "offset {}: the block that was written there is read back as another one", at.block)));
    return false;
  }
  if (header.raw_bytes > kTermsBlockBytes) return LargeBlockHolds(at.block, header, wanted);
  const BlockCache::Block block = ReadBlock(at.block, header);
  return block != nullptr && is_in(*block);
}

// Looks at a plain entry in the file, from `offset` on.
bool TermsBlocks::FileHolds(uint64_t offset, Wanted& wanted) {
  // The entry there may be shorter, and the last one.
  if (wanted.bytes_left() > output_.file_bytes() - offset) return false;
  while (wanted.bytes_left() > 0) {
    const auto bytes = output_.ReadAt(offset, std::min(wanted.bytes_left(), kPieceBytes));
    if (!bytes.ok() || !wanted.Take(*bytes)) return false;
    offset += bytes->size();
  }
  return true;
}

// The same for a compressed entry with a block of its own, which may be too large to keep.
bool TermsBlocks::LargeBlockHolds(uint64_t block, const TermsBlockHeader& header, Wanted& wanted) {
  if (header.raw_bytes != wanted.bytes_left()) return false;
  TermsInflater inflater;
  std::string raw(kPieceBytes, '\0');
  for (uint64_t done = 0; done < header.stored_bytes && !inflater.ended();) {
    const auto bytes = output_.ReadAt(block + kTermsBlockHeaderBytes + done,
                                      std::min(header.stored_bytes - done, kPieceBytes));
    if (!bytes.ok()) return false;
    done += bytes->size();
    std::string_view stored = *bytes;
    for (size_t raw_bytes = kPieceBytes; raw_bytes == kPieceBytes;) {
      const absl::Status status = inflater.Inflate(stored, raw.data(), raw.size(), raw_bytes);
      if (!status.ok()) output_.Fail(status);
      if (!status.ok() || !wanted.Take(std::string_view(raw).substr(0, raw_bytes))) return false;
    }
  }
  return wanted.bytes_left() == 0;
}

// Reads back a compressed block and keeps it; null if it cannot be read.
BlockCache::Block TermsBlocks::ReadBlock(uint64_t block, const TermsBlockHeader& header) {
  const auto stored = output_.ReadAt(block + kTermsBlockHeaderBytes, header.stored_bytes);
  if (!stored.ok()) return nullptr;
  std::string raw;
  if (absl::Status status = InflateTermsBlock(*stored, header.raw_bytes, raw); !status.ok()) {
    output_.Fail(std::move(status));
    return nullptr;
  }
  auto kept = std::make_shared<const std::string>(std::move(raw));
  kept_.Insert(block, kept);
  return kept;
}

}  // namespace pathkb
