#include "storage/sums/sums_reader.h"

#include <cstring>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/file/block_sums.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"
#include "storage/sums/sums_format.h"

namespace pathkb {
namespace {

absl::Status CheckHeader(std::string_view bytes, const std::string& path) {
  if (!bytes.starts_with(kSumsMagic)) {
    return absl::DataLossError(
        fmt::format("{}: invalid file magic at offset 0, expected {}", path, kSumsMagic));
  }
  if (bytes.size() < kSumsFileBytesMin) {
    return absl::DataLossError(
        fmt::format("{}: ends at offset {}, but a .sums file has at least "
                    "{} bytes",
                    path, bytes.size(), kSumsFileBytesMin));
  }
  // Before the checksum: a newer version may have it elsewhere.
  const uint32_t version = LoadU32(bytes.data() + kSumsVersionOffset);
  if (version > kSumsVersion) {
    return absl::FailedPreconditionError(
        fmt::format("{}: the file has format version {}, this program reads up to version {}", path,
                    version, kSumsVersion));
  }
  const uint64_t expected = LoadU64(bytes.data() + kSumsHeaderChecksumOffset);
  const uint64_t found = Checksum(bytes.substr(0, kSumsHeaderChecksumOffset));
  if (found != expected) {
    return absl::DataLossError(
        fmt::format("{}: checksum {:016x} of the header, offset {} says {:016x}", path, found,
                    kSumsHeaderChecksumOffset, expected));
  }
  if (version == 0) {
    return absl::DataLossError(
        fmt::format("{}: offset {}: format version 0 does not exist", path, kSumsVersionOffset));
  }
  const uint32_t block_bytes = LoadU32(bytes.data() + kSumsBlockBytesOffset);
  if (block_bytes != kSumBlockBytes) {
    return absl::DataLossError(fmt::format("{}: offset {}: blocks of {} bytes, expected {}", path,
                                           kSumsBlockBytesOffset, block_bytes, kSumBlockBytes));
  }
  const uint64_t covered_bytes = LoadU64(bytes.data() + kSumsCoveredBytesOffset);
  const uint64_t count = LoadU64(bytes.data() + kSumsCountOffset);
  if (count != SumBlockCount(covered_bytes)) {
    return absl::DataLossError(fmt::format("{}: offset {}: {} sums, but {} bytes have {} blocks",
                                           path, kSumsCountOffset, count, covered_bytes,
                                           SumBlockCount(covered_bytes)));
  }
  // At most 2^48 blocks, so this does not wrap around.
  const uint64_t file_bytes = kSumsFileBytesMin + count * kBlockSumBytes;
  if (bytes.size() != file_bytes) {
    return absl::DataLossError(fmt::format("{}: ends at offset {}, but with {} sums has {} bytes",
                                           path, bytes.size(), count, file_bytes));
  }
  return absl::OkStatus();
}

}  // namespace

SumsReader::SumsReader(std::shared_ptr<const MappedFile> file)
    : file_(std::move(file)), bytes_(file_->bytes()) {
  std::memcpy(database_id_.bytes.data(), bytes_.data() + kSumsDatabaseIdOffset, kDatabaseIdBytes);
  revision_ = LoadU64(bytes_.data() + kSumsRevisionOffset);
  covered_bytes_ = LoadU64(bytes_.data() + kSumsCoveredBytesOffset);
  covered_digest_ = LoadU64(bytes_.data() + kSumsCoveredDigestOffset);
}

absl::StatusOr<std::unique_ptr<const SumsReader>> SumsReader::Open(
    std::shared_ptr<const MappedFile> file) {
  PATHKB_RETURN_IF_ERROR(CheckHeader(file->bytes(), file->path()));
  return std::unique_ptr<const SumsReader>(new SumsReader(std::move(file)));
}

std::string_view SumsReader::sums() const {
  return bytes_.substr(kSumsHeaderBytes, SumBlockCount(covered_bytes_) * kBlockSumBytes);
}

absl::Status SumsReader::Verify() const {
  const uint64_t footer_offset = bytes_.size() - kSumsFooterBytes;
  if (!bytes_.ends_with(kSumsFooterMagic)) {
    return absl::DataLossError(fmt::format("{}: no {} at offset {}", file_->path(),
                                           kSumsFooterMagic,
                                           footer_offset + kSumsFooterMagicOffset));
  }
  const uint64_t expected = LoadU64(bytes_.data() + footer_offset);
  const uint64_t found = Checksum(bytes_.substr(0, footer_offset));
  if (found != expected) {
    return absl::DataLossError(
        fmt::format("{}: checksum {:016x} of the bytes before offset {}, which says {:016x}",
                    file_->path(), found, footer_offset, expected));
  }
  return absl::OkStatus();
}

}  // namespace pathkb
