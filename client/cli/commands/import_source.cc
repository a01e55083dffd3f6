#include "client/cli/commands/import_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "fmt/format.h"
#include "zlib.h"

namespace pathkb::cli {
namespace {

constexpr size_t kHeadBytes = 1 << 20;

}  // namespace

ImportSource::ImportSource(const Interrupt& interrupt)
    : interrupt_(interrupt),
      cancel_fd_(eventfd(0, EFD_CLOEXEC)),
      unpacked_([this](char* buffer, size_t bytes) { return ReadPacked(buffer, bytes); }) {}

ImportSource::~ImportSource() {
  if (fd_ > STDIN_FILENO) close(fd_);
  if (cancel_fd_ >= 0) close(cancel_fd_);
}

absl::Status ImportSource::Open(const std::string& path) {
  name_ = path == "-" ? "standard input" : path;
  fd_ = path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat file = {};
  if (fd_ < 0 || fstat(fd_, &file) != 0) return Failure("cannot open");
  if (S_ISDIR(file.st_mode)) {
    errno = EISDIR;
    return Failure("cannot read");
  }
  if (S_ISREG(file.st_mode)) packed_bytes_ = static_cast<uint64_t>(file.st_size);
  return absl::OkStatus();
}

absl::StatusOr<size_t> ImportSource::ReadPacked(char* buffer, size_t bytes) {
  while (true) {
    pollfd waiting[] = {{.fd = fd_, .events = POLLIN, .revents = 0},
                        {.fd = interrupt_.fd(), .events = POLLIN, .revents = 0},
                        {.fd = cancel_fd_, .events = POLLIN, .revents = 0}};
    if (poll(waiting, std::size(waiting), -1) < 0 && errno != EINTR) return Failure("cannot read");
    if (interrupt_.requested() || (waiting[2].revents & POLLIN) != 0) {
      return absl::CancelledError("stopped on request");
    }
    const ssize_t count = read(fd_, buffer, bytes);
    if (count >= 0) {
      packed_bytes_read_ += static_cast<uint64_t>(count);
      return static_cast<size_t>(count);
    }
    if (errno != EINTR && errno != EAGAIN) return Failure("cannot read");
  }
}

absl::StatusOr<size_t> ImportSource::Read(char* buffer, size_t bytes) {
  absl::StatusOr<size_t> count = unpacked_.Read(buffer, bytes);
  if (absl::IsDataLoss(count.status())) {
    return absl::DataLossError(fmt::format("{}: {}", name_, std::string(count.status().message())));
  }
  return count;
}

absl::Status ImportSource::Skip(uint64_t bytes) {
  std::vector<char> ignored(256 << 10);
  while (bytes > 0) {
    const absl::StatusOr<size_t> count =
        Read(ignored.data(), std::min<uint64_t>(bytes, ignored.size()));
    if (!count.ok()) return count.status();
    if (*count == 0) break;
    bytes -= *count;
  }
  return absl::OkStatus();
}

void ImportSource::Cancel() {
  const uint64_t one = 1;
  // Cannot fail but by a counter that is full, which is readable as well.
  [[maybe_unused]] const ssize_t written = write(cancel_fd_, &one, sizeof one);
}

absl::StatusOr<FileStamp> ImportSource::Stamp() const {
  struct stat file = {};
  if (fstat(fd_, &file) != 0) return Failure("cannot examine");
  if (!S_ISREG(file.st_mode)) {
    return absl::FailedPreconditionError(fmt::format("{}: --resume works on files alone", name_));
  }
  FileStamp stamp;
  stamp.bytes = static_cast<uint64_t>(file.st_size);
  stamp.modified_ns = int64_t{file.st_mtim.tv_sec} * 1'000'000'000 + file.st_mtim.tv_nsec;
  std::vector<char> head(kHeadBytes);
  size_t have = 0;
  while (have < head.size()) {
    const ssize_t count =
        pread(fd_, head.data() + have, head.size() - have, static_cast<off_t>(have));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failure("cannot read");
    if (count == 0) break;
    have += static_cast<size_t>(count);
  }
  stamp.head_sum = static_cast<uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(head.data()), static_cast<uInt>(have)));
  return stamp;
}

absl::Status ImportSource::Failure(std::string_view what) const {
  return absl::UnknownError(fmt::format("{} {}: {}", what, name_, std::strerror(errno)));
}

}  // namespace pathkb::cli
