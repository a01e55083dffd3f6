// What crash_file_system keeps in place of a disk: names and bytes, each as programs see them and
// as they are durable, and what of the difference between the two a power cut leaves.

#ifndef PATHKB_TESTS_SUPPORT_CRASH_DISK_H_
#define PATHKB_TESTS_SUPPORT_CRASH_DISK_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pathkb {

// What a power cut leaves of bytes and names that were not synced.
enum class CrashKeep {
  kSynced,  // Nothing.
  kNames,   // All names, no bytes: a new file that was not synced is there and empty.
  kBytes,   // All bytes, no names.
  kAll,     // Everything, as after a crash of the process alone.
  kSome,    // By seed: a selection of names; of bytes, a part from the front, some with sectors or
            // all of the rest read as zeros.
};
inline constexpr std::array<CrashKeep, 5> kAllCrashKeeps = {
    CrashKeep::kSynced, CrashKeep::kNames, CrashKeep::kBytes, CrashKeep::kAll, CrashKeep::kSome};

// What a power cut leaves of the bytes of a file that were not synced.
enum class UnsyncedBytes {
  kDropped,  // None.
  kKept,     // All.
  kCut,      // A part from the front, by seed.
  kZeroed,   // The length; the end from somewhere on, or sectors here and there, read as zeros.
  kStale,    // The length; sectors here and there hold what lay on the disk before: other files.
  kAny,      // For each file one of kCut and kZeroed, by seed.
};

// A power cut in full: which of the names that were not synced are there afterwards, and what of
// the bytes. CrashKeep names five of them.
struct PowerCut {
  UnsyncedBytes bytes = UnsyncedBytes::kDropped;
  // Bit i: the i-th change of a name, oldest first, is on the disk (those from the 64th on are if
  // bit 63 is set). Nullopt: each by seed.
  std::optional<uint64_t> names = 0;
  uint64_t seed = 0;
};

// `keep` as a power cut.
PowerCut CutOf(CrashKeep keep, uint64_t seed);

// What a name stands for: a file with its bytes, or a directory.
struct DiskNode {
  bool is_directory = false;
  std::string bytes;          // As programs see them.
  uint64_t synced_bytes = 0;  // The front of `bytes` that is on the disk, but for `overwritten`.
  // Durable bytes that WriteAt() has changed since, oldest first, as they were.
  std::vector<std::pair<uint64_t, std::string>> overwritten;
  bool sync_failed = false;  // From then on no Sync() makes anything durable.
};
using DiskNodePointer = std::shared_ptr<DiskNode>;
using DiskNames = std::map<std::string, DiskNodePointer>;

// One change of a name that its directory has not been synced for.
struct NameChange {
  std::string directory;  // Whose sync makes it durable: for a rename, that of the new name.
  std::string path;       // What appears, or disappears if `node` is null.
  std::string from;       // For a rename: what disappears.
  DiskNodePointer node;
};

// True for the directories that are there from the start: "/" and ".".
bool AlwaysThere(const std::string& directory);

// Does to `names` what the change says.
void ApplyChange(const NameChange& change, DiskNames& names);

// Makes the bytes of a file durable, if its Sync() never failed.
void SyncNode(DiskNode& node);

// What is found after the power went: `durable` with what `cut` leaves of `changes` (oldest first)
// and of the bytes; copies, in which everything is durable. What lies in a directory that is gone
// is gone.
DiskNames NamesAfterPowerCut(const DiskNames& durable, const std::vector<NameChange>& changes,
                             const PowerCut& cut);

}  // namespace pathkb

#endif  // PATHKB_TESTS_SUPPORT_CRASH_DISK_H_
