#include "core/query/value_ranges.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "core/base/varint.h"
#include "core/query/exact_number.h"
#include "core/term/path_encoding.h"

namespace pathkb {
namespace {

// One byte as a string.
std::string Tag(unsigned tag) { return std::string(1, static_cast<char>(tag)); }

std::string EncodedInteger(int64_t value) {
  std::string bytes;
  AppendOrderedInteger(value, bytes);
  return bytes;
}

std::string EncodedFloat(double value) {
  std::string bytes = Tag(kFloatTag);
  AppendOrderedFloat(value, bytes);
  return bytes;
}

// The first bytes that come behind the encoded term `bytes`, whatever follows in the order.
std::string Behind(std::string bytes) {
  bytes.push_back('\0');
  return bytes;
}

// The first bytes behind all that begin with `bytes`.
std::string BehindAll(std::string bytes) {
  while (!bytes.empty() && static_cast<uint8_t>(bytes.back()) == 0xFF) bytes.pop_back();
  // Only symbols of 63 bytes FF come behind; this is behind them.
  if (bytes.empty()) return std::string(2 + kShortSymbolBytesMax, '\xFF');
  bytes.back() = static_cast<char>(bytes.back() + 1);
  return bytes;
}

void Add(std::string low, std::string high, ValueRanges& ranges) {
  if (low < high) ranges.push_back({std::move(low), std::move(high)});
}

// Encoded numbers of one kind, from `first` on and before `behind`, cut by where the constant would
// stand among them: `at` if it is one of them, else the first one above it.
void AddNumbers(ComparisonKind kind, std::string first, std::string behind, std::string at,
                bool is_one, ValueRanges& ranges) {
  std::string above = is_one ? Behind(at) : at;
  switch (kind) {
    case ComparisonKind::kLess:
      return Add(std::move(first), std::move(at), ranges);
    case ComparisonKind::kLessOrEqual:
      return Add(std::move(first), std::move(above), ranges);
    case ComparisonKind::kGreater:
      return Add(std::move(above), std::move(behind), ranges);
    case ComparisonKind::kGreaterOrEqual:
      return Add(std::move(at), std::move(behind), ranges);
    default:
      if (is_one) Add(std::move(at), std::move(above), ranges);
  }
}

void AddIntegers(ComparisonKind kind, const ExactNumber& constant, ValueRanges& ranges) {
  const std::string first = Tag(kIntegerTagMin);
  const std::string behind = Tag(kIntegerTagMax + 1);
  if (!constant.is_float) {
    return AddNumbers(kind, first, behind, EncodedInteger(constant.integer), true, ranges);
  }
  if (constant.real >= 0x1p63) return AddNumbers(kind, first, behind, behind, false, ranges);
  if (constant.real < -0x1p63) return AddNumbers(kind, first, behind, first, false, ranges);
  const double above = std::ceil(constant.real);  // Fits: floats of that size are whole.
  AddNumbers(kind, first, behind, EncodedInteger(static_cast<int64_t>(above)),
             above == constant.real, ranges);
}

void AddFloats(ComparisonKind kind, const ExactNumber& constant, ValueRanges& ranges) {
  const std::string first = EncodedFloat(-std::numeric_limits<double>::infinity());
  const std::string behind = Behind(EncodedFloat(std::numeric_limits<double>::infinity()));
  ExactNumber near = constant;
  if (!constant.is_float) {
    near.is_float = true;
    near.real = static_cast<double>(constant.integer);
  }
  const auto order = near <=> constant;
  std::string at = EncodedFloat(near.real);
  if (order < 0) at = Behind(std::move(at));
  AddNumbers(kind, first, behind, std::move(at), order == 0, ranges);
}

// Strings and symbols that begin with `text`, which an encoded string or symbol holds.
void AddTextsWithPrefix(std::string_view constant, ValueRanges& ranges) {
  const uint8_t tag = static_cast<uint8_t>(constant[0]);
  std::string text, escaped;
  if (tag == kStringTag) {
    escaped = constant.substr(1, constant.size() - 3);
    for (size_t i = 0; i < escaped.size(); ++i) {
      text.push_back(escaped[i]);
      if (escaped[i] == '\0') ++i;
    }
  } else {
    std::string_view rest = constant.substr(1);
    uint64_t length = 0;
    if (tag == kLongSymbolTag) ConsumeVarint(rest, length);
    text = rest;
    for (char byte : text) {
      escaped.push_back(byte);
      if (byte == '\0') escaped.push_back(static_cast<char>(kStringEscapedZero));
    }
  }
  Add(Tag(kStringTag) + escaped, BehindAll(Tag(kStringTag) + escaped), ranges);
  Add(Tag(kLongSymbolTag), Tag(kLongSymbolTag + 1), ranges);
  if (text.empty()) return Add(Tag(kSymbolTagMin), BehindAll(""), ranges);
  for (size_t bytes = text.size(); bytes <= kShortSymbolBytesMax; ++bytes) {
    const std::string low = Tag(kNewVariableTag + static_cast<unsigned>(bytes)) + text;
    Add(low, BehindAll(low), ranges);
  }
}

}  // namespace

bool RangesOf(ComparisonKind kind, std::string_view constant, ValueRanges& ranges) {
  ranges.clear();
  if (kind == ComparisonKind::kNotEqual || constant.empty()) return false;
  const uint8_t tag = static_cast<uint8_t>(constant[0]);
  const bool is_string = tag == kStringTag;
  const bool is_text = is_string || tag == kLongSymbolTag || tag >= kSymbolTagMin;
  if (const auto number = ExactNumber::Read(constant); number.has_value()) {
    const bool is_nan = number->is_float && std::isnan(number->real);
    if (kind != ComparisonKind::kPrefix && !is_nan) {
      AddIntegers(kind, *number, ranges);
      AddFloats(kind, *number, ranges);
    }
  } else if (kind == ComparisonKind::kPrefix) {
    if (is_text) AddTextsWithPrefix(constant, ranges);
  } else if (kind == ComparisonKind::kEqual) {
    // An expression may be found as one that holds variables, which only later become these terms.
    if (!is_text) return false;
    Add(std::string(constant), Behind(std::string(constant)), ranges);
  } else if (is_string) {
    const std::string at(constant);
    AddNumbers(kind, Tag(kStringTag), Tag(kStringTag + 1), at, true, ranges);
  }
  if (ranges.empty()) ranges.push_back({"", ""});
  return true;
}

void IntersectRanges(const ValueRanges& other, ValueRanges& ranges) {
  ValueRanges both;
  for (size_t i = 0, j = 0; i < ranges.size() && j < other.size();) {
    Add(std::max(ranges[i].low, other[j].low), std::min(ranges[i].high, other[j].high), both);
    if (ranges[i].high < other[j].high) {
      ++i;
    } else {
      ++j;
    }
  }
  if (both.empty()) both.push_back({"", ""});
  ranges = std::move(both);
}

}  // namespace pathkb
