// Manifests and the line CURRENT. The format has one text for each manifest: what is accepted must
// be in order, and be printed as the same text; one of version 1, which is only read, as a text of
// the same manifest.
//
// Both carry a checksum, which stops a fuzzer; so each input is also read with one that is right,
// and led to by a CURRENT that is right.

#include <string>
#include <string_view>

#include "fmt/format.h"

#include "storage/directory/file_names.h"
#include "storage/directory/manifest.h"
#include "storage/directory/manifest_store.h"
#include "storage/file/checksum.h"
#include "tests/fuzz/memory_files.h"
#include "tests/fuzz/target.h"

namespace pathkb::fuzz {
namespace {

bool IsExpectedError(const absl::Status& status) {
  return status.code() == absl::StatusCode::kDataLoss ||
         status.code() == absl::StatusCode::kFailedPrecondition;
}

std::string CurrentLine(uint64_t number, std::string_view manifest) {
  return fmt::format("{} {:016x}\n", ManifestName(number), Checksum(manifest));
}

// A directory with this CURRENT and this manifest.
absl::StatusOr<Manifest> ReadDirectory(std::string_view current, uint64_t number,
                                       std::string_view manifest) {
  InputFiles files(
      {{"d/CURRENT", std::string(current)}, {"d/" + ManifestName(number), std::string(manifest)}});
  return ReadCurrent(files, "d");
}

void ReadManifestText(std::string_view text) {
  const auto manifest = ParseManifest(text, "input");
  if (!manifest.ok()) {
    PATHKB_CHECK(IsExpectedError(manifest.status()));
    const auto current = ReadDirectory(CurrentLine(1, text), 1, text);
    PATHKB_CHECK(!current.ok());
    return;
  }
  NoteAccepted();
  PATHKB_CHECK(CheckManifest(*manifest).ok());
  const std::string again = FormatManifest(*manifest);
  if (text.starts_with(fmt::format("pathkb_manifest {}\n", kManifestFormatVersion))) {
    PATHKB_CHECK(again == text);
  } else {
    const auto same = ParseManifest(again, "again");
    PATHKB_CHECK(same.ok() && *same == *manifest);
  }
  PATHKB_CHECK(manifest->wal_first_revision <= manifest->CoveredRevision() + 1);
  const auto current = ReadDirectory(CurrentLine(manifest->number, text), manifest->number, text);
  PATHKB_CHECK(current.ok() && *current == *manifest);
  // Led to by another number, or with another checksum, it does not count.
  PATHKB_CHECK(!ReadDirectory(CurrentLine(manifest->number, "x"), manifest->number, text).ok());
  const uint64_t other = manifest->number ^ 1;
  PATHKB_CHECK(!ReadDirectory(CurrentLine(other, text), other, text).ok());
}

// The input as a CURRENT beside a manifest that is in order: only one line leads there.
void ReadCurrentLine(std::string_view line) {
  Manifest manifest;
  manifest.number = 12;
  const std::string text = FormatManifest(manifest);
  const auto read = ReadDirectory(line, manifest.number, text);
  PATHKB_CHECK(read.ok() == (line == CurrentLine(manifest.number, text)));
  if (read.ok()) {
    NoteAccepted();
    PATHKB_CHECK(*read == manifest);
  } else {
    PATHKB_CHECK(IsExpectedError(read.status()) ||
                 read.status().code() == absl::StatusCode::kResourceExhausted);
  }
}

// The text with its last line replaced by the checksum of all before.
std::string WithRightChecksum(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  const size_t end = text.rfind('\n');
  const std::string_view covered = end == std::string_view::npos ? "" : text.substr(0, end + 1);
  return fmt::format("{}checksum {:016x}\n", covered, Checksum(covered));
}

}  // namespace
}  // namespace pathkb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view input = pathkb::fuzz::View(bytes, size);
  pathkb::fuzz::ReadManifestText(input);
  pathkb::fuzz::ReadManifestText(pathkb::fuzz::WithRightChecksum(input));
  pathkb::fuzz::ReadCurrentLine(input);
  return 0;
}
