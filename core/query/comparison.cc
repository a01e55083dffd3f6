#include "core/query/comparison.h"

#include <array>
#include <compare>
#include <utility>

#include "core/base/varint.h"
#include "core/query/exact_number.h"
#include "core/term/path_encoding.h"

namespace pathkb {
namespace {

constexpr std::array<std::pair<std::string_view, ComparisonKind>, 7> kSymbols = {{
    {"<", ComparisonKind::kLess},
    {"<=", ComparisonKind::kLessOrEqual},
    {">", ComparisonKind::kGreater},
    {">=", ComparisonKind::kGreaterOrEqual},
    {"==", ComparisonKind::kEqual},
    {"!=", ComparisonKind::kNotEqual},
    {"prefix", ComparisonKind::kPrefix},
}};

bool Holds(ComparisonKind kind, std::partial_ordering order) {
  switch (kind) {
    case ComparisonKind::kLess:
      return order < 0;
    case ComparisonKind::kLessOrEqual:
      return order <= 0;
    case ComparisonKind::kGreater:
      return order > 0;
    case ComparisonKind::kGreaterOrEqual:
      return order >= 0;
    case ComparisonKind::kEqual:
      return order == 0;
    case ComparisonKind::kNotEqual:
      return order != 0;
    case ComparisonKind::kPrefix:
      break;
  }
  return false;
}

// What an encoded string or symbol says; nullopt for other kinds. A view into `encoded`, or into
// `scratch` if there are zero bytes to be unescaped.
std::optional<std::string_view> TextOf(std::string_view encoded, std::string& scratch) {
  if (encoded.empty()) return std::nullopt;
  const uint8_t tag = static_cast<uint8_t>(encoded[0]);
  if (tag >= kSymbolTagMin) return encoded.substr(1);
  if (tag == kLongSymbolTag) {
    std::string_view rest = encoded.substr(1);
    uint64_t length = 0;
    if (!ConsumeVarint(rest, length)) return std::nullopt;
    return rest;
  }
  if (tag != kStringTag || encoded.size() < 3) return std::nullopt;
  const std::string_view escaped = encoded.substr(1, encoded.size() - 3);
  if (escaped.find('\0') == std::string_view::npos) return escaped;
  scratch.clear();
  for (size_t i = 0; i < escaped.size(); ++i) {
    scratch.push_back(escaped[i]);
    if (escaped[i] == '\0') ++i;  // What escapes it.
  }
  return scratch;
}

}  // namespace

std::optional<ComparisonKind> ComparisonKindOf(std::string_view symbol) {
  for (const auto& [text, kind] : kSymbols) {
    if (text == symbol) return kind;
  }
  return std::nullopt;
}

std::string_view SymbolOf(ComparisonKind kind) {
  for (const auto& [text, other] : kSymbols) {
    if (other == kind) return text;
  }
  return "";
}

ComparisonKind Mirrored(ComparisonKind kind) {
  switch (kind) {
    case ComparisonKind::kLess:
      return ComparisonKind::kGreater;
    case ComparisonKind::kLessOrEqual:
      return ComparisonKind::kGreaterOrEqual;
    case ComparisonKind::kGreater:
      return ComparisonKind::kLess;
    case ComparisonKind::kGreaterOrEqual:
      return ComparisonKind::kLessOrEqual;
    default:
      return kind;
  }
}

bool Compare(ComparisonKind kind, std::string_view left, std::string_view right) {
  if (kind == ComparisonKind::kPrefix) {
    std::string left_scratch, right_scratch;
    const auto text = TextOf(left, left_scratch);
    const auto prefix = TextOf(right, right_scratch);
    return text.has_value() && prefix.has_value() && text->starts_with(*prefix);
  }
  const auto left_number = ExactNumber::Read(left);
  if (left_number.has_value()) {
    const auto right_number = ExactNumber::Read(right);
    if (right_number.has_value()) return Holds(kind, *left_number <=> *right_number);
  }
  if (kind == ComparisonKind::kEqual) return left == right;
  if (kind == ComparisonKind::kNotEqual) return left != right;
  const auto is_string = [](std::string_view encoded) {
    return !encoded.empty() && static_cast<uint8_t>(encoded[0]) == kStringTag;
  };
  // Encoded strings sort as their texts do.
  return is_string(left) && is_string(right) && Holds(kind, left <=> right);
}

}  // namespace pathkb
