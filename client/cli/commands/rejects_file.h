// The rows that an import left out, verbatim, each behind a remark that says where it was and why:
// a file that can be mended and imported again.
//
//   ; line 7, column 4: this '(' is not closed
//   (parent Tom (Bob)

#ifndef PATHKB_CLIENT_CLI_COMMANDS_REJECTS_FILE_H_
#define PATHKB_CLIENT_CLI_COMMANDS_REJECTS_FILE_H_

#include <cstdint>
#include <cstdio>
#include <string>

#include "absl/status/status.h"

#include "client/cpp/batch_reader.h"
#include "client/cpp/formats/format.h"

namespace pathkb::cli {

// One thread at a time. Writes nothing before Open().
class RejectsFile {
 public:
  RejectsFile() = default;
  RejectsFile(const RejectsFile&) = delete;
  RejectsFile& operator=(const RejectsFile&) = delete;
  ~RejectsFile();

  // Starts the file anew, or, if `keep_bytes` is not 0, behind the first so many bytes of what is
  // there. Unknown, with the system's reason.
  absl::Status Open(const std::string& path, client::FactFormat format, uint64_t keep_bytes);

  // Adds a row of an input with this header, if formats of its kind have one.
  void Add(const client::RejectedText& rejected, const std::string& header);

  // Hands everything to the system. Unknown if not all of it could be written.
  absl::Status Flush();

  // Written so far.
  uint64_t bytes() const { return bytes_; }
  bool is_open() const { return file_ != nullptr; }

 private:
  void Write(const std::string& text);

  std::string path_;
  client::FactFormat format_ = client::FactFormat::kMetta;
  std::FILE* file_ = nullptr;
  uint64_t bytes_ = 0;
};

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_REJECTS_FILE_H_
