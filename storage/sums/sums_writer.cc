#include "storage/sums/sums_writer.h"

#include <string>

#include "absl/status/status.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/file/block_sums.h"
#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"
#include "storage/sums/sums_format.h"

namespace pathkb {

absl::StatusOr<SumsTotals> WriteSums(WritableFile& file, const SumsSubject& subject,
                                     std::string_view sums) {
  const uint64_t count = SumBlockCount(subject.bytes);
  if (sums.size() % kBlockSumBytes != 0 || sums.size() / kBlockSumBytes != count) {
    return absl::InternalError(fmt::format("{} bytes of sums for {} blocks of a file of {} bytes",
                                           sums.size(), count, subject.bytes));
  }
  std::string header(kSumsMagic);
  AppendU32(kSumsVersion, header);
  AppendU32(kSumBlockBytes, header);
  header.append(reinterpret_cast<const char*>(subject.database_id.bytes.data()), kDatabaseIdBytes);
  AppendU64(subject.revision, header);
  AppendU64(subject.bytes, header);
  AppendU64(subject.digest, header);
  AppendU64(count, header);
  AppendU64(Checksum(header), header);

  ChecksumStream digest;
  digest.Update(header);
  digest.Update(sums);
  std::string footer;
  AppendU64(digest.Digest(), footer);
  footer.append(kSumsFooterMagic);
  digest.Update(footer);

  PATHKB_RETURN_IF_ERROR(file.Append(header));
  PATHKB_RETURN_IF_ERROR(file.Append(sums));
  PATHKB_RETURN_IF_ERROR(file.Append(footer));
  return SumsTotals{.file_bytes = header.size() + sums.size() + footer.size(),
                    .digest = digest.Digest()};
}

}  // namespace pathkb
