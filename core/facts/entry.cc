#include "core/facts/entry.h"

#include <bit>
#include <cstdint>
#include <optional>

#include "fmt/format.h"

namespace pathkb {
namespace {

enum WireType : uint8_t { kWireVarint = 0, kWireFixed64 = 1, kWireBytes = 2, kWireFixed32 = 5 };

constexpr uint8_t Tag(uint32_t field, WireType type) {
  return static_cast<uint8_t>(field << 3 | type);
}

// Protobuf's own varints: seven bits a byte, low bits first.
void AppendWireVarint(uint64_t number, std::string& out) {
  for (; number >= 0x80; number >>= 7) out.push_back(static_cast<char>(number | 0x80));
  out.push_back(static_cast<char>(number));
}

void AppendBytesField(uint32_t field, std::string_view bytes, std::string& out) {
  out.push_back(static_cast<char>(Tag(field, kWireBytes)));
  AppendWireVarint(bytes.size(), out);
  out.append(bytes);
}

bool ConsumeWireVarint(std::string_view& bytes, uint64_t& number) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes.size() && i < 10; ++i) {
    const uint64_t byte = static_cast<uint8_t>(bytes[i]);
    value |= (byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      bytes.remove_prefix(i + 1);
      number = value;
      return true;
    }
  }
  return false;
}

// One field of a message: its number, its type, and its content.
struct Field {
  uint64_t number = 0;
  WireType type = kWireVarint;
  std::string_view content;
};

// Takes one field from the front of `bytes`; false if they are no field.
bool ConsumeField(std::string_view& bytes, Field& field) {
  uint64_t tag = 0;
  if (!ConsumeWireVarint(bytes, tag)) return false;
  field.number = tag >> 3;
  field.type = static_cast<WireType>(tag & 7);
  uint64_t size = 0;
  switch (field.type) {
    case kWireVarint:
      field.content = {};
      return ConsumeWireVarint(bytes, size);
    case kWireFixed64:
      size = 8;
      break;
    case kWireFixed32:
      size = 4;
      break;
    case kWireBytes:
      if (!ConsumeWireVarint(bytes, size)) return false;
      break;
    default:
      return false;
  }
  if (size > bytes.size()) return false;
  field.content = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}

double DoubleFromLittleEndian(std::string_view bytes) {
  uint64_t bits = 0;
  for (int i = 0; i < 8; ++i) bits |= uint64_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  return std::bit_cast<double>(bits);
}

absl::Status NotAnEntry(std::string_view all, std::string_view rest) {
  return absl::DataLossError(fmt::format("entry of {} bytes: no readable field at byte {}",
                                         all.size(), all.size() - rest.size()));
}

}  // namespace

std::string EncodeEntry(const Entry& entry) {
  std::string out;
  if (entry.confidence != 1) {
    // Adding zero turns -0 into +0, so that equal confidences have equal bytes.
    const uint64_t bits = std::bit_cast<uint64_t>(entry.confidence + 0.0);
    out.push_back(static_cast<char>(Tag(1, kWireFixed64)));
    for (int i = 0; i < 8; ++i) out.push_back(static_cast<char>(bits >> (8 * i)));
  }
  if (!entry.source.empty()) AppendBytesField(2, entry.source, out);
  for (const auto& [key, value] : entry.metadata) {
    std::string pair;
    AppendBytesField(1, key, pair);
    AppendBytesField(2, value, pair);
    AppendBytesField(3, pair, out);
  }
  if (!entry.encoded_term.empty()) AppendBytesField(4, entry.encoded_term, out);
  for (const std::string& name : entry.variable_names) AppendBytesField(5, name, out);
  return out;
}

absl::StatusOr<Entry> DecodeEntry(std::string_view bytes) {
  Entry entry;
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const std::string_view before = rest;
    Field field;
    if (!ConsumeField(rest, field)) return NotAnEntry(bytes, before);
    if (field.number == 1 && field.type == kWireFixed64) {
      entry.confidence = DoubleFromLittleEndian(field.content);
      if (!(entry.confidence >= 0 && entry.confidence <= 1)) {
        return absl::DataLossError(
            fmt::format("entry: confidence {} is not in [0, 1]", entry.confidence));
      }
    } else if (field.type != kWireBytes) {
      continue;
    } else if (field.number == 2) {
      entry.source = field.content;
    } else if (field.number == 3) {
      std::string_view pair = field.content;
      std::string key, value;
      while (!pair.empty()) {
        Field part;
        if (!ConsumeField(pair, part)) return NotAnEntry(bytes, before);
        if (part.number == 1) key = part.content;
        if (part.number == 2) value = part.content;
      }
      entry.metadata[key] = value;
    } else if (field.number == 4) {
      entry.encoded_term = field.content;
    } else if (field.number == 5) {
      entry.variable_names.emplace_back(field.content);
    }
  }
  return entry;
}

}  // namespace pathkb
