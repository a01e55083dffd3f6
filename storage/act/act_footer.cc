#include "storage/act/act_footer.h"

#include "absl/status/status.h"
#include "fmt/format.h"

#include "storage/act/act_format.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"

namespace pathkb {
namespace {

constexpr uint64_t kVersionAt = 8;
constexpr uint64_t kTableMinAt = 12;
constexpr uint64_t kRootOffsetAt = 16;
constexpr uint64_t kFileBytesAt = 24;
constexpr uint64_t kPathsAt = 32;
constexpr uint64_t kChecksumAt = 40;
static_assert(kChecksumAt + sizeof(uint64_t) == kActFooterBytes);

}  // namespace

void AppendActFooter(const ActFooter& footer, std::string& out) {
  const size_t start = out.size();
  out += kActFooterMagic;
  AppendU32(kActFooterVersion, out);
  AppendU32(footer.table_min, out);
  AppendU64(footer.root_offset, out);
  AppendU64(footer.file_bytes, out);
  AppendU64(footer.paths, out);
  AppendU64(Checksum(std::string_view(out).substr(start)), out);
}

absl::StatusOr<std::optional<ActFooter>> ParseActFooter(std::string_view file, uint64_t root_offset,
                                                        std::string_view path) {
  if (file.size() < kActFileBytesMin + kActFooterBytes) return std::nullopt;
  const uint64_t start = file.size() - kActPadBytes - kActFooterBytes;
  const std::string_view bytes = file.substr(start, kActFooterBytes);
  if (!bytes.starts_with(kActFooterMagic)) return std::nullopt;
  const uint32_t version = LoadU32(bytes.data() + kVersionAt);
  if (version > kActFooterVersion) {
    return absl::FailedPreconditionError(
        fmt::format("{}: offset {}: the footer has version {}, this program reads up to version {}",
                    path, start, version, kActFooterVersion));
  }
  ActFooter footer;
  footer.table_min = LoadU32(bytes.data() + kTableMinAt);
  footer.root_offset = LoadU64(bytes.data() + kRootOffsetAt);
  footer.file_bytes = LoadU64(bytes.data() + kFileBytesAt);
  footer.paths = LoadU64(bytes.data() + kPathsAt);
  if (LoadU64(bytes.data() + kChecksumAt) != Checksum(bytes.substr(0, kChecksumAt))) {
    return absl::DataLossError(
        fmt::format("{}: offset {}: the footer does not match its checksum", path, start));
  }
  if (version == 0 || footer.file_bytes != file.size() || footer.root_offset != root_offset) {
    return absl::DataLossError(
        fmt::format("{}: offset {}: the footer is of a file of {} bytes with the root at {}, this "
                    "one has {} bytes and the root at {}",
                    path, start, footer.file_bytes, footer.root_offset, file.size(), root_offset));
  }
  return footer;
}

}  // namespace pathkb
