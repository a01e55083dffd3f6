// The manifests that make written files count: a new base, a new delta, another choice of what is
// kept.

#ifndef PATHKB_STORAGE_SNAPSHOT_PUBLICATION_H_
#define PATHKB_STORAGE_SNAPSHOT_PUBLICATION_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

#include "storage/directory/manifest.h"
#include "storage/directory/retained_snapshots.h"
#include "storage/file/file_system.h"

namespace pathkb {

// All of these publish the manifest that follows `before`, under `number`, and return it. It names
// the log segments that are there and hold something that counts (storage/directory/log_needs). For
// the holder of the directory's lock. Errors as PublishManifest() and FileSystem::List(); see
// PublishManifest() for what counts then.

// A snapshot that is to be the base.
struct Publication {
  SnapshotRecord record;      // Of files that are durable. May be the present base.
  uint64_t number = 0;        // Of the new manifest.
  RetentionPolicy retention;  // Which older ones stay, as of
  int64_t now_unix_ms = 0;    // this time.
};

// Makes `publication.record` the base. If the policy keeps two or more, deltas and log from the
// base before it on stay, to fall back on; where there was none and the log is whole, all of the
// log.
absl::StatusOr<Manifest> PublishSnapshot(FileSystem& files, const std::string& data_dir,
                                         const Manifest& before, const Publication& publication);

// Adds `record`, of a file that is durable, which begins where `before` ends.
absl::StatusOr<Manifest> PublishDelta(FileSystem& files, const std::string& data_dir,
                                      const Manifest& before, const DeltaRecord& record,
                                      uint64_t number);

// A pin that is set or taken back.
struct PinChange {
  std::string id;             // Of the snapshot.
  bool pinned = false;        // What it is to be.
  uint64_t number = 0;        // Of the new manifest.
  RetentionPolicy retention;  // Which older ones stay, as of
  int64_t now_unix_ms = 0;    // this time, if a pin is taken back.
};

// Does what `change` says; a snapshot that nothing else keeps goes with its pin.
//   NotFound           there is no such snapshot
//   ResourceExhausted  kPinnedMax are pinned
absl::StatusOr<Manifest> PublishPin(FileSystem& files, const std::string& data_dir,
                                    const Manifest& before, const PinChange& change);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_SNAPSHOT_PUBLICATION_H_
