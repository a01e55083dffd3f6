#include "tests/fuzz/deltas.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "core/base/check.h"
#include "core/base/varint.h"
#include "storage/delta/delta_format.h"
#include "storage/delta/zlib_stream.h"
#include "storage/file/checksum.h"

namespace pathkb::fuzz {
namespace {

using Sections = std::array<std::string_view, kDeltaSectionCount>;

// Takes bytes from the front of an input.
class Front {
 public:
  explicit Front(std::string_view input) : rest_(input) {}

  uint64_t Number(size_t bytes) {
    uint64_t number = 0;
    for (size_t i = 0; i < bytes && !rest_.empty(); ++i) {
      number |= uint64_t{static_cast<uint8_t>(rest_[0])} << (8 * i);
      rest_.remove_prefix(1);
    }
    return number;
  }
  std::string_view Bytes(uint64_t count) {
    const std::string_view bytes = rest_.substr(0, count);
    rest_.remove_prefix(bytes.size());
    return bytes;
  }

 private:
  std::string_view rest_;
};

// The counts that a delta of these sections has, if each is as it should be.
DeltaTail CountsOf(const Sections& sections) {
  DeltaTail tail;
  tail.op_count = sections[kDeltaOps].size();
  for (const char op : sections[kDeltaOps]) {
    const auto byte = static_cast<uint8_t>(op);
    if (IsDeltaOp(byte) && HasEntry(static_cast<DeltaOp>(byte))) ++tail.with_entry_count;
  }
  std::string_view rest = sections[kDeltaEntries];
  for (std::string_view entry; ConsumeLengthPrefixed(rest, entry);) ++tail.entry_count;
  const uint64_t lengths = 4 * tail.op_count;
  tail.path_bytes = sections[kDeltaPaths].size() - std::min(lengths, sections[kDeltaPaths].size());
  return tail;
}

std::string TwoBytes(size_t number) {
  return {static_cast<char>(number), static_cast<char>(number >> 8)};
}

}  // namespace

std::string Deflated(std::string_view raw) {
  std::string stored;
  // Level 1 is quick; how small it gets does not matter.
  Deflater deflater(
      [&stored](std::string_view bytes) {
        stored.append(bytes);
        return absl::OkStatus();
      },
      1);
  PATHKB_CHECK(deflater.Append(raw).ok() && deflater.Finish().ok());
  return stored;
}

std::string BuildDelta(std::string_view input) {
  Front front(input);
  StoredDeltaHeader header;
  header.header.database_id.bytes[0] = static_cast<uint8_t>(front.Number(1));
  header.header.from_revision = front.Number(1);
  header.header.to_revision = header.header.from_revision + front.Number(1);
  std::array<uint64_t, kDeltaSectionCount> sizes;
  for (size_t i = 0; i + 1 < sizes.size(); ++i) sizes[i] = front.Number(2);
  sizes.back() = input.size();
  Sections sections;
  for (size_t i = 0; i < sizes.size(); ++i) sections[i] = front.Bytes(sizes[i]);

  std::string file;
  AppendDeltaHeader(header, file);
  DeltaTail tail = CountsOf(sections);
  for (size_t i = 0; i < sections.size(); ++i) {
    const std::string stored = Deflated(sections[i]);
    tail.sections[i] = {stored.size(), sections[i].size(), Checksum(sections[i])};
    file.append(stored);
  }
  AppendDeltaTail(tail, file);
  AppendDeltaFooter(Checksum(file), file);
  return file;
}

std::string DeltaInput(std::string_view paths, std::string_view ops, std::string_view numbers,
                       std::string_view entries) {
  std::string input = {7, 42, 8};
  for (const std::string_view section : {paths, ops, numbers}) input += TwoBytes(section.size());
  for (const std::string_view section : {paths, ops, numbers, entries}) input += section;
  return input;
}

}  // namespace pathkb::fuzz
