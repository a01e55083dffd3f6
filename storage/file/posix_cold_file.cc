#include "storage/file/posix_cold_file.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/file/posix_calls.h"

namespace pathkb {
namespace {

// What one call reads. Direct input wants buffer, place and length in multiples of the disk's
// blocks, of which none is larger than a page here.
constexpr size_t kPieceBytes = size_t{1} << 20;
constexpr size_t kAlignment = 4096;

struct FreeDeleter {
  void operator()(char* memory) const { std::free(memory); }
};
using Buffer = std::unique_ptr<char, FreeDeleter>;

class PosixColdFile final : public ColdFile {
 public:
  PosixColdFile(Descriptor descriptor, std::string path, Buffer buffer)
      : descriptor_(std::move(descriptor)), path_(std::move(path)), buffer_(std::move(buffer)) {}

  absl::StatusOr<std::string_view> Next() override {
    const ssize_t read = Retried([&] {
      return ::pread(descriptor_.get(), buffer_.get(), kPieceBytes, static_cast<off_t>(offset_));
    });
    if (read == -1 && errno == EINVAL && !as_usual_) {
      // Some file systems take the flag and refuse the read.
      PATHKB_RETURN_IF_ERROR(ReadAsUsual());
      return Next();
    }
    if (read == -1) {
      return StatusFromErrno(fmt::format("read at offset {} of", offset_), path_, errno);
    }
    // A short read ends direct input at a place it cannot go on from, unless it is the end.
    const std::string_view piece(buffer_.get(), static_cast<size_t>(read));
    offset_ += piece.size();
    if (piece.size() % kAlignment != 0 && !as_usual_) PATHKB_RETURN_IF_ERROR(ReadAsUsual());
    return piece;
  }

  // Turns direct input off, and asks the system to forget what it has of the file.
  absl::Status ReadAsUsual() {
    as_usual_ = true;
    const int flags = ::fcntl(descriptor_.get(), F_GETFL);
    if (flags == -1 || ::fcntl(descriptor_.get(), F_SETFL, flags & ~O_DIRECT) == -1) {
      return StatusFromErrno("read", path_, errno);
    }
    ::posix_fadvise(descriptor_.get(), 0, 0, POSIX_FADV_DONTNEED);
    return absl::OkStatus();
  }

 private:
  Descriptor descriptor_;
  const std::string path_;
  const Buffer buffer_;
  uint64_t offset_ = 0;
  bool as_usual_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ColdFile>> OpenPosixColdFile(const std::string& path) {
  Buffer buffer(static_cast<char*>(std::aligned_alloc(kAlignment, kPieceBytes)));
  if (buffer == nullptr) return absl::ResourceExhaustedError("no memory to read " + path);
  PATHKB_ASSIGN_OR_RETURN(Descriptor descriptor, OpenDescriptor(path, O_RDONLY));
  PATHKB_RETURN_IF_ERROR(RegularFile(descriptor.get(), path).status());
  const int flags = ::fcntl(descriptor.get(), F_GETFL);
  const bool direct = flags != -1 && ::fcntl(descriptor.get(), F_SETFL, flags | O_DIRECT) == 0;
  auto file = std::make_unique<PosixColdFile>(std::move(descriptor), path, std::move(buffer));
  if (!direct) PATHKB_RETURN_IF_ERROR(file->ReadAsUsual());
  return file;
}

}  // namespace pathkb
