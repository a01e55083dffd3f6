// The manifest that makes a written snapshot the base.

#ifndef PATHKB_STORAGE_SNAPSHOT_PUBLICATION_H_
#define PATHKB_STORAGE_SNAPSHOT_PUBLICATION_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

#include "storage/directory/manifest.h"
#include "storage/file/file_system.h"

namespace pathkb {

// What is to be published.
struct Publication {
  SnapshotRecord record;      // Of files that are durable. May be the present base.
  uint64_t number = 0;        // Of the new manifest.
  size_t older_kept_max = 0;  // Snapshots to keep besides it, with the log from the oldest on.
};

// Publishes the manifest that follows `before` with `publication.record` as the base, and returns
// it. With no older snapshot kept, the log starts behind the base; where older ones are kept in
// principle and there is none yet, the log is kept whole, to fall back on. For the holder of the
// directory's lock. Errors as PublishManifest() and FileSystem::List(); see PublishManifest() for
// what counts then.
absl::StatusOr<Manifest> PublishSnapshot(FileSystem& files, const std::string& data_dir,
                                         const Manifest& before, const Publication& publication);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_SNAPSHOT_PUBLICATION_H_
