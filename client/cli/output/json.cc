#include "client/cli/output/json.h"

#include <charconv>
#include <cmath>
#include <iterator>

#include "fmt/format.h"

namespace pathkb::cli {

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

std::string JsonNumber(double value) {
  if (!std::isfinite(value)) return "null";
  char digits[64];
  const std::to_chars_result result = std::to_chars(std::begin(digits), std::end(digits), value);
  return {digits, result.ptr};
}

JsonObject& JsonObject::Text(std::string_view key, std::string_view value) {
  return Value(key, JsonString(value));
}

JsonObject& JsonObject::Number(std::string_view key, uint64_t value) {
  return Value(key, fmt::format("{}", value));
}

JsonObject& JsonObject::Signed(std::string_view key, int64_t value) {
  return Value(key, fmt::format("{}", value));
}

JsonObject& JsonObject::Real(std::string_view key, double value) {
  return Value(key, JsonNumber(value));
}

JsonObject& JsonObject::Bool(std::string_view key, bool value) {
  return Value(key, value ? "true" : "false");
}

JsonObject& JsonObject::Null(std::string_view key) { return Value(key, "null"); }

JsonObject& JsonObject::Value(std::string_view key, std::string_view json) {
  if (members_.size() > 1) members_ += ',';
  members_ += JsonString(key);
  members_ += ':';
  members_ += json;
  return *this;
}

}  // namespace pathkb::cli
