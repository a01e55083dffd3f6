#include "storage/tool/dump.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/batch.h"
#include "storage/directory/manifest.h"
#include "storage/file/block_sums.h"
#include "storage/file/little_endian.h"
#include "storage/sums/sums_reader.h"
#include "storage/terms/terms_reader.h"
#include "storage/tool/file_format.h"
#include "storage/tool/hex.h"
#include "storage/tool/key_cursor.h"
#include "storage/tool/open_file.h"
#include "storage/wal/wal_reader.h"

namespace pathkb {
namespace {

absl::Status DumpKeys(FileSystem& files, const std::string& path, const TextSink& sink,
                      uint64_t lines_max) {
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<KeyCursor> cursor, KeyCursor::Open(files, path));
  const bool has_changes = cursor->values() == KeyCursor::Values::kChanges;
  std::string line;
  for (uint64_t lines = 0; lines < lines_max; ++lines) {
    PATHKB_ASSIGN_OR_RETURN(const bool more, cursor->Next());
    if (!more) break;
    line.clear();
    const KeyValue value = cursor->value();
    if (has_changes) {
      // The operation first, so that the columns stay in line.
      std::string change;
      AppendKeyValue(cursor->values(), value, change);
      const size_t tab = change.find('\t');
      line = change.substr(0, tab) + '\t';
      AppendHex(cursor->key(), line);
      if (tab != change.npos) line += change.substr(tab);
    } else {
      AppendHex(cursor->key(), line);
      line.push_back('\t');
      AppendKeyValue(cursor->values(), value, line);
    }
    line.push_back('\n');
    if (!sink(line)) break;
  }
  return absl::OkStatus();
}

absl::Status DumpTerms(std::shared_ptr<const MappedFile> file, const TextSink& sink,
                       uint64_t lines_max) {
  PATHKB_ASSIGN_OR_RETURN(const auto terms, TermsReader::Open(std::move(file)));
  std::string scratch;
  std::string line;
  absl::Status first_error;
  for (uint64_t id = 1; id <= terms->entry_count() && id <= lines_max; ++id) {
    const absl::StatusOr<std::string_view> entry = terms->Find(id, scratch);
    if (!entry.ok()) {
      // The entries behind it may be fine.
      first_error.Update(entry.status());
      continue;
    }
    line = fmt::format("{}\t", id);
    AppendHex(*entry, line);
    line.push_back('\n');
    if (!sink(line)) break;
  }
  return first_error;
}

absl::Status DumpSums(std::shared_ptr<const MappedFile> file, const TextSink& sink,
                      uint64_t lines_max) {
  PATHKB_ASSIGN_OR_RETURN(const auto sums, SumsReader::Open(std::move(file)));
  const std::string_view bytes = sums->sums();
  const uint64_t count = bytes.size() / kBlockSumBytes;
  for (uint64_t block = 0; block < count && block < lines_max; ++block) {
    const uint64_t sum = LoadU64(bytes.data() + block * kBlockSumBytes);
    if (!sink(fmt::format("{}\t{:016x}\n", block, sum))) break;
  }
  return absl::OkStatus();
}

std::string RecordLine(const WalRecord& record) {
  const absl::StatusOr<Batch> batch = DecodeBatch(record.payload);
  if (!batch.ok()) {
    return fmt::format("{}\t{}\n", record.revision, ToStd(batch.status().message()));
  }
  const auto of = [&](Change::Kind kind) {
    return std::count_if(batch->changes.begin(), batch->changes.end(),
                         [&](const Change& change) { return change.kind == kind; });
  };
  std::string line = fmt::format("{}\t{}\tset={} delete_term={} delete_name={}", record.revision,
                                 batch->space, of(Change::Kind::kSet),
                                 of(Change::Kind::kDeleteTerm), of(Change::Kind::kDeleteName));
  // Rare, and so only where there are any.
  if (const auto count = of(Change::Kind::kDeleteNamesBelow); count != 0) {
    line += fmt::format(" delete_names_below={}", count);
  }
  if (const auto count = of(Change::Kind::kDropSpace); count != 0) {
    line += fmt::format(" drop_space={}", count);
  }
  if (const auto count = of(Change::Kind::kForkSpace); count != 0) {
    line += fmt::format(" fork_space={}", count);
  }
  if (const auto count = of(Change::Kind::kIndexArguments); count != 0) {
    line += fmt::format(" index_arguments={}", count);
  }
  if (const auto count = of(Change::Kind::kIndexFacts); count != 0) {
    line += fmt::format(" index_facts={}", count);
  }
  if (const auto count = of(Change::Kind::kDuplicates); count != 0) {
    line += fmt::format(" duplicates={}", count);
  }
  if (const auto count = of(Change::Kind::kDeleteCopies); count != 0) {
    line += fmt::format(" delete_copies={}", count);
  }
  line.push_back('\n');
  return line;
}

absl::Status DumpLog(FileSystem& files, const std::string& path, const TextSink& sink,
                     uint64_t lines_max) {
  PATHKB_ASSIGN_OR_RETURN(const auto log, WalReader::Open(files, path));
  for (uint64_t lines = 0; lines < lines_max; ++lines) {
    PATHKB_ASSIGN_OR_RETURN(const std::optional<WalRecord> record, log->Next());
    if (!record.has_value() || !sink(RecordLine(*record))) break;
  }
  return absl::OkStatus();
}

absl::Status DumpText(std::string_view text, const TextSink& sink, uint64_t lines_max) {
  for (uint64_t lines = 0; lines < lines_max && !text.empty(); ++lines) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end == text.npos ? end : end + 1);
    if (!sink(line)) break;
    text.remove_prefix(line.size());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status DumpFile(FileSystem& files, const std::string& path, const TextSink& sink,
                      uint64_t lines_max) {
  PATHKB_ASSIGN_OR_RETURN(std::shared_ptr<const MappedFile> file, MapToRead(files, path));
  switch (const FileFormat format = FileFormatOf(file->bytes(), path)) {
    case FileFormat::kTree:
    case FileFormat::kPaths:
    case FileFormat::kDelta:
      return DumpKeys(files, path, sink, lines_max);
    case FileFormat::kTerms:
      return DumpTerms(std::move(file), sink, lines_max);
    case FileFormat::kSums:
      return DumpSums(std::move(file), sink, lines_max);
    case FileFormat::kLogSegment:
      return DumpLog(files, path, sink, lines_max);
    case FileFormat::kManifest:
      PATHKB_RETURN_IF_ERROR(ParseManifest(file->bytes(), path).status());
      return DumpText(file->bytes(), sink, lines_max);
    case FileFormat::kCurrent:
      return DumpText(file->bytes(), sink, lines_max);
    case FileFormat::kUnknown:
      return NotPossible(path, FileFormatName(format), "dumped");
  }
  return absl::OkStatus();
}

}  // namespace pathkb
