#include "storage/directory/file_names.h"

#include <algorithm>
#include <charconv>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "fmt/format.h"

namespace pathkb {
namespace {

// 9999-12-31T23:59:59.999Z
constexpr int64_t kCreatedUnixMsMax = 253402300799999;

// Takes `prefix` from the front of `text`.
bool Consume(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// Takes all digits from the front of `text` as one number. Whether it was written as we write it is
// for the caller to find out.
bool ConsumeNumber(std::string_view& text, uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

// Takes exactly `digits` digits.
bool ConsumeDigits(std::string_view& text, size_t digits, int& number) {
  if (text.size() < digits) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (error != std::errc() || end != text.data() + digits || text[0] == '-') return false;
  text.remove_prefix(digits);
  return true;
}

}  // namespace

std::string SnapshotId(int64_t created_unix_ms, uint64_t revision) {
  created_unix_ms = std::clamp<int64_t>(created_unix_ms, 0, kCreatedUnixMsMax);
  const absl::CivilSecond time =
      absl::ToCivilSecond(absl::FromUnixMillis(created_unix_ms), absl::UTCTimeZone());
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}.{:03}Z-r{}", time.year(), time.month(),
                     time.day(), time.hour(), time.minute(), time.second(), created_unix_ms % 1000,
                     revision);
}

std::optional<ParsedSnapshotId> ParseSnapshotId(std::string_view id) {
  std::string_view rest = id;
  int year, month, day, hour, minute, second, millisecond;
  ParsedSnapshotId parsed;
  if (!ConsumeDigits(rest, 4, year) || !ConsumeDigits(rest, 2, month) ||
      !ConsumeDigits(rest, 2, day) || !Consume(rest, "T") || !ConsumeDigits(rest, 2, hour) ||
      !ConsumeDigits(rest, 2, minute) || !ConsumeDigits(rest, 2, second) || !Consume(rest, ".") ||
      !ConsumeDigits(rest, 3, millisecond) || !Consume(rest, "Z-r") ||
      !ConsumeNumber(rest, parsed.revision)) {
    return std::nullopt;
  }
  const absl::Time time = absl::FromCivil(absl::CivilSecond(year, month, day, hour, minute, second),
                                          absl::UTCTimeZone());
  parsed.created_unix_ms = absl::ToUnixMillis(time) + millisecond;
  // Also refuses the 31st of February, zeros in front of the revision, and whatever follows it.
  if (SnapshotId(parsed.created_unix_ms, parsed.revision) != id) return std::nullopt;
  return parsed;
}

std::string ManifestName(uint64_t number) { return fmt::format("{}/{}", kManifestsFolder, number); }

std::string SnapshotTreeName(std::string_view snapshot_id) {
  return fmt::format("{}/{}.tree", kSnapshotsFolder, snapshot_id);
}

std::string SnapshotTermsName(std::string_view snapshot_id) {
  return fmt::format("{}/{}.terms", kSnapshotsFolder, snapshot_id);
}

std::string SnapshotSumsName(std::string_view snapshot_id) {
  return fmt::format("{}/{}.sums", kSnapshotsFolder, snapshot_id);
}

std::string DeltaName(uint64_t from_revision, uint64_t to_revision) {
  return fmt::format("{}/r{:020}-r{:020}.paths", kDeltasFolder, from_revision, to_revision);
}

std::string WalSegmentName(uint64_t first_revision) {
  return fmt::format("{}/r{:020}.log", kWalFolder, first_revision);
}

std::string TmpName(std::string_view name) {
  std::string flat(name);
  std::replace(flat.begin(), flat.end(), '/', '-');
  return fmt::format("{}/{}", kTmpFolder, flat);
}

std::optional<ParsedFileName> ParseFileName(std::string_view name) {
  ParsedFileName parsed;
  if (name == kLockName) {
    parsed.kind = FileKind::kLock;
    return parsed;
  }
  if (name == kCurrentName) {
    parsed.kind = FileKind::kCurrent;
    return parsed;
  }
  if (name == kReserveName) {
    parsed.kind = FileKind::kReserve;
    return parsed;
  }
  const size_t slash = name.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view folder = name.substr(0, slash);
  std::string_view rest = name.substr(slash + 1);
  if (rest.empty() || rest == "." || rest == ".." || rest.find('/') != std::string_view::npos) {
    return std::nullopt;
  }
  std::string canonical;
  if (folder == kTmpFolder || folder == kQuarantineFolder) {
    parsed.kind = folder == kTmpFolder ? FileKind::kTmp : FileKind::kQuarantine;
    return parsed;
  }
  if (folder == kManifestsFolder && ConsumeNumber(rest, parsed.number)) {
    parsed.kind = FileKind::kManifest;
    canonical = ManifestName(parsed.number);
  } else if (folder == kSnapshotsFolder) {
    const size_t dot = rest.rfind('.');
    const std::optional<ParsedSnapshotId> snapshot = ParseSnapshotId(rest.substr(0, dot));
    if (!snapshot.has_value()) return std::nullopt;
    parsed.snapshot = *snapshot;
    parsed.snapshot_id = rest.substr(0, dot);
    if (rest.ends_with(".tree")) {
      parsed.kind = FileKind::kSnapshotTree;
      canonical = SnapshotTreeName(parsed.snapshot_id);
    } else if (rest.ends_with(".sums")) {
      parsed.kind = FileKind::kSnapshotSums;
      canonical = SnapshotSumsName(parsed.snapshot_id);
    } else {
      parsed.kind = FileKind::kSnapshotTerms;
      canonical = SnapshotTermsName(parsed.snapshot_id);
    }
  } else if (folder == kDeltasFolder && Consume(rest, "r") &&
             ConsumeNumber(rest, parsed.from_revision) && Consume(rest, "-r") &&
             ConsumeNumber(rest, parsed.to_revision)) {
    parsed.kind = FileKind::kDelta;
    canonical = DeltaName(parsed.from_revision, parsed.to_revision);
  } else if (folder == kWalFolder && Consume(rest, "r") &&
             ConsumeNumber(rest, parsed.first_revision)) {
    parsed.kind = FileKind::kWalSegment;
    canonical = WalSegmentName(parsed.first_revision);
  }
  if (canonical != name) return std::nullopt;
  return parsed;
}

}  // namespace pathkb
