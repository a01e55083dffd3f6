#include "storage/file/posix_file_system.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/file/mapped_file.h"

namespace pathkb {
namespace {

// Linux takes at most this many bytes in one call, whatever the length says.
constexpr size_t kCallBytesMax = size_t{1} << 30;
constexpr uint64_t kHolderBytesMax = 4096;

// Makes the call again for as long as a signal interrupts it. Not for close(), which gives the
// descriptor up even then.
template <typename Call>
auto Retried(Call call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result == -1 && errno == EINTR);
  return result;
}

// Owns one file descriptor; -1 is none.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ != -1) ::close(fd_);
  }

  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

absl::StatusOr<Descriptor> OpenDescriptor(const std::string& path, int flags) {
  const int fd = Retried([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0644); });
  if (fd == -1) return StatusFromErrno("open", path, errno);
  return Descriptor(fd);
}

// Size of the regular file behind `fd`.
absl::StatusOr<uint64_t> RegularFileBytes(int fd, const std::string& path) {
  struct stat found;
  if (::fstat(fd, &found) == -1) return StatusFromErrno("stat", path, errno);
  if (S_ISDIR(found.st_mode)) return StatusFromErrno("open", path, EISDIR);
  if (!S_ISREG(found.st_mode)) {
    return absl::FailedPreconditionError(fmt::format("open {}: not a regular file", path));
  }
  return static_cast<uint64_t>(found.st_size);
}

// The first `bytes_max` bytes of the file, or all of it if it is shorter.
absl::StatusOr<std::string> ReadFront(int fd, const std::string& path, uint64_t bytes_max) {
  constexpr uint64_t kStepBytes = uint64_t{1} << 20;
  std::string bytes;
  while (bytes.size() < bytes_max) {
    const size_t before = bytes.size();
    bytes.resize(before + std::min(bytes_max - before, kStepBytes));
    const ssize_t read =
        Retried([&] { return ::read(fd, bytes.data() + before, bytes.size() - before); });
    if (read == -1) return StatusFromErrno("read", path, errno);
    bytes.resize(before + static_cast<size_t>(read));
    if (read == 0) break;
  }
  return bytes;
}

class PosixWritableFile : public WritableFile {
 public:
  PosixWritableFile(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  absl::Status Append(std::string_view bytes) override {
    PATHKB_RETURN_IF_ERROR(CheckOpen("append to"));
    return Write(size_, bytes);
  }

  absl::Status WriteAt(uint64_t offset, std::string_view bytes) override {
    PATHKB_RETURN_IF_ERROR(CheckOpen("write to"));
    if (offset > size_ || bytes.size() > size_ - offset) {
      return absl::OutOfRangeError(
          fmt::format("write to {}: bytes {} to {} are not all written yet, "
                      "the file ends at {}",
                      path_, offset, offset + bytes.size(), size_));
    }
    return Write(offset, bytes);
  }

  absl::Status Sync() override {
    PATHKB_RETURN_IF_ERROR(CheckOpen("sync"));
    if (Retried([&] { return ::fdatasync(descriptor_.get()); }) == -1) {
      return StatusFromErrno("sync", path_, errno);
    }
    return absl::OkStatus();
  }

  absl::Status Close() override {
    PATHKB_RETURN_IF_ERROR(CheckOpen("close"));
    if (::close(descriptor_.Release()) == -1 && errno != EINTR) {
      return StatusFromErrno("close", path_, errno);
    }
    return absl::OkStatus();
  }

 private:
  absl::Status CheckOpen(const char* operation) const {
    if (descriptor_.get() != -1) return absl::OkStatus();
    return absl::FailedPreconditionError(
        fmt::format("{} {}: the file is closed", operation, path_));
  }

  // All of `bytes` at `offset`, in as many calls as it takes.
  absl::Status Write(uint64_t offset, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = Retried([&] {
        return ::pwrite(descriptor_.get(), bytes.data(), std::min(bytes.size(), kCallBytesMax),
                        static_cast<off_t>(offset));
      });
      if (written == -1) return StatusFromErrno("write to", path_, errno);
      // POSIX leaves open what this means for a regular file; going on could loop for ever.
      if (written == 0) return StatusFromErrno("write to", path_, ENOSPC);
      offset += static_cast<uint64_t>(written);
      bytes.remove_prefix(static_cast<size_t>(written));
      size_ = std::max(size_, offset);
    }
    return absl::OkStatus();
  }

  Descriptor descriptor_;
  const std::string path_;
  uint64_t size_ = 0;  // Bytes written so far; the file was empty when it was made.
};

// A file under kMapBytesMin, read into memory.
class LoadedFile : public MappedFile {
 public:
  LoadedFile(std::string bytes, std::string path)
      : bytes_(std::move(bytes)), path_(std::move(path)) {}

  std::string_view bytes() const override { return bytes_; }
  const std::string& path() const override { return path_; }

 private:
  const std::string bytes_;
  const std::string path_;
};

class PosixMappedFile : public MappedFile {
 public:
  // Takes over the mapping of `size` bytes at `start`.
  PosixMappedFile(void* start, size_t size, std::string path)
      : start_(start), size_(size), path_(std::move(path)) {}
  ~PosixMappedFile() override { ::munmap(start_, size_); }
  PosixMappedFile(const PosixMappedFile&) = delete;
  PosixMappedFile& operator=(const PosixMappedFile&) = delete;

  std::string_view bytes() const override { return {static_cast<const char*>(start_), size_}; }
  const std::string& path() const override { return path_; }
  void Advise(MapAccess access) const override {
    // A hint: a kernel that does not take it reads the same bytes.
    static_cast<void>(
        ::madvise(start_, size_, access == MapAccess::kSequential ? MADV_SEQUENTIAL : MADV_RANDOM));
  }

 private:
  void* const start_;
  const size_t size_;
  const std::string path_;
};

class PosixFileLock : public FileLock {
 public:
  explicit PosixFileLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  ~PosixFileLock() override {
    // Nobody holds it from here on; closing the descriptor releases the lock. The file stays:
    // removing it would let two processes lock two files of one name.
    static_cast<void>(::ftruncate(descriptor_.get(), 0) == 0);
  }

 private:
  Descriptor descriptor_;
};

class PosixFileSystem : public FileSystem {
 public:
  absl::StatusOr<std::unique_ptr<WritableFile>> Create(const std::string& path) override {
    // Not O_APPEND, with which pwrite() ignores the offset.
    const int fd = Retried(
        [&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644); });
    if (fd == -1) return StatusFromErrno("create", path, errno);
    return std::make_unique<PosixWritableFile>(Descriptor(fd), path);
  }

  absl::StatusOr<std::unique_ptr<const MappedFile>> Map(const std::string& path) override {
    PATHKB_ASSIGN_OR_RETURN(const Descriptor descriptor, OpenDescriptor(path, O_RDONLY));
    PATHKB_ASSIGN_OR_RETURN(const uint64_t size, RegularFileBytes(descriptor.get(), path));
    if (size < kMapBytesMin) {
      PATHKB_ASSIGN_OR_RETURN(std::string bytes, ReadFront(descriptor.get(), path, size));
      return std::make_unique<LoadedFile>(std::move(bytes), path);
    }
    void* start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor.get(), 0);
    if (start == MAP_FAILED) return StatusFromErrno("map", path, errno);
    auto mapped = std::make_unique<PosixMappedFile>(start, size, path);
    mapped->Advise(MapAccess::kRandom);
    return mapped;
  }

  absl::StatusOr<std::string> ReadFile(const std::string& path, uint64_t bytes_max) override {
    PATHKB_ASSIGN_OR_RETURN(const Descriptor descriptor, OpenDescriptor(path, O_RDONLY));
    PATHKB_ASSIGN_OR_RETURN(const uint64_t size, RegularFileBytes(descriptor.get(), path));
    if (size <= bytes_max) {
      // One byte more than allowed, to notice a file that grows meanwhile.
      const uint64_t front_bytes = bytes_max == UINT64_MAX ? bytes_max : bytes_max + 1;
      PATHKB_ASSIGN_OR_RETURN(std::string bytes, ReadFront(descriptor.get(), path, front_bytes));
      if (bytes.size() <= bytes_max) return bytes;
    }
    return absl::ResourceExhaustedError(
        fmt::format("read {}: the file has {} bytes, at most {} are allowed", path,
                    std::max(size, bytes_max + 1), bytes_max));
  }

  absl::Status SyncFile(const std::string& path) override {
    PATHKB_ASSIGN_OR_RETURN(const Descriptor descriptor, OpenDescriptor(path, O_RDONLY));
    PATHKB_RETURN_IF_ERROR(RegularFileBytes(descriptor.get(), path).status());
    if (Retried([&] { return ::fdatasync(descriptor.get()); }) == -1) {
      return StatusFromErrno("sync", path, errno);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<uint64_t> FileBytes(const std::string& path) override {
    struct stat found;
    if (::stat(path.c_str(), &found) == -1) return StatusFromErrno("stat", path, errno);
    if (S_ISDIR(found.st_mode)) return StatusFromErrno("stat", path, EISDIR);
    return static_cast<uint64_t>(found.st_size);
  }

  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override {
    // glibc opens it with O_CLOEXEC.
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), &::closedir);
    if (stream == nullptr) return StatusFromErrno("list", directory, errno);
    std::vector<std::string> names;
    while (true) {
      errno = 0;
      const dirent* entry = ::readdir(stream.get());
      if (entry == nullptr) {
        if (errno != 0) return StatusFromErrno("list", directory, errno);
        break;
      }
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  absl::StatusOr<bool> Exists(const std::string& path) override {
    struct stat found;
    if (::lstat(path.c_str(), &found) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return StatusFromErrno("stat", path, errno);
  }

  absl::Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) == -1) {
      return StatusFromErrno(fmt::format("rename {} to", from), to, errno);
    }
    return absl::OkStatus();
  }

  absl::Status Remove(const std::string& path) override {
    if (::unlink(path.c_str()) == -1) return StatusFromErrno("remove", path, errno);
    return absl::OkStatus();
  }

  absl::Status CreateDirectory(const std::string& path) override {
    if (::mkdir(path.c_str(), 0755) == 0) return absl::OkStatus();
    const int error = errno;
    struct stat found;
    if (error == EEXIST && ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) {
      return absl::OkStatus();
    }
    return StatusFromErrno("make directory", path, error);
  }

  absl::Status SyncDirectory(const std::string& directory) override {
    PATHKB_ASSIGN_OR_RETURN(const Descriptor descriptor,
                            OpenDescriptor(directory, O_RDONLY | O_DIRECTORY));
    if (Retried([&] { return ::fsync(descriptor.get()); }) == -1) {
      return StatusFromErrno("sync directory", directory, errno);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path,
                                                 const std::string& holder) override {
    PATHKB_ASSIGN_OR_RETURN(Descriptor descriptor, OpenDescriptor(path, O_RDWR | O_CREAT));
    if (Retried([&] { return ::flock(descriptor.get(), LOCK_EX | LOCK_NB); }) == -1) {
      if (errno != EWOULDBLOCK) return StatusFromErrno("lock", path, errno);
      PATHKB_ASSIGN_OR_RETURN(const std::string present,
                              ReadFront(descriptor.get(), path, kHolderBytesMax));
      return absl::UnavailableError(
          fmt::format("lock {}: held by {}", path, present.empty() ? "somebody unknown" : present));
    }
    if (Retried([&] { return ::ftruncate(descriptor.get(), 0); }) == -1) {
      return StatusFromErrno("empty", path, errno);
    }
    const ssize_t written =
        Retried([&] { return ::pwrite(descriptor.get(), holder.data(), holder.size(), 0); });
    if (written != static_cast<ssize_t>(holder.size())) {
      return StatusFromErrno("write to", path, written == -1 ? errno : ENOSPC);
    }
    return std::make_unique<PosixFileLock>(std::move(descriptor));
  }
};

absl::StatusCode CodeFromErrno(int error) {
  switch (error) {
    case ENOENT:
      return absl::StatusCode::kNotFound;
    case EEXIST:
      return absl::StatusCode::kAlreadyExists;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return absl::StatusCode::kResourceExhausted;
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    case ENOTDIR:
    case EISDIR:
    case ENOTEMPTY:
      return absl::StatusCode::kFailedPrecondition;
    case EIO:
      return absl::StatusCode::kDataLoss;
    default:
      return absl::StatusCode::kUnknown;
  }
}

}  // namespace

absl::Status StatusFromErrno(std::string_view operation, std::string_view path, int error) {
  return absl::Status(CodeFromErrno(error), fmt::format("{} {}: {}", operation, path,
                                                        std::generic_category().message(error)));
}

FileSystem& RealFileSystem() {
  // Never destroyed: threads may still use it while the process ends.
  static FileSystem& files = *new PosixFileSystem;
  return files;
}

}  // namespace pathkb
