// .terms files of the present version; terms_format.h draws them.

#ifndef PATHKB_STORAGE_TERMS_TERMS_READER_V2_H_
#define PATHKB_STORAGE_TERMS_TERMS_READER_V2_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/block_sums.h"
#include "storage/terms/block_cache.h"
#include "storage/terms/terms_format.h"
#include "storage/terms/terms_reader.h"

namespace pathkb {

// Where the parts of a file are, and how many things they hold. A value type.
struct TermsLayout {
  uint64_t index_offset = 0;  // Here the blocks end.
  uint64_t find_offset = 0;   // The directory.
  uint64_t slots_offset = 0;
  uint64_t sums_offset = 0;
  uint64_t footer_offset = 0;
  uint64_t entry_count = 0;
  uint64_t block_count = 0;
  uint64_t bucket_count = 0;
};

// Immutable but for the blocks it keeps and the bits of what was looked at. terms_verify.cc has
// Verify().
class TermsReaderV2 final : public TermsReader {
 public:
  // `file` has a sound header of version 2. DataLoss if its footer is damaged or contradicts it.
  static absl::StatusOr<std::unique_ptr<const TermsReader>> Open(
      std::shared_ptr<const MappedFile> file, TermsHash hash);

  void Forget() const override;

 private:
  absl::StatusOr<std::string_view> FindIn(uint64_t id, std::string& scratch) const override;
  absl::StatusOr<std::optional<uint64_t>> FindIdIn(std::string_view entry) const override;
  absl::Status VerifyIn() const override;

  // What Verify() meets on its way through the blocks.
  struct Walk;

  TermsReaderV2(std::shared_ptr<const MappedFile> file, TermsHash hash, const TermsLayout& layout);

  // OK if the checksums of these bytes, at least one, are right.
  absl::Status CheckSums(uint64_t offset, uint64_t length) const;
  uint64_t WordOffset(uint64_t id) const {
    return layout_.index_offset + (id - 1) * kTermsIndexWordBytes;
  }
  absl::StatusOr<std::string_view> FindPlain(const TermsPlace& at) const;
  absl::StatusOr<std::string_view> FindCompressed(const TermsPlace& at, std::string& scratch) const;

  absl::Status VerifySums() const;
  absl::Status VerifyBlock(Walk& walk) const;
  absl::Status VerifyEntries(std::string_view raw, uint64_t block, bool compressed,
                             Walk& walk) const;
  absl::Status VerifyFindIndex(uint64_t slots_sum) const;

  const TermsHash hash_;
  const uint64_t hash_seed_;
  const TermsLayout layout_;
  const BlockGuard guard_;       // Of all before the sums.
  mutable BlockCache inflated_;  // Compressed blocks of 64 KiB used last.
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TERMS_TERMS_READER_V2_H_
