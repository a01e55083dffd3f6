// Reads one segment of the log from its front to its end, and says what the end is: the last record
// that was written, the torn rest of a write that a crash interrupted, or damage.
//
// A crash while a group was being written leaves part of it: cut short, with zeros where the rest
// should be, or with sectors missing in its middle. No caller was told that this group is durable,
// so it may be dropped from its first bad record on. A bad record in front of a group that was
// synced later is another matter: that revision had been durable and is lost. The two are told
// apart by looking for sound records behind the bad one. Each carries the revision up to which the
// log was synced when it was written; if that includes the bad one, something was damaged. If it
// does not, both are of the last group, and what counts is whether a disk sector in between is
// missing (all zero, as only a torn write leaves it) or the bytes are merely wrong.
//
//   |header|r1|r2|r3|          clean
//   |header|r1|r2|r3 cut       torn at r3: nothing sound follows
//   |header|r1|????|r3|        r3 says that r2 was synced: damage, revision 2 is lost
//
// Damage to the last group alone cannot be told from a torn write, by anyone; it counts as torn.

#ifndef PATHKB_STORAGE_WAL_WAL_READER_H_
#define PATHKB_STORAGE_WAL_WAL_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/database_id.h"
#include "storage/file/file_system.h"
#include "storage/file/mapped_file.h"
#include "storage/wal/wal_format.h"

namespace pathkb {

// What the caller knows about a segment beforehand; what is left out is not checked.
struct WalExpected {
  std::optional<DatabaseId> database_id = std::nullopt;
  std::optional<uint64_t> first_revision = std::nullopt;
};

// How a segment ends. Its records end at byte `offset`.
struct WalTail {
  enum class Kind {
    kClean,  // And so does the file.
    kTorn,   // `bytes_cut` bytes of an unfinished write follow.
  };
  Kind kind = Kind::kClean;
  uint64_t offset = 0;
  uint64_t bytes_cut = 0;
};

// What is wrong in the middle of a segment.
struct WalDamage {
  uint64_t offset = 0;  // Of the first byte that is not as written, or a bit before it.
  uint64_t first_revision_lost = 0;  // Where reading stopped.
  uint64_t last_revision_lost = 0;   // At least up to here nothing can be read.
  uint64_t last_revision_seen = 0;   // Sound records up to this one stand behind it; 0 if none.
};

// One thread at a time. Holds a mapping of the file as it was when opened, so a segment that is
// still being written can be read as well; what is added later is seen by opening it again.
class WalReader {
 public:
  // Maps the segment and checks its header. A header that is cut short or ends in zeros, with
  // nothing but zeros behind it, is a torn tail at byte 0: no record was ever written after it.
  //   NotFound            no such file
  //   DataLoss            no log segment at all, a damaged header, or another first revision
  //   FailedPrecondition  another database's log, or a format version newer than this program
  static absl::StatusOr<std::unique_ptr<WalReader>> Open(FileSystem& files, const std::string& path,
                                                         const WalExpected& expected = {});

  // The next record, in order of revisions; nullopt at the end, where tail() says more. The payload
  // points into this reader.
  //   DataLoss  damage before the end: file, offset and revisions are in the message and in
  //             damage(). All records before it have been delivered; every further call returns the
  //             same error.
  absl::StatusOr<std::optional<WalRecord>> Next();

  // How the segment ends. Final once Next() has returned nullopt; until then, the end so far.
  const WalTail& tail() const { return tail_; }

  // Set once Next() has returned DataLoss.
  const std::optional<WalDamage>& damage() const { return damage_; }

  // Nullopt for a segment that is torn within its header.
  const std::optional<WalSegmentHeader>& header() const { return header_; }

  // Revision of the last record delivered; one less than the first revision before that.
  uint64_t last_revision() const { return next_revision_ - 1; }

  // Up to this revision the segment proves that everything was on disk when it was written: what
  // its header and the records delivered so far say. 0 if it is torn within its header. What comes
  // after may be in the system's memory only.
  uint64_t proven_revision() const { return proven_revision_; }

  const std::string& path() const { return file_->path(); }

 private:
  explicit WalReader(std::unique_ptr<const MappedFile> file) : file_(std::move(file)) {}

  absl::Status ReadHeader(const WalExpected& expected);
  // Finds out what the bytes at tail_.offset are that are no record: OK if a torn tail, else
  // DataLoss.
  absl::Status JudgeBadRecord();
  absl::Status Damaged(WalDamage damage, std::string_view what);
  // True if header and payload at `offset` are both sound; sets `header` as soon as the header is.
  bool LoadRecord(uint64_t offset, std::optional<WalRecordHeader>& header,
                  std::string_view& payload) const;

  const std::unique_ptr<const MappedFile> file_;
  std::optional<WalSegmentHeader> header_;
  WalTail tail_;
  std::optional<WalDamage> damage_;
  absl::Status status_;
  bool at_end_ = false;
  uint64_t next_revision_ = 1;
  uint64_t proven_revision_ = 0;
  uint64_t last_checksum_ = 0;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_WAL_WAL_READER_H_
