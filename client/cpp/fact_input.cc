#include "client/cpp/fact_input.h"

namespace pathkb::client {
namespace {

constexpr size_t kChunkBytes = 256 << 10;

}  // namespace

TextInput::TextInput(ChunkSource source, std::unique_ptr<FactReader> reader,
                     std::function<void()> cancel)
    : source_(std::move(source)),
      reader_(std::move(reader)),
      cancel_(std::move(cancel)),
      chunk_(kChunkBytes) {}

absl::StatusOr<bool> TextInput::Next(v1::Fact& fact, InputRow& row) {
  while (!reader_->Next(fact, row)) {
    if (ended_) {
      drained_ = true;
      return false;
    }
    const absl::StatusOr<size_t> bytes = source_(chunk_.data(), chunk_.size());
    if (!bytes.ok()) return bytes.status();
    if (*bytes > 0) {
      fed_bytes_ += *bytes;
      reader_->Feed({chunk_.data(), *bytes});
    } else {
      ended_ = true;
      reader_->Finish();
    }
  }
  return true;
}

InputPlace TextInput::place() const {
  InputPlace place = reader_->place();
  if (drained_) place.offset = fed_bytes_;  // With what follows the last row.
  return place;
}

void TextInput::GoOnFrom(const InputPlace& place, const std::string& header) {
  fed_bytes_ = place.offset;
  reader_->GoOnFrom(place, header);
}

}  // namespace pathkb::client
