// The file that a .terms writer fills, together with what it sums up on the way.

#ifndef PATHKB_STORAGE_TERMS_TERMS_OUTPUT_H_
#define PATHKB_STORAGE_TERMS_TERMS_OUTPUT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/block_sums.h"
#include "storage/file/checksum.h"
#include "storage/file/file_system.h"

namespace pathkb {

// One thread at a time. Borrows the file, which must be empty and outlive this. Only appends. The
// first error is kept, and nothing is written after it.
class TermsOutput {
 public:
  TermsOutput(WritableFile& file, const DatabaseId& database_id)
      : file_(file), sums_(database_id) {}

  // Adds bytes at the end, and to both sums.
  void Append(std::string_view bytes) {
    sums_.Update(bytes);
    AppendUnsummed(bytes);
  }

  // The same for what comes behind the sums of the blocks.
  void AppendUnsummed(std::string_view bytes) {
    if (!status_.ok()) return;
    digest_.Update(bytes);
    file_bytes_ += bytes.size();
    status_ = file_.Append(bytes);
  }

  // Bytes written before. An error is kept, too.
  absl::StatusOr<std::string> ReadAt(uint64_t offset, uint64_t length) {
    if (!status_.ok()) return status_;
    absl::StatusOr<std::string> bytes = file_.ReadAt(offset, length);
    status_ = bytes.status();
    return bytes;
  }

  // Sums of the 64 KiB blocks that Append() had. Once.
  std::string BlockSums() { return sums_.Finish(); }

  // Checksum() of all that was written so far.
  uint64_t Digest() const { return digest_.Digest(); }

  uint64_t file_bytes() const { return file_bytes_; }
  // The first error of the file, or of Fail().
  const absl::Status& status() const { return status_; }
  void Fail(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

 private:
  WritableFile& file_;
  BlockSummer sums_;
  ChecksumStream digest_;
  uint64_t file_bytes_ = 0;
  absl::Status status_;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TERMS_TERMS_OUTPUT_H_
