// Deltas. Opening looks at every byte, so what opens can be read to its end: as many operations as
// the file says, paths ascending, and written again they read the same.
//
// An input is read as a file, with the two checksums made right that cover header and file; and as
// the contents of the sections of a delta that is right in all else.

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/delta/delta_format.h"
#include "storage/delta/delta_reader.h"
#include "storage/delta/delta_writer.h"
#include "storage/delta/paths_reader.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"
#include "tests/fuzz/deltas.h"
#include "tests/fuzz/memory_files.h"
#include "tests/fuzz/target.h"

namespace pathkb::fuzz {
namespace {

// Inputs inflate to a thousand times their size; so many operations are enough to compare.
constexpr uint64_t kOpsComparedMax = 5000;

bool IsExpectedError(const absl::Status& status) {
  return status.code() == absl::StatusCode::kDataLoss ||
         status.code() == absl::StatusCode::kFailedPrecondition;
}

// A change that owns its path.
struct Change {
  std::string path;
  DeltaOp op;
  std::string_view entry;  // Of the reader.
  friend bool operator==(const Change&, const Change&) = default;
};

std::vector<Change> ReadChanges(DeltaReader& reader) {
  std::vector<Change> changes;
  uint64_t path_bytes = 0;
  while (true) {
    const auto change = reader.Next();
    PATHKB_CHECK(change.ok());
    if (!change->has_value()) break;
    const DeltaChange& found = **change;
    PATHKB_CHECK(changes.empty() || changes.back().path < found.path);
    PATHKB_CHECK(IsDeltaOp(static_cast<uint8_t>(found.op)));
    PATHKB_CHECK(HasEntry(found.op) || found.entry.empty());
    path_bytes += found.path.size();
    changes.push_back({std::string(found.path), found.op, found.entry});
  }
  PATHKB_CHECK(changes.size() == reader.op_count() && path_bytes == reader.path_bytes());
  return changes;
}

void WriteAgain(const DeltaReader& reader, const std::vector<Change>& changes) {
  OutputFile file;
  DeltaWriter writer(file, reader.header(), 1);
  for (const Change& change : changes) {
    PATHKB_CHECK(writer.Add(change.path, change.op, change.entry).ok());
  }
  const auto totals = writer.Finish();
  PATHKB_CHECK(totals.ok() && totals->digest == Checksum(file.bytes()));
  const auto again = DeltaReader::Open(MapInput(file.bytes()));
  PATHKB_CHECK(again.ok() && (*again)->header() == reader.header());
  PATHKB_CHECK(ReadChanges(**again) == changes);
  // Entries that are equal are one, which the file at hand need not have known.
  PATHKB_CHECK((*again)->entry_count() <= reader.entry_count());
}

void ReadDelta(std::string_view bytes) {
  const auto file = MapInput(bytes);
  const auto opened = DeltaReader::Open(file);
  if (!opened.ok()) {
    PATHKB_CHECK(IsExpectedError(opened.status()));
    return;
  }
  NoteAccepted();
  DeltaReader& reader = **opened;
  PATHKB_CHECK(reader.header().to_revision > reader.header().from_revision);
  PATHKB_CHECK(reader.file_bytes() == bytes.size());
  if (reader.op_count() > kOpsComparedMax) return;
  const std::vector<Change> changes = ReadChanges(reader);
  PATHKB_CHECK(reader.Next().ok() && !reader.Next()->has_value());
  WriteAgain(reader, changes);

  size_t index = 0;
  const auto listed =
      ReadPaths(reader.paths_stream(), "input", {.must_ascend = true}, [&](std::string_view path) {
        PATHKB_CHECK(index < changes.size() && changes[index].path == path);
        ++index;
        return absl::OkStatus();
      });
  PATHKB_CHECK(listed.ok() && index == changes.size());

  // On another base, or of another database, it is refused.
  const DeltaHeader& header = reader.header();
  DeltaExpected expected{header.database_id, header.from_revision, header.from_revision};
  PATHKB_CHECK(DeltaReader::Open(file, expected).ok());
  expected.database_id->bytes[15] ^= 1;
  PATHKB_CHECK(DeltaReader::Open(file, expected).status().code() ==
               absl::StatusCode::kFailedPrecondition);
  if (header.from_revision == 0) return;
  PATHKB_CHECK(
      DeltaReader::Open(file, {header.database_id, 0, header.from_revision - 1}).status().code() ==
      absl::StatusCode::kFailedPrecondition);
}

std::string WithRightChecksums(std::string_view bytes) {
  std::string result(bytes);
  if (bytes.size() < kDeltaHeaderBytes + kDeltaTailBytes) return result;
  const size_t header = kDeltaHeaderBytes - sizeof(uint64_t);
  StoreU64(Checksum(bytes.substr(0, header)), result.data() + header);
  result.resize(result.size() - kDeltaFooterBytes);
  AppendDeltaFooter(Checksum(result), result);
  return result;
}

}  // namespace
}  // namespace pathkb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view input = pathkb::fuzz::View(bytes, size);
  pathkb::fuzz::ReadDelta(input);
  if (input.starts_with(pathkb::kDeltaMagic)) {
    pathkb::fuzz::ReadDelta(pathkb::fuzz::WithRightChecksums(input));
  }
  pathkb::fuzz::ReadDelta(pathkb::fuzz::BuildDelta(input));
  return 0;
}
