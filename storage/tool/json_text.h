// JSON on one line, as far as facts need it, from and to text. RFC 8259.

#ifndef PATHKB_STORAGE_TOOL_JSON_TEXT_H_
#define PATHKB_STORAGE_TOOL_JSON_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace pathkb {

// Appends `text`, which is UTF-8, as a JSON string with its quotation marks. Escapes control
// characters, `"` and `\`, as `pathkb export -o json` does.
void AppendJsonString(std::string_view text, std::string& out);

// Appends the shortest number that reads back as `value`, which must be finite.
void AppendJsonNumber(double value, std::string& out);

// Takes one JSON text apart, from front to end. One thread at a time; borrows the text. Nothing
// recurses: depth is a number. Errors are InvalidArgument, "byte N: what is wrong", N from 0.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : text_(text) {}

  // Walks an object: true, and the member's name in `key`, if another member follows, whose value
  // is then to be taken; false behind the closing brace. `first` is true before the first call and
  // set by it.
  absl::StatusOr<bool> NextMember(bool& first, std::string& key);

  // Each takes one value.
  absl::StatusOr<std::string> TakeString();
  absl::StatusOr<double> TakeNumber();
  // True if the value was null, which is then taken.
  bool TakeNull();
  // Any value, without looking further into it than needed to find its end.
  absl::Status SkipValue();

  // OK if nothing but blanks is left.
  absl::Status Finish();

 private:
  absl::Status Wrong(std::string_view what) const;
  void SkipBlanks();
  // Takes `c`, after blanks; false if something else stands there.
  bool Take(char c);
  absl::Status TakeEscape(std::string& out);
  absl::StatusOr<char32_t> TakeHex4();

  const std::string_view text_;
  size_t at_ = 0;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_JSON_TEXT_H_
