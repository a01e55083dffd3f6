#include "core/term/number_text.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

namespace pathkb {
namespace {

constexpr std::string_view kInfinity = "+inf.0";
constexpr std::string_view kMinusInfinity = "-inf.0";
constexpr std::string_view kNan = "+nan.0";

using Form = NumberText::Form;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Index after the digits that start at `from`.
size_t SkipDigits(std::string_view word, size_t from) {
  while (from < word.size() && IsDigit(word[from])) ++from;
  return from;
}

// kInteger or kFloat if `word` is written like one, sign and all; else kNone.
Form FormOf(std::string_view word, size_t sign_bytes) {
  size_t at = SkipDigits(word, sign_bytes);
  if (at == sign_bytes) return Form::kNone;
  if (at == word.size()) return Form::kInteger;
  if (word[at] == '.') {
    const size_t end = SkipDigits(word, at + 1);
    if (end == at + 1) return Form::kNone;
    at = end;
  }
  if (at < word.size() && (word[at] == 'e' || word[at] == 'E')) {
    ++at;
    if (at < word.size() && (word[at] == '+' || word[at] == '-')) ++at;
    const size_t end = SkipDigits(word, at);
    if (end == at) return Form::kNone;
    at = end;
  }
  return at == word.size() ? Form::kFloat : Form::kNone;
}

// True if a digit before the exponent is not 0.
bool HasNonZeroDigit(std::string_view word) {
  for (char c : word) {
    if (c == 'e' || c == 'E') return false;
    if (c >= '1' && c <= '9') return true;
  }
  return false;
}

NumberText FloatOf(double number) { return {Form::kFloat, 0, number}; }

}  // namespace

NumberText ReadNumber(std::string_view word) {
  if (word.empty()) return {};
  const size_t sign_bytes = word[0] == '+' || word[0] == '-' ? 1 : 0;
  if (word.size() == sign_bytes) return {};
  if (!IsDigit(word[sign_bytes])) {
    if (sign_bytes == 0) return {};
    if (word == kInfinity) return FloatOf(std::numeric_limits<double>::infinity());
    if (word == kMinusInfinity) return FloatOf(-std::numeric_limits<double>::infinity());
    if (word == kNan) return FloatOf(std::numeric_limits<double>::quiet_NaN());
    return {};
  }
  const Form form = FormOf(word, sign_bytes);
  if (form == Form::kNone) return {};

  // std::from_chars knows no plus sign.
  const std::string_view digits = word[0] == '+' ? word.substr(1) : word;
  const char* const end = digits.data() + digits.size();
  NumberText result = {form, 0, 0};
  if (form == Form::kInteger) {
    if (std::from_chars(digits.data(), end, result.integer).ec != std::errc()) {
      return {Form::kIntegerOutOfRange, 0, 0};
    }
    return result;
  }
  // Versions of std::from_chars differ in what they call out of range, so the number decides.
  const bool failed = std::from_chars(digits.data(), end, result.number).ec != std::errc();
  if (failed || std::isinf(result.number) || (result.number == 0 && HasNonZeroDigit(digits))) {
    return {Form::kFloatOutOfRange, 0, 0};
  }
  return result;
}

void AppendInteger(int64_t value, std::string& out) {
  char digits[24];  // 19 digits and a sign fit.
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, end);
}

void AppendFloat(double value, std::string& out) {
  if (std::isnan(value)) {
    out.append(kNan);
  } else if (std::isinf(value)) {
    out.append(value > 0 ? kInfinity : kMinusInfinity);
  } else if (value == 0) {
    out.append("0.0");
  } else {
    char digits[32];  // 17 digits, sign, point, and an exponent of 5 characters fit.
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
    const std::string_view text(digits, end - digits);
    out.append(text);
    if (text.find_first_of(".e") == text.npos) out.append(".0");
  }
}

}  // namespace pathkb
