#include "storage/tool/file_format.h"

#include <array>
#include <cstdint>
#include <utility>

#include "storage/act/act_format.h"
#include "storage/delta/delta_format.h"
#include "storage/sums/sums_format.h"
#include "storage/terms/terms_format.h"
#include "storage/wal/wal_format.h"

namespace pathkb {
namespace {

using Mark = std::pair<std::string_view, FileFormat>;

constexpr std::array<Mark, 7> kFirstBytes = {{
    {kActMagicStem, FileFormat::kTree},
    {kTermsMagic, FileFormat::kTerms},
    {kSumsMagic, FileFormat::kSums},
    {kDeltaMagic, FileFormat::kDelta},
    {kWalMagic, FileFormat::kLogSegment},
    {"pathkb_manifest ", FileFormat::kManifest},
    {"manifests/", FileFormat::kCurrent},
}};

constexpr std::array<Mark, 6> kEndings = {{
    {".tree", FileFormat::kTree},
    {".act", FileFormat::kTree},
    {".terms", FileFormat::kTerms},
    {".sums", FileFormat::kSums},
    {".paths", FileFormat::kPaths},
    {".log", FileFormat::kLogSegment},
}};

// True if this is how a zlib stream begins: method 8 with a window, and a check of both bytes.
bool BeginsLikeZlib(std::string_view bytes) {
  if (bytes.size() < 2) return false;
  const unsigned first = static_cast<uint8_t>(bytes[0]);
  const unsigned second = static_cast<uint8_t>(bytes[1]);
  return (first & 0x0f) == 8 && first >> 4 <= 7 && (first << 8 | second) % 31 == 0;
}

}  // namespace

std::string_view FileFormatName(FileFormat format) {
  switch (format) {
    case FileFormat::kTree:
      return "tree";
    case FileFormat::kTerms:
      return "terms";
    case FileFormat::kSums:
      return "sums";
    case FileFormat::kDelta:
      return "delta";
    case FileFormat::kPaths:
      return "paths";
    case FileFormat::kManifest:
      return "manifest";
    case FileFormat::kCurrent:
      return "current";
    case FileFormat::kLogSegment:
      return "log segment";
    case FileFormat::kUnknown:
      break;
  }
  return "unknown";
}

FileFormat FileFormatOf(std::string_view bytes, std::string_view path) {
  for (const auto& [first_bytes, format] : kFirstBytes) {
    if (bytes.starts_with(first_bytes)) return format;
  }
  for (const auto& [ending, format] : kEndings) {
    if (path.ends_with(ending)) return format;
  }
  return BeginsLikeZlib(bytes) ? FileFormat::kPaths : FileFormat::kUnknown;
}

std::string_view WithoutEnding(std::string_view path, std::string_view ending) {
  if (path.ends_with(ending)) path.remove_suffix(ending.size());
  return path;
}

}  // namespace pathkb
