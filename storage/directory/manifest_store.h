// Which manifest counts: reads it through CURRENT, and puts a new one in its place. Here the order
// of publications is decided.
//
//   manifests/13 written aside, synced, renamed, folder synced
//   CURRENT      written aside, synced, renamed over the old one, folder synced
//
// Up to the last rename a reader, or recovery after a power cut, finds the old manifest, then the
// new one. CURRENT is one line, "manifests/13 <checksum of that file>", so that a number gone wrong
// cannot lead to an older manifest.

#ifndef PATHKB_STORAGE_DIRECTORY_MANIFEST_STORE_H_
#define PATHKB_STORAGE_DIRECTORY_MANIFEST_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/directory/manifest.h"
#include "storage/file/file_system.h"

namespace pathkb {

// The manifest that counts. Needs no lock: a follower may call it while the writer publishes.
//   NotFound            no CURRENT
//   DataLoss            CURRENT or the manifest is damaged, or the manifest is missing
//   FailedPrecondition  a manifest format newer than this program
//   Unavailable         published again and again while this read; worth a retry
absl::StatusOr<Manifest> ReadCurrent(FileSystem& files, const std::string& directory);

// The manifest with this number, whether or not it counts: for falling back and for inspection.
// Errors as above, NotFound if it is not there.
absl::StatusOr<Manifest> ReadManifest(FileSystem& files, const std::string& directory,
                                      uint64_t number);

// The numbers of all manifests in the directory, ascending, readable or not.
absl::StatusOr<std::vector<uint64_t>> ListManifests(FileSystem& files,
                                                    const std::string& directory);

// Makes `manifest` the one that counts; durable on OK. One publication at a time, by the holder of
// the directory's lock. Files that the manifest names must be durable before. After an error the
// old one or the new one counts, and which, even a reader that sees the new one cannot be sure of
// until some later publication returns OK; so keep the files of both, and give the next attempt a
// higher number.
//   InvalidArgument     CheckManifest() says no
//   FailedPrecondition  the number is not above that of the manifest that counts, or, where CURRENT
//                       cannot be read, not above all numbers there are
absl::Status PublishManifest(FileSystem& files, const std::string& directory,
                             const Manifest& manifest);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_DIRECTORY_MANIFEST_STORE_H_
