// Writes one segment of the log, group by group. In the life of an insert this is the step between
// "the batches are in order" and "they are in the trie": when AppendGroup() returns OK, they are on
// disk.

#ifndef PATHKB_STORAGE_WAL_WAL_WRITER_H_
#define PATHKB_STORAGE_WAL_WAL_WRITER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "storage/file/database_id.h"
#include "storage/file/file_system.h"
#include "storage/wal/wal_format.h"

namespace pathkb {

// The open end of the log. One thread at a time. A segment is written by the one WalWriter that
// made it and never again after: recovery starts a new segment, so that nothing is ever written
// behind a torn tail.
//
// Once an append or a sync has failed, what the disk holds is unknown: a second fdatasync() may
// return OK for pages the kernel has already thrown away. So the writer is finished then, and every
// further call returns the first error; only reading the log back can say what became durable.
class WalWriter {
 public:
  // Makes the segment at `path` and makes its header and its name durable. Its first record will be
  // that of `first_revision`, at least 1. AlreadyExists if the name is taken, otherwise as
  // FileSystem says; the file is removed again if that is possible.
  static absl::StatusOr<std::unique_ptr<WalWriter>> Create(FileSystem& files,
                                                           const std::string& path,
                                                           const DatabaseId& database_id,
                                                           uint64_t first_revision);

  // Appends all of `group` with one write and makes it durable with one sync; on OK it survives a
  // power cut. The revisions must go on by one from last_revision(). Nothing to do for an empty
  // group.
  //   InvalidArgument  a revision out of order, or a payload over kWalPayloadBytesMax; nothing is
  //                    written and the writer stays usable
  //   others           as FileSystem says; part or all of the group may be found at recovery, and
  //                    the writer is finished
  absl::Status AppendGroup(absl::Span<const WalRecord> group);

  // OK, or the error that finished this writer.
  const absl::Status& status() const { return status_; }

  // Size of the segment with all groups that were made durable, header included.
  uint64_t bytes() const { return bytes_; }

  // Revision of the last durable record; one less than the first revision if there is none.
  uint64_t last_revision() const { return last_revision_; }
  uint64_t first_revision() const { return first_revision_; }
  const std::string& path() const { return path_; }

 private:
  WalWriter(std::unique_ptr<WritableFile> file, std::string path, uint64_t first_revision,
            uint64_t seed);

  absl::Status CheckGroup(absl::Span<const WalRecord> group) const;

  const std::unique_ptr<WritableFile> file_;
  const std::string path_;
  const uint64_t first_revision_;
  const uint64_t seed_;  // Checksum of the segment header.
  uint64_t last_checksum_;
  uint64_t last_revision_;
  uint64_t bytes_ = kWalSegmentHeaderBytes;
  absl::Status status_;
  std::string buffer_;  // One group; kept for its capacity.
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_WAL_WAL_WRITER_H_
