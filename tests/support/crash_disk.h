// What crash_file_system keeps in place of a disk: names and bytes, each as programs see them and
// as they are durable, and what of the difference between the two a power cut leaves.

#ifndef PATHKB_TESTS_SUPPORT_CRASH_DISK_H_
#define PATHKB_TESTS_SUPPORT_CRASH_DISK_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
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

// What is found after the power went: `durable` with what `keep` and `seed` leave of `changes`
// (oldest first) and of the bytes; copies, in which everything is durable. What lies in a directory
// that is gone is gone.
DiskNames NamesAfterPowerCut(const DiskNames& durable, const std::vector<NameChange>& changes,
                             CrashKeep keep, uint64_t seed);

}  // namespace pathkb

#endif  // PATHKB_TESTS_SUPPORT_CRASH_DISK_H_
