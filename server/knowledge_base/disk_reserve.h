// The reserve file: room that is kept so that the group being written still fits when the disk
// fills up.
//
//   Make:    tmp/RESERVE, zeros, synced --rename--> RESERVE
//   GiveUp:  removed; the log may use its room

#ifndef PATHKB_SERVER_KNOWLEDGE_BASE_DISK_RESERVE_H_
#define PATHKB_SERVER_KNOWLEDGE_BASE_DISK_RESERVE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

#include "storage/file/file_system.h"

namespace pathkb {

// One thread at a time. No promise rests on the file: whatever fails, there is no reserve then.
class DiskReserve {
 public:
  // For a file of `bytes` in `data_dir`; 0 for none, and one that is there is removed by Make().
  // Looks at nothing yet. Borrows `files`.
  DiskReserve(FileSystem& files, std::string data_dir, uint64_t bytes)
      : files_(files), data_dir_(std::move(data_dir)), bytes_(bytes) {}

  // Makes the file, unless it is there with the right size. Writes and syncs `bytes`, or looks at
  // its size only. ResourceExhausted if there is too little room, and then some is left for others;
  // else as FileSystem.
  absl::Status Make();

  // Removes the file, if it is held.
  void GiveUp();

  // True if Make() has something to do.
  bool missing() const { return !held_ && !settled_; }
  bool held() const { return held_; }

 private:
  absl::Status Write(const std::string& tmp_path);

  FileSystem& files_;
  const std::string data_dir_;
  const uint64_t bytes_;
  bool held_ = false;
  bool settled_ = false;  // None is wanted, and none is there.
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_KNOWLEDGE_BASE_DISK_RESERVE_H_
