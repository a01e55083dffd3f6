#include "tests/fuzz/memory_files.h"

#include <cstring>

#include "core/base/check.h"
#include "core/base/status_macros.h"

namespace pathkb::fuzz {
namespace {

class MappedInput final : public MappedFile {
 public:
  explicit MappedInput(std::string_view bytes)
      : bytes_(new char[bytes.size()]), byte_count_(bytes.size()) {
    if (!bytes.empty()) std::memcpy(bytes_.get(), bytes.data(), bytes.size());
  }

  std::string_view bytes() const override { return {bytes_.get(), byte_count_}; }
  const std::string& path() const override {
    static const auto* path = new std::string("input");
    return *path;
  }

 private:
  const std::unique_ptr<char[]> bytes_;
  const size_t byte_count_;
};

absl::Status ReadOnly() { return absl::UnimplementedError("these files are only read"); }

}  // namespace

std::shared_ptr<const MappedFile> MapInput(std::string_view bytes) {
  return std::make_shared<const MappedInput>(bytes);
}

absl::StatusOr<std::string_view> InputFiles::Find(const std::string& path) const {
  const auto found = files_.find(path);
  if (found == files_.end()) return absl::NotFoundError(path);
  return std::string_view(found->second);
}

absl::StatusOr<std::unique_ptr<const MappedFile>> InputFiles::Map(const std::string& path,
                                                                  const MapOptions& /*options*/) {
  PATHKB_ASSIGN_OR_RETURN(const std::string_view bytes, Find(path));
  return std::make_unique<const MappedInput>(bytes);
}

absl::StatusOr<std::string> InputFiles::ReadFile(const std::string& path, uint64_t bytes_max) {
  PATHKB_ASSIGN_OR_RETURN(const std::string_view bytes, Find(path));
  if (bytes.size() > bytes_max) return absl::ResourceExhaustedError(path);
  return std::string(bytes);
}

absl::StatusOr<uint64_t> InputFiles::FileBytes(const std::string& path) {
  PATHKB_ASSIGN_OR_RETURN(const std::string_view bytes, Find(path));
  return bytes.size();
}

absl::StatusOr<std::vector<std::string>> InputFiles::List(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& [path, bytes] : files_) {
    if (path.starts_with(directory + "/")) names.push_back(path.substr(directory.size() + 1));
  }
  return names;
}

absl::StatusOr<bool> InputFiles::Exists(const std::string& path) { return files_.contains(path); }

absl::StatusOr<std::unique_ptr<WritableFile>> InputFiles::Create(const std::string& /*path*/) {
  return ReadOnly();
}
absl::Status InputFiles::Rename(const std::string& /*from*/, const std::string& /*to*/) {
  return ReadOnly();
}
absl::Status InputFiles::Remove(const std::string& /*path*/) { return ReadOnly(); }
absl::Status InputFiles::CreateDirectory(const std::string& /*path*/) { return ReadOnly(); }
absl::Status InputFiles::SyncDirectory(const std::string& /*directory*/) { return ReadOnly(); }
absl::StatusOr<std::unique_ptr<FileLock>> InputFiles::Lock(const std::string& /*path*/,
                                                           const std::string& /*holder*/) {
  return ReadOnly();
}

absl::Status OutputFile::Append(std::string_view bytes) {
  bytes_.append(bytes);
  return absl::OkStatus();
}

absl::StatusOr<std::string> OutputFile::ReadAt(uint64_t offset, uint64_t length) {
  if (offset > bytes_.size() || length > bytes_.size() - offset) {
    return absl::OutOfRangeError("not written yet");
  }
  return bytes_.substr(offset, length);
}

absl::Status OutputFile::WriteAt(uint64_t offset, std::string_view bytes) {
  PATHKB_CHECK(offset <= bytes_.size() && bytes.size() <= bytes_.size() - offset);
  bytes_.replace(offset, bytes.size(), bytes);
  return absl::OkStatus();
}

}  // namespace pathkb::fuzz
