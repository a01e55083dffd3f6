#include "storage/tool/entry_salvage.h"

#include <algorithm>
#include <utility>

#include "core/base/string_views.h"
#include "core/base/varint.h"
#include "core/facts/entry.h"
#include "storage/file/little_endian.h"
#include "storage/terms/terms_format.h"

namespace pathkb {

EntrySalvage::EntrySalvage(std::shared_ptr<const MappedFile> file, const ProblemSink& on_loss)
    : file_(std::move(file)) {
  if (file_ == nullptr) return;
  auto terms = TermsReader::Open(file_);
  if (terms.ok()) {
    terms_ = *std::move(terms);
    return;
  }
  on_loss(ProblemOf(file_->path(), terms.status()));
  WalkBlocks();
}

void EntrySalvage::WalkBlocks() {
  std::string_view rest = file_->bytes();
  if (rest.size() < kTermsHeaderBytes) return;
  rest.remove_prefix(kTermsHeaderBytes);
  while (rest.size() >= kTermsBlockHeaderBytes) {
    const uint32_t raw_bytes = LoadU32(rest.data());
    const uint32_t stored_bytes = LoadU32(rest.data() + sizeof(uint32_t));
    rest.remove_prefix(kTermsBlockHeaderBytes);
    // A compressed block, whose entries cannot be counted, or no block: what follows has no ids.
    if (raw_bytes == 0 || raw_bytes != stored_bytes || raw_bytes > rest.size()) return;
    std::string_view block = rest.substr(0, raw_bytes);
    std::string_view entry;
    while (!block.empty()) {
      if (!ConsumeLengthPrefixed(block, entry)) return;
      walked_.push_back(entry);
    }
    rest.remove_prefix(raw_bytes);
  }
}

std::optional<std::string_view> EntrySalvage::FindUnchecked(uint64_t id) const {
  if (terms_ == nullptr) {
    if (id > walked_.size()) return std::nullopt;
    return walked_[id - 1];
  }
  if (terms_->version() < 2) return std::nullopt;  // Has no checksums of blocks.
  // Opening has seen that the parts fill the file.
  const std::string_view bytes = file_->bytes();
  const uint64_t footer = bytes.size() - kTermsFooterBytes;
  const uint64_t index = LoadU64(bytes.data() + footer + kTermsFooterIndexOffset);
  const TermsPlace at =
      TermsPlace::FromWord(LoadU64(bytes.data() + index + (id - 1) * kTermsIndexWordBytes));
  const uint64_t start = at.block + kTermsBlockHeaderBytes + at.place;
  if (at.compressed || at.block < kTermsHeaderBytes || start >= index) return std::nullopt;
  std::string_view rest = bytes.substr(start, index - start);
  std::string_view entry;
  if (!ConsumeLengthPrefixed(rest, entry)) return std::nullopt;
  return entry;
}

std::optional<EntrySalvage::Found> EntrySalvage::Find(uint64_t id, std::string& problem) {
  if (file_ == nullptr) {
    problem = "there is no .terms";
    return std::nullopt;
  }
  Found found;
  if (terms_ != nullptr) {
    const absl::StatusOr<std::string_view> entry = terms_->Find(id, scratch_);
    if (entry.ok()) {
      if (const auto decoded = DecodeEntry(*entry); !decoded.ok()) {
        problem = ToStd(decoded.status().message());
        return std::nullopt;
      }
      found.bytes = *entry;
      return found;
    }
    problem = ToStd(entry.status().message());
    if (absl::IsNotFound(entry.status())) return std::nullopt;
  } else {
    problem = "it is not among those that could be found";
  }
  if (id == 0) return std::nullopt;
  const std::optional<std::string_view> entry = FindUnchecked(id);
  if (!entry.has_value() || !DecodeEntry(*entry).ok()) return std::nullopt;
  found.bytes = *entry;
  found.doubtful = true;
  return found;
}

}  // namespace pathkb
