#include "storage/tool/json_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/term/utf8.h"

namespace pathkb {
namespace {

bool IsSurrogate(char32_t code, char32_t from) { return code >= from && code < from + 0x400; }

constexpr char32_t kHighSurrogate = 0xD800;
constexpr char32_t kLowSurrogate = 0xDC00;

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
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out.push_back(c);
        }
    }
  }
  out.push_back('"');
}

void AppendJsonNumber(double value, std::string& out) {
  char digits[64];
  const std::to_chars_result result = std::to_chars(std::begin(digits), std::end(digits), value);
  out.append(digits, result.ptr);
}

absl::Status JsonCursor::Wrong(std::string_view what) const {
  return absl::InvalidArgumentError(fmt::format("byte {}: {}", at_, what));
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

absl::StatusOr<bool> JsonCursor::NextMember(bool& first, std::string& key) {
  const bool was_first = first;
  first = false;
  if (was_first && !Take('{')) return Wrong("expected an object");
  if (Take('}')) return false;
  if (!was_first && !Take(',')) return Wrong("expected `,` or `}`");
  PATHKB_ASSIGN_OR_RETURN(key, TakeString());
  if (!Take(':')) return Wrong("expected `:`");
  return true;
}

absl::StatusOr<std::string> JsonCursor::TakeString() {
  if (!Take('"')) return Wrong("expected a string");
  std::string out;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      ++at_;
      return out;
    }
    if (c == '\\') {
      PATHKB_RETURN_IF_ERROR(TakeEscape(out));
      continue;
    }
    if (static_cast<unsigned char>(c) < 0x20) return Wrong("a control character in a string");
    const Utf8Character character = DecodeUtf8(text_, at_);
    if (character.bytes == 0) return Wrong("not UTF-8");
    out.append(text_.substr(at_, character.bytes));
    at_ += character.bytes;
  }
  return Wrong("a string without its end");
}

absl::Status JsonCursor::TakeEscape(std::string& out) {
  ++at_;
  if (at_ >= text_.size()) return Wrong("a string without its end");
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (const size_t index = kNames.find(text_[at_]); index != kNames.npos) {
    out.push_back(kMeanings[index]);
    ++at_;
    return absl::OkStatus();
  }
  if (text_[at_] != 'u') return Wrong("an unknown escape");
  ++at_;
  PATHKB_ASSIGN_OR_RETURN(char32_t code, TakeHex4());
  if (IsSurrogate(code, kHighSurrogate) && text_.substr(at_, 2) == "\\u") {
    at_ += 2;
    PATHKB_ASSIGN_OR_RETURN(const char32_t low, TakeHex4());
    if (!IsSurrogate(low, kLowSurrogate)) return Wrong("half a character");
    code = 0x10000 + ((code - kHighSurrogate) << 10) + (low - kLowSurrogate);
  }
  if (!IsCharacter(code)) return Wrong("half a character");
  AppendUtf8(code, out);
  return absl::OkStatus();
}

absl::StatusOr<char32_t> JsonCursor::TakeHex4() {
  const std::string_view digits = text_.substr(std::min(at_, text_.size()), 4);
  uint32_t code = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  if (digits.size() != 4 || error != std::errc() || end != digits.data() + 4) {
    return Wrong("expected four hexadecimal digits");
  }
  at_ += 4;
  return static_cast<char32_t>(code);
}

absl::StatusOr<double> JsonCursor::TakeNumber() {
  SkipBlanks();
  const size_t length = NumberLength(text_.substr(at_));
  double value = 0;
  const char* const start = text_.data() + at_;
  if (length == 0 || std::from_chars(start, start + length, value).ec != std::errc()) {
    return Wrong("expected a number");
  }
  at_ += length;
  return value;
}

bool JsonCursor::TakeNull() {
  SkipBlanks();
  if (!text_.substr(at_).starts_with("null")) return false;
  at_ += 4;
  return true;
}

absl::Status JsonCursor::SkipValue() {
  // Brackets are counted, not matched: this only has to find the end of what is not looked at.
  uint64_t depth = 0;
  do {
    SkipBlanks();
    if (at_ >= text_.size()) return Wrong("a value without its end");
    const char c = text_[at_];
    if (c == '"') {
      PATHKB_RETURN_IF_ERROR(TakeString().status());
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
      if (!is_name && NumberLength(word) != word.size()) return Wrong("expected a value");
      at_ += word.size();
    }
  } while (depth > 0);
  return absl::OkStatus();
}

absl::Status JsonCursor::Finish() {
  SkipBlanks();
  if (at_ != text_.size()) return Wrong("something follows the value");
  return absl::OkStatus();
}

}  // namespace pathkb
