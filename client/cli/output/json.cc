#include "client/cli/output/json.h"

#include "fmt/format.h"

#include "client/cpp/formats/json_text.h"

namespace pathkb::cli {

std::string JsonString(std::string_view text) {
  std::string out;
  client::AppendJsonString(text, out);
  return out;
}

std::string JsonNumber(double value) {
  std::string out;
  client::AppendJsonNumber(value, out);
  return out;
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
