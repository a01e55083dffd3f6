// JSON, as far as the commands need it: objects on one line. RFC 8259.

#ifndef PATHKB_CLIENT_CLI_OUTPUT_JSON_H_
#define PATHKB_CLIENT_CLI_OUTPUT_JSON_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace pathkb::cli {

// `text` as a JSON string, quotation marks included. `text` is UTF-8 and stays so; control
// characters,
// `"` and `\` are escaped.
std::string JsonString(std::string_view text);

// The shortest decimal number that reads back as `value`; "null" for what JSON has no number for.
std::string JsonNumber(double value);

// Builds one object, member by member in the order of the calls.
//
//   JsonObject().Text("fact", "(a)").Number("revision", 7).Done()   -> {"fact":"(a)","revision":7}
class JsonObject {
 public:
  // Each adds one member. `key` is not checked for having been there before.
  JsonObject& Text(std::string_view key, std::string_view value);
  JsonObject& Number(std::string_view key, uint64_t value);
  JsonObject& Signed(std::string_view key, int64_t value);
  JsonObject& Real(std::string_view key, double value);
  JsonObject& Bool(std::string_view key, bool value);
  JsonObject& Null(std::string_view key);
  // `json` is a complete JSON value.
  JsonObject& Value(std::string_view key, std::string_view json);

  // The object's text, without a line end.
  std::string Done() const { return members_ + "}"; }

 private:
  std::string members_ = "{";
};

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_OUTPUT_JSON_H_
