// The log as the thread that commits sees it: it goes on through one segment after another, knows
// how far it is durable, and what a failure means for what may follow.
//
//              append fails for want of room          there is room again: Heal()
//     open ------------------------------------> full ---------------------------> open
//       |   (the reserve is given up first, and      |
//       |    the group written once more)            |
//       +--- any other failed write, any failed sync-+----> broken, for good
//
// A group that did not fit may stand at the end of its segment, in part; the next segment begins
// with its first revision, and so cuts it off (storage/wal/FORMAT.md).

#ifndef PATHKB_SERVER_KNOWLEDGE_BASE_COMMIT_LOG_H_
#define PATHKB_SERVER_KNOWLEDGE_BASE_COMMIT_LOG_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"

#include "server/knowledge_base/disk_reserve.h"
#include "storage/file/database_id.h"
#include "storage/file/file_system.h"
#include "storage/wal/wal_writer.h"

namespace pathkb {

// One thread at a time. After a failed sync the kernel may have thrown the bytes away and say OK to
// the next one, so nothing is ever synced again then; a restart reads what the disk holds.
class CommitLog {
 public:
  // Where the log is, and its bounds.
  struct Options {
    std::string data_dir;
    DatabaseId database_id;
    uint64_t segment_bytes_max = 0;  // A new segment is begun once one has this many.
    uint64_t reserve_bytes = 0;      // Of the reserve file; 0 for none.
  };

  // Goes on after `revision`, up to which everything is durable. Touches nothing yet. Borrows
  // `files`.
  CommitLog(Options options, FileSystem& files, uint64_t revision);

  // Writes a group, whose revisions go on from revision(). It is durable after Sync().
  //   ResourceExhausted   no room, also not in the reserve: the log is full() from now on. The
  //   group
  //                       does not count, unless the process ends before another one is written;
  //                       then part of it may be found
  //   others              the log is broken: status()
  absl::Status Append(absl::Span<const WalRecord> group);

  // Makes everything durable that was appended. An error means that the log is broken.
  absl::Status Sync();

  // Sync(), and lets the next group begin a new segment.
  absl::Status EndSegment();

  // Sync(), and leaves an empty segment at the end, which tells the next start that all before it
  // was synced. For a clean stop.
  void Close();

  // Makes the reserve anew if it is missing and there is room for it, and, if the log is full,
  // tries to begin a segment; with success it is not full any more.
  void Heal();

  // OK, or the error that broke the log.
  const absl::Status& status() const { return status_; }
  // OK, or why nothing could be written, ResourceExhausted.
  const absl::Status& full() const { return full_; }
  // True if Heal() has something to do.
  bool needs_healing() const { return status_.ok() && (!full_.ok() || reserve_.missing()); }

  // The last group appended ends with this revision, and the last durable one with that.
  uint64_t revision() const { return revision_; }
  uint64_t durable_revision() const { return durable_revision_; }

 private:
  absl::Status BeginSegment(uint64_t first_revision);
  // Append() with what room there is. The error is the file system's.
  absl::Status TryAppend(absl::Span<const WalRecord> group);
  // Returns `status`, after which the log is broken unless it is OK or for want of room.
  absl::Status Judge(absl::Status status);

  const Options options_;
  FileSystem& files_;
  DiskReserve reserve_;
  std::unique_ptr<WalWriter> wal_;  // Null until the next group begins a segment.
  uint64_t revision_;
  uint64_t durable_revision_;
  absl::Status status_;
  absl::Status full_;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_KNOWLEDGE_BASE_COMMIT_LOG_H_
