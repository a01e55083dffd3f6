// Where a command's text goes: standard output or standard error, or a string in tests.

#ifndef PATHKB_CLIENT_CLI_OUTPUT_TEXT_OUTPUT_H_
#define PATHKB_CLIENT_CLI_OUTPUT_TEXT_OUTPUT_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace pathkb::cli {

// Buffered text to one file descriptor. One thread at a time. A reader that goes away (`| head`) is
// no error: closed() says so, and the command is to end quietly. The program must ignore SIGPIPE.
class TextOutput {
 public:
  // Does not own `fd`. A terminal gets its text line by line, anything else in blocks.
  explicit TextOutput(int fd);
  // Appends to `text`, which must outlive this object.
  explicit TextOutput(std::string* text) : text_(text) {}
  TextOutput(const TextOutput&) = delete;
  TextOutput& operator=(const TextOutput&) = delete;
  // Flushes, and ignores whether that works; call Flush() to know.
  ~TextOutput() { Flush(); }

  // False if text no longer arrives; then there is no point in making more.
  bool Write(std::string_view text);
  // Hands on what is buffered. Result as Write().
  bool Flush();

  // True if the reader has gone away.
  bool closed() const { return closed_; }
  // OK, or what went wrong other than that: Unknown, with the system's reason.
  const absl::Status& status() const { return status_; }
  bool is_terminal() const { return is_terminal_; }

 private:
  const int fd_ = -1;
  std::string* const text_ = nullptr;
  const bool is_terminal_ = false;
  bool closed_ = false;
  absl::Status status_;
  std::string buffer_;
};

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_OUTPUT_TEXT_OUTPUT_H_
