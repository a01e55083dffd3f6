#include "storage/tool/directory_verifier.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/act/act_reader.h"
#include "storage/delta/delta_reader.h"
#include "storage/directory/file_names.h"
#include "storage/directory/manifest.h"
#include "storage/directory/manifest_store.h"
#include "storage/file/checksum.h"
#include "storage/file/path_parts.h"
#include "storage/terms/terms_reader.h"
#include "storage/tool/open_file.h"
#include "storage/wal/wal_reader.h"

namespace pathkb {
namespace {

using Mapping = std::shared_ptr<const MappedFile>;

constexpr std::array<std::string_view, 4> kContentFolders = {kManifestsFolder, kSnapshotsFolder,
                                                             kDeltasFolder, kWalFolder};

// One check of one directory.
class DirectoryCheck {
 public:
  DirectoryCheck(Verifier& verifier, std::string directory)
      : verifier_(verifier), files_(verifier.files()), directory_(std::move(directory)) {}

  absl::Status Run() {
    PATHKB_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(directory_));
    const auto has = [&](std::string_view name) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (!has(kManifestsFolder)) {
      return absl::FailedPreconditionError(
          fmt::format("{} is not a PathKB data directory: it holds no manifests/", directory_));
    }
    const absl::StatusOr<Manifest> manifest = ReadCurrent(files_, directory_);
    if (!manifest.ok()) {
      verifier_.Report(Path(kCurrentName), manifest.status());
      CheckWhateverIsThere();
      return absl::OkStatus();
    }
    manifest_ = *manifest;
    Named(std::string(kCurrentName));
    const std::string manifest_name = ManifestName(manifest_.number);
    Named(manifest_name);
    PATHKB_RETURN_IF_ERROR(verifier_.VerifyFile(Path(manifest_name)));
    if (manifest_.base.has_value()) CheckSnapshot(*manifest_.base);
    for (const SnapshotRecord& record : manifest_.older) CheckSnapshot(record);
    for (const DeltaRecord& record : manifest_.deltas) CheckDelta(record);
    CheckLog();
    NoteStrays();
    return absl::OkStatus();
  }

 private:
  std::string Path(std::string_view name) const { return JoinPath(directory_, name); }
  void Named(std::string name) { named_.insert(std::move(name)); }
  void Wrong(std::string_view name, std::string rule) {
    verifier_.Report(FileProblem{Path(name), std::nullopt, std::move(rule)});
  }

  // Maps a file that the manifest names and checks it, its size and its digest; null, and a problem
  // reported, if there is no use in going on with it.
  template <typename Digest>
  Mapping CheckNamed(const std::string& name, uint64_t bytes, uint64_t digest, Digest digest_of) {
    Named(name);
    const absl::StatusOr<Mapping> file = MapToRead(files_, Path(name));
    if (!file.ok()) {
      verifier_.Report(Path(name), file.status());
      return nullptr;
    }
    verifier_.VerifyMapped(*file);
    const std::string_view content = (*file)->bytes();
    if (content.size() != bytes) {
      Wrong(name, fmt::format("has {} bytes, the manifest says {}", content.size(), bytes));
      return nullptr;
    }
    if (const uint64_t found = digest_of(content); found != digest) {
      Wrong(name, fmt::format("digest {:016x} of the whole file, the manifest says {:016x}", found,
                              digest));
      return nullptr;
    }
    return *file;
  }

  void CheckSnapshot(const SnapshotRecord& record) {
    const std::string tree_name = SnapshotTreeName(record.id);
    const std::string terms_name = SnapshotTermsName(record.id);
    const auto tree_digest = [](std::string_view bytes) {
      return bytes.size() < kActArenaOffset ? 0 : ActDigest(bytes);
    };
    const auto digest = [](std::string_view bytes) { return Checksum(bytes); };
    const Mapping tree_file =
        CheckNamed(tree_name, record.tree_bytes, record.tree_digest, tree_digest);
    const Mapping terms_file =
        CheckNamed(terms_name, record.terms_bytes, record.terms_digest, digest);
    // What the .sums says of the .tree was checked with that.
    if (record.sums_bytes != 0) {
      CheckNamed(SnapshotSumsName(record.id), record.sums_bytes, record.sums_digest, digest);
    }
    // What the two hold was checked; here only whether it is what the manifest says.
    if (tree_file != nullptr) {
      const auto tree = ActReader::Open(tree_file);
      if (tree.ok()) {
        const auto contents = (*tree)->Verify();
        if (contents.ok() && contents->paths != record.paths) {
          Wrong(tree_name,
                fmt::format("holds {} paths, the manifest says {}", contents->paths, record.paths));
        }
      }
    }
    if (terms_file == nullptr) return;
    const auto terms = TermsReader::Open(terms_file);
    if (!terms.ok()) return;
    if ((*terms)->database_id() != manifest_.database_id) {
      Wrong(terms_name, fmt::format("is of database {}, not of {}", (*terms)->database_id().ToHex(),
                                    manifest_.database_id.ToHex()));
    }
    if ((*terms)->revision() != record.revision || (*terms)->entry_count() != record.entries) {
      Wrong(terms_name,
            fmt::format("holds {} entries of revision {}, the manifest says {} of revision {}",
                        (*terms)->entry_count(), (*terms)->revision(), record.entries,
                        record.revision));
    }
  }

  void CheckDelta(const DeltaRecord& record) {
    const std::string name = DeltaName(record.from_revision, record.to_revision);
    const auto digest = [](std::string_view bytes) { return Checksum(bytes); };
    const Mapping file = CheckNamed(name, record.bytes, record.digest, digest);
    if (file == nullptr) return;
    const auto delta = DeltaReader::Open(file);
    if (!delta.ok()) return;  // Told already.
    const DeltaHeader& header = (*delta)->header();
    if (header.database_id != manifest_.database_id) {
      Wrong(name, fmt::format("is of database {}, not of {}", header.database_id.ToHex(),
                              manifest_.database_id.ToHex()));
    }
    if (header.from_revision != record.from_revision || header.to_revision != record.to_revision) {
      Wrong(name, fmt::format("goes from revision {} to {}, the manifest says {} to {}",
                              header.from_revision, header.to_revision, record.from_revision,
                              record.to_revision));
    }
  }

  // Every segment from the first that counts on: named ones must be there, those behind the last
  // named one belong to the log, too.
  void CheckLog() {
    for (uint64_t first : manifest_.wal_segments) Named(WalSegmentName(first));
    std::vector<uint64_t> firsts = SegmentsThere();
    for (uint64_t first : manifest_.wal_segments) {
      if (!std::binary_search(firsts.begin(), firsts.end(), first)) {
        Wrong(WalSegmentName(first), "is named by the manifest and missing");
      }
    }
    const uint64_t first_needed = manifest_.wal_segments.empty() ? manifest_.wal_first_revision
                                                                 : manifest_.wal_segments.front();
    std::erase_if(firsts, [&](uint64_t first) { return first < first_needed; });
    std::vector<std::pair<uint64_t, uint64_t>> held;  // Revisions, without the last.
    for (size_t i = 0; i < firsts.size(); ++i) {
      const std::string name = WalSegmentName(firsts[i]);
      Named(name);
      if (absl::Status status = verifier_.VerifyFile(Path(name)); !status.ok()) {
        verifier_.Report(Path(name), status);
      }
      // A segment ends where the next one begins.
      const uint64_t next = i + 1 < firsts.size() ? firsts[i + 1] : UINT64_MAX;
      held.emplace_back(firsts[i], std::min(RevisionAfter(name, firsts[i]), next));
    }
    CheckNothingIsMissing(held);
  }

  // All that base, deltas and log are to hold is in one of them, `held` being what the log holds.
  void CheckNothingIsMissing(const std::vector<std::pair<uint64_t, uint64_t>>& held) {
    uint64_t last = manifest_.CoveredRevision();
    if (!held.empty()) last = std::max(last, held.back().second - 1);
    uint64_t revision = FirstRevisionNotInDeltas(manifest_.deltas, manifest_.wal_first_revision);
    for (const auto& [first, end] : held) {
      if (revision < first) {
        ReportMissing(WalSegmentName(first), revision, first - 1);
        revision = first;
      }
      revision = FirstRevisionNotInDeltas(manifest_.deltas, std::max(revision, end));
    }
    if (revision <= last) ReportMissing(std::string(kWalFolder), revision, last);
  }

  void ReportMissing(const std::string& name, uint64_t first, uint64_t last) {
    Wrong(name, fmt::format("revisions {} to {} are in no log segment, in no delta and in no "
                            "snapshot",
                            first, last));
  }

  std::vector<uint64_t> SegmentsThere() {
    std::vector<uint64_t> firsts;
    const auto names = files_.List(Path(kWalFolder));
    if (!names.ok()) return firsts;
    for (const std::string& name : *names) {
      const auto parsed = ParseFileName(JoinPath(kWalFolder, name));
      if (parsed.has_value()) firsts.push_back(parsed->first_revision);
    }
    std::sort(firsts.begin(), firsts.end());
    return firsts;
  }

  // The revision that follows the last record of a segment, as far as it can be read.
  uint64_t RevisionAfter(const std::string& name, uint64_t first) {
    WalExpected expected;
    expected.database_id = manifest_.database_id;
    expected.first_revision = first;
    const auto log = WalReader::Open(files_, Path(name), expected);
    if (!log.ok()) {
      // Damage was told with the file; that it belongs elsewhere only shows here.
      if (absl::IsFailedPrecondition(log.status())) verifier_.Report(Path(name), log.status());
      return first;
    }
    for (;;) {
      const auto record = (*log)->Next();
      if (!record.ok() || !record->has_value()) break;
    }
    return (*log)->last_revision() + 1;
  }

  // Without a manifest: each file for itself.
  void CheckWhateverIsThere() {
    for (std::string_view folder : kContentFolders) {
      const auto names = files_.List(Path(folder));
      if (!names.ok()) continue;
      for (const std::string& held : *names) {
        const std::string name = JoinPath(folder, held);
        if (!ParseFileName(name).has_value()) continue;
        if (absl::Status status = verifier_.VerifyFile(Path(name)); !status.ok()) {
          verifier_.Report(Path(name), status);
        }
      }
    }
  }

  void NoteStrays() {
    for (std::string_view folder : kFolders) {
      const auto names = files_.List(Path(folder));
      if (!names.ok()) continue;
      for (const std::string& held : *names) {
        const std::string name = JoinPath(folder, held);
        if (named_.contains(name)) continue;
        verifier_.Note(
            fmt::format("{}: does not count: the manifest does not name it", Path(name)));
      }
    }
  }

  Verifier& verifier_;
  FileSystem& files_;
  const std::string directory_;
  Manifest manifest_;
  std::set<std::string> named_;  // What counts, relative to the directory.
};

}  // namespace

absl::Status VerifyDirectory(Verifier& verifier, const std::string& path) {
  return DirectoryCheck(verifier, path).Run();
}

absl::Status VerifyFileOrDirectory(Verifier& verifier, const std::string& path) {
  const absl::Status listed = verifier.files().List(path).status();
  if (listed.ok()) return VerifyDirectory(verifier, path);
  if (absl::IsFailedPrecondition(listed)) return verifier.VerifyFile(path);
  return listed;
}

}  // namespace pathkb
