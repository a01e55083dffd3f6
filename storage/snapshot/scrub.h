// Reads every published file again, from the disk, and compares it with the digest that the
// manifest has of it: finds bytes that have gone bad while nobody looked.
//
//   manifest -> .tree .terms .sums of each snapshot, deltas     size and digest
//            -> log segments but the newest                     every record

#ifndef PATHKB_STORAGE_SNAPSHOT_SCRUB_H_
#define PATHKB_STORAGE_SNAPSHOT_SCRUB_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/directory/manifest.h"
#include "storage/file/file_system.h"
#include "storage/file/pacer.h"

namespace pathkb {

// How to go about it. Functions may be null.
struct ScrubOptions {
  Pace pace;
  // Asked between two pieces of 1 MiB; an error ends the scrub.
  std::function<absl::Status()> interrupt;
  // Told between two pieces how many bytes are done, and of how many.
  std::function<void(uint64_t done, uint64_t total)> progress;
  // The manifest that counts now: a file that is gone and no longer named is no problem.
  std::function<Manifest()> manifest_now;
};

// What came of it.
struct ScrubResult {
  uint64_t files = 0;
  uint64_t bytes = 0;
  // One sentence for each damaged or missing file, beginning with its path.
  std::vector<std::string> problems;
};

// Scrubs the files that `manifest` names in `data_dir`. Changes nothing. Memory: a piece; for a log
// segment its mapping. Errors are those of `interrupt` and of the pace; what is wrong with a file
// is a problem and no error.
absl::StatusOr<ScrubResult> Scrub(FileSystem& files, const std::string& data_dir,
                                  const Manifest& manifest, const ScrubOptions& options);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_SNAPSHOT_SCRUB_H_
