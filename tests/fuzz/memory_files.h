// Files in memory, for targets: an input as a mapped file, a few inputs as a file system to read
// from, and a file to write into.

#ifndef PATHKB_TESTS_FUZZ_MEMORY_FILES_H_
#define PATHKB_TESTS_FUZZ_MEMORY_FILES_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/file_system.h"
#include "storage/file/mapped_file.h"

namespace pathkb::fuzz {

// A copy of `bytes` on the heap, of exactly their size, so that the address sanitizer sees each
// read outside. Its path is "input".
std::shared_ptr<const MappedFile> MapInput(std::string_view bytes);

// Files to read, by path. Thread-compatible; all that would change a file is Unimplemented.
class InputFiles final : public FileSystem {
 public:
  explicit InputFiles(std::map<std::string, std::string> files) : files_(std::move(files)) {}

  absl::StatusOr<std::unique_ptr<WritableFile>> Create(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<const MappedFile>> Map(const std::string& path,
                                                        const MapOptions& options) override;
  absl::StatusOr<std::string> ReadFile(const std::string& path, uint64_t bytes_max) override;
  absl::StatusOr<uint64_t> FileBytes(const std::string& path) override;
  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override;
  absl::StatusOr<bool> Exists(const std::string& path) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status CreateDirectory(const std::string& path) override;
  absl::Status SyncDirectory(const std::string& directory) override;
  absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path,
                                                 const std::string& holder) override;

 private:
  // The file at `path`; NotFound.
  absl::StatusOr<std::string_view> Find(const std::string& path) const;

  const std::map<std::string, std::string> files_;
};

// A file that is written into a string.
class OutputFile final : public WritableFile {
 public:
  absl::Status Append(std::string_view bytes) override;
  absl::Status WriteAt(uint64_t offset, std::string_view bytes) override;
  absl::StatusOr<std::string> ReadAt(uint64_t offset, uint64_t length) override;
  absl::Status Sync() override { return absl::OkStatus(); }
  absl::Status Close() override { return absl::OkStatus(); }

  // What was written so far.
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace pathkb::fuzz

#endif  // PATHKB_TESTS_FUZZ_MEMORY_FILES_H_
