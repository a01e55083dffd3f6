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
#include "core/facts/request_table.h"
#include "core/trie/overlay_zipper.h"
#include "core/trie/read_zipper.h"
#include "storage/directory/file_names.h"
#include "storage/wal/wal_format.h"
#include "storage/wal/wal_reader.h"
#include "storage/wal/wal_writer.h"

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

// The requests that base, deltas and the log replayed so far remember.
absl::Status LoadRequests(RecoveredState& state) {
  state.requests = RequestTable();
  std::unique_ptr<Zipper> lower;
  if (state.base != nullptr) lower = state.base->NewZipper();
  OverlayZipper zipper(std::make_unique<ReadZipper>(state.working.trie()), std::move(lower));
  return state.requests.Load(zipper, [&](uint64_t value, int layer) -> absl::StatusOr<std::string> {
    if (layer == 0) return std::string(state.working.entries().Find(value));
    std::string scratch;
    PATHKB_ASSIGN_OR_RETURN(const std::string_view entry, state.base->FindEntry(value, scratch));
    return std::string(entry);
  });
}

// How far a replay has got, told every now and then.
class ReplayProgress {
 public:
  // Borrows both.
  ReplayProgress(const RecoveryOptions& options, uint64_t total_bytes)
      : options_(options), total_bytes_(total_bytes) {}

  // A record was read, which ends `offset` bytes into its segment.
  void Tell(uint64_t offset) {
    if (options_.progress == nullptr || done_bytes_ + offset < next_bytes_) return;
    options_.progress("replaying the log", std::min(done_bytes_ + offset, total_bytes_),
                      total_bytes_);
    next_bytes_ = done_bytes_ + offset + kBytesBetween;
  }
  // A segment of so many bytes is through.
  void EndSegment(uint64_t bytes) { done_bytes_ += bytes; }

 private:
  static constexpr uint64_t kBytesBetween = 64 << 10;

  const RecoveryOptions& options_;
  const uint64_t total_bytes_;
  uint64_t done_bytes_ = 0;
  uint64_t next_bytes_ = 0;  // When to tell again.
};

// The changes of `batch`; if that fails and what was reached is to be kept, none of them.
absl::StatusOr<ChangeCounts> ApplyBatch(Batch& batch, bool keep_on_failure, RecoveredState& state) {
  if (!keep_on_failure) return state.working.Apply(batch, state.base.get());
  WorkingSet next = state.working;
  PATHKB_ASSIGN_OR_RETURN(const ChangeCounts counts, next.Apply(batch, state.base.get()));
  state.working = std::move(next);
  return counts;
}

absl::Status ApplyRecord(const WalRecord& record, bool keep_on_failure, RecoveredState& state) {
  PATHKB_ASSIGN_OR_RETURN(Batch batch, DecodeBatch(record.payload));
  PATHKB_ASSIGN_OR_RETURN(const ChangeCounts counts, ApplyBatch(batch, keep_on_failure, state));
  if (!batch.request_id.empty()) {
    PATHKB_ASSIGN_OR_RETURN(RequestOutcome outcome, DecodeRequestOutcome(batch.request_outcome));
    outcome.revision = record.revision;
    state.requests.Remember(batch.request_id, outcome, state.working);
    state.requests.Settle();
    ++state.changes;
  }
  state.facts += counts.added();
  state.changes += counts.changed() + (counts.forked != 0 ? 1 : 0);
  state.revision = record.revision;
  return absl::OkStatus();
}

// True if no record can be in this segment, whatever else is: its header is written and synced
// alone, so a power cut before that sync may leave any bytes in its place, but none behind it.
absl::StatusOr<bool> HasOnlyAHeader(FileSystem& files, const std::string& path) {
  PATHKB_ASSIGN_OR_RETURN(const uint64_t bytes, files.FileBytes(path));
  return bytes <= kWalSegmentHeaderBytes;
}

// Replays the segment that begins at revision `first`, up to `end`, where the next one begins. What
// it holds from there on was never acknowledged: a write that did not succeed, and was made again
// in the next segment.
absl::Status ReplaySegment(FileSystem& files, const std::string& data_dir, uint64_t first,
                           uint64_t end, const RecoveryOptions& options, ReplayProgress& progress,
                           RecoveredState& state) {
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
  while (reader->last_revision() + 1 < end) {
    PATHKB_ASSIGN_OR_RETURN(const std::optional<WalRecord> record, reader->Next());
    if (!record.has_value()) break;
    hollow = false;
    progress.Tell(reader->tail().offset);
    if (record->revision <= state.revision) continue;  // In the snapshot already.
    if (absl::Status status = ApplyRecord(*record, options.stop_at_damage, state); !status.ok()) {
      return absl::Status(status.code(), fmt::format("{}: revision {}: {}", reader->path(),
                                                     record->revision, ToStd(status.message())));
    }
  }
  if (hollow) {
    state.hollow_segments.push_back(name);
  } else {
    state.last_segment = name;
    state.last_logged_revision = reader->last_revision();
  }
  state.proven_revision = std::max(state.proven_revision, reader->proven_revision());
  if (reader->tail().kind == WalTail::Kind::kTorn) {
    state.notes.push_back(
        fmt::format("{} ends in {} bytes of an interrupted write after revision {}: they were "
                    "never acknowledged "
                    "and are left out",
                    reader->path(), reader->tail().bytes_cut, state.revision));
  }
  return absl::OkStatus();
}

// True if the segment before `name`, the last one with records, goes on where `name` begins.
absl::StatusOr<bool> CutsOffAnother(FileSystem& files, const std::string& data_dir,
                                    const std::string& name, const RecoveredState& state) {
  if (!state.last_segment.has_value() || *state.last_segment >= name) return false;
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<WalReader> reader,
                          WalReader::Open(files, data_dir + "/" + *state.last_segment));
  const uint64_t first = ParseFileName(name)->first_revision;
  while (reader->last_revision() < first) {
    const auto record = reader->Next();
    if (!record.ok() || !record->has_value()) break;
  }
  return reader->last_revision() >= first;
}

// Copies the records after `proven` of the segment `name` into a new segment in tmp/, durably.
absl::Status CopyTail(FileSystem& files, const std::string& data_dir, const std::string& name,
                      uint64_t proven, const RecoveredState& state, const std::string& tmp_path) {
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<WalReader> reader,
                          WalReader::Open(files, data_dir + "/" + name));
  // Of an attempt before.
  if (absl::Status removed = files.Remove(tmp_path); !removed.ok() && !absl::IsNotFound(removed)) {
    return removed;
  }
  PATHKB_ASSIGN_OR_RETURN(
      const std::unique_ptr<WalWriter> writer,
      WalWriter::Create(files, tmp_path, state.manifest.database_id, proven + 1));
  absl::Status status;
  while (status.ok() && reader->last_revision() < state.last_logged_revision) {
    const absl::StatusOr<std::optional<WalRecord>> record = reader->Next();
    status = record.status();
    if (!status.ok() || !record->has_value()) break;
    if ((*record)->revision > proven) status = writer->Append({&**record, 1});
  }
  if (status.ok()) status = writer->Sync();
  if (status.ok() && writer->last_revision() != state.last_logged_revision) {
    status = absl::DataLossError(
        fmt::format("{}: ends at revision {}, and at {} when it was read before", reader->path(),
                    writer->last_revision(), state.last_logged_revision));
  }
  if (!status.ok()) files.Remove(tmp_path).IgnoreError();
  return status;
}

// Writes the end of the log anew where nothing proves that it is on the disk.
absl::Status SecureTail(FileSystem& files, const std::string& data_dir,
                        const RecoveredState& state) {
  if (!state.last_segment.has_value() || state.proven_revision >= state.last_logged_revision) {
    return absl::OkStatus();
  }
  const uint64_t first = ParseFileName(*state.last_segment)->first_revision;
  const uint64_t proven = std::max(state.proven_revision, first - 1);
  const std::string copy = WalSegmentName(proven + 1);
  const std::string tmp_path = data_dir + "/" + TmpName(copy);
  absl::Status copied = CopyTail(files, data_dir, *state.last_segment, proven, state, tmp_path);
  if (absl::IsResourceExhausted(copied)) {
    // What the reserve is for.
    if (absl::Status given = files.Remove(fmt::format("{}/{}", data_dir, kReserveName));
        given.ok()) {
      copied = CopyTail(files, data_dir, *state.last_segment, proven, state, tmp_path);
    }
  }
  PATHKB_RETURN_IF_ERROR(copied);
  return files.Rename(tmp_path, data_dir + "/" + copy);
}

}  // namespace

absl::Status ReplayLog(FileSystem& files, const std::string& data_dir,
                       const RecoveryOptions& options, RecoveredState& state, uint64_t until) {
  PATHKB_RETURN_IF_ERROR(LoadRequests(state));
  PATHKB_ASSIGN_OR_RETURN(const std::vector<uint64_t> firsts,
                          SegmentsToReplay(files, data_dir, until, state));
  std::vector<uint64_t> sizes;
  uint64_t total_bytes = 0;
  for (uint64_t first : firsts) {
    PATHKB_ASSIGN_OR_RETURN(const uint64_t bytes,
                            files.FileBytes(data_dir + "/" + WalSegmentName(first)));
    sizes.push_back(bytes);
    total_bytes += bytes;
  }
  ReplayProgress progress(options, total_bytes);
  for (size_t i = 0; i < firsts.size(); ++i) {
    uint64_t end = i + 1 < firsts.size() ? firsts[i + 1] : UINT64_MAX;
    if (until < end) end = until + 1;
    PATHKB_RETURN_IF_ERROR(
        ReplaySegment(files, data_dir, firsts[i], end, options, progress, state));
    progress.EndSegment(sizes[i]);
  }
  return absl::OkStatus();
}

absl::Status PrepareLogForWriting(FileSystem& files, const std::string& data_dir,
                                  const RecoveredState& state) {
  PATHKB_RETURN_IF_ERROR(SecureTail(files, data_dir, state));
  for (const std::string& name : state.hollow_segments) {
    const std::vector<uint64_t>& named = state.manifest.wal_segments;
    const uint64_t first = ParseFileName(name)->first_revision;
    if (std::find(named.begin(), named.end(), first) != named.end()) continue;
    PATHKB_ASSIGN_OR_RETURN(const bool needed, CutsOffAnother(files, data_dir, name, state));
    if (!needed) PATHKB_RETURN_IF_ERROR(files.Remove(fmt::format("{}/{}", data_dir, name)));
  }
  return files.SyncDirectory(fmt::format("{}/{}", data_dir, kWalFolder));
}

}  // namespace pathkb
