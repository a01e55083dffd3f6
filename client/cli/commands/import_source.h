// The bytes of what is imported: a file or standard input, unpacked.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_IMPORT_SOURCE_H_
#define PATHKB_CLIENT_CLI_COMMANDS_IMPORT_SOURCE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "client/cli/interrupt.h"
#include "client/cpp/formats/gzip.h"

namespace pathkb::cli {

// What tells one state of a file from another, as far as is cheap.
struct FileStamp {
  uint64_t bytes = 0;
  int64_t modified_ns = 0;
  uint32_t head_sum = 0;  // CRC-32 of the first megabyte.

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

// One input. One thread at a time, but for Cancel() and packed_bytes_read().
class ImportSource {
 public:
  // Borrows `interrupt`.
  explicit ImportSource(const Interrupt& interrupt);
  ImportSource(const ImportSource&) = delete;
  ImportSource& operator=(const ImportSource&) = delete;
  ~ImportSource();

  // "-" is standard input. NotFound or Unknown, with the system's reason.
  absl::Status Open(const std::string& path);

  // A ChunkSource of the unpacked text. Cancelled after an interrupt, or Cancel(), also while it
  // waits for input.
  absl::StatusOr<size_t> Read(char* buffer, size_t bytes);
  // Passes over so many bytes of the unpacked text; fewer only at its end.
  absl::Status Skip(uint64_t bytes);
  // Thread-safe.
  void Cancel();

  // The path, or "standard input".
  const std::string& name() const { return name_; }
  // Of the file as it is packed; 0 if its size says nothing.
  uint64_t packed_bytes() const { return packed_bytes_; }
  uint64_t packed_bytes_read() const { return packed_bytes_read_; }
  // FailedPrecondition if it is no regular file.
  absl::StatusOr<FileStamp> Stamp() const;

 private:
  absl::StatusOr<size_t> ReadPacked(char* buffer, size_t bytes);
  absl::Status Failure(std::string_view what) const;

  const Interrupt& interrupt_;
  std::string name_;
  int fd_ = -1;
  int cancel_fd_ = -1;  // Readable once Cancel() was called.
  uint64_t packed_bytes_ = 0;
  std::atomic<uint64_t> packed_bytes_read_ = 0;
  client::GunzipSource unpacked_;
};

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_IMPORT_SOURCE_H_
