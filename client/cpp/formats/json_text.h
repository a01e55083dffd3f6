// JSON on one line, as far as facts need it, from and to text. RFC 8259.

#ifndef PATHKB_CLIENT_CPP_FORMATS_JSON_TEXT_H_
#define PATHKB_CLIENT_CPP_FORMATS_JSON_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pathkb::client {

// Appends `text`, which is UTF-8 and stays so, as a JSON string with its quotation marks. Control
// characters, `"` and `\` are escaped.
void AppendJsonString(std::string_view text, std::string& out);

// Appends the shortest number that reads back as `value`; "null" for what JSON has no number for.
void AppendJsonNumber(double value, std::string& out);

// Takes one JSON text apart, from front to end. One thread at a time; borrows the text, which must
// be UTF-8. Nothing recurses: depth is a number.
//
// Each function returns false if something else stands there; then error() and error_offset() say
// what is wrong, and the cursor is not to be used any more.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : text_(text) {}

  // Walks an object: `more` is true, and the member's name is in `key`, if another member follows,
  // whose value is then to be taken; false behind the closing brace. `first` is true before the
  // first call and set by it.
  bool NextMember(bool& first, bool& more, std::string& key);

  // Each takes one value. An integer is one that is written without point and exponent.
  bool TakeString(std::string& out);
  bool TakeNumber(double& out);
  bool TakeInteger(uint64_t& out);
  // Any value, without looking further into it than needed to find its end.
  bool SkipValue();
  // True if the value was null, which is then taken; false is no error.
  bool TakeNull();
  // True if nothing but blanks is left.
  bool Finish();

  // Records an error of the caller's about what stands at `offset`; always false.
  bool Wrong(std::string what, size_t offset);

  // Where the value to be taken next begins.
  size_t offset();
  const std::string& error() const { return error_; }
  // Bytes of the text before what the error is about.
  size_t error_offset() const { return error_offset_; }

 private:
  bool Wrong(std::string what) { return Wrong(std::move(what), at_); }
  void SkipBlanks();
  // Takes `c`, after blanks; false, and no error, if something else stands there.
  bool Take(char c);
  bool TakeEscape(std::string& out);
  bool TakeHex4(char32_t& code);

  const std::string_view text_;
  size_t at_ = 0;
  std::string error_;
  size_t error_offset_ = 0;
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FORMATS_JSON_TEXT_H_
