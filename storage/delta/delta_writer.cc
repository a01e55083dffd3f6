#include "storage/delta/delta_writer.h"

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/varint.h"

namespace pathkb {
namespace {

// A sink that keeps what it gets.
ByteSink AppendTo(std::string& out) {
  return [&out](std::string_view bytes) {
    out.append(bytes);
    return absl::OkStatus();
  };
}

DeltaSection SectionOf(const Deflater& deflater) {
  return {deflater.stored_bytes(), deflater.raw_bytes(), deflater.raw_checksum()};
}

}  // namespace

DeltaWriter::DeltaWriter(WritableFile& file, const DeltaHeader& header, int level)
    : file_(file),
      header_(header),
      level_(level),
      ops_(AppendTo(stored_ops_), level),
      entry_numbers_(AppendTo(stored_entry_numbers_), level),
      paths_([this](std::string_view bytes) { return Write(bytes); }, {.level = level}) {
  if (header.to_revision <= header.from_revision) {
    status_ = absl::InvalidArgumentError(fmt::format("a delta from revision {} to revision {}",
                                                     header.from_revision, header.to_revision));
    return;
  }
  std::string bytes;
  AppendDeltaHeader({.header = header}, bytes);
  Write(bytes).IgnoreError();  // It is kept.
}

absl::Status DeltaWriter::Add(std::string_view path, DeltaOp op, std::string_view entry) {
  if (finished_) return absl::FailedPreconditionError("a path was added after Finish()");
  PATHKB_RETURN_IF_ERROR(status_);
  if (!IsDeltaOp(static_cast<uint8_t>(op)) || (!entry.empty() && !HasEntry(op))) {
    return absl::InvalidArgumentError(
        fmt::format("operation {} with an entry of {} bytes", static_cast<int>(op), entry.size()));
  }
  if (path.size() > kDeltaPathBytesMax || entry.size() > kDeltaEntryBytesMax) {
    return absl::InvalidArgumentError(
        fmt::format("a path of {} bytes with an entry of {} bytes; the bounds are {} and {}",
                    path.size(), entry.size(), kDeltaPathBytesMax, kDeltaEntryBytesMax));
  }
  if (entries_raw_bytes_ + kVarintBytesMax + entry.size() > kDeltaEntriesBytesMax &&
      !entries_.FindId(entry).has_value()) {
    return absl::ResourceExhaustedError(
        fmt::format("the entries of a delta would pass {} bytes", kDeltaEntriesBytesMax));
  }
  PATHKB_RETURN_IF_ERROR(paths_.Add(path));
  const char op_byte = static_cast<char>(op);
  PATHKB_RETURN_IF_ERROR(ops_.Append({&op_byte, 1}));
  if (HasEntry(op)) PATHKB_RETURN_IF_ERROR(AddEntryNumber(entry));
  return absl::OkStatus();
}

absl::Status DeltaWriter::AddEntryNumber(std::string_view entry) {
  const uint64_t count_before = entries_.View().entry_count();
  const uint64_t number = entries_.Intern(entry);
  if (number > count_before) entries_raw_bytes_ += VarintBytes(entry.size()) + entry.size();
  std::string digits;
  AppendVarint(number, digits);
  ++tail_.with_entry_count;
  return entry_numbers_.Append(digits);
}

absl::StatusOr<DeltaTotals> DeltaWriter::Finish() {
  if (finished_) return absl::FailedPreconditionError("Finish() was called twice");
  finished_ = true;
  PATHKB_RETURN_IF_ERROR(status_);
  PATHKB_ASSIGN_OR_RETURN(const PathsWritten paths, paths_.Finish());
  PATHKB_RETURN_IF_ERROR(ops_.Finish());
  PATHKB_RETURN_IF_ERROR(entry_numbers_.Finish());
  tail_.op_count = paths.records;
  tail_.path_bytes = paths.path_bytes;
  tail_.sections[kDeltaPaths] = {paths.stored_bytes, paths.raw_bytes, paths.raw_checksum};
  tail_.sections[kDeltaOps] = SectionOf(ops_);
  tail_.sections[kDeltaEntryNumbers] = SectionOf(entry_numbers_);
  PATHKB_RETURN_IF_ERROR(Write(stored_ops_));
  PATHKB_RETURN_IF_ERROR(Write(stored_entry_numbers_));
  PATHKB_RETURN_IF_ERROR(WriteEntries());
  entries_.Clear();
  std::string tail;
  AppendDeltaTail(tail_, tail);
  PATHKB_RETURN_IF_ERROR(Write(tail));
  std::string footer;
  AppendDeltaFooter(digest_.Digest(), footer);
  PATHKB_RETURN_IF_ERROR(Write(footer));
  return DeltaTotals{.file_bytes = file_bytes_,
                     .digest = digest_.Digest(),
                     .ops = tail_.op_count,
                     .entries = tail_.entry_count,
                     .path_bytes = tail_.path_bytes};
}

absl::Status DeltaWriter::WriteEntries() {
  const EntryView entries = entries_.View();
  Deflater deflater([this](std::string_view bytes) { return Write(bytes); }, level_);
  std::string length;
  for (uint64_t number = 1; number <= entries.entry_count(); ++number) {
    const std::string_view entry = entries.Find(number);
    length.clear();
    AppendVarint(entry.size(), length);
    PATHKB_RETURN_IF_ERROR(deflater.Append(length));
    PATHKB_RETURN_IF_ERROR(deflater.Append(entry));
  }
  PATHKB_RETURN_IF_ERROR(deflater.Finish());
  tail_.entry_count = entries.entry_count();
  tail_.sections[kDeltaEntries] = SectionOf(deflater);
  return absl::OkStatus();
}

absl::Status DeltaWriter::Write(std::string_view bytes) {
  PATHKB_RETURN_IF_ERROR(status_);
  digest_.Update(bytes);
  file_bytes_ += bytes.size();
  status_ = file_.Append(bytes);
  return status_;
}

}  // namespace pathkb
