#include "core/term/ordered_number.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace pathkb {
namespace {

constexpr uint64_t kSignBit = uint64_t{1} << 63;

size_t BytesOf(uint64_t number) { return (static_cast<size_t>(std::bit_width(number)) + 7) / 8; }

void AppendBigEndian(uint64_t number, size_t bytes, std::string& path) {
  for (size_t i = bytes; i-- > 0;) path.push_back(static_cast<char>(number >> (8 * i)));
}

uint64_t ReadBigEndian(std::string_view bytes) {
  uint64_t number = 0;
  for (char byte : bytes) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

// Bytes behind the tag of `value`. A negative number is stored as its low bytes in two's
// complement, as many as leave out nothing but 0xFF: -1 is FF, -256 is 00, -257 is FE FF.
size_t IntegerBytes(int64_t value) {
  if (value >= 0) return BytesOf(static_cast<uint64_t>(value));
  return std::max<size_t>(1, BytesOf(~static_cast<uint64_t>(value)));
}

// Bits whose order is the order of the floats: negative ones are turned around, then come below the
// positive ones. Every NaN is one number, above all others.
uint64_t FloatBits(double value) {
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  if (value == 0) value = 0.0;  // Not -0.
  const uint64_t bits = std::bit_cast<uint64_t>(value);
  return bits & kSignBit ? ~bits : bits | kSignBit;
}

}  // namespace

void AppendOrderedInteger(int64_t value, std::string& path) {
  const size_t bytes = IntegerBytes(value);
  path.push_back(static_cast<char>(value < 0 ? kZeroTag - bytes : kZeroTag + bytes));
  AppendBigEndian(static_cast<uint64_t>(value), bytes, path);
}

std::optional<int64_t> OrderedInteger(uint8_t tag, std::string_view bytes) {
  uint64_t bits = ReadBigEndian(bytes);
  if (tag < kZeroTag && bytes.size() < 8) bits |= ~uint64_t{0} << (8 * bytes.size());
  const int64_t value = static_cast<int64_t>(bits);
  if ((value < 0) != (tag < kZeroTag) || IntegerBytes(value) != bytes.size()) return std::nullopt;
  return value;
}

void AppendOrderedFloat(double value, std::string& path) {
  AppendBigEndian(FloatBits(value), sizeof(double), path);
}

std::optional<double> OrderedFloat(std::string_view bytes) {
  const uint64_t bits = ReadBigEndian(bytes);
  const double value = std::bit_cast<double>(bits & kSignBit ? bits & ~kSignBit : ~bits);
  if (FloatBits(value) != bits) return std::nullopt;
  return value;
}

}  // namespace pathkb
