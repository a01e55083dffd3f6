#include "storage/tool/verifier.h"

#include <algorithm>
#include <optional>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/batch.h"
#include "core/facts/index_check.h"
#include "storage/act/act_reader.h"
#include "storage/act/act_zipper.h"
#include "storage/delta/delta_reader.h"
#include "storage/directory/manifest.h"
#include "storage/directory/manifest_store.h"
#include "storage/file/block_sums.h"
#include "storage/file/little_endian.h"
#include "storage/file/path_parts.h"
#include "storage/sums/sums_reader.h"
#include "storage/terms/terms_reader.h"
#include "storage/tool/file_format.h"
#include "storage/tool/key_cursor.h"
#include "storage/tool/open_file.h"
#include "storage/tool/tree_stats.h"
#include "storage/wal/wal_reader.h"

namespace pathkb {
namespace {

// A small file may stand for any number of paths, and these are walked one by one: at some 3
// million a second, for minutes.
constexpr uint64_t kIndexPathsMax = uint64_t{1} << 30;

FileProblem Wrong(std::string_view path, std::optional<uint64_t> offset, std::string rule) {
  return {std::string(path), offset, std::move(rule)};
}

// The file beside `path` with another ending, if `path` has `ending` and that other file is there.
std::shared_ptr<const MappedFile> MapBeside(FileSystem& files, std::string_view path,
                                            std::string_view ending, std::string_view other) {
  const std::string_view stem = WithoutEnding(path, ending);
  if (stem.size() == path.size()) return nullptr;
  auto file = MapToRead(files, fmt::format("{}{}", stem, other));
  return file.ok() ? *std::move(file) : nullptr;
}

// What keeps a .terms and the .tree beside it from being one snapshot; OK if nothing.
absl::Status CheckPair(FileSystem& files, const std::shared_ptr<const MappedFile>& tree_file,
                       const TermsReader& terms) {
  PATHKB_ASSIGN_OR_RETURN(const auto tree, ActReader::Open(tree_file));
  PATHKB_ASSIGN_OR_RETURN(const TreeStats stats, CollectTreeStats(*tree));
  const std::string& path = tree_file->path();
  if (stats.value_max > terms.entry_count()) {
    return absl::DataLossError(fmt::format("{}: refers to entry {}, but its .terms has only {}",
                                           path, stats.value_max, terms.entry_count()));
  }
  const auto sums_file = MapBeside(files, path, ".tree", ".sums");
  if (sums_file == nullptr) return absl::OkStatus();
  const auto sums = SumsReader::Open(sums_file);
  if (!sums.ok()) return absl::OkStatus();  // A problem of that file, told where it is checked.
  if ((*sums)->database_id() != terms.database_id() || (*sums)->revision() != terms.revision()) {
    return absl::DataLossError(
        fmt::format("{}: is of database {}, revision {}, its .terms of database {}, revision {}",
                    path, (*sums)->database_id().ToHex(), (*sums)->revision(),
                    terms.database_id().ToHex(), terms.revision()));
  }
  return absl::OkStatus();
}

}  // namespace

void Verifier::Report(const FileProblem& problem) {
  ++problems_;
  sinks_.on_problem(problem);
}

void Verifier::Note(const std::string& note) {
  if (sinks_.on_note != nullptr) sinks_.on_note(note);
}

absl::Status Verifier::VerifyFile(const std::string& path) {
  PATHKB_ASSIGN_OR_RETURN(const Mapping file, MapToRead(files_, path));
  VerifyMapped(file);
  return absl::OkStatus();
}

void Verifier::VerifyMapped(const Mapping& file) {
  const std::string& path = file->path();
  const std::string_view bytes = file->bytes();
  ++files_checked_;
  bytes_checked_ += bytes.size();
  if (sinks_.on_file != nullptr) sinks_.on_file(path, bytes.size());
  absl::Status status;
  switch (FileFormatOf(bytes, path)) {
    case FileFormat::kTree:
      VerifyTree(file);
      break;
    case FileFormat::kTerms:
      VerifyTerms(file);
      break;
    case FileFormat::kSums: {
      const auto sums = SumsReader::Open(file);
      status = sums.ok() ? (*sums)->Verify() : sums.status();
      break;
    }
    case FileFormat::kDelta:
      status = DeltaReader::Open(file).status();
      break;
    case FileFormat::kPaths:
      VerifyPaths(path);
      break;
    case FileFormat::kManifest:
      status = ParseManifest(bytes, path).status();
      break;
    case FileFormat::kCurrent:
      status = ReadCurrent(files_, DirectoryPart(path)).status();
      break;
    case FileFormat::kLogSegment:
      VerifyLog(path);
      break;
    case FileFormat::kUnknown:
      Report(Wrong(path, 0, "begins like no kind of file that this program knows"));
      break;
  }
  if (!status.ok()) Report(path, status);
  if (absl::Status intact = file->CheckIntact(); !intact.ok()) Report(path, intact);
}

void Verifier::VerifyTree(const Mapping& file) {
  const std::string& path = file->path();
  const std::string_view stem = WithoutEnding(path, ".tree");
  if (stem.size() != path.size()) VerifyBlocks(file, fmt::format("{}.sums", stem));
  const auto tree = ActReader::Open(file);
  if (!tree.ok()) return Report(path, tree.status());
  const auto contents = (*tree)->Verify();
  if (!contents.ok()) return Report(path, contents.status());
  VerifyIndex(path, **tree, contents->paths);
  // A broken list of older roots takes nothing from what the file holds.
  const auto roots = (*tree)->RootHistory();
  if (!roots.ok()) Note(std::string(ToStd(roots.status().message())));
}

void Verifier::VerifyIndex(const std::string& path, const ActReader& tree, uint64_t paths) {
  if (paths > kIndexPathsMax) {
    Note(
        fmt::format("{}: {} paths, more than {}: whether the index of arguments is what the facts "
                    "make of it was not looked at",
                    path, paths, kIndexPathsMax));
    return;
  }
  ActZipper zipper(tree);
  // Values of one file stand for the same entry only if they are equal; so none is asked for.
  const absl::Status status = CheckIndex(zipper, [](uint64_t, int, std::string&) {
    return absl::StatusOr<std::string_view>(std::string_view());
  });
  if (!status.ok()) Report(path, status);
}

void Verifier::VerifyBlocks(const Mapping& tree_file, const std::string& sums_path) {
  const auto sums_file = MapToRead(files_, sums_path);
  if (absl::IsNotFound(sums_file.status())) return;
  if (!sums_file.ok()) return Report(sums_path, sums_file.status());
  const auto sums = SumsReader::Open(*sums_file);
  if (!sums.ok()) return Report(sums_path, sums.status());
  if (auto status = (*sums)->Verify(); !status.ok()) return Report(sums_path, status);

  const std::string& path = tree_file->path();
  const std::string_view bytes = tree_file->bytes();
  if (bytes.size() != (*sums)->covered_bytes()) {
    Report(Wrong(path, std::min<uint64_t>(bytes.size(), (*sums)->covered_bytes()),
                 fmt::format("the file has {} bytes, {} is for {}", bytes.size(), sums_path,
                             (*sums)->covered_bytes())));
    return;
  }
  const uint64_t problems_before = problems_;
  for (uint64_t block = 0; block < SumBlockCount(bytes.size()); ++block) {
    const uint64_t expected = LoadU64((*sums)->sums().data() + block * kBlockSumBytes);
    const std::string_view content = bytes.substr(block * kSumBlockBytes, kSumBlockBytes);
    if (BlockSum(content, block, (*sums)->database_id()) == expected) continue;
    Report(Wrong(path, block * kSumBlockBytes,
                 fmt::format("this block of {} bytes does not match its checksum in {}",
                             content.size(), sums_path)));
  }
  if (problems_ != problems_before || bytes.size() < kActArenaOffset) return;
  if (const uint64_t digest = ActDigest(bytes); digest != (*sums)->covered_digest()) {
    Report(Wrong(path, std::nullopt,
                 fmt::format("digest {:016x} of the whole file, {} says {:016x}", digest, sums_path,
                             (*sums)->covered_digest())));
  }
}

void Verifier::VerifyTerms(const Mapping& file) {
  const auto terms = TermsReader::Open(file);
  if (!terms.ok()) return Report(file->path(), terms.status());
  if (auto status = (*terms)->Verify(); !status.ok()) return Report(file->path(), status);
  const Mapping tree_file = MapBeside(files_, file->path(), ".terms", ".tree");
  if (tree_file == nullptr) return;
  // What is wrong with the .tree itself is told where that is checked.
  if (!ActReader::Open(tree_file).ok()) return;
  if (auto status = CheckPair(files_, tree_file, **terms); !status.ok()) {
    Report(tree_file->path(), status);
  }
}

void Verifier::VerifyPaths(const std::string& path) {
  const auto cursor = KeyCursor::Open(files_, path);
  absl::StatusOr<bool> more = cursor.ok();
  if (!cursor.ok()) more = cursor.status();
  while (more.ok() && *more) more = (*cursor)->Next();
  if (!more.ok()) Report(path, more.status());
}

void Verifier::VerifyLog(const std::string& path) {
  const auto log = WalReader::Open(files_, path);
  if (!log.ok()) return Report(path, log.status());
  for (;;) {
    const absl::StatusOr<std::optional<WalRecord>> record = (*log)->Next();
    if (!record.ok()) return Report(path, record.status());
    if (!record->has_value()) break;
    if (auto status = DecodeBatch((*record)->payload).status(); !status.ok()) {
      Report(Wrong(path, (*log)->tail().offset,
                   fmt::format("the record of revision {} before it: {}", (*record)->revision,
                               ToStd(status.message()))));
    }
  }
  if ((*log)->tail().kind == WalTail::Kind::kTorn) {
    Note(fmt::format("{}: offset {}: {} bytes of an unfinished write, never acknowledged", path,
                     (*log)->tail().offset, (*log)->tail().bytes_cut));
  }
}

}  // namespace pathkb
