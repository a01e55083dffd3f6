// For tests of file formats: files in memory, key tables, and the hex dumps of FORMAT.md pages.

#ifndef PATHKB_STORAGE_ACT_TEST_FILES_H_
#define PATHKB_STORAGE_ACT_TEST_FILES_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/file_system.h"
#include "storage/file/mapped_file.h"

namespace pathkb {

// A file that is written into a string. Fails with ResourceExhausted, and for good, once it would
// hold more than `bytes_max`.
class MemoryWritableFile final : public WritableFile {
 public:
  explicit MemoryWritableFile(uint64_t bytes_max = ~uint64_t{0}) : bytes_max_(bytes_max) {}

  absl::Status Append(std::string_view bytes) override;
  absl::Status WriteAt(uint64_t offset, std::string_view bytes) override;
  absl::StatusOr<std::string> ReadAt(uint64_t offset, uint64_t length) override;
  absl::Status Sync() override { return absl::OkStatus(); }
  absl::Status Close() override { return absl::OkStatus(); }

  const std::string& bytes() const { return bytes_; }

 private:
  const uint64_t bytes_max_;
  std::string bytes_;
};

// A "mapping" that is a copy on the heap of exactly the right size, so that the address sanitizer
// sees any read outside.
class MemoryMappedFile final : public MappedFile {
 public:
  explicit MemoryMappedFile(std::string_view bytes, std::string path = "memory");

  std::string_view bytes() const override { return {bytes_.get(), byte_count_}; }
  const std::string& path() const override { return path_; }

 private:
  const std::unique_ptr<char[]> bytes_;
  const size_t byte_count_;
  const std::string path_;
};

// `bytes` as a mapped file; `path` is for messages.
std::shared_ptr<const MappedFile> MapBytes(std::string_view bytes, std::string path = "memory");

// All bytes of a file of the work tree, named from its root. Fails the test if there is none.
std::string ReadTestFile(const std::string& path);

// A table of keys and values, as in tests/golden: hex, tab, decimal.
using KeyTable = std::map<std::string, uint64_t>;
KeyTable ReadKeyTable(const std::string& path);

// The paths of a list, one hex path a line.
std::vector<std::string> ReadHexLines(const std::string& path);

// Files of `directory` (named from the root of the work tree) that end in `suffix`, with the
// directory but without the suffix, in order.
std::vector<std::string> TestFileStems(const std::string& directory, std::string_view suffix);

// The bytes of a dump in a page: the block that starts with the line "```hexdump NAME", each line
// of it "offset: hex digits  text". Fails the test if it is missing or its offsets are wrong.
std::string ReadHexDump(const std::string& page_path, std::string_view name);

// A seed for random tests: from the environment (PATHKB_TEST_SEED) or else from the clock; printed
// either way.
uint64_t TestSeed();

}  // namespace pathkb

#endif  // PATHKB_STORAGE_ACT_TEST_FILES_H_
