#include "storage/directory/directory_lock.h"

#include <unistd.h>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "fmt/format.h"

#include "storage/directory/file_names.h"
#include "storage/file/path_parts.h"

namespace pathkb {
namespace {

// For a human who finds the directory locked; nothing parses it. The real time, since the reader
// has no other.
std::string ThisProcess() {
  char host[256] = "";
  static_cast<void>(::gethostname(host, sizeof(host) - 1));
  return fmt::format("pid {} on {} since {}", ::getpid(), host,
                     absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::Now(), absl::UTCTimeZone()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<DirectoryLock>> DirectoryLock::Acquire(
    FileSystem& files, const std::string& directory) {
  absl::StatusOr<std::unique_ptr<FileLock>> lock =
      files.Lock(JoinPath(directory, kLockName), ThisProcess());
  if (absl::IsUnavailable(lock.status())) {
    return absl::UnavailableError(fmt::format("{}: another process writes here; {}", directory,
                                              std::string(lock.status().message())));
  }
  if (!lock.ok()) return lock.status();
  return std::unique_ptr<DirectoryLock>(new DirectoryLock(*std::move(lock)));
}

}  // namespace pathkb
