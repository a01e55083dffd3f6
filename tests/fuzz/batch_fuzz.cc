// Batches as the log holds them, and the entries in them. What decodes must encode to bytes that
// decode to the same.

#include <string>
#include <string_view>

#include "core/facts/batch.h"
#include "core/facts/entry.h"
#include "tests/fuzz/target.h"

namespace pathkb::fuzz {
namespace {

void ReadEntry(std::string_view bytes) {
  const auto entry = DecodeEntry(bytes);
  if (!entry.ok()) {
    PATHKB_CHECK(entry.status().code() == absl::StatusCode::kDataLoss);
    return;
  }
  NoteAccepted();
  PATHKB_CHECK(entry->confidence >= 0 && entry->confidence <= 1);
  const std::string canonical = EncodeEntry(*entry);
  const auto again = DecodeEntry(canonical);
  PATHKB_CHECK(again.ok() && *again == *entry && EncodeEntry(*again) == canonical);
}

}  // namespace
}  // namespace pathkb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view input = pathkb::fuzz::View(bytes, size);
  pathkb::fuzz::ReadEntry(input);
  const auto batch = pathkb::DecodeBatch(input);
  if (!batch.ok()) {
    PATHKB_CHECK(batch.status().code() == absl::StatusCode::kDataLoss);
    return 0;
  }
  pathkb::fuzz::NoteAccepted();
  const std::string encoded = pathkb::EncodeBatch(*batch);
  // Lengths may have been written longer than they need to be.
  PATHKB_CHECK(encoded.size() <= input.size());
  const auto again = pathkb::DecodeBatch(encoded);
  PATHKB_CHECK(again.ok() && *again == *batch);
  for (const pathkb::Change& change : batch->changes) pathkb::fuzz::ReadEntry(change.entry);
  return 0;
}
