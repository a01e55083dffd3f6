#include "client/cli/output/text_output.h"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <unistd.h>

#include "fmt/format.h"

namespace pathkb::cli {
namespace {

constexpr size_t kBufferBytes = 64 << 10;

}  // namespace

TextOutput::TextOutput(int fd) : fd_(fd), is_terminal_(isatty(fd) == 1) {}

bool TextOutput::Write(std::string_view text) {
  if (closed_ || !status_.ok()) return false;
  if (text_ != nullptr) {
    text_->append(text);
    return true;
  }
  buffer_.append(text);
  const bool line_done = is_terminal_ && text.ends_with('\n');
  return line_done || buffer_.size() >= kBufferBytes ? Flush() : true;
}

bool TextOutput::Flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && !closed_ && status_.ok()) {
    const ssize_t written = write(fd_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EPIPE) {
      closed_ = true;
    } else if (errno != EINTR) {
      status_ =
          absl::UnknownError(fmt::format("cannot write the output: {}", std::strerror(errno)));
    }
  }
  buffer_.clear();
  return !closed_ && status_.ok();
}

}  // namespace pathkb::cli
