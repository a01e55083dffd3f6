#include "storage/terms/terms_reader.h"

#include <cstring>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"
#include "storage/terms/terms_format.h"

namespace pathkb {
namespace {

absl::Status CheckHeader(std::string_view bytes, const std::string& path) {
  if (!bytes.starts_with(kTermsMagic)) {
    return absl::DataLossError(
        fmt::format("{}: invalid file magic, expected {}", path, kTermsMagic));
  }
  if (bytes.size() < kTermsFileBytesMin) {
    return absl::DataLossError(fmt::format("{}: {} bytes, but a .terms file has at least {}", path,
                                           bytes.size(), kTermsFileBytesMin));
  }
  const uint32_t version = LoadU32(bytes.data() + kTermsVersionOffset);
  if (version > kTermsVersion) {
    return absl::FailedPreconditionError(
        fmt::format("{}: the file has format version {}, this program reads up to version {}", path,
                    version, kTermsVersion));
  }
  if (version == 0) {
    return absl::DataLossError(fmt::format("{}: format version 0 does not exist", path));
  }
  const uint32_t flags = LoadU32(bytes.data() + kTermsFlagsOffset);
  if (flags != 0) {
    return absl::FailedPreconditionError(fmt::format(
        "{}: the file has flags {:#x} of a newer program; version {} of this one knows none", path,
        flags, kTermsVersion));
  }
  return absl::OkStatus();
}

}  // namespace

TermsReader::TermsReader(std::shared_ptr<const MappedFile> file)
    : file_(std::move(file)), bytes_(file_->bytes()) {
  std::memcpy(database_id_.bytes.data(), bytes_.data() + kTermsDatabaseIdOffset, kDatabaseIdBytes);
  revision_ = LoadU64(bytes_.data() + kTermsRevisionOffset);
  const char* footer = bytes_.data() + bytes_.size() - kTermsFooterBytes;
  index_offset_ = LoadU64(footer);
  entry_count_ = LoadU64(footer + kTermsFooterCountOffset);
}

absl::StatusOr<std::unique_ptr<const TermsReader>> TermsReader::Open(
    std::shared_ptr<const MappedFile> file) {
  const std::string_view bytes = file->bytes();
  PATHKB_RETURN_IF_ERROR(CheckHeader(bytes, file->path()));
  const std::string_view footer = bytes.substr(bytes.size() - kTermsFooterBytes);
  if (!footer.ends_with(kTermsFooterMagic)) {
    return absl::DataLossError(fmt::format("{}: no {} at the end, the file is cut short",
                                           file->path(), kTermsFooterMagic));
  }
  const uint64_t index_offset = LoadU64(footer.data());
  const uint64_t entry_count = LoadU64(footer.data() + kTermsFooterCountOffset);
  const uint64_t file_bytes = LoadU64(footer.data() + kTermsFooterFileBytesOffset);
  if (file_bytes != bytes.size()) {
    return absl::DataLossError(fmt::format("{}: {} bytes, but the footer says {}", file->path(),
                                           bytes.size(), file_bytes));
  }
  // Checked by division, so that no product of a forged count can wrap around.
  const uint64_t index_end = bytes.size() - kTermsFooterBytes;
  if (index_offset < kTermsHeaderBytes || index_offset > index_end ||
      (index_end - index_offset) % kTermsIndexEntryBytes != 0 ||
      entry_count >= (index_end - index_offset) / kTermsIndexEntryBytes ||
      entry_count + 1 != (index_end - index_offset) / kTermsIndexEntryBytes) {
    return absl::DataLossError(
        fmt::format("{}: {} entries with an index at offset {} do not fit {} bytes of file",
                    file->path(), entry_count, index_offset, bytes.size()));
  }
  return std::unique_ptr<const TermsReader>(new TermsReader(std::move(file)));
}

uint64_t TermsReader::IndexAt(uint64_t position) const {
  return LoadU64(bytes_.data() + index_offset_ + position * kTermsIndexEntryBytes);
}

absl::StatusOr<std::string_view> TermsReader::Find(uint64_t id) const {
  if (id == 0 || id > entry_count_) {
    return absl::NotFoundError(
        fmt::format("{}: no entry with id {}, there are {}", file_->path(), id, entry_count_));
  }
  const uint64_t start = IndexAt(id - 1);
  const uint64_t end = IndexAt(id);
  if (start < kTermsHeaderBytes || start > end || end > index_offset_) {
    return absl::DataLossError(
        fmt::format("{}: entry {} is said to lie from {} to {}", file_->path(), id, start, end));
  }
  return bytes_.substr(start, end - start);
}

absl::Status TermsReader::Verify() const {
  const uint64_t checksum_offset = bytes_.size() - kTermsFooterBytes + kTermsFooterChecksumOffset;
  const uint64_t expected = LoadU64(bytes_.data() + checksum_offset);
  const uint64_t found = Checksum(bytes_.substr(0, checksum_offset));
  if (found != expected) {
    return absl::DataLossError(
        fmt::format("{}: checksum {:016x}, expected {:016x}", file_->path(), found, expected));
  }
  uint64_t previous = IndexAt(0);
  if (previous != kTermsHeaderBytes) {
    return absl::DataLossError(fmt::format("{}: the first entry starts at {}, expected {}",
                                           file_->path(), previous, kTermsHeaderBytes));
  }
  for (uint64_t id = 1; id <= entry_count_; ++id) {
    const uint64_t end = IndexAt(id);
    if (end < previous) {
      return absl::DataLossError(fmt::format("{}: entry {} is said to lie from {} to {}",
                                             file_->path(), id, previous, end));
    }
    previous = end;
  }
  if (previous != index_offset_) {
    return absl::DataLossError(fmt::format("{}: the last entry ends at {}, expected {}",
                                           file_->path(), previous, index_offset_));
  }
  return absl::OkStatus();
}

}  // namespace pathkb
