#include "storage/act/act_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "storage/act/act_format.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"

namespace pathkb {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Bytes of a file that may hold anything, fit for a message.
std::string Printable(std::string_view bytes) {
  std::string text;
  for (char c : bytes) {
    if (c >= ' ' && c <= '~') {
      text.push_back(c);
    } else {
      text += fmt::format("\\x{:02x}", static_cast<uint8_t>(c));
    }
  }
  return text;
}

absl::Status CheckHeader(std::string_view bytes, const std::string& path) {
  const std::string_view magic = bytes.substr(0, kActMagic.size());
  if (magic.size() == kActMagic.size() && magic != kActMagic) {
    const std::string_view version = magic.substr(kActMagicStem.size());
    if (magic.starts_with(kActMagicStem) && IsDigit(version[0]) && IsDigit(version[1])) {
      return absl::FailedPreconditionError(fmt::format(
          "{}: offset 0: the file has format {}, this program reads {}", path, magic, kActMagic));
    }
    return absl::DataLossError(fmt::format("{}: offset 0: invalid file magic \"{}\", expected {}",
                                           path, Printable(magic), kActMagic));
  }
  if (bytes.size() < kActFileBytesMin) {
    return absl::DataLossError(
        fmt::format("{}: offset {}: the file ends here, but a .tree file has at least {} bytes",
                    path, bytes.size(), kActFileBytesMin));
  }
  return absl::OkStatus();
}

ActProblem ReadRootAt(const ActBytes& act, uint64_t offset, uint64_t bound, ActNode& root) {
  ActProblem problem = ReadActNode(act, offset, bound, root);
  if (problem == nullptr && root.is_line()) problem = ReadActSegment(act, root);
  return problem;
}

}  // namespace

ActReader::ActReader(std::shared_ptr<const MappedFile> file, const ActBytes& act,
                     const ActNode& root, const std::optional<ActFooter>& footer)
    : file_(std::move(file)),
      act_(act),
      root_(root),
      footer_(footer),
      root_bound_(act.file.size() - kActPadBytes - (footer ? kActFooterBytes : 0)),
      tail_start_(act.file.size() - std::min<uint64_t>(act.file.size(), kTailBytes)) {
  std::memcpy(tail_.data(), act.file.data() + tail_start_, act.file.size() - tail_start_);
}

absl::StatusOr<std::unique_ptr<const ActReader>> ActReader::Open(
    std::shared_ptr<const MappedFile> file, const BlockGuard* guard) {
  const std::string_view bytes = file->bytes();
  PATHKB_RETURN_IF_ERROR(CheckHeader(bytes, file->path()));
  if (guard != nullptr && (!guard->Check(0, 1) || !guard->Check(bytes.size() - 1, 1))) {
    return absl::DataLossError(fmt::format(
        "{}: offset {}: this block of {} bytes does not match its checksum", file->path(),
        guard->Check(0, 1) ? (bytes.size() - 1) / kSumBlockBytes * kSumBlockBytes : 0,
        kSumBlockBytes));
  }
  const uint64_t root_offset = LoadU64(bytes.data() + kActRootFieldOffset);
  PATHKB_ASSIGN_OR_RETURN(const std::optional<ActFooter> footer,
                          ParseActFooter(bytes, root_offset, file->path()));
  return OpenWith(std::move(file), guard, root_offset, footer);
}

absl::StatusOr<std::unique_ptr<const ActReader>> ActReader::OpenAtRoot(
    std::shared_ptr<const MappedFile> file, uint64_t root_offset) {
  PATHKB_RETURN_IF_ERROR(CheckHeader(file->bytes(), file->path()));
  return OpenWith(std::move(file), nullptr, root_offset, std::nullopt);
}

absl::StatusOr<std::unique_ptr<const ActReader>> ActReader::OpenWith(
    std::shared_ptr<const MappedFile> file, const BlockGuard* guard, uint64_t root_offset,
    const std::optional<ActFooter>& footer) {
  ActBytes act;
  act.file = file->bytes();
  act.guard = guard;
  uint64_t limit = act.file.size() - kActPadBytes;
  if (footer) {
    limit -= kActFooterBytes;
    // A run of one has no sibling whose position could be in a table.
    if (footer->table_min != 0) act.table_min = std::max<uint32_t>(footer->table_min, 2);
  }
  if (root_offset < kActArenaOffset || root_offset >= limit) {
    return absl::DataLossError(fmt::format("{}: offset {}: root offset {} is outside {} to {}",
                                           file->path(), kActRootFieldOffset, root_offset,
                                           kActArenaOffset, limit - 1));
  }
  ActNode root;
  if (const ActProblem problem = ReadRootAt(act, root_offset, limit, root)) {
    return absl::DataLossError(
        fmt::format("{}: offset {}: root node: {}", file->path(), root_offset, problem));
  }
  return std::unique_ptr<const ActReader>(new ActReader(std::move(file), act, root, footer));
}

ActProblem ActReader::ReadRoot(ActNode& root) const {
  return ReadRootAt(act_, root_.offset, root_bound_, root);
}

absl::StatusOr<std::vector<uint64_t>> ActReader::RootHistory() const {
  // Both chains must go strictly back, or a forged file would send us in circles. The root in the
  // header takes no part in that: an older one may have been put back there.
  std::vector<uint64_t> roots = {root_.offset};
  const std::string_view bytes = act_.file;
  uint64_t trailer = bytes.size() - kActTrailerBytes;
  uint64_t newer_root = trailer;  // A merge writes its root before its trailer.
  for (;;) {
    const uint64_t older_trailer = LoadU64(bytes.data() + trailer);
    const uint64_t older_root = LoadU64(bytes.data() + trailer + sizeof(uint64_t));
    if (older_root == 0) return roots;  // The pad of a file that was not merged.
    if (older_root < kActArenaOffset || older_root >= newer_root) {
      return Damage(trailer,
                    fmt::format("root history names a root at {}, expected one in {} to {}",
                                older_root, kActArenaOffset, newer_root - 1));
    }
    if (older_root != root_.offset) roots.push_back(older_root);
    newer_root = older_root;
    if (older_trailer == 0) return roots;
    // Below the present trailer, which has its 16 bytes, so this one has them too.
    if (older_trailer < kActArenaOffset || older_trailer >= trailer) {
      return Damage(trailer, fmt::format("root history names a trailer at {}", older_trailer));
    }
    trailer = older_trailer;
  }
}

uint64_t ActReader::Digest() const { return ActDigest(act_.file); }

absl::Status ActReader::CheckPoisoned() const {
  if (!file_->poisoned()) return absl::OkStatus();
  return absl::DataLossError(
      fmt::format("{}: part of the file can no longer be read", file_path()));
}

absl::Status ActReader::Damage(uint64_t offset, std::string_view problem) const {
  return absl::DataLossError(fmt::format("{}: offset {}: {}", file_path(), offset, problem));
}

uint64_t ActDigest(std::string_view file_bytes) {
  PATHKB_CHECK(file_bytes.size() >= kActArenaOffset);
  ChecksumStream stream;
  stream.Update(file_bytes.substr(kActArenaOffset));
  stream.Update(file_bytes.substr(0, kActArenaOffset));
  return stream.Digest();
}

}  // namespace pathkb
