// Where a conversion writes to: a file that appears whole, or a stream.

#ifndef PATHKB_STORAGE_TOOL_OUTPUT_FILE_H_
#define PATHKB_STORAGE_TOOL_OUTPUT_FILE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/atomic_file.h"
#include "storage/file/file_system.h"
#include "storage/tool/text_sink.h"

namespace pathkb {

// OK if `path` may be written: nothing is there, or `replace` allows for it. AlreadyExists
// otherwise.
absl::Status CheckMayWrite(FileSystem& files, const std::string& path, bool replace);

// Where a file that will be `path` is written first: beside it, so that it can be renamed.
std::string PartialName(const std::string& path);

// Starts the file `path`. It gets its name with Commit(); dropped before that, nothing is left.
//   AlreadyExists  `path` is there and `replace` is false
//   others         as FileSystem
absl::StatusOr<std::unique_ptr<AtomicFile>> CreateOutput(FileSystem& files, const std::string& path,
                                                         bool replace);

// A stream as a file that can only be appended to. One thread at a time.
class SinkFile final : public WritableFile {
 public:
  // Borrows `sink`.
  explicit SinkFile(const TextSink& sink) : sink_(sink) {}

  // Cancelled if the sink wants no more.
  absl::Status Append(std::string_view bytes) override;
  // Always Unimplemented: what is out is out.
  absl::Status WriteAt(uint64_t offset, std::string_view bytes) override;
  absl::Status Sync() override { return absl::OkStatus(); }
  absl::Status Close() override { return absl::OkStatus(); }

 private:
  const TextSink& sink_;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_OUTPUT_FILE_H_
