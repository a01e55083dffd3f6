#include "storage/recovery/log_replay.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/batch.h"
#include "storage/directory/file_names.h"
#include "storage/wal/wal_format.h"
#include "storage/wal/wal_reader.h"

namespace pathkb {
namespace {

// First revisions of the segments that may hold records after state.revision and up to `until`,
// ascending.
absl::StatusOr<std::vector<uint64_t>> SegmentsToReplay(FileSystem& files,
                                                       const std::string& data_dir, uint64_t until,
                                                       const RecoveredState& state) {
  PATHKB_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(data_dir + "/wal"));
  std::vector<uint64_t> firsts;
  for (const std::string& name : names) {
    const std::optional<ParsedFileName> parsed = ParseFileName("wal/" + name);
    if (parsed.has_value()) firsts.push_back(parsed->first_revision);
  }
  std::sort(firsts.begin(), firsts.end());
  for (uint64_t named : state.manifest.wal_segments) {
    if (named > until) break;
    if (named > state.revision && !std::binary_search(firsts.begin(), firsts.end(), named)) {
      return absl::DataLossError(
          fmt::format("{}/{}: missing, and the commits from revision {} on with it", data_dir,
                      WalSegmentName(named), named));
    }
  }
  // A segment ends where the next one begins; those that end at or before the base are not needed.
  size_t needed = 0;
  while (needed + 1 < firsts.size() && firsts[needed + 1] <= state.revision + 1) ++needed;
  firsts.erase(firsts.begin(), firsts.begin() + static_cast<std::ptrdiff_t>(needed));
  std::erase_if(firsts, [&](uint64_t first) { return first > until; });
  return firsts;
}

absl::Status Gap(const std::string& path, uint64_t expected, uint64_t found) {
  return absl::DataLossError(fmt::format(
      "{}: begins at revision {}, but revisions {} to {} are in no log segment and in no "
      "snapshot",
      path, found, expected, found - 1));
}

absl::Status ApplyRecord(const WalRecord& record, RecoveredState& state) {
  PATHKB_ASSIGN_OR_RETURN(Batch batch, DecodeBatch(record.payload));
  PATHKB_ASSIGN_OR_RETURN(const ChangeCounts counts, state.working.Apply(batch, state.base.get()));
  state.facts += counts.inserted;
  state.facts -= counts.deleted;
  state.changes += counts.changed();
  state.revision = record.revision;
  return absl::OkStatus();
}

// True if no record can be in this segment, whatever else is: its header is written and synced
// alone, so a power cut before that sync may leave any bytes in its place, but none behind it.
absl::StatusOr<bool> HasOnlyAHeader(FileSystem& files, const std::string& path) {
  PATHKB_ASSIGN_OR_RETURN(const uint64_t bytes, files.FileBytes(path));
  return bytes <= kWalSegmentHeaderBytes;
}

// Replays the segment that begins at revision `first`, up to and with `until`. One that ends in a
// torn write is followed by a segment that begins where its good records end, or by none.
absl::Status ReplaySegment(FileSystem& files, const std::string& data_dir, uint64_t first,
                           uint64_t until, RecoveredState& state) {
  const std::string name = WalSegmentName(first);
  WalExpected expected;
  expected.database_id = state.manifest.database_id;
  expected.first_revision = first;
  auto opened = WalReader::Open(files, data_dir + "/" + name, expected);
  if (absl::IsDataLoss(opened.status())) {
    PATHKB_ASSIGN_OR_RETURN(const bool empty, HasOnlyAHeader(files, data_dir + "/" + name));
    if (empty) {
      state.hollow_segments.push_back(name);
      return absl::OkStatus();
    }
  }
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<WalReader> reader, std::move(opened));
  if (first > state.revision + 1) return Gap(reader->path(), state.revision + 1, first);
  bool hollow = true;
  while (true) {
    PATHKB_ASSIGN_OR_RETURN(const std::optional<WalRecord> record, reader->Next());
    if (!record.has_value()) break;
    hollow = false;
    if (record->revision > until) break;
    if (record->revision <= state.revision) continue;  // In the snapshot already.
    if (absl::Status status = ApplyRecord(*record, state); !status.ok()) {
      return absl::Status(status.code(), fmt::format("{}: revision {}: {}", reader->path(),
                                                     record->revision, ToStd(status.message())));
    }
  }
  if (hollow) {
    state.hollow_segments.push_back(name);
  } else {
    state.last_segment = name;
  }
  if (reader->tail().kind == WalTail::Kind::kTorn) {
    state.notes.push_back(
        fmt::format("{} ends in {} bytes of an interrupted write after revision {}: they were "
                    "never acknowledged "
                    "and are left out",
                    reader->path(), reader->tail().bytes_cut, state.revision));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReplayLog(FileSystem& files, const std::string& data_dir, RecoveredState& state,
                       uint64_t until) {
  PATHKB_ASSIGN_OR_RETURN(const std::vector<uint64_t> firsts,
                          SegmentsToReplay(files, data_dir, until, state));
  for (uint64_t first : firsts) {
    PATHKB_RETURN_IF_ERROR(ReplaySegment(files, data_dir, first, until, state));
  }
  return absl::OkStatus();
}

}  // namespace pathkb
