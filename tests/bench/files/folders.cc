#include "tests/bench/files/folders.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/file/posix_calls.h"

namespace pathkb::bench {

namespace {

// An open file. Negative if it could not be opened.
class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  int get() const { return fd_; }

 private:
  const int fd_;
};

std::vector<std::string> FilesIn(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  }
  return files;
}

absl::Status DropFile(const std::string& path) {
  const Descriptor file(path);
  if (file.get() < 0) return StatusFromErrno("open", path, errno);
  // Only clean pages can be dropped.
  if (::fsync(file.get()) != 0) return StatusFromErrno("sync", path, errno);
  const int error = ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
  if (error != 0) return StatusFromErrno("drop from cache", path, error);
  return absl::OkStatus();
}

}  // namespace

absl::Status MakeEmptyFolder(const std::string& folder) {
  RemoveFolder(folder);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  return error ? StatusFromErrno("make directory", folder, error.value()) : absl::OkStatus();
}

void RemoveFolder(const std::string& folder) {
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

uint64_t FolderBytes(const std::string& folder) {
  uint64_t bytes = 0;
  for (const std::string& file : FilesIn(folder)) bytes += std::filesystem::file_size(file);
  return bytes;
}

absl::StatusOr<uint64_t> CachedBytes(const std::string& path) {
  const Descriptor file(path);
  struct stat found;
  if (file.get() < 0 || ::fstat(file.get(), &found) != 0) {
    return StatusFromErrno("open", path, errno);
  }
  if (found.st_size == 0) return 0;
  const auto size = static_cast<size_t>(found.st_size);
  void* start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
  if (start == MAP_FAILED) return StatusFromErrno("map", path, errno);
  const auto page_bytes = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> pages((size + page_bytes - 1) / page_bytes);
  const int result = ::mincore(start, size, pages.data());
  const int error = errno;
  ::munmap(start, size);
  if (result != 0) return StatusFromErrno("look for pages of", path, error);
  uint64_t cached = 0;
  for (const unsigned char page : pages) cached += page & 1;
  return cached * page_bytes;
}

absl::StatusOr<uint64_t> CachedFolderBytes(const std::string& folder) {
  uint64_t bytes = 0;
  for (const std::string& path : FilesIn(folder)) {
    PATHKB_ASSIGN_OR_RETURN(const uint64_t cached, CachedBytes(path));
    bytes += cached;
  }
  return bytes;
}

absl::Status DropFromPageCache(const std::string& folder) {
  // A few pages of a small file may stay, in what the kernel has not got round to.
  constexpr uint64_t kStayBytesMin = uint64_t{64} << 10;
  for (const std::string& path : FilesIn(folder)) {
    PATHKB_RETURN_IF_ERROR(DropFile(path));
    PATHKB_ASSIGN_OR_RETURN(const uint64_t cached, CachedBytes(path));
    const uint64_t most = std::max(std::filesystem::file_size(path) / 100, kStayBytesMin);
    if (cached > most) {
      return absl::UnavailableError(
          fmt::format("{}: {} bytes stay in the page cache", path, cached));
    }
  }
  return absl::OkStatus();
}

}  // namespace pathkb::bench
