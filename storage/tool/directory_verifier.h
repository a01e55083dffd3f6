// Checks a whole data directory with a Verifier: that its files are what the manifest says, and
// each of them sound.
//
//   CURRENT -> manifests/7 -> snapshots/...tree, .terms, .sums    size, digest, content, pair
//                             deltas/...                          size, digest, content, base
//                             wal/...                             content, no revision missing
//   whatever else is there is noted

#ifndef PATHKB_STORAGE_TOOL_DIRECTORY_VERIFIER_H_
#define PATHKB_STORAGE_TOOL_DIRECTORY_VERIFIER_H_

#include <string>

#include "absl/status/status.h"

#include "storage/tool/verifier.h"

namespace pathkb {

// Checks a data directory; what is wrong goes to the verifier's sinks. Needs no lock: if a server
// publishes meanwhile, run it again. If no manifest can be read, whatever stands in the folders is
// checked for itself.
//   FailedPrecondition  `path` is no data directory
//   others              as FileSystem
absl::Status VerifyDirectory(Verifier& verifier, const std::string& path);

// Whichever `path` is.
absl::Status VerifyFileOrDirectory(Verifier& verifier, const std::string& path);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_DIRECTORY_VERIFIER_H_
