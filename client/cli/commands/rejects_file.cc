#include "client/cli/commands/rejects_file.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

#include "fmt/format.h"

#include "client/cpp/text_position.h"

namespace pathkb::cli {

RejectsFile::~RejectsFile() {
  if (file_ != nullptr) std::fclose(file_);
}

absl::Status RejectsFile::Open(const std::string& path, client::FactFormat format,
                               uint64_t keep_bytes) {
  path_ = path;
  format_ = format;
  bytes_ = keep_bytes;
  const auto failure = [&] {
    return absl::UnknownError(fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
  };
  if (keep_bytes > 0 && truncate(path.c_str(), static_cast<off_t>(keep_bytes)) != 0) {
    return failure();
  }
  file_ = std::fopen(path.c_str(), keep_bytes > 0 ? "ae" : "we");
  return file_ == nullptr ? failure() : absl::OkStatus();
}

void RejectsFile::Add(const client::RejectedText& rejected, const std::string& header) {
  if (bytes_ == 0 && !header.empty()) Write(header + "\n");
  Write(client::RemarkLine(
      format_, fmt::format("{}: {}", client::ShowPosition(rejected.position), rejected.what)));
  if (!rejected.text.empty()) Write(rejected.text + "\n");
}

void RejectsFile::Write(const std::string& text) {
  bytes_ += std::fwrite(text.data(), 1, text.size(), file_);
}

absl::Status RejectsFile::Flush() {
  if (file_ == nullptr || (std::fflush(file_) == 0 && std::ferror(file_) == 0)) {
    return absl::OkStatus();
  }
  return absl::UnknownError(fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
}

}  // namespace pathkb::cli
