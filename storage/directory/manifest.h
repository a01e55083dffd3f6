// The manifest: the short text that says which snapshot, deltas and log segments make up the
// database. A file counts only once a manifest names it. FORMAT.md shows one.
//
//   base 2026...-r42 --> delta r42-r50 --> delta r50-r60 --> log segments from r61 on
//   (all up to 42)       (43 to 50)        (51 to 60)        (61 and later)
//
// The same for the snapshot that one can fall back to if the base is damaged: its deltas and the
// log between the last of them and the base are named, too.
//
//   older 2026...-r30 --> delta r30-r38 --> log r39 to r42 --> as above from r42 on

#ifndef PATHKB_STORAGE_DIRECTORY_MANIFEST_H_
#define PATHKB_STORAGE_DIRECTORY_MANIFEST_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/database_id.h"

namespace pathkb {

inline constexpr uint32_t kManifestFormatVersion = 3;
inline constexpr uint64_t kManifestBytesMax = uint64_t{16} << 20;

// One published .tree and .terms pair, with the .sums of the .tree.
struct SnapshotRecord {
  std::string id;               // SnapshotId(created_unix_ms, revision): the stem of both files.
  uint64_t revision = 0;        // Every batch up to this one is in it.
  int64_t created_unix_ms = 0;  // At least 0.
  uint64_t facts = 0;
  uint64_t paths = 0;
  uint64_t entries = 0;
  uint64_t tree_bytes = 0;
  uint64_t terms_bytes = 0;
  uint64_t tree_digest = 0;  // Checksum of the whole file.
  uint64_t terms_digest = 0;
  uint64_t sums_bytes = 0;  // Of the .sums file; 0 if there is none: version 1 knew no such file.
  uint64_t sums_digest = 0;
  std::string parent_id;       // The base it was made from; empty if from nothing.
  std::string server_version;  // Of the program that wrote it; printable, no blanks; may be empty.
  bool deduplicated = false;
  bool pinned = false;  // Kept until somebody says otherwise.
  friend bool operator==(const SnapshotRecord&, const SnapshotRecord&) = default;
};

// One published delta: what changed after `from_revision`, up to and with `to_revision`.
struct DeltaRecord {
  uint64_t from_revision = 0;
  uint64_t to_revision = 0;
  uint64_t bytes = 0;
  uint64_t digest = 0;          // Checksum of the whole file.
  uint64_t facts = 0;           // In all spaces, after it.
  int64_t created_unix_ms = 0;  // At least 0.
  friend bool operator==(const DeltaRecord&, const DeltaRecord&) = default;
};

// A value type. CheckManifest() says what must hold between the fields.
struct Manifest {
  uint32_t format_version = kManifestFormatVersion;
  uint64_t number = 0;  // 1 for the first; grows with each publication. Also its file name.
  DatabaseId database_id;
  std::optional<SnapshotRecord> base;  // None before the first snapshot.
  std::vector<SnapshotRecord> older;   // Kept for readers and for falling back, newest first.
  std::vector<DeltaRecord> deltas;     // In order; those before the base are for falling back.
  uint64_t wal_first_revision = 1;     // All from here on is in deltas and log.
  std::vector<uint64_t> wal_segments;  // First revision of each log segment that counts, ascending.

  // The revision of the base; 0 if there is none.
  uint64_t BaseRevision() const { return base.has_value() ? base->revision : 0; }
  // The last revision that base and deltas hold; 0 if there are none.
  uint64_t CoveredRevision() const;
  // True if a state of `revision` can be brought up to now by deltas and log.
  bool CanStartFrom(uint64_t revision) const { return revision + 1 >= wal_first_revision; }

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

// The first revision from `revision` on that is in none of `deltas`, which ascend.
uint64_t FirstRevisionNotInDeltas(std::span<const DeltaRecord> deltas, uint64_t revision);

// InvalidArgument, saying what, if `manifest` does not describe one history without gaps:
//   * number is at least 1, the format version that of this program;
//   * snapshot ids are what SnapshotId() makes of time and revision, and no two are equal;
//   * deltas are not empty and ascend; none begins before the base and ends behind it. Behind the
//     base each starts where the one before it ends, the first at the base, unless a log segment is
//     named that begins there;
//   * wal_first_revision is 1 to CoveredRevision() + 1;
//   * wal_segments ascend and, if there are any, the first starts at or before wal_first_revision,
//     or behind deltas that hold all from there on.
absl::Status CheckManifest(const Manifest& manifest);

// The text of a manifest that CheckManifest() finds in order.
std::string FormatManifest(const Manifest& manifest);

// The manifest that `text` stands for; `path` is for messages. Every text that FormatManifest() of
// this version or of an older one does not make is refused. The result has the present version.
//   DataLoss            a wrong checksum, or a line that is not as it should be, with its number
//   FailedPrecondition  a format version newer than this program; both are named
absl::StatusOr<Manifest> ParseManifest(std::string_view text, std::string_view path);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_DIRECTORY_MANIFEST_H_
