#include "storage/delta/delta_reader.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/varint.h"
#include "storage/delta/paths_reader.h"
#include "storage/delta/section_reader.h"

namespace pathkb {
namespace {

// Entries between two marks: a lookup steps over at most one less, and a mark costs eight bytes.
constexpr uint64_t kEntriesPerMark = 16;

}  // namespace

// --- One pass over paths, operations and entry numbers side by side ------------------------------

// Checks as it goes. Borrows the reader, whose tail and entries are loaded.
class DeltaReader::Walk {
 public:
  explicit Walk(const DeltaReader& reader)
      : reader_(reader),
        paths_(reader.SectionName(kDeltaPaths),
               {.record_bytes_max = kDeltaPathBytesMax,
                .record_count_max = reader.tail_.op_count,
                .inflated_bytes_max = reader.tail_.sections[kDeltaPaths].raw_bytes,
                .ratio_max = 0,
                .must_ascend = true,
                // What passes a bound of the format was not written by our writer.
                .over_bound = absl::StatusCode::kDataLoss,
                .start_offset = reader.SectionOffset(kDeltaPaths)}),
        ops_(reader.SectionName(kDeltaOps), reader.StoredSection(kDeltaOps),
             reader.SectionOffset(kDeltaOps), reader.tail_.sections[kDeltaOps]),
        entry_numbers_(
            reader.SectionName(kDeltaEntryNumbers), reader.StoredSection(kDeltaEntryNumbers),
            reader.SectionOffset(kDeltaEntryNumbers), reader.tail_.sections[kDeltaEntryNumbers]) {
    paths_.Feed(reader.StoredSection(kDeltaPaths));
  }

  // The next operation; nullopt at the end, which was then found right. DataLoss otherwise.
  absl::StatusOr<std::optional<DeltaChange>> Next() {
    if (at_end_) return std::nullopt;
    PATHKB_RETURN_IF_ERROR(status_);
    absl::StatusOr<std::optional<DeltaChange>> change = Step();
    status_ = change.status();
    return change;
  }

 private:
  absl::StatusOr<std::optional<DeltaChange>> Step() {
    PATHKB_ASSIGN_OR_RETURN(const std::optional<std::string_view> path, paths_.Next());
    if (!path.has_value()) {
      PATHKB_RETURN_IF_ERROR(CheckEnd());
      at_end_ = true;
      return std::nullopt;
    }
    DeltaChange change = {.path = *path};
    uint8_t op = 0;
    if (!ops_.Next(op)) {
      return ops_.status().ok() ? ops_.Fail("there are more paths than operations") : ops_.status();
    }
    if (!IsDeltaOp(op)) return ops_.Fail(fmt::format("operation {} does not exist", op));
    change.op = static_cast<DeltaOp>(op);
    if (!HasEntry(change.op)) return change;
    ++with_entry_count_;
    uint64_t number = 0;
    if (!entry_numbers_.NextVarint(number)) {
      return entry_numbers_.status().ok()
                 ? entry_numbers_.Fail("there are more operations with an entry than numbers")
                 : entry_numbers_.status();
    }
    if (number > reader_.tail_.entry_count) {
      return entry_numbers_.Fail(fmt::format("entry {} of {}", number, reader_.tail_.entry_count));
    }
    if (number > highest_number_ + 1) {
      return entry_numbers_.Fail(
          fmt::format("entry {} is used before entry {}; they are numbered by first use", number,
                      highest_number_ + 1));
    }
    highest_number_ = std::max(highest_number_, number);
    if (number > 0) change.entry = reader_.EntryAt(number);
    return change;
  }

  absl::Status CheckEnd() {
    PATHKB_RETURN_IF_ERROR(paths_.Finish());
    PATHKB_RETURN_IF_ERROR(ops_.Finish());
    PATHKB_RETURN_IF_ERROR(entry_numbers_.Finish());
    const DeltaSection& section = reader_.tail_.sections[kDeltaPaths];
    if (paths_.raw_checksum() != section.raw_checksum) {
      return absl::DataLossError(
          fmt::format("{}: at byte {}: its content has checksum {:016x}, the tail says {:016x}",
                      reader_.SectionName(kDeltaPaths), reader_.SectionOffset(kDeltaPaths),
                      paths_.raw_checksum(), section.raw_checksum));
    }
    // With the sizes in the tail consistent, equal counts make all of it equal.
    if (paths_.record_count() != reader_.tail_.op_count ||
        paths_.path_bytes() != reader_.tail_.path_bytes) {
      return absl::DataLossError(
          fmt::format("{}: at byte {}: {} paths of {} bytes, the tail says {} of {}",
                      reader_.SectionName(kDeltaPaths), reader_.SectionOffset(kDeltaPaths),
                      paths_.record_count(), paths_.path_bytes(), reader_.tail_.op_count,
                      reader_.tail_.path_bytes));
    }
    if (with_entry_count_ != reader_.tail_.with_entry_count) {
      return entry_numbers_.Fail(fmt::format("{} operations with an entry, the tail says {}",
                                             with_entry_count_, reader_.tail_.with_entry_count));
    }
    if (highest_number_ != reader_.tail_.entry_count) {
      return entry_numbers_.Fail(fmt::format("only {} of {} entries are used", highest_number_,
                                             reader_.tail_.entry_count));
    }
    return absl::OkStatus();
  }

  const DeltaReader& reader_;
  PathsReader paths_;
  SectionReader ops_;
  SectionReader entry_numbers_;
  uint64_t with_entry_count_ = 0;  // Operations so far that have an entry.
  uint64_t highest_number_ = 0;    // Of an entry used so far.
  bool at_end_ = false;
  absl::Status status_;
};

// --- DeltaReader ---------------------------------------------------------------------------------

DeltaReader::DeltaReader(std::shared_ptr<const MappedFile> file)
    : file_(std::move(file)), bytes_(file_->bytes()) {}

DeltaReader::~DeltaReader() = default;

absl::StatusOr<std::unique_ptr<DeltaReader>> DeltaReader::Open(FileSystem& files,
                                                               const std::string& path,
                                                               const DeltaExpected& expected) {
  PATHKB_ASSIGN_OR_RETURN(std::shared_ptr<const MappedFile> file, files.Map(path));
  file->Advise(MapAccess::kSequential);
  return Open(std::move(file), expected);
}

absl::StatusOr<std::unique_ptr<DeltaReader>> DeltaReader::Open(
    std::shared_ptr<const MappedFile> file, const DeltaExpected& expected) {
  std::unique_ptr<DeltaReader> reader(new DeltaReader(std::move(file)));
  PATHKB_RETURN_IF_ERROR(reader->CheckHeader(expected));
  PATHKB_RETURN_IF_ERROR(reader->CheckTail());
  PATHKB_RETURN_IF_ERROR(reader->LoadEntries());
  for (Walk walk(*reader);;) {
    PATHKB_ASSIGN_OR_RETURN(const std::optional<DeltaChange> change, walk.Next());
    if (!change.has_value()) break;
  }
  reader->walk_ = std::make_unique<Walk>(*reader);
  return reader;
}

absl::StatusOr<std::optional<DeltaChange>> DeltaReader::Next() { return walk_->Next(); }

absl::Status DeltaReader::LoadEntries() {
  // Twice: the first time proves the size in the tail, so that no more than this is allocated.
  for (const bool load : {false, true}) {
    if (load) {
      entries_.reserve(tail_.sections[kDeltaEntries].raw_bytes);
      entry_marks_.reserve(tail_.entry_count / kEntriesPerMark + 1);
    }
    SectionReader section(SectionName(kDeltaEntries), StoredSection(kDeltaEntries),
                          SectionOffset(kDeltaEntries), tail_.sections[kDeltaEntries]);
    std::string_view piece;
    while (section.NextPiece(piece)) {
      if (load) entries_.append(piece);
    }
    PATHKB_RETURN_IF_ERROR(section.Finish());
  }
  uint64_t entry_count = 0;
  std::string_view rest = entries_;
  while (!rest.empty()) {
    if (entry_count % kEntriesPerMark == 0) entry_marks_.push_back(entries_.size() - rest.size());
    const uint64_t offset = entries_.size() - rest.size();
    std::string_view entry;
    if (!ConsumeLengthPrefixed(rest, entry) || entry.empty() ||
        entry.size() > kDeltaEntryBytesMax) {
      return absl::DataLossError(fmt::format(
          "{}: at byte {} (inflated byte {}): entry {} is empty, cut off, or over {} bytes",
          SectionName(kDeltaEntries), SectionOffset(kDeltaEntries), offset, entry_count + 1,
          kDeltaEntryBytesMax));
    }
    ++entry_count;
  }
  if (entry_count != tail_.entry_count) {
    return absl::DataLossError(fmt::format("{}: at byte {}: {} entries, the tail says {}",
                                           SectionName(kDeltaEntries), SectionOffset(kDeltaEntries),
                                           entry_count, tail_.entry_count));
  }
  return absl::OkStatus();
}

std::string_view DeltaReader::EntryAt(uint64_t number) const {
  const uint64_t index = number - 1;
  std::string_view rest = std::string_view(entries_).substr(entry_marks_[index / kEntriesPerMark]);
  std::string_view entry;
  // LoadEntries() has been through all of them.
  for (uint64_t i = 0; i <= index % kEntriesPerMark; ++i) {
    PATHKB_CHECK(ConsumeLengthPrefixed(rest, entry));
  }
  return entry;
}

std::string DeltaReader::SectionName(DeltaSectionIndex section) const {
  return fmt::format("{}: section {}", file_->path(), kDeltaSectionNames[section]);
}

uint64_t DeltaReader::SectionOffset(DeltaSectionIndex section) const {
  uint64_t offset = kDeltaHeaderBytes;
  for (size_t i = 0; i < section; ++i) offset += tail_.sections[i].stored_bytes;
  return offset;
}

std::string_view DeltaReader::StoredSection(DeltaSectionIndex section) const {
  return bytes_.substr(SectionOffset(section), tail_.sections[section].stored_bytes);
}

}  // namespace pathkb
