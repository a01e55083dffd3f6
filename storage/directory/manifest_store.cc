#include "storage/directory/manifest_store.h"

#include <algorithm>
#include <optional>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/directory/file_names.h"
#include "storage/file/atomic_file.h"
#include "storage/file/checksum.h"
#include "storage/file/path_parts.h"

namespace pathkb {
namespace {

constexpr uint64_t kCurrentBytesMax = 4096;
// Each round means that the writer has published twice since the last.
constexpr int kReadRoundsMax = 10;

// What CURRENT says.
struct Pointer {
  uint64_t number = 0;
  uint64_t checksum = 0;
};

std::string FormatPointer(const Pointer& pointer) {
  return fmt::format("{} {:016x}\n", ManifestName(pointer.number), pointer.checksum);
}

absl::StatusOr<Pointer> ReadPointer(FileSystem& files, const std::string& directory) {
  const std::string path = JoinPath(directory, kCurrentName);
  PATHKB_ASSIGN_OR_RETURN(const std::string line, files.ReadFile(path, kCurrentBytesMax));
  const size_t blank = line.find(' ');
  const auto name = ParseFileName(std::string_view(line).substr(0, blank));
  Pointer pointer;
  if (blank != std::string::npos && name.has_value() && name->kind == FileKind::kManifest) {
    pointer.number = name->number;
    pointer.checksum = std::strtoull(line.c_str() + blank + 1, nullptr, 16);
    if (FormatPointer(pointer) == line) return pointer;
  }
  return absl::DataLossError(
      fmt::format("{}: found \"{}\", expected one line \"manifests/<number> <checksum>\"", path,
                  line.substr(0, line.find('\n'))));
}

// `checksum`: of the whole text, if it is known.
absl::StatusOr<Manifest> ReadChecked(FileSystem& files, const std::string& directory,
                                     uint64_t number, std::optional<uint64_t> checksum) {
  const std::string path = JoinPath(directory, ManifestName(number));
  PATHKB_ASSIGN_OR_RETURN(const std::string text, files.ReadFile(path, kManifestBytesMax));
  PATHKB_ASSIGN_OR_RETURN(Manifest manifest, ParseManifest(text, path));
  if (manifest.number != number) {
    return absl::DataLossError(
        fmt::format("{}: holds the manifest of number {}", path, manifest.number));
  }
  if (checksum.has_value() && Checksum(text) != *checksum) {
    return absl::DataLossError(fmt::format("{}: its checksum is {:016x}, CURRENT says {:016x}",
                                           path, Checksum(text), *checksum));
  }
  return manifest;
}

// The number that a new manifest must be above.
absl::StatusOr<uint64_t> LastNumber(FileSystem& files, const std::string& directory) {
  const absl::StatusOr<Pointer> pointer = ReadPointer(files, directory);
  if (pointer.ok()) return pointer->number;
  if (absl::IsNotFound(pointer.status())) return 0;
  if (!absl::IsDataLoss(pointer.status())) return pointer.status();
  PATHKB_ASSIGN_OR_RETURN(const std::vector<uint64_t> numbers, ListManifests(files, directory));
  return numbers.empty() ? 0 : numbers.back();
}

}  // namespace

absl::StatusOr<Manifest> ReadCurrent(FileSystem& files, const std::string& directory) {
  PATHKB_ASSIGN_OR_RETURN(Pointer pointer, ReadPointer(files, directory));
  for (int round = 0; round < kReadRoundsMax; ++round) {
    absl::StatusOr<Manifest> manifest =
        ReadChecked(files, directory, pointer.number, pointer.checksum);
    if (!absl::IsNotFound(manifest.status())) return manifest;
    // Replaced and removed since, or really missing: CURRENT tells.
    PATHKB_ASSIGN_OR_RETURN(const Pointer again, ReadPointer(files, directory));
    if (again.number == pointer.number) {
      return absl::DataLossError(fmt::format("{}: names {}, which is missing",
                                             JoinPath(directory, kCurrentName),
                                             ManifestName(pointer.number)));
    }
    pointer = again;
  }
  return absl::UnavailableError(
      fmt::format("{}: replaced faster than it could be read", JoinPath(directory, kCurrentName)));
}

absl::StatusOr<Manifest> ReadManifest(FileSystem& files, const std::string& directory,
                                      uint64_t number) {
  return ReadChecked(files, directory, number, std::nullopt);
}

absl::StatusOr<std::vector<uint64_t>> ListManifests(FileSystem& files,
                                                    const std::string& directory) {
  PATHKB_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                          files.List(JoinPath(directory, kManifestsFolder)));
  std::vector<uint64_t> numbers;
  for (const std::string& name : names) {
    const auto parsed = ParseFileName(JoinPath(kManifestsFolder, name));
    if (parsed.has_value()) numbers.push_back(parsed->number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

absl::Status PublishManifest(FileSystem& files, const std::string& directory,
                             const Manifest& manifest) {
  PATHKB_RETURN_IF_ERROR(CheckManifest(manifest));
  PATHKB_ASSIGN_OR_RETURN(const uint64_t last_number, LastNumber(files, directory));
  // To replace the file that CURRENT names would leave a moment in which neither version counts.
  if (manifest.number <= last_number) {
    return absl::FailedPreconditionError(
        fmt::format("{}: manifest {} offered, expected a number above {}", directory,
                    manifest.number, last_number));
  }
  const std::string name = ManifestName(manifest.number);
  const std::string text = FormatManifest(manifest);
  PATHKB_RETURN_IF_ERROR(WriteFileAtomically(files, JoinPath(directory, TmpName(name)),
                                             JoinPath(directory, name), text));
  return WriteFileAtomically(files, JoinPath(directory, TmpName(kCurrentName)),
                             JoinPath(directory, kCurrentName),
                             FormatPointer({manifest.number, Checksum(text)}));
}

}  // namespace pathkb
