#include "storage/tool/file_stats.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "core/base/status_macros.h"
#include "storage/act/act_reader.h"
#include "storage/terms/terms_reader.h"
#include "storage/tool/file_format.h"
#include "storage/tool/open_file.h"
#include "storage/tool/tree_stats.h"

namespace pathkb {
namespace {

absl::StatusOr<FigureList> TermsStats(std::shared_ptr<const MappedFile> file) {
  PATHKB_ASSIGN_OR_RETURN(const auto terms, TermsReader::Open(std::move(file)));
  uint64_t entry_bytes = 0, entry_bytes_max = 0, empty = 0;
  std::string scratch;
  for (uint64_t id = 1; id <= terms->entry_count(); ++id) {
    PATHKB_ASSIGN_OR_RETURN(const std::string_view entry, terms->Find(id, scratch));
    entry_bytes += entry.size();
    entry_bytes_max = std::max<uint64_t>(entry_bytes_max, entry.size());
    if (entry.empty()) ++empty;
  }
  const auto ratio = [](uint64_t a, uint64_t b) {
    return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b);
  };
  FigureList list;
  list.Number("bytes", terms->file_bytes());
  list.Number("entries", terms->entry_count());
  list.Number("empty_entries", empty);
  list.Number("entry_bytes", entry_bytes);
  list.Number("longest_entry_bytes", entry_bytes_max);
  list.Real("entry_bytes_mean", ratio(entry_bytes, terms->entry_count()));
  list.Bool("compressed", terms->compressed());
  list.Real("file_bytes_per_entry_byte", ratio(terms->file_bytes(), entry_bytes));
  return list;
}

}  // namespace

absl::StatusOr<FigureList> FileStats(FileSystem& files, const std::string& path) {
  PATHKB_ASSIGN_OR_RETURN(std::shared_ptr<const MappedFile> file, MapToRead(files, path));
  const FileFormat format = FileFormatOf(file->bytes(), path);
  if (format == FileFormat::kTree) {
    PATHKB_ASSIGN_OR_RETURN(const auto tree, ActReader::Open(std::move(file)));
    PATHKB_ASSIGN_OR_RETURN(const TreeStats stats, CollectTreeStats(*tree));
    return TreeStatsFigures(stats);
  }
  if (format == FileFormat::kTerms) return TermsStats(std::move(file));
  return NotPossible(path, FileFormatName(format), "broken down into figures");
}

}  // namespace pathkb
