#include "storage/delta/section_reader.h"

#include <utility>

#include "fmt/format.h"

#include "core/base/string_views.h"
#include "core/base/varint.h"

namespace pathkb {
namespace {

constexpr size_t kPieceBytes = 16 << 10;

}  // namespace

SectionReader::SectionReader(std::string name, std::string_view stored, uint64_t start_offset,
                             const DeltaSection& section)
    : name_(std::move(name)),
      start_offset_(start_offset),
      section_(section),
      input_(stored),
      piece_(std::make_unique<char[]>(kPieceBytes)) {}

bool SectionReader::NextPiece(std::string_view& bytes) {
  if (position_ == size_ && !Refill()) return false;
  bytes = {piece_.get() + position_, size_ - position_};
  position_ = size_;
  return true;
}

bool SectionReader::NextVarint(uint64_t& number) {
  uint8_t first = 0;
  if (!Next(first)) return false;
  if (first <= kVarintInlineMax) {
    number = first;
    return true;
  }
  const int width = first - kVarintInlineMax;
  number = 0;
  for (int i = 0; i < width; ++i) {
    uint8_t byte = 0;
    if (!Next(byte)) {
      if (status_.ok()) Fail("the section ends within a number").IgnoreError();
      return false;
    }
    number |= uint64_t{byte} << (8 * i);
  }
  return true;
}

absl::Status SectionReader::Finish() {
  if (status_.ok() && (position_ != size_ || Refill())) {
    Fail("the section goes on where it should end").IgnoreError();
  }
  return status_;
}

bool SectionReader::Refill() {
  if (at_end_ || !status_.ok()) return false;
  position_ = size_ = 0;
  while (!inflater_.ended()) {
    const absl::StatusOr<Inflater::Step> step =
        inflater_.Inflate(input_, piece_.get(), kPieceBytes);
    if (!step.ok()) {
      Fail(ToStd(step.status().message()), step.status().code()).IgnoreError();
      return false;
    }
    input_.remove_prefix(step->used);
    if (inflater_.made_bytes() > section_.raw_bytes) {
      Fail(fmt::format("it inflates to more than the {} bytes that the tail says",
                       section_.raw_bytes))
          .IgnoreError();
      return false;
    }
    if (step->made > 0) {
      size_ = step->made;
      return true;
    }
    if (step->used == 0 && !inflater_.ended()) {
      Fail("the stream is cut off: its end is missing").IgnoreError();
      return false;
    }
  }
  if (!input_.empty()) {
    Fail(fmt::format("{} bytes follow the stream", input_.size())).IgnoreError();
  } else if (inflater_.made_bytes() != section_.raw_bytes) {
    Fail(fmt::format("it inflates to {} bytes, the tail says {}", inflater_.made_bytes(),
                     section_.raw_bytes))
        .IgnoreError();
  } else if (inflater_.raw_checksum() != section_.raw_checksum) {
    Fail(fmt::format("its content has checksum {:016x}, the tail says {:016x}",
                     inflater_.raw_checksum(), section_.raw_checksum))
        .IgnoreError();
  }
  at_end_ = true;
  return false;
}

absl::Status SectionReader::Fail(std::string_view rule, absl::StatusCode code) {
  status_ = absl::Status(code, fmt::format("{}: at byte {} (inflated byte {}): {}", name_,
                                           start_offset_ + inflater_.used_bytes(),
                                           inflater_.made_bytes() - (size_ - position_), rule));
  return status_;
}

}  // namespace pathkb
