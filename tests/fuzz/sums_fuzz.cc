// .sums files. What is accepted has a sum for each block; what Verify() accepts is what the writer
// would have written.
//
// The header and the whole file have a checksum, which stops a fuzzer; so each input is also read
// with both right.

#include <memory>
#include <string>
#include <string_view>

#include "storage/file/block_sums.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"
#include "storage/sums/sums_format.h"
#include "storage/sums/sums_reader.h"
#include "storage/sums/sums_writer.h"
#include "tests/fuzz/memory_files.h"
#include "tests/fuzz/target.h"

namespace pathkb::fuzz {
namespace {

constexpr uint64_t kCoveredBytesMax = 4 * kSumBlockBytes;

bool IsExpectedError(const absl::Status& status) {
  return status.code() == absl::StatusCode::kDataLoss ||
         status.code() == absl::StatusCode::kFailedPrecondition;
}

void ReadSums(std::string_view bytes) {
  const auto reader = SumsReader::Open(MapInput(bytes));
  if (!reader.ok()) {
    PATHKB_CHECK(IsExpectedError(reader.status()));
    return;
  }
  const SumsReader& sums = **reader;
  PATHKB_CHECK(sums.file_bytes() == bytes.size());
  PATHKB_CHECK(sums.sums().size() == kBlockSumBytes * SumBlockCount(sums.covered_bytes()));
  const absl::Status verified = sums.Verify();
  PATHKB_CHECK(verified.ok() || IsExpectedError(verified));
  if (verified.ok()) {
    NoteAccepted();
    OutputFile again;
    const SumsSubject subject = {sums.database_id(), sums.revision(), sums.covered_bytes(),
                                 sums.covered_digest()};
    const auto totals = WriteSums(again, subject, sums.sums());
    PATHKB_CHECK(totals.ok() && again.bytes() == bytes && totals->digest == Checksum(bytes));
  }
  if (sums.covered_bytes() > kCoveredBytesMax) return;
  // A guard lets no block pass whose sum is another.
  const std::string covered(sums.covered_bytes(), '\0');
  const BlockGuard guard(covered, sums.sums(), sums.database_id());
  for (uint64_t block = 0; block < SumBlockCount(covered.size()); ++block) {
    const uint64_t offset = block * kSumBlockBytes;
    const uint64_t right = BlockSum(std::string_view(covered).substr(offset, kSumBlockBytes), block,
                                    sums.database_id());
    PATHKB_CHECK(guard.Check(offset, 1) ==
                 (right == LoadU64(sums.sums().data() + kBlockSumBytes * block)));
  }
}

std::string WithRightChecksums(std::string_view bytes) {
  std::string result(bytes);
  if (bytes.size() < kSumsFileBytesMin) return result;
  StoreU64(Checksum(std::string_view(result).substr(0, kSumsHeaderChecksumOffset)),
           result.data() + kSumsHeaderChecksumOffset);
  const size_t footer = result.size() - kSumsFooterBytes;
  StoreU64(Checksum(std::string_view(result).substr(0, footer)), result.data() + footer);
  return result;
}

}  // namespace
}  // namespace pathkb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view input = pathkb::fuzz::View(bytes, size);
  pathkb::fuzz::ReadSums(input);
  const std::string mended = pathkb::fuzz::WithRightChecksums(input);
  if (mended != input) pathkb::fuzz::ReadSums(mended);
  return 0;
}
