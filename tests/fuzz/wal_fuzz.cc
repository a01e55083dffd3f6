// Log segments. What is read must be what the writer would have written: the records that were
// delivered, written again, give the same bytes up to where reading ended; the rest, if any, is a
// torn tail or damage, and nothing in between.
//
// Every record carries two checksums and a link to the one before, which stop a fuzzer; so each
// input is also read with all of them right, as far as its records can be followed.

#include <algorithm>
#include <string>
#include <string_view>

#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"
#include "storage/wal/wal_format.h"
#include "storage/wal/wal_reader.h"
#include "tests/fuzz/memory_files.h"
#include "tests/fuzz/target.h"

namespace pathkb::fuzz {
namespace {

constexpr char kPath[] = "wal";

absl::StatusOr<std::unique_ptr<WalReader>> OpenSegment(std::string_view bytes,
                                                       const WalExpected& expected = {}) {
  InputFiles files({{kPath, std::string(bytes)}});
  return WalReader::Open(files, kPath, expected);
}

// Reads a segment that opens to its end.
void ReadRecords(WalReader& reader, std::string_view bytes) {
  if (!reader.header().has_value()) {
    const auto record = reader.Next();
    PATHKB_CHECK(record.ok() && !record->has_value());
    PATHKB_CHECK(reader.tail().kind == WalTail::Kind::kTorn && reader.tail().offset == 0);
    PATHKB_CHECK(reader.tail().bytes_cut == bytes.size());
    return;
  }
  const WalSegmentHeader& header = *reader.header();
  // The same file, written again behind its header.
  std::string again(bytes.substr(0, kWalSegmentHeaderBytes));
  uint64_t checksum = header.checksum;
  uint64_t revision = header.first_revision;
  absl::StatusOr<std::optional<WalRecord>> record = reader.Next();
  for (; record.ok() && record->has_value(); record = reader.Next()) {
    PATHKB_CHECK((*record)->revision == revision && reader.last_revision() == revision);
    ++revision;
    WalRecordHeader written = LoadWalRecordHeader(bytes.substr(again.size()));
    PATHKB_CHECK(written.previous_checksum == checksum && written.kind == (*record)->kind);
    checksum = AppendWalRecord(written, (*record)->payload, header.checksum, again);
    PATHKB_CHECK(reader.tail().offset == again.size());
  }
  PATHKB_CHECK(bytes.starts_with(again));
  const WalTail tail = reader.tail();
  PATHKB_CHECK(tail.offset == again.size());
  PATHKB_CHECK(reader.damage().has_value() == !record.ok());
  const auto next = reader.Next();
  if (record.ok()) {
    NoteAccepted();
    PATHKB_CHECK(tail.bytes_cut == bytes.size() - again.size());
    PATHKB_CHECK((tail.kind == WalTail::Kind::kClean) == (tail.bytes_cut == 0));
    PATHKB_CHECK(next.ok() && !next->has_value());
  } else {
    PATHKB_CHECK(record.status().code() == absl::StatusCode::kDataLoss);
    PATHKB_CHECK(next.status() == record.status());
    PATHKB_CHECK(reader.damage()->first_revision_lost == revision);
    PATHKB_CHECK(reader.damage()->offset >= again.size());
  }
}

void ReadSegment(std::string_view bytes) {
  auto reader = OpenSegment(bytes);
  if (!reader.ok()) {
    PATHKB_CHECK(reader.status().code() == absl::StatusCode::kDataLoss ||
                 reader.status().code() == absl::StatusCode::kFailedPrecondition);
    return;
  }
  ReadRecords(**reader, bytes);
  // Cut behind the last record, it is a clean segment of the same records.
  const WalTail tail = (*reader)->tail();
  auto cut = OpenSegment(bytes.substr(0, tail.offset));
  PATHKB_CHECK(cut.ok());
  while ((*cut)->Next().value().has_value()) {
  }
  PATHKB_CHECK((*cut)->last_revision() == (*reader)->last_revision());
  PATHKB_CHECK(tail.offset == 0 || (*cut)->tail().kind == WalTail::Kind::kClean);
  if (!(*reader)->header().has_value()) return;
  const WalSegmentHeader& header = *(*reader)->header();
  PATHKB_CHECK(OpenSegment(bytes, {header.database_id, header.first_revision}).ok());
  PATHKB_CHECK(!OpenSegment(bytes, {header.database_id, header.first_revision ^ 1}).ok());
  DatabaseId other = header.database_id;
  other.bytes[0] ^= 1;
  PATHKB_CHECK(!OpenSegment(bytes, {other, header.first_revision}).ok());
}

// `bytes` with right checksums in the segment header and in all records up to the first whose
// payload does not fit.
std::string WithRightChecksums(std::string_view bytes) {
  std::string result(bytes);
  if (bytes.size() < kWalSegmentHeaderBytes) return result;
  const size_t covered = kWalSegmentHeaderBytes - sizeof(uint64_t);
  StoreU64(Checksum(bytes.substr(0, covered)), result.data() + covered);
  const auto header = ParseWalSegmentHeader(result);
  if (!header.has_value()) return result;
  uint64_t checksum = header->checksum;
  result.resize(kWalSegmentHeaderBytes);
  while (bytes.size() - result.size() >= kWalRecordHeaderBytes) {
    WalRecordHeader record = LoadWalRecordHeader(bytes.substr(result.size()));
    const std::string_view rest = bytes.substr(result.size() + kWalRecordHeaderBytes);
    if (record.payload_bytes > rest.size()) break;
    record.previous_checksum = checksum;
    checksum =
        AppendWalRecord(record, rest.substr(0, record.payload_bytes), header->checksum, result);
  }
  result.append(bytes.substr(result.size()));
  return result;
}

}  // namespace
}  // namespace pathkb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view input = pathkb::fuzz::View(bytes, size);
  pathkb::fuzz::ReadSegment(input);
  const std::string mended = pathkb::fuzz::WithRightChecksums(input);
  if (mended != input) pathkb::fuzz::ReadSegment(mended);
  return 0;
}
