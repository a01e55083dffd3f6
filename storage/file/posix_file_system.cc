#include "storage/file/posix_file_system.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/file/mapped_file.h"
#include "storage/file/posix_calls.h"
#include "storage/file/posix_cold_file.h"
#include "storage/file/posix_mapped_file.h"

namespace pathkb {
namespace {

// Linux takes at most this many bytes in one call, whatever the length says.
constexpr size_t kCallBytesMax = size_t{1} << 30;
constexpr uint64_t kHolderBytesMax = 4096;

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

  absl::StatusOr<std::string> ReadAt(uint64_t offset, uint64_t length) override {
    PATHKB_RETURN_IF_ERROR(CheckOpen("read"));
    if (offset > size_ || length > size_ - offset) {
      return absl::OutOfRangeError(
          fmt::format("read {}: bytes {} to {} are not all written yet, the file ends at {}", path_,
                      offset, offset + length, size_));
    }
    std::string bytes(length, '\0');
    for (uint64_t done = 0; done < length;) {
      const ssize_t read = Retried([&] {
        return ::pread(descriptor_.get(), bytes.data() + done,
                       std::min<uint64_t>(length - done, kCallBytesMax),
                       static_cast<off_t>(offset + done));
      });
      if (read == -1) return StatusFromErrno("read", path_, errno);
      if (read == 0) {
        return absl::DataLossError(fmt::format("read {}: ends at {}, though {} bytes were written",
                                               path_, offset + done, size_));
      }
      done += static_cast<uint64_t>(read);
    }
    return bytes;
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
    const int fd =
        Retried([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644); });
    if (fd == -1) return StatusFromErrno("create", path, errno);
    return std::make_unique<PosixWritableFile>(Descriptor(fd), path);
  }

  absl::StatusOr<std::unique_ptr<const MappedFile>> Map(const std::string& path,
                                                        const MapOptions& options) override {
    return MapPosixFile(path, options);
  }

  absl::StatusOr<std::unique_ptr<ColdFile>> OpenCold(const std::string& path) override {
    return OpenPosixColdFile(path);
  }

  absl::StatusOr<std::string> ReadFile(const std::string& path, uint64_t bytes_max) override {
    PATHKB_ASSIGN_OR_RETURN(const Descriptor descriptor, OpenDescriptor(path, O_RDONLY));
    PATHKB_ASSIGN_OR_RETURN(const FileIdentity file, RegularFile(descriptor.get(), path));
    if (file.bytes <= bytes_max) {
      // One byte more than allowed, to notice a file that grows meanwhile.
      const uint64_t front_bytes = bytes_max == UINT64_MAX ? bytes_max : bytes_max + 1;
      PATHKB_ASSIGN_OR_RETURN(std::string bytes, ReadFront(descriptor.get(), path, front_bytes));
      if (bytes.size() <= bytes_max) return bytes;
    }
    return absl::ResourceExhaustedError(
        fmt::format("read {}: the file has {} bytes, at most {} are allowed", path,
                    std::max(file.bytes, bytes_max + 1), bytes_max));
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

  absl::StatusOr<uint64_t> FreeBytes(const std::string& path) override {
    struct statvfs found;
    if (Retried([&] { return ::statvfs(path.c_str(), &found); }) == -1) {
      return StatusFromErrno("look for room at", path, errno);
    }
    // f_bavail: without what is kept for root, which is not for us.
    return uint64_t{found.f_bavail} * found.f_frsize;
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

}  // namespace

FileSystem& RealFileSystem() {
  // Never destroyed: threads may still use it while the process ends.
  static FileSystem& files = *new PosixFileSystem;
  return files;
}

}  // namespace pathkb
