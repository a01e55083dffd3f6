#include "storage/terms/terms_writer.h"

#include <algorithm>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/file/little_endian.h"

namespace pathkb {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;

std::string HeaderOf(const DatabaseId& database_id, uint64_t revision,
                     const TermsOptions& options) {
  std::string header(kTermsMagic);
  AppendU32(kTermsVersion, header);
  AppendU32(options.compress ? kTermsFlagCompressed : 0, header);
  header.append(reinterpret_cast<const char*>(database_id.bytes.data()), database_id.bytes.size());
  AppendU64(revision, header);
  return header;
}

}  // namespace

// Numbers on their way to the output, many at a time.
class TermsWriter::Words {
 public:
  explicit Words(TermsOutput& output) : output_(output) { bytes_.reserve(kPieceBytes); }
  ~Words() { output_.Append(bytes_); }
  Words(const Words&) = delete;
  Words& operator=(const Words&) = delete;

  void Add(uint64_t word) {
    AppendU64(word, bytes_);
    if (bytes_.size() < kPieceBytes) return;
    output_.Append(bytes_);
    bytes_.clear();
  }

 private:
  TermsOutput& output_;
  std::string bytes_;
};

TermsWriter::TermsWriter(WritableFile& file, const DatabaseId& database_id, uint64_t revision,
                         const TermsOptions& options)
    : hash_(options.hash),
      hash_seed_(TermsHashSeed(database_id)),
      header_(HeaderOf(database_id, revision, options)),
      output_(file, database_id),
      blocks_(output_, options.compress,
              std::max<uint64_t>(1, options.kept_bytes_max / kTermsBlockBytes)) {
  output_.Append(header_);
}

absl::StatusOr<uint64_t> TermsWriter::Intern(std::string_view entry) {
  if (finished_) return absl::FailedPreconditionError("an entry was added after Finish()");
  PATHKB_RETURN_IF_ERROR(output_.status());
  if (entry.size() > kTermsEntryBytesMax) {
    return absl::ResourceExhaustedError(
        fmt::format("an entry of {} bytes: a .terms file takes up to {} in one", entry.size(),
                    kTermsEntryBytesMax));
  }
  const uint64_t prefix = TermsHashPrefix(hash_(entry, hash_seed_));
  const uint64_t found = ids_.Find(prefix, [&](uint64_t id) { return blocks_.Holds(id, entry); });
  PATHKB_RETURN_IF_ERROR(output_.status());
  if (found != 0) return found;
  if (blocks_.entry_count() == kTermsIdMax) {
    return absl::ResourceExhaustedError(
        fmt::format("a .terms file takes up to {} entries", kTermsIdMax));
  }
  blocks_.Append(entry);
  PATHKB_RETURN_IF_ERROR(output_.status());
  ids_.Insert(prefix, blocks_.entry_count());
  return blocks_.entry_count();
}

absl::StatusOr<TermsTotals> TermsWriter::Finish() {
  if (finished_) return absl::FailedPreconditionError("Finish() was called twice");
  finished_ = true;
  blocks_.Finish();
  const uint64_t index_offset = output_.file_bytes();
  WriteIndex();
  const uint64_t find_offset = output_.file_bytes();
  WriteFindIndex();
  const uint64_t sums_offset = output_.file_bytes();
  output_.AppendUnsummed(output_.BlockSums());

  std::string footer;
  AppendU64(index_offset, footer);
  AppendU64(find_offset, footer);
  AppendU64(sums_offset, footer);
  AppendU64(blocks_.entry_count(), footer);
  AppendU64(blocks_.block_count(), footer);
  AppendU64(output_.file_bytes() + kTermsFooterBytes, footer);
  output_.AppendUnsummed(footer);
  const size_t written_bytes = footer.size();
  AppendU64(output_.Digest(), footer);
  AppendU64(Checksum(header_ + footer), footer);
  footer += kTermsFooterMagic;
  output_.AppendUnsummed(std::string_view(footer).substr(written_bytes));
  PATHKB_RETURN_IF_ERROR(output_.status());
  return TermsTotals{.file_bytes = output_.file_bytes(),
                     .entries = blocks_.entry_count(),
                     .blocks = blocks_.block_count(),
                     .digest = output_.Digest()};
}

void TermsWriter::WriteIndex() {
  Words words(output_);
  for (uint64_t id = 1; id <= blocks_.entry_count(); ++id) words.Add(blocks_.WordAt(id));
}

void TermsWriter::WriteFindIndex() {
  ids_.Sort();
  Words words(output_);
  const uint64_t bucket_count = TermsBucketCount(blocks_.entry_count());
  uint64_t buckets_begun = 0;
  uint64_t slots_before = 0;
  ids_.ForEach([&](uint64_t prefix, uint64_t) {
    const uint64_t bucket = TermsBucket(prefix, bucket_count);
    for (; buckets_begun <= bucket; ++buckets_begun) words.Add(slots_before);
    ++slots_before;
  });
  for (; buckets_begun <= bucket_count; ++buckets_begun) words.Add(slots_before);
  ids_.ForEach([&](uint64_t prefix, uint64_t id) { words.Add(TermsSlot(prefix, id)); });
}

}  // namespace pathkb
