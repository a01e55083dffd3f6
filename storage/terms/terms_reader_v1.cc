#include "storage/terms/terms_reader_v1.h"

#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"

namespace pathkb {
namespace {

// Footer: index offset u64, entry count u64, file size u64, checksum u64, magic. The checksum is
// XXH3 of everything before it. Places count from the footer's start.
constexpr uint64_t kFooterCountOffset = 8;
constexpr uint64_t kFooterFileBytesOffset = 16;
constexpr uint64_t kFooterChecksumOffset = 24;
constexpr uint64_t kFooterBytes = 40;

constexpr uint64_t kIndexEntryBytes = 8;
constexpr uint64_t kFileBytesMin = kTermsHeaderBytes + kIndexEntryBytes + kFooterBytes;

}  // namespace

TermsReaderV1::TermsReaderV1(std::shared_ptr<const MappedFile> file, uint64_t entry_count,
                             uint64_t index_offset)
    : TermsReader(std::move(file), entry_count, index_offset - kTermsHeaderBytes),
      index_offset_(index_offset) {}

absl::StatusOr<std::unique_ptr<const TermsReader>> TermsReaderV1::Open(
    std::shared_ptr<const MappedFile> file) {
  const std::string_view bytes = file->bytes();
  if (bytes.size() < kFileBytesMin) {
    return absl::DataLossError(
        fmt::format("{}: ends at offset {}, but a .terms file of version 1 has at least {} bytes",
                    file->path(), bytes.size(), kFileBytesMin));
  }
  const uint64_t footer_offset = bytes.size() - kFooterBytes;
  const std::string_view footer = bytes.substr(footer_offset);
  if (!footer.ends_with(kTermsFooterMagic)) {
    return absl::DataLossError(fmt::format("{}: offset {}: no {} at the end, the file is cut short",
                                           file->path(), bytes.size() - kTermsFooterMagic.size(),
                                           kTermsFooterMagic));
  }
  const uint64_t index_offset = LoadU64(footer.data());
  const uint64_t entry_count = LoadU64(footer.data() + kFooterCountOffset);
  const uint64_t file_bytes = LoadU64(footer.data() + kFooterFileBytesOffset);
  if (file_bytes != bytes.size()) {
    return absl::DataLossError(fmt::format("{}: offset {}: {} bytes, but the footer says {}",
                                           file->path(), footer_offset + kFooterFileBytesOffset,
                                           bytes.size(), file_bytes));
  }
  // Checked by division, so that no product of a forged count can wrap around.
  if (index_offset < kTermsHeaderBytes || index_offset > footer_offset ||
      (footer_offset - index_offset) % kIndexEntryBytes != 0 ||
      entry_count >= (footer_offset - index_offset) / kIndexEntryBytes ||
      entry_count + 1 != (footer_offset - index_offset) / kIndexEntryBytes) {
    return absl::DataLossError(fmt::format(
        "{}: offset {}: {} entries with an index at offset {} do not fit {} bytes of file",
        file->path(), footer_offset, entry_count, index_offset, bytes.size()));
  }
  return std::unique_ptr<const TermsReader>(
      new TermsReaderV1(std::move(file), entry_count, index_offset));
}

uint64_t TermsReaderV1::IndexOffsetOf(uint64_t position) const {
  return index_offset_ + position * kIndexEntryBytes;
}

uint64_t TermsReaderV1::IndexAt(uint64_t position) const {
  return LoadU64(bytes_.data() + IndexOffsetOf(position));
}

absl::StatusOr<std::string_view> TermsReaderV1::FindIn(uint64_t id, std::string& scratch) const {
  static_cast<void>(scratch);
  if (id == 0 || id > entry_count_) return NoSuchId(id);
  const uint64_t start = IndexAt(id - 1);
  const uint64_t end = IndexAt(id);
  if (start < kTermsHeaderBytes || start > end || end > index_offset_) {
    return Broken(IndexOffsetOf(id - 1),
                  fmt::format("entry {} is said to lie from {} to {}", id, start, end));
  }
  return bytes_.substr(start, end - start);
}

absl::StatusOr<std::optional<uint64_t>> TermsReaderV1::FindIdIn(std::string_view entry) const {
  std::string scratch;
  for (uint64_t id = 1; id <= entry_count_; ++id) {
    PATHKB_ASSIGN_OR_RETURN(const std::string_view present, FindIn(id, scratch));
    if (present == entry) return id;
  }
  return std::nullopt;
}

absl::Status TermsReaderV1::VerifyIn() const {
  const uint64_t checksum_offset = bytes_.size() - kFooterBytes + kFooterChecksumOffset;
  const uint64_t expected = LoadU64(bytes_.data() + checksum_offset);
  const uint64_t found = Checksum(bytes_.substr(0, checksum_offset));
  if (found != expected) {
    return Broken(
        checksum_offset,
        fmt::format("the checksum of all before is {:016x}, expected {:016x}", found, expected));
  }
  uint64_t previous = IndexAt(0);
  if (previous != kTermsHeaderBytes) {
    return Broken(index_offset_, fmt::format("the first entry starts at {}, expected {}", previous,
                                             kTermsHeaderBytes));
  }
  for (uint64_t id = 1; id <= entry_count_; ++id) {
    const uint64_t end = IndexAt(id);
    if (end < previous) {
      return Broken(IndexOffsetOf(id),
                    fmt::format("entry {} is said to lie from {} to {}", id, previous, end));
    }
    previous = end;
  }
  if (previous != index_offset_) {
    return Broken(IndexOffsetOf(entry_count_),
                  fmt::format("the last entry ends at {}, expected {}", previous, index_offset_));
  }
  return absl::OkStatus();
}

}  // namespace pathkb
