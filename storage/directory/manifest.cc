#include "storage/directory/manifest.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <type_traits>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/directory/file_names.h"
#include "storage/file/checksum.h"

namespace pathkb {
namespace {

constexpr std::string_view kFirstWord = "pathkb_manifest";
// "checksum ", 16 digits, and the end of the line.
constexpr std::string_view kChecksumWord = "checksum ";
constexpr size_t kChecksumLineBytes = kChecksumWord.size() + 16 + 1;

// Digests are fixed-width hexadecimal, everything else decimal.
struct Digest {
  uint64_t& value;
};

// ---- One list of the fields of each record, for writing and for reading alike.

template <typename Record, typename Visitor>
void VisitSnapshot(Record& record, uint64_t version, Visitor&& visit) {
  visit("id", record.id);
  visit("revision", record.revision);
  visit("created_unix_ms", record.created_unix_ms);
  visit("facts", record.facts);
  visit("paths", record.paths);
  visit("entries", record.entries);
  visit("tree_bytes", record.tree_bytes);
  visit("tree_digest", Digest{record.tree_digest});
  visit("terms_bytes", record.terms_bytes);
  visit("terms_digest", Digest{record.terms_digest});
  if (version >= 2) {
    visit("sums_bytes", record.sums_bytes);
    visit("sums_digest", Digest{record.sums_digest});
  }
  visit("parent_id", record.parent_id);
  visit("server_version", record.server_version);
  visit("deduplicated", record.deduplicated);
  if (version >= 3) visit("pinned", record.pinned);
}

template <typename Record, typename Visitor>
void VisitDelta(Record& record, uint64_t version, Visitor&& visit) {
  visit("from_revision", record.from_revision);
  visit("to_revision", record.to_revision);
  visit("bytes", record.bytes);
  visit("digest", Digest{record.digest});
  if (version >= 3) {
    visit("facts", record.facts);
    visit("created_unix_ms", record.created_unix_ms);
  }
}

// ---- Writing.

std::string FieldText(const std::string& value) { return value; }
std::string FieldText(bool value) { return value ? "yes" : "no"; }
std::string FieldText(uint64_t value) { return fmt::format("{}", value); }
std::string FieldText(int64_t value) { return fmt::format("{}", value); }
std::string FieldText(Digest digest) { return fmt::format("{:016x}", digest.value); }

// Appends " name=value" to a line.
class FieldWriter {
 public:
  explicit FieldWriter(std::string& line) : line_(line) {}
  template <typename Value>
  void operator()(std::string_view name, const Value& value) {
    line_ += fmt::format(" {}={}", name, FieldText(value));
  }

 private:
  std::string& line_;
};

void AppendSnapshot(std::string_view key, SnapshotRecord record, std::string& text) {
  text.append(key);
  VisitSnapshot(record, kManifestFormatVersion, FieldWriter(text));
  text.push_back('\n');
}

// ---- Reading.

template <typename Number>
bool ParseNumber(std::string_view text, int base, Number& number) {
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number, base);
  if (parsed.ec != std::errc() || parsed.ptr != end) return false;
  // One spelling for each number.
  return base == 10 ? text == fmt::format("{}", number) : text == fmt::format("{:016x}", number);
}

bool ParseField(std::string_view text, std::string& value) {
  value = text;
  return true;
}
bool ParseField(std::string_view text, bool& value) {
  value = text == "yes";
  return value || text == "no";
}
bool ParseField(std::string_view text, uint64_t& value) { return ParseNumber(text, 10, value); }
bool ParseField(std::string_view text, int64_t& value) { return ParseNumber(text, 10, value); }
bool ParseField(std::string_view text, Digest digest) {
  return ParseNumber(text, 16, digest.value);
}

// Takes " name=value" from the front of a line; remembers the first field that is not there.
class FieldReader {
 public:
  explicit FieldReader(std::string_view line) : rest_(line) {}

  template <typename Value>
  void operator()(std::string_view name, Value&& value) {
    if (!problem_.empty()) return;
    const std::string prefix = fmt::format(" {}=", name);
    const std::string_view field = rest_.substr(0, rest_.find(' ', 1));
    if (!field.starts_with(prefix)) {
      problem_ = fmt::format("found \"{}\", expected \"{}\"", field, prefix);
    } else if (!ParseField(field.substr(prefix.size()), std::forward<Value>(value))) {
      problem_ = fmt::format("\"{}\" has no proper value", field);
    }
    rest_.remove_prefix(field.size());
  }

  // What is wrong with the line; empty if nothing is.
  std::string Problem() const {
    if (!problem_.empty() || rest_.empty()) return problem_;
    return fmt::format("found \"{}\" behind the last field", rest_);
  }

 private:
  std::string_view rest_;
  std::string problem_;
};

// Hands out the lines of a manifest's text, and errors that name them.
class LineReader {
 public:
  LineReader(std::string_view text, std::string_view path) : rest_(text), path_(path) {}

  // True if the line at hand starts with `key`; then takes the line, and what follows the key is in
  // `value`.
  bool Take(std::string_view key, std::string_view& value) {
    const std::string_view line = rest_.substr(0, rest_.find('\n'));
    if (!line.starts_with(key)) return false;
    value = line.substr(key.size());
    if (!value.empty() && value[0] != ' ') return false;
    rest_.remove_prefix(std::min(line.size() + 1, rest_.size()));
    ++number_;
    return true;
  }

  bool at_end() const { return rest_.empty(); }

  // For the line taken last.
  absl::Status Error(std::string_view problem) const { return ErrorAt(number_, problem); }
  // For the line at hand.
  absl::Status Missing(std::string_view key) const {
    return ErrorAt(number_ + 1, fmt::format("found \"{}\", expected \"{}\"",
                                            rest_.substr(0, rest_.find('\n')), key));
  }

  // Takes the line "<key> <value>".
  template <typename Value>
  absl::Status TakeValue(std::string_view key, Value&& value) {
    std::string_view text;
    if (!Take(key, text)) return Missing(key);
    if (text.empty() || !ParseField(text.substr(1), std::forward<Value>(value))) {
      return Error(fmt::format("\"{}{}\" has no proper value", key, text));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status ErrorAt(int number, std::string_view problem) const {
    return absl::DataLossError(fmt::format("{}: line {}: {}", path_, number, problem));
  }

  std::string_view rest_;
  const std::string_view path_;
  int number_ = 0;
};

// Takes the last line off `text` if it is the checksum of what precedes it.
absl::Status CheckChecksumLine(std::string_view& text, std::string_view path) {
  const auto line_count = std::count(text.begin(), text.end(), '\n');
  const auto error = [&](std::string_view problem) {
    return absl::DataLossError(fmt::format("{}: line {}: {}", path, line_count, problem));
  };
  if (text.size() < kChecksumLineBytes) return error("the text ends before its checksum");
  const std::string_view line = text.substr(text.size() - kChecksumLineBytes);
  const std::string_view covered = text.substr(0, text.size() - kChecksumLineBytes);
  uint64_t written = 0;
  if (!line.starts_with(kChecksumWord) || !line.ends_with('\n') ||
      !ParseNumber(line.substr(kChecksumWord.size(), 16), 16, written) ||
      !covered.ends_with('\n')) {
    return error("the text does not end in its checksum");
  }
  if (const uint64_t computed = Checksum(covered); computed != written) {
    return error(
        fmt::format("the checksum says {:016x}, that of the text is {:016x}", written, computed));
  }
  text = covered;
  return absl::OkStatus();
}

absl::Status ParseLines(LineReader& lines, uint64_t version, Manifest& manifest) {
  PATHKB_RETURN_IF_ERROR(lines.TakeValue("number", manifest.number));
  std::string database_id;
  PATHKB_RETURN_IF_ERROR(lines.TakeValue("database_id", database_id));
  const std::optional<DatabaseId> parsed_id = DatabaseId::FromHex(database_id);
  if (!parsed_id.has_value()) return lines.Error("the database id is not 32 hexadecimal digits");
  manifest.database_id = *parsed_id;

  const auto take_snapshot = [&](std::string_view line, SnapshotRecord& record) {
    FieldReader fields(line);
    VisitSnapshot(record, version, fields);
    const std::string problem = fields.Problem();
    return problem.empty() ? absl::OkStatus() : lines.Error(problem);
  };
  std::string_view line;
  if (lines.Take("base", line)) {
    PATHKB_RETURN_IF_ERROR(take_snapshot(line, manifest.base.emplace()));
  }
  while (lines.Take("older", line)) {
    PATHKB_RETURN_IF_ERROR(take_snapshot(line, manifest.older.emplace_back()));
  }
  while (lines.Take("delta", line)) {
    FieldReader fields(line);
    VisitDelta(manifest.deltas.emplace_back(), version, fields);
    if (std::string problem = fields.Problem(); !problem.empty()) return lines.Error(problem);
  }
  PATHKB_RETURN_IF_ERROR(lines.TakeValue("wal_first_revision", manifest.wal_first_revision));
  while (!lines.at_end()) {
    PATHKB_RETURN_IF_ERROR(lines.TakeValue("wal_segment", manifest.wal_segments.emplace_back()));
  }
  return absl::OkStatus();
}

// ---- What must hold.

bool IsPrintableWord(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::string SnapshotProblem(const SnapshotRecord& record, std::set<std::string>& ids) {
  if (record.created_unix_ms < 0) return "snapshot made before 1970";
  if (record.id != SnapshotId(record.created_unix_ms, record.revision)) {
    return fmt::format("snapshot id {}, expected {} by its time and revision", record.id,
                       SnapshotId(record.created_unix_ms, record.revision));
  }
  if (!ids.insert(record.id).second) return fmt::format("snapshot {} twice", record.id);
  if (!IsPrintableWord(record.parent_id) || !IsPrintableWord(record.server_version)) {
    return fmt::format("snapshot {}: parent id or server version is not one printable word",
                       record.id);
  }
  return "";
}

std::string DeltasProblem(const Manifest& manifest) {
  const uint64_t base = manifest.BaseRevision();
  uint64_t reached = 0;
  for (const DeltaRecord& delta : manifest.deltas) {
    if (delta.created_unix_ms < 0) return "delta made before 1970";
    if (delta.from_revision < base && delta.to_revision > base) {
      return fmt::format("delta from revision {} to {}, and the base of {} between",
                         delta.from_revision, delta.to_revision, base);
    }
    if (delta.from_revision >= base) reached = std::max(reached, base);
    if (delta.from_revision < reached || delta.to_revision <= delta.from_revision) {
      return fmt::format("delta from revision {} to {}, expected one from {}", delta.from_revision,
                         delta.to_revision, reached);
    }
    const bool in_log =
        std::binary_search(manifest.wal_segments.begin(), manifest.wal_segments.end(), reached + 1);
    if (delta.from_revision > reached && delta.from_revision >= base && !in_log) {
      return fmt::format("delta from revision {} to {}, expected one from {}, or a log segment {}",
                         delta.from_revision, delta.to_revision, reached, reached + 1);
    }
    reached = delta.to_revision;
  }
  return "";
}

std::string LogProblem(const Manifest& manifest) {
  const uint64_t covered = manifest.CoveredRevision();
  if (manifest.wal_first_revision == 0 || manifest.wal_first_revision - 1 > covered) {
    return fmt::format("the log starts with revision {}, but snapshot and deltas end with {}",
                       manifest.wal_first_revision, covered);
  }
  uint64_t last = 0;
  for (uint64_t first_revision : manifest.wal_segments) {
    if (first_revision <= last) {
      return fmt::format("log segment {} behind segment {}", first_revision, last);
    }
    last = first_revision;
  }
  if (!manifest.wal_segments.empty() &&
      manifest.wal_segments.front() >
          FirstRevisionNotInDeltas(manifest.deltas, manifest.wal_first_revision)) {
    return fmt::format("the first log segment starts with revision {}, but the log with {}",
                       manifest.wal_segments.front(), manifest.wal_first_revision);
  }
  return "";
}

std::string ManifestProblem(const Manifest& manifest) {
  if (manifest.format_version != kManifestFormatVersion) {
    return fmt::format("manifest format version {}, this program writes {}",
                       manifest.format_version, kManifestFormatVersion);
  }
  if (manifest.number == 0) return "manifest number 0";
  std::set<std::string> ids;
  if (manifest.base.has_value()) {
    if (std::string problem = SnapshotProblem(*manifest.base, ids); !problem.empty()) {
      return problem;
    }
  }
  for (const SnapshotRecord& record : manifest.older) {
    if (std::string problem = SnapshotProblem(record, ids); !problem.empty()) return problem;
  }
  if (std::string problem = DeltasProblem(manifest); !problem.empty()) return problem;
  return LogProblem(manifest);
}

}  // namespace

uint64_t Manifest::CoveredRevision() const {
  const uint64_t last = deltas.empty() ? 0 : deltas.back().to_revision;
  return std::max(last, BaseRevision());
}

uint64_t FirstRevisionNotInDeltas(std::span<const DeltaRecord> deltas, uint64_t revision) {
  for (const DeltaRecord& delta : deltas) {
    if (delta.from_revision < revision && revision <= delta.to_revision) {
      revision = delta.to_revision + 1;
    }
  }
  return revision;
}

absl::Status CheckManifest(const Manifest& manifest) {
  const std::string problem = ManifestProblem(manifest);
  return problem.empty() ? absl::OkStatus() : absl::InvalidArgumentError(problem);
}

std::string FormatManifest(const Manifest& manifest) {
  std::string text =
      fmt::format("{} {}\nnumber {}\ndatabase_id {}\n", kFirstWord, manifest.format_version,
                  manifest.number, manifest.database_id.ToHex());
  if (manifest.base.has_value()) AppendSnapshot("base", *manifest.base, text);
  for (const SnapshotRecord& record : manifest.older) AppendSnapshot("older", record, text);
  for (DeltaRecord record : manifest.deltas) {
    text.append("delta");
    VisitDelta(record, kManifestFormatVersion, FieldWriter(text));
    text.push_back('\n');
  }
  text += fmt::format("wal_first_revision {}\n", manifest.wal_first_revision);
  for (uint64_t first_revision : manifest.wal_segments) {
    text += fmt::format("wal_segment {}\n", first_revision);
  }
  text += fmt::format("{}{:016x}\n", kChecksumWord, Checksum(text));
  return text;
}

absl::StatusOr<Manifest> ParseManifest(std::string_view text, std::string_view path) {
  // Before anything is believed, the version included: a damaged version is not a newer one. First
  // line and last line are as they are in every version.
  PATHKB_RETURN_IF_ERROR(CheckChecksumLine(text, path));
  LineReader lines(text, path);
  uint64_t format_version = 0;
  PATHKB_RETURN_IF_ERROR(lines.TakeValue(kFirstWord, format_version));
  if (format_version > kManifestFormatVersion) {
    return absl::FailedPreconditionError(
        fmt::format("{}: manifest format version {}, this program reads versions up to {}", path,
                    format_version, kManifestFormatVersion));
  }
  if (format_version == 0) return lines.Error("there is no manifest format version 0");
  Manifest manifest;
  PATHKB_RETURN_IF_ERROR(ParseLines(lines, format_version, manifest));
  if (const std::string problem = ManifestProblem(manifest); !problem.empty()) {
    return absl::DataLossError(fmt::format("{}: {}", path, problem));
  }
  return manifest;
}

}  // namespace pathkb
