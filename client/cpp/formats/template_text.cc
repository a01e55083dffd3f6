#include "client/cpp/formats/template_text.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "fmt/format.h"

#include "client/cpp/formats/term_text.h"
#include "client/cpp/utf8.h"

namespace pathkb::client {
namespace {

// What ends a word, or stands between two.
constexpr std::string_view kWordEnds = " \t\n\v\f\r();";

// Bytes of the string at the front of `text`, which begins with its quotation mark.
size_t QuotedBytes(std::string_view text) {
  size_t at = 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return std::min(at + 1, text.size());
}

}  // namespace

absl::StatusOr<TemplateText> TemplateText::Parse(std::string_view text) {
  if (const std::optional<size_t> bad = FindInvalidUtf8(text)) {
    return absl::InvalidArgumentError(InvalidUtf8Text(text, *bad));
  }
  if (!IsOneTerm(text)) {
    return absl::InvalidArgumentError(fmt::format("'{}' is not one term", text));
  }
  TemplateText result;
  size_t literal = 0;  // Where the text that belongs to no piece yet begins.
  size_t at = 0;
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    if (rest[0] == ';') {
      return absl::InvalidArgumentError(fmt::format("'{}' has a comment in it", text));
    }
    if (rest[0] == '$') {
      const size_t bytes =
          result.AddVariable(std::string(text.substr(literal, at - literal)), rest);
      at += bytes;
      literal = at;
    } else if (rest[0] == '"') {
      at += QuotedBytes(rest);
    } else if (rest.starts_with("#\"")) {
      at += 1 + QuotedBytes(rest.substr(1));
    } else if (kWordEnds.find(rest[0]) != kWordEnds.npos) {
      ++at;
    } else {
      at += std::min(rest.find_first_of(kWordEnds), rest.size());
    }
  }
  result.rest_ = text.substr(literal);
  return result;
}

size_t TemplateText::AddVariable(std::string before, std::string_view text) {
  const size_t bytes = text.substr(1).starts_with('"')
                           ? 1 + QuotedBytes(text.substr(1))
                           : std::min(text.find_first_of(kWordEnds), text.size());
  std::string name(text.substr(1, bytes - 1));
  if (const std::optional<TermParts> parts = TakeApart(text.substr(0, bytes))) name = parts->text;
  size_t index = std::find(variables_.begin(), variables_.end(), name) - variables_.begin();
  if (index == variables_.size()) variables_.push_back(std::move(name));
  pieces_.push_back({.before = std::move(before), .variable = index});
  return bytes;
}

}  // namespace pathkb::client
