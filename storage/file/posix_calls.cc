#include "storage/file/posix_calls.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "fmt/format.h"

namespace pathkb {
namespace {

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

Descriptor::~Descriptor() {
  if (fd_ != -1) ::close(fd_);
}

absl::Status StatusFromErrno(std::string_view operation, std::string_view path, int error) {
  return absl::Status(CodeFromErrno(error), fmt::format("{} {}: {}", operation, path,
                                                        std::generic_category().message(error)));
}

absl::StatusOr<Descriptor> OpenDescriptor(const std::string& path, int flags) {
  const int fd = Retried([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0644); });
  if (fd == -1) return StatusFromErrno("open", path, errno);
  return Descriptor(fd);
}

absl::StatusOr<FileIdentity> RegularFile(int fd, const std::string& path) {
  struct stat found;
  if (::fstat(fd, &found) == -1) return StatusFromErrno("stat", path, errno);
  if (S_ISDIR(found.st_mode)) return StatusFromErrno("open", path, EISDIR);
  if (!S_ISREG(found.st_mode)) {
    return absl::FailedPreconditionError(fmt::format("open {}: not a regular file", path));
  }
  constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;
  return FileIdentity{
      .device = found.st_dev,
      .inode = found.st_ino,
      .bytes = static_cast<uint64_t>(found.st_size),
      .mtime_ns = found.st_mtim.tv_sec * kNanosecondsPerSecond + found.st_mtim.tv_nsec,
  };
}

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

}  // namespace pathkb
