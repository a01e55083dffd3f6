// .terms files, of both versions. Of a file that Verify() accepts each entry can be read by its id,
// found again by its bytes, and written again. Of any other file a lookup fails or gives something,
// and no more is known.
//
// Sums and checksums stop a fuzzer; so each input is also read with all of them right.

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/file/block_sums.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"
#include "storage/terms/terms_format.h"
#include "storage/terms/terms_reader.h"
#include "storage/terms/terms_writer.h"
#include "tests/fuzz/memory_files.h"
#include "tests/fuzz/target.h"

namespace pathkb::fuzz {
namespace {

// Lookups in a forged file may inflate some megabytes each.
constexpr uint64_t kIdsMaxIfSound = 100;
constexpr uint64_t kIdsMaxIfNot = 8;

bool IsExpectedError(const absl::Status& status) {
  return status.code() == absl::StatusCode::kDataLoss ||
         status.code() == absl::StatusCode::kFailedPrecondition;
}

// Interning the entries gives ids in the order of first appearance, and a file with these.
void WriteAgain(const TermsReader& reader, const std::vector<std::string>& entries) {
  OutputFile file;
  TermsOptions options;
  options.compress = reader.compressed();
  TermsWriter writer(file, reader.database_id(), reader.revision(), options);
  std::vector<std::string> distinct;
  for (const std::string& entry : entries) {
    const auto known = std::find(distinct.begin(), distinct.end(), entry);
    const auto id = writer.Intern(entry);
    PATHKB_CHECK(id.ok() && *id == static_cast<uint64_t>(known - distinct.begin()) + 1);
    if (known == distinct.end()) distinct.push_back(entry);
  }
  const auto totals = writer.Finish();
  PATHKB_CHECK(totals.ok() && totals->digest == Checksum(file.bytes()));
  const auto again = TermsReader::Open(MapInput(file.bytes()));
  PATHKB_CHECK(again.ok() && (*again)->Verify().ok());
  PATHKB_CHECK((*again)->entry_count() == distinct.size());
  std::string scratch;
  for (uint64_t id = 1; id <= distinct.size(); ++id) {
    const auto entry = (*again)->Find(id, scratch);
    PATHKB_CHECK(entry.ok() && *entry == distinct[id - 1]);
  }
}

void ReadTerms(std::string_view bytes) {
  const auto opened = TermsReader::Open(MapInput(bytes));
  if (!opened.ok()) {
    PATHKB_CHECK(IsExpectedError(opened.status()));
    return;
  }
  const TermsReader& reader = **opened;
  const absl::Status verified = reader.Verify();
  PATHKB_CHECK(verified.ok() || IsExpectedError(verified));
  if (verified.ok()) NoteAccepted();

  std::string scratch;
  std::vector<std::string> entries;
  const uint64_t ids =
      std::min(reader.entry_count(), verified.ok() ? kIdsMaxIfSound : kIdsMaxIfNot);
  for (uint64_t id = 1; id <= ids; ++id) {
    const auto entry = reader.Find(id, scratch);
    PATHKB_CHECK(entry.ok() || (!verified.ok() && IsExpectedError(entry.status())));
    if (!entry.ok()) continue;
    entries.emplace_back(*entry);
    const auto found = reader.FindId(entries.back());
    PATHKB_CHECK(found.ok() || (!verified.ok() && IsExpectedError(found.status())));
    if (!verified.ok()) continue;
    // Two entries may be equal in a file that is not ours.
    PATHKB_CHECK(found->has_value() && **found <= reader.entry_count());
    const auto same = reader.Find(**found, scratch);
    PATHKB_CHECK(same.ok() && *same == entries.back());
  }
  for (const uint64_t id : {uint64_t{0}, reader.entry_count() + 1, ~uint64_t{0}}) {
    PATHKB_CHECK(reader.Find(id, scratch).status().code() == absl::StatusCode::kNotFound);
  }
  const auto absent = reader.FindId("there is no entry of these bytes: \x01\x02\x03\x04\x05");
  PATHKB_CHECK(absent.ok() ? !absent->has_value() : !verified.ok());
  if (verified.ok() && ids == reader.entry_count()) WriteAgain(reader, entries);
}

// A file of version 2 with every sum and checksum right, as far as its footer says where they are.
std::string WithRightSums(std::string_view bytes) {
  std::string result(bytes);
  const size_t footer = bytes.size() - kTermsFooterBytes;
  const auto place = [&](uint64_t offset) { return result.data() + footer + offset; };
  StoreU64(bytes.size(), place(kTermsFooterFileBytesOffset));
  const uint64_t sums = LoadU64(place(kTermsFooterSumsOffset));
  if (sums <= footer && footer - sums == kBlockSumBytes * SumBlockCount(sums)) {
    DatabaseId id;
    std::copy_n(bytes.begin() + kTermsDatabaseIdOffset, kDatabaseIdBytes, id.bytes.begin());
    BlockSummer summer(id);
    summer.Update(bytes.substr(0, sums));
    result.replace(sums, footer - sums, summer.Finish());
  }
  const std::string_view all = result;
  StoreU64(Checksum(all.substr(0, footer + kTermsFooterChecksumOffset)),
           place(kTermsFooterChecksumOffset));
  const std::string own = std::string(all.substr(0, kTermsHeaderBytes)) +
                          std::string(all.substr(footer, kTermsFooterOwnChecksumOffset));
  StoreU64(Checksum(own), place(kTermsFooterOwnChecksumOffset));
  return result;
}

// The same for version 1, whose footer ends in the checksum of all before, and its magic.
std::string WithRightChecksumOfV1(std::string_view bytes) {
  constexpr size_t kChecksumFromEnd = 16;
  std::string result(bytes);
  const size_t checksum = bytes.size() - kChecksumFromEnd;
  StoreU64(Checksum(bytes.substr(0, checksum)), result.data() + checksum);
  return result;
}

}  // namespace
}  // namespace pathkb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view input = pathkb::fuzz::View(bytes, size);
  pathkb::fuzz::ReadTerms(input);
  if (input.size() < pathkb::kTermsHeaderBytes + pathkb::kTermsFooterBytes) return 0;
  const bool is_v1 = pathkb::LoadU32(input.data() + pathkb::kTermsVersionOffset) == 1;
  pathkb::fuzz::ReadTerms(is_v1 ? pathkb::fuzz::WithRightChecksumOfV1(input)
                                : pathkb::fuzz::WithRightSums(input));
  return 0;
}
