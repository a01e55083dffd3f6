// A file system in memory that knows what a power cut would leave.
//
// It keeps every file and every name twice: as programs see it, and as the disk holds it for
// certain. Append() and Rename() change the first, Sync() and SyncDirectory() carry it over to the
// second; AfterPowerCut() gives the disk, with as much of the rest as the test asks for. It also
// counts the calls and lets any of them fail. It is stricter than most real file systems: a synced
// file has no name until its directory is synced, and names that were not synced may survive in any
// selection. A crash test looks like this:
//
//   for (uint64_t n = 1;; ++n) {
//     CrashFileSystem files;
//     files.FailCall(n, absl::UnavailableError("power cut"), /*from_then_on=*/true);
//     const bool done = Script(files).ok();
//     for (CrashKeep keep : kAllCrashKeeps) Check(*files.AfterPowerCut(keep, seed));
//     if (done) break;
//   }

#ifndef PATHKB_TESTS_SUPPORT_CRASH_FILE_SYSTEM_H_
#define PATHKB_TESTS_SUPPORT_CRASH_FILE_SYSTEM_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/file_system.h"
#include "tests/support/crash_disk.h"

namespace pathkb {

// One call on the file system or on a file, as recorded.
struct RecordedCall {
  std::string operation;  // The method's name, for example "Append".
  std::string path;       // For Rename: where to.
  uint64_t bytes = 0;     // For Append and WriteAt.
  absl::Status status;    // What it returned.
};

// Thread-safe. Files and locks it gave out may outlive it. Paths are compared as texts, but for
// doubled and closing slashes; "/" and "." are there from the start. No links and no permissions;
// only files are renamed.
class CrashFileSystem : public FileSystem {
 public:
  CrashFileSystem();
  ~CrashFileSystem() override;

  // ---- What the double adds.

  // The disk as found after the power went now, as a file system of its own in which everything is
  // durable, no lock is held and no call fails. Files still open here have no way into it. The same
  // calls and the same `seed` give the same result; only kSome looks at it.
  std::unique_ptr<CrashFileSystem> AfterPowerCut(CrashKeep keep, uint64_t seed = 0) const;
  // The same for any power cut.
  std::unique_ptr<CrashFileSystem> AfterPowerCut(const PowerCut& cut) const;

  // What a power cut now could take.
  struct Unsynced {
    uint64_t names = 0;  // Changes of names that are not durable.
    uint64_t files = 0;  // Files with bytes that are not.
  };
  // Counts it, over all files.
  Unsynced unsynced() const;

  // Has `observer` called after each call with what was recorded of it, on the caller's thread and
  // under no lock, so that it may ask for AfterPowerCut(). Not for calls that it makes here itself.
  // Null ends it.
  void Observe(std::function<void(const RecordedCall&)> observer);

  // Lets the process die at its `n`th call: an Append() then writes half of its bytes, everything
  // else and all that is called later does nothing and returns Aborted. Unlike a failed Sync(), one
  // that never came spoils nothing: what is in memory can still be synced by whoever comes next. 0
  // is never, and lets the next process call again.
  void KillAt(uint64_t n);

  // Makes the `n`th call since construction (1 is the first; calls() + 1 the next) return `status`
  // instead of doing its work, and if `from_then_on` all calls after it. A failing Append() of more
  // than one byte first writes half of its bytes, as a full disk does. A Sync() that fails also
  // loses the bytes it was asked for: later ones return OK and keep them no more than Linux would.
  // An OK `status` takes the order back.
  void FailCall(uint64_t n, absl::Status status, bool from_then_on = false);

  // While `status` is an error, every call that needs room on the disk returns it (Create, Append,
  // WriteAt, CreateDirectory); reading, syncing, renaming and removing go on. OK ends it.
  void FailWrites(absl::Status status);

  // What FreeBytes() answers from now on, in place of a very large number. Writing does not change
  // it.
  void SetFreeBytes(uint64_t bytes);

  // Number of calls made so far, failed ones included.
  uint64_t calls() const;
  std::vector<RecordedCall> recorded() const;

  // Puts a durable file there, with its directories, as if long ago; replaces one of that name. Not
  // a call. For damaged files and for data directories written by hand.
  void PutFile(const std::string& path, std::string bytes);

  // A number that differs for disks that differ in a name or a byte, as programs see them.
  uint64_t Digest() const;

  // All files by path with their bytes, as programs see them. Not a call.
  std::map<std::string, std::string> AllFiles() const;

  // ---- FileSystem. Map() copies the bytes, whatever the options.

  absl::StatusOr<std::unique_ptr<WritableFile>> Create(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<const MappedFile>> Map(
      const std::string& path, const MapOptions& options = MapOptions()) override;
  absl::StatusOr<std::string> ReadFile(const std::string& path, uint64_t bytes_max) override;
  absl::StatusOr<uint64_t> FileBytes(const std::string& path) override;
  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override;
  absl::StatusOr<bool> Exists(const std::string& path) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status CreateDirectory(const std::string& path) override;
  absl::Status SyncDirectory(const std::string& directory) override;
  // Not counted as a call, as nothing is written or read.
  absl::StatusOr<uint64_t> FreeBytes(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path,
                                                 const std::string& holder) override;

 private:
  struct State;
  class File;
  class HeldLock;

  std::shared_ptr<State> state_;
};

}  // namespace pathkb

#endif  // PATHKB_TESTS_SUPPORT_CRASH_FILE_SYSTEM_H_
