// Integers and floats as numbers of one line, compared by exact value: 2^53 + 1 is greater than the
// float 2^53, which rounding would hide.

#ifndef PATHKB_CORE_QUERY_EXACT_NUMBER_H_
#define PATHKB_CORE_QUERY_EXACT_NUMBER_H_

#include <cmath>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/term/path_encoding.h"

namespace pathkb {

// A value type.
struct ExactNumber {
  bool is_float = false;
  int64_t integer = 0;  // Unless is_float.
  double real = 0;      // If is_float.

  // The number that an encoded term is; nullopt if it is none.
  static std::optional<ExactNumber> Read(std::string_view encoded) {
    if (encoded.empty()) return std::nullopt;
    const uint8_t tag = static_cast<uint8_t>(encoded[0]);
    ExactNumber number;
    if (tag >= kIntegerTagMin && tag <= kIntegerTagMax) {
      const auto integer = OrderedInteger(tag, encoded.substr(1));
      if (!integer.has_value()) return std::nullopt;
      number.integer = *integer;
      return number;
    }
    if (tag != kFloatTag || encoded.size() != 1 + sizeof(double)) return std::nullopt;
    const auto real = OrderedFloat(encoded.substr(1));
    if (!real.has_value()) return std::nullopt;
    number.is_float = true;
    number.real = *real;
    return number;
  }

  // By value; unordered if one of them is a NaN.
  friend std::partial_ordering operator<=>(const ExactNumber& a, const ExactNumber& b) {
    if (a.is_float && b.is_float) return a.real <=> b.real;
    if (a.is_float) return 0 <=> IntegerToFloat(b.integer, a.real);
    if (b.is_float) return IntegerToFloat(a.integer, b.real);
    return a.integer <=> b.integer;
  }

 private:
  // How `integer` compares with `real`.
  static std::partial_ordering IntegerToFloat(int64_t integer, double real) {
    if (std::isnan(real)) return std::partial_ordering::unordered;
    if (real >= 0x1p63) return std::partial_ordering::less;
    if (real < -0x1p63) return std::partial_ordering::greater;
    const double whole = std::trunc(real);  // Fits, and so does what is cut off.
    const int64_t whole_integer = static_cast<int64_t>(whole);
    if (integer != whole_integer) return integer <=> whole_integer;
    return 0 <=> (real - whole);
  }
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_EXACT_NUMBER_H_
