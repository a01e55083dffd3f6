#include "storage/tool/describe.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "storage/act/act_footer.h"
#include "storage/act/act_reader.h"
#include "storage/delta/delta_format.h"
#include "storage/delta/delta_reader.h"
#include "storage/directory/manifest.h"
#include "storage/file/block_sums.h"
#include "storage/sums/sums_format.h"
#include "storage/sums/sums_reader.h"
#include "storage/terms/terms_reader.h"
#include "storage/tool/file_format.h"
#include "storage/tool/key_cursor.h"
#include "storage/tool/open_file.h"
#include "storage/wal/wal_reader.h"

namespace pathkb {
namespace {

std::string Joined(const std::vector<uint64_t>& numbers) {
  return fmt::format("{}", fmt::join(numbers, " "));
}

void AddProblem(const absl::Status& error, FigureList& list) {
  list.Text("problem", ToStd(error.message()));
}

absl::Status DescribeTree(FileSystem& files, std::shared_ptr<const MappedFile> file,
                          FigureList& list) {
  const std::string path = file->path();
  PATHKB_ASSIGN_OR_RETURN(const auto tree, ActReader::Open(std::move(file)));
  list.Text("format", tree->bytes().substr(0, kActMagic.size()));
  if (const ActFooter* footer = tree->footer()) {
    list.Number("footer_version", kActFooterVersion);
    list.Number("table_min", footer->table_min);
    list.Number("paths", footer->paths);
  } else {
    const absl::StatusOr<ActContents> contents = tree->Verify();
    if (contents.ok()) {
      list.Number("paths", contents->paths);
    } else {
      AddProblem(contents.status(), list);
    }
  }
  const absl::StatusOr<std::vector<uint64_t>> roots = tree->RootHistory();
  list.Number("root", tree->root().offset);
  if (!roots.ok()) {
    AddProblem(roots.status(), list);
  } else if (roots->size() > 1) {
    list.Bool("merged", true);
    list.Text("root_history", Joined(*roots));
  }
  const std::string stem(WithoutEnding(path, ".tree"));
  if (stem == path) return absl::OkStatus();
  const absl::StatusOr<std::shared_ptr<const MappedFile>> sums_file = files.Map(stem + ".sums");
  if (!sums_file.ok()) return absl::OkStatus();
  const auto sums = SumsReader::Open(*sums_file);
  if (!sums.ok()) {
    AddProblem(sums.status(), list);
    return absl::OkStatus();
  }
  list.Text("sums", stem + ".sums");
  list.Text("database_id", (*sums)->database_id().ToHex());
  list.Number("revision", (*sums)->revision());
  return absl::OkStatus();
}

absl::Status DescribeTerms(std::shared_ptr<const MappedFile> file, FigureList& list) {
  PATHKB_ASSIGN_OR_RETURN(const auto terms, TermsReader::Open(std::move(file)));
  list.Number("format_version", terms->version());
  list.Bool("compressed", terms->compressed());
  list.Number("entries", terms->entry_count());
  list.Text("database_id", terms->database_id().ToHex());
  list.Number("revision", terms->revision());
  return absl::OkStatus();
}

absl::Status DescribeSums(std::shared_ptr<const MappedFile> file, FigureList& list) {
  PATHKB_ASSIGN_OR_RETURN(const auto sums, SumsReader::Open(std::move(file)));
  list.Number("format_version", kSumsVersion);
  list.Number("blocks", SumBlockCount(sums->covered_bytes()));
  list.Number("covered_bytes", sums->covered_bytes());
  list.Text("covered_digest", fmt::format("{:016x}", sums->covered_digest()));
  list.Text("database_id", sums->database_id().ToHex());
  list.Number("revision", sums->revision());
  return absl::OkStatus();
}

absl::Status DescribeDelta(std::shared_ptr<const MappedFile> file, FigureList& list) {
  PATHKB_ASSIGN_OR_RETURN(const auto delta, DeltaReader::Open(std::move(file)));
  list.Number("format_version", kDeltaFormatVersion);
  list.Text("database_id", delta->header().database_id.ToHex());
  list.Number("from_revision", delta->header().from_revision);
  list.Number("to_revision", delta->header().to_revision);
  list.Number("changes", delta->op_count());
  list.Number("entries", delta->entry_count());
  list.Number("path_bytes", delta->path_bytes());
  return absl::OkStatus();
}

void DescribePaths(FileSystem& files, const std::string& path, FigureList& list) {
  uint64_t count = 0, bytes = 0, longest = 0;
  bool ascends = true;
  std::string last;
  absl::Status status;
  const absl::StatusOr<std::unique_ptr<KeyCursor>> cursor = KeyCursor::Open(files, path);
  status = cursor.status();
  while (status.ok()) {
    const absl::StatusOr<bool> more = (*cursor)->Next();
    status = more.status();
    if (!status.ok() || !*more) break;
    const std::string_view key = (*cursor)->key();
    if (count++ != 0 && key <= last) ascends = false;
    bytes += key.size();
    longest = std::max<uint64_t>(longest, key.size());
    if (ascends) last = key;
  }
  list.Number("paths", count);
  list.Number("path_bytes", bytes);
  list.Number("longest_path_bytes", longest);
  list.Bool("ascending", ascends);
  if (!status.ok()) AddProblem(status, list);
}

std::string SnapshotLine(const SnapshotRecord& record) {
  return fmt::format("{} revision={} facts={} paths={} entries={}", record.id, record.revision,
                     record.facts, record.paths, record.entries);
}

absl::Status DescribeManifest(std::string_view text, const std::string& path, FigureList& list) {
  PATHKB_ASSIGN_OR_RETURN(const Manifest manifest, ParseManifest(text, path));
  list.Number("format_version", manifest.format_version);
  list.Number("number", manifest.number);
  list.Text("database_id", manifest.database_id.ToHex());
  list.Text("base", manifest.base.has_value() ? SnapshotLine(*manifest.base) : "none");
  for (const SnapshotRecord& record : manifest.older) list.Text("older", SnapshotLine(record));
  for (const DeltaRecord& delta : manifest.deltas) {
    list.Text("delta", fmt::format("from_revision={} to_revision={} bytes={}", delta.from_revision,
                                   delta.to_revision, delta.bytes));
  }
  list.Number("log_first_revision", manifest.wal_first_revision);
  list.Text("log_segments", Joined(manifest.wal_segments));
  return absl::OkStatus();
}

absl::Status DescribeLog(FileSystem& files, const std::string& path, FigureList& list) {
  PATHKB_ASSIGN_OR_RETURN(const auto log, WalReader::Open(files, path));
  uint64_t records = 0, payload_bytes = 0;
  absl::Status status;
  for (;;) {
    const absl::StatusOr<std::optional<WalRecord>> record = log->Next();
    status = record.status();
    if (!status.ok() || !record->has_value()) break;
    ++records;
    payload_bytes += (*record)->payload.size();
  }
  if (const auto& header = log->header()) {
    list.Number("format_version", header->format_version);
    list.Text("database_id", header->database_id.ToHex());
    list.Number("first_revision", header->first_revision);
  }
  list.Number("records", records);
  if (records > 0) list.Number("last_revision", log->last_revision());
  list.Number("payload_bytes", payload_bytes);
  if (!status.ok()) {
    AddProblem(status, list);
  } else {
    const bool torn = log->tail().kind == WalTail::Kind::kTorn;
    list.Text("end", torn ? "torn: an unfinished write, never acknowledged" : "clean");
    if (torn) list.Number("bytes_cut", log->tail().bytes_cut);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FigureList> DescribeFile(FileSystem& files, const std::string& path) {
  PATHKB_ASSIGN_OR_RETURN(std::shared_ptr<const MappedFile> file, MapToRead(files, path));
  const std::string_view bytes = file->bytes();
  const FileFormat format = FileFormatOf(bytes, path);
  FigureList list;
  list.Text("file", path);
  list.Text("kind", FileFormatName(format));
  list.Number("bytes", bytes.size());
  absl::Status status;
  switch (format) {
    case FileFormat::kTree:
      status = DescribeTree(files, std::move(file), list);
      break;
    case FileFormat::kTerms:
      status = DescribeTerms(std::move(file), list);
      break;
    case FileFormat::kSums:
      status = DescribeSums(std::move(file), list);
      break;
    case FileFormat::kDelta:
      status = DescribeDelta(std::move(file), list);
      break;
    case FileFormat::kPaths:
      DescribePaths(files, path, list);
      break;
    case FileFormat::kManifest:
      status = DescribeManifest(bytes, path, list);
      break;
    case FileFormat::kCurrent:
      list.Text("names", bytes.substr(0, bytes.find('\n')));
      break;
    case FileFormat::kLogSegment:
      status = DescribeLog(files, path, list);
      break;
    case FileFormat::kUnknown:
      status = NotPossible(path, FileFormatName(format), "described");
      break;
  }
  PATHKB_RETURN_IF_ERROR(status);
  return list;
}

}  // namespace pathkb
