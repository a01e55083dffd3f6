// Writes a .terms file: entries by id, each distinct entry once. FORMAT.md beside this file
// describes the bytes; what an entry means is not known here.

#ifndef PATHKB_STORAGE_TERMS_TERMS_WRITER_H_
#define PATHKB_STORAGE_TERMS_TERMS_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/checksum.h"
#include "storage/file/database_id.h"
#include "storage/file/file_system.h"
#include "storage/terms/id_table.h"
#include "storage/terms/terms_blocks.h"
#include "storage/terms/terms_format.h"
#include "storage/terms/terms_output.h"

namespace pathkb {

// What a finished file holds.
struct TermsTotals {
  uint64_t file_bytes = 0;
  uint64_t entries = 0;  // Distinct ones; their ids are 1 to this.
  uint64_t blocks = 0;
  uint64_t digest = 0;  // Checksum() of the whole file.
};

// How to write.
struct TermsOptions {
  // Blocks go through zlib, those that it does not shrink excepted.
  bool compress = false;
  // Raw bytes of blocks that are kept for comparison. Less means reading back more.
  uint64_t kept_bytes_max = uint64_t{32} << 20;
  // Serves to find candidates for equality only; tests pass a bad one. A reader needs the same.
  TermsHash hash = Checksum;
};

// One thread at a time. Borrows the file, which must be empty and outlive the writer; appends, and
// reads back what it wrote, because equality is decided by comparing bytes; never syncs or closes.
//
// Memory, whatever the entries: at most 64 MiB with the default options (kept_bytes_max with what
// an allocator adds, and 2 MiB), and beside that at most 24 bytes for each distinct entry and 24
// bytes for each 64 KiB of file.
class TermsWriter {
 public:
  // The id and the revision of the snapshot that the file belongs to.
  TermsWriter(WritableFile& file, const DatabaseId& database_id, uint64_t revision,
              const TermsOptions& options = {});
  TermsWriter(const TermsWriter&) = delete;
  TermsWriter& operator=(const TermsWriter&) = delete;

  // The id of `entry`, which is stored unless an equal one was before. Ids count from 1 in the
  // order of first appearance; 0 stands for the plain fact, which has no entry. An empty entry is
  // one like any other. Errors of the file are kept and returned by every later call.
  //   ResourceExhausted   the entry is longer than kTermsEntryBytesMax, and not stored
  //   FailedPrecondition  after Finish()
  absl::StatusOr<uint64_t> Intern(std::string_view entry);

  // Writes what is pending, the indexes, the sums and the footer. Once.
  absl::StatusOr<TermsTotals> Finish();

 private:
  class Words;

  void WriteIndex();
  void WriteFindIndex();

  const TermsHash hash_;
  const uint64_t hash_seed_;
  std::string header_;
  TermsOutput output_;
  TermsBlocks blocks_;
  IdTable ids_;
  bool finished_ = false;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TERMS_TERMS_WRITER_H_
