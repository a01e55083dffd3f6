#include "storage/snapshot/scrub.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "storage/act/act_format.h"
#include "storage/directory/file_names.h"
#include "storage/file/checksum.h"
#include "storage/file/path_parts.h"
#include "storage/wal/wal_reader.h"

namespace pathkb {
namespace {

// A file and what the manifest says of it.
struct Listed {
  std::string name;
  uint64_t bytes = 0;              // Unknown for a log segment.
  std::optional<uint64_t> digest;  // None for a log segment, which proves itself.
  size_t header_bytes = 0;         // These bytes of the front come last in the digest.
  uint64_t first_revision = 0;     // Of a log segment.
};

void ListSnapshot(const SnapshotRecord& record, std::vector<Listed>& list) {
  // As ActDigest() has it.
  list.push_back(
      {SnapshotTreeName(record.id), record.tree_bytes, record.tree_digest, kActArenaOffset});
  list.push_back({SnapshotTermsName(record.id), record.terms_bytes, record.terms_digest});
  if (record.sums_bytes == 0) return;
  list.push_back({SnapshotSumsName(record.id), record.sums_bytes, record.sums_digest});
}

std::vector<Listed> ListFiles(const Manifest& manifest) {
  std::vector<Listed> list;
  if (manifest.base.has_value()) ListSnapshot(*manifest.base, list);
  for (const SnapshotRecord& record : manifest.older) ListSnapshot(record, list);
  for (const DeltaRecord& delta : manifest.deltas) {
    list.push_back({DeltaName(delta.from_revision, delta.to_revision), delta.bytes, delta.digest});
  }
  // The newest segment is still being written.
  for (size_t i = 0; i + 1 < manifest.wal_segments.size(); ++i) {
    const uint64_t first = manifest.wal_segments[i];
    list.push_back({WalSegmentName(first), 0, std::nullopt, 0, first});
  }
  return list;
}

class Scrubbing {
 public:
  Scrubbing(FileSystem& files, const std::string& data_dir, const Manifest& manifest,
            const ScrubOptions& options)
      : files_(files),
        data_dir_(data_dir),
        manifest_(manifest),
        options_(options),
        pacer_(options.pace) {}

  absl::StatusOr<ScrubResult> Run() {
    std::vector<Listed> list = ListFiles(manifest_);
    for (Listed& file : list) {
      if (!file.digest.has_value()) {
        file.bytes = files_.FileBytes(JoinPath(data_dir_, file.name)).value_or(0);
      }
      total_ += file.bytes;
    }
    for (const Listed& file : list) {
      const absl::Status checked = file.digest.has_value() ? CheckDigest(file) : CheckLog(file);
      PATHKB_RETURN_IF_ERROR(stopped_);
      if (!checked.ok() && StillNamed(file)) {
        result_.problems.emplace_back(ToStd(checked.message()));
      }
      ++result_.files;
    }
    return std::move(result_);
  }

 private:
  // Before `bytes` more are read: waits as long as the pace says. An error ends the scrub.
  absl::Status Pass(uint64_t bytes) {
    const auto pass = [&]() -> absl::Status {
      if (options_.progress != nullptr) options_.progress(result_.bytes, total_);
      if (options_.interrupt != nullptr) PATHKB_RETURN_IF_ERROR(options_.interrupt());
      while (pacer_.limited() && bytes > 0) {
        const uint64_t piece = std::min(bytes, pacer_.burst_bytes());
        PATHKB_RETURN_IF_ERROR(pacer_.WaitFor(piece));
        bytes -= piece;
      }
      return absl::OkStatus();
    };
    stopped_ = pass();
    return stopped_;
  }

  absl::Status CheckDigest(const Listed& listed) {
    const std::string path = JoinPath(data_dir_, listed.name);
    PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<ColdFile> file, files_.OpenCold(path));
    ChecksumStream digest;
    uint64_t bytes = 0;
    std::string header;
    while (true) {
      PATHKB_ASSIGN_OR_RETURN(const std::string_view piece, file->Next());
      if (piece.empty()) break;
      const size_t held_back = std::min(listed.header_bytes - header.size(), piece.size());
      header += piece.substr(0, held_back);
      digest.Update(piece.substr(held_back));
      bytes += piece.size();
      result_.bytes += piece.size();
      PATHKB_RETURN_IF_ERROR(Pass(piece.size()));
    }
    digest.Update(header);
    if (bytes != listed.bytes) {
      return absl::DataLossError(
          fmt::format("{}: has {} bytes, published with {}", path, bytes, listed.bytes));
    }
    if (digest.Digest() != *listed.digest) {
      return absl::DataLossError(
          fmt::format("{}: its bytes have changed since it was published: digest {:016x} instead "
                      "of {:016x}; `pathkb file verify` says where",
                      path, digest.Digest(), *listed.digest));
    }
    return absl::OkStatus();
  }

  absl::Status CheckLog(const Listed& listed) {
    const std::string path = JoinPath(data_dir_, listed.name);
    PATHKB_RETURN_IF_ERROR(Pass(listed.bytes));
    // No reader of ours keeps a log mapped, so what is forgotten here costs nobody anything.
    PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<const MappedFile> cached, files_.Map(path));
    cached->Evict().IgnoreError();
    WalExpected expected;
    expected.database_id = manifest_.database_id;
    expected.first_revision = listed.first_revision;
    PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<WalReader> reader,
                            WalReader::Open(files_, path, expected));
    while (true) {
      PATHKB_ASSIGN_OR_RETURN(const std::optional<WalRecord> record, reader->Next());
      if (!record.has_value()) break;
    }
    result_.bytes += listed.bytes;
    return absl::OkStatus();
  }

  bool StillNamed(const Listed& listed) const {
    if (options_.manifest_now == nullptr) return true;
    const std::vector<Listed> now = ListFiles(options_.manifest_now());
    return std::any_of(now.begin(), now.end(),
                       [&](const Listed& other) { return other.name == listed.name; });
  }

  FileSystem& files_;
  const std::string& data_dir_;
  const Manifest& manifest_;
  const ScrubOptions& options_;
  Pacer pacer_;
  uint64_t total_ = 0;
  absl::Status stopped_;
  ScrubResult result_;
};

}  // namespace

absl::StatusOr<ScrubResult> Scrub(FileSystem& files, const std::string& data_dir,
                                  const Manifest& manifest, const ScrubOptions& options) {
  return Scrubbing(files, data_dir, manifest, options).Run();
}

}  // namespace pathkb
