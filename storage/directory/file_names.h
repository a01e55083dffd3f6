// Makes and parses every file name in a data directory. Nobody else puts such a name together.
//
//   LOCK                                               the one writer
//   CURRENT                                            which manifest counts
//   RESERVE                                            room kept for the log on a full disk
//   manifests/12                                       number
//   snapshots/20261121T111500.123Z-r42.tree, .terms    UTC time to the millisecond, revision
//   deltas/r<from>-r<to>.paths                         changes after `from`, up to and with `to`
//   wal/r<first revision>.log                          20 digits, as in deltas: names sort
//   tmp/<any>                                          unfinished
//   quarantine/<any>                                   failed a check; kept for a human
//
// All names here are relative to the data directory.

#ifndef PATHKB_STORAGE_DIRECTORY_FILE_NAMES_H_
#define PATHKB_STORAGE_DIRECTORY_FILE_NAMES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pathkb {

inline constexpr std::string_view kLockName = "LOCK";
inline constexpr std::string_view kCurrentName = "CURRENT";
inline constexpr std::string_view kReserveName = "RESERVE";
inline constexpr std::string_view kManifestsFolder = "manifests";
inline constexpr std::string_view kSnapshotsFolder = "snapshots";
inline constexpr std::string_view kDeltasFolder = "deltas";
inline constexpr std::string_view kWalFolder = "wal";
inline constexpr std::string_view kTmpFolder = "tmp";
inline constexpr std::string_view kQuarantineFolder = "quarantine";
inline constexpr std::array<std::string_view, 6> kFolders = {
    kManifestsFolder, kSnapshotsFolder, kDeltasFolder, kWalFolder, kTmpFolder, kQuarantineFolder};

// "20261121T111500.123Z-r42": the file stem and public name of a snapshot. Ids sort by time. Times
// outside the years 1970 to 9999 are moved to the nearest end.
std::string SnapshotId(int64_t created_unix_ms, uint64_t revision);

// What an id says.
struct ParsedSnapshotId {
  int64_t created_unix_ms = 0;
  uint64_t revision = 0;
  friend bool operator==(const ParsedSnapshotId&, const ParsedSnapshotId&) = default;
};
// Nullopt for anything that SnapshotId() does not make.
std::optional<ParsedSnapshotId> ParseSnapshotId(std::string_view id);

// Names as the table above shows them.
std::string ManifestName(uint64_t number);
std::string SnapshotTreeName(std::string_view snapshot_id);
std::string SnapshotTermsName(std::string_view snapshot_id);
std::string SnapshotSumsName(std::string_view snapshot_id);
std::string DeltaName(uint64_t from_revision, uint64_t to_revision);
std::string WalSegmentName(uint64_t first_revision);

// Where the file that will be `name` is written first; different for different names.
std::string TmpName(std::string_view name);

enum class FileKind {
  kLock,
  kCurrent,
  kReserve,
  kManifest,
  kSnapshotTree,
  kSnapshotTerms,
  kSnapshotSums,
  kDelta,
  kWalSegment,
  kTmp,
  kQuarantine,
};

// What a name says; the fields of other kinds are zero.
struct ParsedFileName {
  FileKind kind = FileKind::kTmp;
  uint64_t number = 0;          // kManifest.
  std::string snapshot_id;      // The three of a snapshot.
  ParsedSnapshotId snapshot;    // What the id says.
  uint64_t from_revision = 0;   // kDelta.
  uint64_t to_revision = 0;     // kDelta.
  uint64_t first_revision = 0;  // kWalSegment.
};
// Nullopt for anything that no function above makes.
std::optional<ParsedFileName> ParseFileName(std::string_view name);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_DIRECTORY_FILE_NAMES_H_
