#include "storage/terms/terms_reader.h"

#include <cstring>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/file/little_endian.h"
#include "storage/terms/terms_reader_v1.h"
#include "storage/terms/terms_reader_v2.h"

namespace pathkb {
namespace {

absl::Status CheckHeader(std::string_view bytes, const std::string& path) {
  if (!bytes.starts_with(kTermsMagic)) {
    return absl::DataLossError(
        fmt::format("{}: offset 0: invalid file magic, expected {}", path, kTermsMagic));
  }
  if (bytes.size() < kTermsHeaderBytes) {
    return absl::DataLossError(fmt::format("{}: ends at offset {}, inside the header of {} bytes",
                                           path, bytes.size(), kTermsHeaderBytes));
  }
  const uint32_t version = LoadU32(bytes.data() + kTermsVersionOffset);
  if (version > kTermsVersion) {
    return absl::FailedPreconditionError(
        fmt::format("{}: the file has format version {}, this program reads up to version {}", path,
                    version, kTermsVersion));
  }
  if (version == 0) {
    return absl::DataLossError(
        fmt::format("{}: offset {}: format version 0 does not exist", path, kTermsVersionOffset));
  }
  const uint32_t flags = LoadU32(bytes.data() + kTermsFlagsOffset);
  const uint32_t known = version == 1 ? 0 : kTermsFlagsKnown;
  if ((flags & ~known) != 0) {
    return absl::FailedPreconditionError(
        fmt::format("{}: the file has format version {} with flags {:#x} of a newer program; this "
                    "one reads up to version {} and knows flags {:#x}",
                    path, version, flags, kTermsVersion, known));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<const TermsReader>> OpenVersion(
    std::shared_ptr<const MappedFile> file, TermsHash hash) {
  PATHKB_RETURN_IF_ERROR(CheckHeader(file->bytes(), file->path()));
  if (LoadU32(file->bytes().data() + kTermsVersionOffset) == 1) {
    return TermsReaderV1::Open(std::move(file));
  }
  return TermsReaderV2::Open(std::move(file), hash);
}

// What was read from `file`, or DataLoss if that may have been zeros instead of the file's bytes.
template <typename Result>
Result IfReadable(const MappedFile& file, Result result) {
  if (!file.poisoned()) [[likely]]
    return result;
  return absl::DataLossError(fmt::format("{}: a page of it could not be read", file.path()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<const TermsReader>> TermsReader::Open(
    std::shared_ptr<const MappedFile> file, TermsHash hash) {
  return IfReadable(*file, OpenVersion(file, hash));
}

absl::StatusOr<std::string_view> TermsReader::Find(uint64_t id, std::string& scratch) const {
  return IfReadable(*file_, FindIn(id, scratch));
}

absl::StatusOr<std::optional<uint64_t>> TermsReader::FindId(std::string_view entry) const {
  return IfReadable(*file_, FindIdIn(entry));
}

absl::Status TermsReader::Verify() const { return IfReadable(*file_, VerifyIn()); }

TermsReader::TermsReader(std::shared_ptr<const MappedFile> file, uint64_t entry_count,
                         uint64_t entry_file_bytes)
    : file_(std::move(file)),
      bytes_(file_->bytes()),
      entry_count_(entry_count),
      entry_file_bytes_(entry_file_bytes) {
  version_ = LoadU32(bytes_.data() + kTermsVersionOffset);
  flags_ = LoadU32(bytes_.data() + kTermsFlagsOffset);
  std::memcpy(database_id_.bytes.data(), bytes_.data() + kTermsDatabaseIdOffset, kDatabaseIdBytes);
  revision_ = LoadU64(bytes_.data() + kTermsRevisionOffset);
}

absl::Status TermsReader::NoSuchId(uint64_t id) const {
  return absl::NotFoundError(
      fmt::format("{}: no entry with id {}, there are {}", file_->path(), id, entry_count_));
}

absl::Status TermsReader::Broken(uint64_t offset, std::string_view rule) const {
  return absl::DataLossError(fmt::format("{}: offset {}: {}", file_->path(), offset, rule));
}

}  // namespace pathkb
