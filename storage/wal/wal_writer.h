// Writes one segment of the log, group by group. In the life of an insert this is the step between
// "the batches are in order" and "they are in the trie". Append() hands a group to the system, and
// Sync() makes all groups up to then durable; AppendGroup() is both.
//
//   Append r5 r6    Append r7    Sync    Append r8
//   synced 4        synced 4             synced 7      what the records' headers say

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
// Once an append has failed, the segment ends in part of a group, so nothing more is appended:
// every further append returns the first error. What was appended before can still be synced. Once
// a sync has failed, what the disk holds is unknown: a second fdatasync() may return OK for pages
// the kernel has already thrown away. Every further call then returns that error; only reading the
// log back can say what became durable.
class WalWriter {
 public:
  // Makes the segment at `path` and makes its header and its name durable. Its first record will be
  // that of `first_revision`, at least 1; all records before it must be durable. The file is
  // removed again after an error, if that is possible.
  //   AlreadyExists      the name is taken
  //   ResourceExhausted  there was no room; worth another attempt
  //   others             as FileSystem says; a sync that failed is never ResourceExhausted
  static absl::StatusOr<std::unique_ptr<WalWriter>> Create(FileSystem& files,
                                                           const std::string& path,
                                                           const DatabaseId& database_id,
                                                           uint64_t first_revision);

  // As Create(), but written at `tmp_path` first and then renamed over a segment that is at `path`
  // already, in one step: of one that was begun and never came to hold a commit.
  static absl::StatusOr<std::unique_ptr<WalWriter>> CreateOver(FileSystem& files,
                                                               const std::string& tmp_path,
                                                               const std::string& path,
                                                               const DatabaseId& database_id,
                                                               uint64_t first_revision);

  // Appends all of `group` with one write; it survives the end of this process, but a power cut
  // only once Sync() has returned OK. The revisions must go on by one from last_revision(). Nothing
  // to do for an empty group.
  //   InvalidArgument    a revision out of order, or a payload over kWalPayloadBytesMax; nothing is
  //                      written and the writer stays usable
  //   ResourceExhausted  there was no room
  //   others             as FileSystem says
  // After the last two, part or all of the group may be found at recovery, unless a later segment
  // begins at its first revision.
  absl::Status Append(absl::Span<const WalRecord> group);

  // Makes every group that Append() returned OK for durable. No call to the system if they are. An
  // error is as FileSystem says, but never ResourceExhausted, which would ask for another attempt.
  absl::Status Sync();

  // Append() and Sync(): on OK the group survives a power cut.
  absl::Status AppendGroup(absl::Span<const WalRecord> group);

  // OK, or the error that keeps this writer from appending.
  const absl::Status& status() const { return status_; }

  // Size of the segment with all groups that were appended, header included.
  uint64_t bytes() const { return bytes_; }

  // Revision of the last record that was appended; one less than the first revision if there is
  // none.
  uint64_t last_revision() const { return last_revision_; }
  // The same for the last durable record.
  uint64_t durable_revision() const { return durable_revision_; }
  uint64_t first_revision() const { return first_revision_; }
  const std::string& path() const { return path_; }

 private:
  WalWriter(std::unique_ptr<WritableFile> file, std::string path, uint64_t first_revision,
            uint64_t seed);

  absl::Status CheckGroup(absl::Span<const WalRecord> group) const;

  const std::unique_ptr<WritableFile> file_;
  std::string path_;
  const uint64_t first_revision_;
  const uint64_t seed_;  // Checksum of the segment header.
  uint64_t last_checksum_;
  uint64_t last_revision_;
  uint64_t durable_revision_;
  uint64_t bytes_ = kWalSegmentHeaderBytes;
  absl::Status status_;       // The first error.
  absl::Status sync_status_;  // The first error of a sync.
  std::string buffer_;        // One group; kept for its capacity.
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_WAL_WAL_WRITER_H_
