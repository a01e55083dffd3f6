#include "client/cpp/formats/json_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <utility>

#include "fmt/format.h"

#include "client/cpp/utf8.h"

namespace pathkb::client {
namespace {

constexpr char32_t kHighSurrogate = 0xD800;
constexpr char32_t kLowSurrogate = 0xDC00;

bool IsSurrogate(char32_t code, char32_t from) { return code >= from && code < from + 0x400; }

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20; }

// How many characters at the front of `text` a number consists of, by the grammar of JSON; 0 if it
// is none.
size_t NumberLength(std::string_view text) {
  size_t at = 0;
  const auto digits = [&] {
    const size_t start = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - start;
  };
  if (at < text.size() && text[at] == '-') ++at;
  const size_t whole = at;
  const size_t count = digits();
  if (count == 0 || (count > 1 && text[whole] == '0')) return 0;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0) return 0;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return 0;
  }
  return at;
}

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  out.push_back('"');
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
        if (IsControl(c) || c == 0x7F) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out.push_back(c);
        }
    }
  }
  out.push_back('"');
}

void AppendJsonNumber(double value, std::string& out) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  char digits[64];
  const std::to_chars_result result = std::to_chars(std::begin(digits), std::end(digits), value);
  out.append(digits, result.ptr);
}

bool JsonCursor::Wrong(std::string what, size_t offset) {
  error_ = std::move(what);
  error_offset_ = std::min(offset, text_.size());
  return false;
}

void JsonCursor::SkipBlanks() {
  while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
}

bool JsonCursor::Take(char c) {
  SkipBlanks();
  if (at_ >= text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

size_t JsonCursor::offset() {
  SkipBlanks();
  return at_;
}

bool JsonCursor::NextMember(bool& first, bool& more, std::string& key) {
  const bool was_first = std::exchange(first, false);
  if (was_first && !Take('{')) return Wrong("expected an object");
  more = !Take('}');
  if (!more) return true;
  if (!was_first && !Take(',')) return Wrong("expected `,` or `}`");
  if (!TakeString(key)) return false;
  return Take(':') || Wrong("expected `:`");
}

bool JsonCursor::TakeString(std::string& out) {
  if (!Take('"')) return Wrong("expected a string");
  const size_t begin = at_ - 1;
  out.clear();
  while (at_ < text_.size()) {
    size_t end = at_;
    while (end < text_.size() && text_[end] != '"' && text_[end] != '\\' && !IsControl(text_[end]))
      ++end;
    out.append(text_.substr(at_, end - at_));
    at_ = end;
    if (at_ == text_.size()) break;
    if (text_[at_] == '"') {
      ++at_;
      return true;
    }
    if (text_[at_] != '\\') return Wrong("a control character in a string");
    if (!TakeEscape(out)) return false;
  }
  return Wrong("this string is not closed", begin);
}

bool JsonCursor::TakeEscape(std::string& out) {
  const size_t begin = at_++;
  if (at_ >= text_.size()) return Wrong("this string is not closed", begin);
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (const size_t index = kNames.find(text_[at_]); index != kNames.npos) {
    out.push_back(kMeanings[index]);
    ++at_;
    return true;
  }
  if (text_[at_] != 'u') return Wrong("an unknown escape", begin);
  ++at_;
  char32_t code = 0;
  if (!TakeHex4(code)) return false;
  if (IsSurrogate(code, kHighSurrogate) && text_.substr(at_, 2) == "\\u") {
    at_ += 2;
    char32_t low = 0;
    if (!TakeHex4(low)) return false;
    if (!IsSurrogate(low, kLowSurrogate)) return Wrong("half a character", begin);
    code = 0x10000 + ((code - kHighSurrogate) << 10) + (low - kLowSurrogate);
  }
  if (!IsCharacter(code)) return Wrong("half a character", begin);
  AppendUtf8(code, out);
  return true;
}

bool JsonCursor::TakeHex4(char32_t& code) {
  const std::string_view digits = text_.substr(std::min(at_, text_.size()), 4);
  uint32_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (digits.size() != 4 || error != std::errc() || end != digits.data() + 4) {
    return Wrong("expected four hexadecimal digits");
  }
  code = value;
  at_ += 4;
  return true;
}

bool JsonCursor::TakeNumber(double& out) {
  SkipBlanks();
  const size_t length = NumberLength(text_.substr(at_));
  const char* const start = text_.data() + at_;
  if (length == 0) return Wrong("expected a number");
  if (std::from_chars(start, start + length, out).ec != std::errc()) {
    return Wrong("a number out of range");
  }
  at_ += length;
  return true;
}

bool JsonCursor::TakeInteger(uint64_t& out) {
  SkipBlanks();
  const size_t length = NumberLength(text_.substr(at_));
  const char* const start = text_.data() + at_;
  const auto [end, error] = std::from_chars(start, start + length, out);
  if (length == 0 || error != std::errc() || end != start + length) {
    return Wrong("expected an integer that is not negative");
  }
  at_ += length;
  return true;
}

bool JsonCursor::TakeNull() {
  SkipBlanks();
  if (!text_.substr(at_).starts_with("null")) return false;
  at_ += 4;
  return true;
}

bool JsonCursor::SkipValue() {
  // Brackets are counted, not matched: this only has to find the end of what is not looked at.
  uint64_t depth = 0;
  std::string ignored;
  do {
    SkipBlanks();
    if (at_ >= text_.size()) return Wrong("a value without its end");
    const char c = text_[at_];
    if (c == '"') {
      if (!TakeString(ignored)) return false;
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at_;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return Wrong("expected a value");
      --depth;
      ++at_;
    } else if (c == ',' || c == ':') {
      if (depth == 0) return Wrong("expected a value");
      ++at_;
    } else {
      const std::string_view rest = text_.substr(at_);
      const std::string_view word = rest.substr(0, rest.find_first_of(" \t\r\n,:{}[]\""));
      const bool is_name = word == "true" || word == "false" || word == "null";
      if (!is_name && (word.empty() || NumberLength(word) != word.size())) {
        return Wrong("expected a value");
      }
      at_ += word.size();
    }
  } while (depth > 0);
  return true;
}

bool JsonCursor::Finish() {
  SkipBlanks();
  return at_ == text_.size() || Wrong("something follows the value");
}

}  // namespace pathkb::client
