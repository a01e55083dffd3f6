// What the files of this folder that speak to the operating system share: descriptors that close
// themselves, calls that signals do not end, and errno as absl::Status.

#ifndef PATHKB_STORAGE_FILE_POSIX_CALLS_H_
#define PATHKB_STORAGE_FILE_POSIX_CALLS_H_

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace pathkb {

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

// Owns one file descriptor; -1 is none. One thread at a time; get() is for any.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();

  // The descriptor, still owned here.
  int get() const { return fd_; }
  // The descriptor, which the caller owns from now on.
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// What tells one file, and one state of it, from others.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t bytes = 0;    // Its size.
  int64_t mtime_ns = 0;  // When its content last changed, since 1970, by the file system's clock.

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

// The error for a failed system call, as file_system.h maps it: "<operation> <path>: <errno text>".
// `error` is an errno, not 0.
absl::Status StatusFromErrno(std::string_view operation, std::string_view path, int error);

// open(2) with O_CLOEXEC; new files can be read by everybody.
absl::StatusOr<Descriptor> OpenDescriptor(const std::string& path, int flags);

// Which file `fd` is. FailedPrecondition for a directory or anything else that is no regular file.
absl::StatusOr<FileIdentity> RegularFile(int fd, const std::string& path);

// The first `bytes_max` bytes of the file, or all of it if it is shorter. Memory grows with what is
// really read.
absl::StatusOr<std::string> ReadFront(int fd, const std::string& path, uint64_t bytes_max);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_POSIX_CALLS_H_
