// .terms files of version 1, which are read for ever and written no more.
//
//   0          40                                index_offset                          size
//   +----------+---------------------------------+------------------------+-----------+
//   |  header  | entry 1 | entry 2 | ... entry n | n + 1 offsets, u64 each |  footer   |
//   +----------+---------------------------------+------------------------+-----------+
//
// Offset i (from 0) is where entry i + 1 starts; the last one is where the entries end.

#ifndef PATHKB_STORAGE_TERMS_TERMS_READER_V1_H_
#define PATHKB_STORAGE_TERMS_TERMS_READER_V1_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/terms/terms_reader.h"

namespace pathkb {

// Immutable. Only Verify() looks at the checksum; an entry's place is checked whenever it is read.
class TermsReaderV1 final : public TermsReader {
 public:
  // `file` has a sound header of version 1. DataLoss if its footer contradicts it.
  static absl::StatusOr<std::unique_ptr<const TermsReader>> Open(
      std::shared_ptr<const MappedFile> file);

  void Forget() const override {}

 private:
  absl::StatusOr<std::string_view> FindIn(uint64_t id, std::string& scratch) const override;
  absl::StatusOr<std::optional<uint64_t>> FindIdIn(std::string_view entry) const override;
  absl::Status VerifyIn() const override;

  TermsReaderV1(std::shared_ptr<const MappedFile> file, uint64_t entry_count,
                uint64_t index_offset);
  uint64_t IndexOffsetOf(uint64_t position) const;
  uint64_t IndexAt(uint64_t position) const;

  const uint64_t index_offset_;  // Where the index starts, and the entries end.
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TERMS_TERMS_READER_V1_H_
