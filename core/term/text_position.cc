#include "core/term/text_position.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "absl/strings/cord.h"
#include "fmt/format.h"

#include "core/term/escape.h"
#include "core/term/utf8.h"

namespace pathkb {
namespace {

constexpr char kPayloadName[] = "pathkb/text-position";
// Characters of the line that an excerpt shows on either side.
constexpr size_t kExcerptCharacters = 40;

bool IsContinuation(char byte) { return (static_cast<uint8_t>(byte) & 0xC0) == 0x80; }

// Start of the line that byte `offset` lies in.
size_t LineStart(std::string_view text, size_t offset) {
  const size_t newline = offset == 0 ? text.npos : text.rfind('\n', offset - 1);
  if (newline != text.npos) return newline + 1;
  const bool marked = text.substr(0, kByteOrderMark.size()) == kByteOrderMark;
  return marked && offset >= kByteOrderMark.size() ? kByteOrderMark.size() : 0;
}

// Bytes of the character at `offset`; 1 if there is none.
size_t StepBytes(std::string_view text, size_t offset) {
  return std::max<size_t>(1, DecodeUtf8(text, offset).bytes);
}

std::string Excerpt(std::string_view text, size_t offset) {
  const size_t line_start = LineStart(text, offset);
  size_t begin = offset;
  for (size_t i = 0; i < kExcerptCharacters && begin > line_start; ++i) {
    const size_t last = begin--;
    while (begin > line_start && last - begin < 4 && IsContinuation(text[begin])) --begin;
  }
  std::string excerpt = begin > line_start ? "..." : "";
  size_t at = begin;
  while (at < offset) at += AppendVisible(text, at, excerpt);
  for (size_t i = 0; i < kExcerptCharacters && at < text.size() && text[at] != '\n'; ++i) {
    // The \r of a line that ends with \r\n is not part of what is wrong.
    if (text[at] == '\r' && text.substr(at + 1, 1) == "\n") return excerpt;
    at += AppendVisible(text, at, excerpt);
  }
  if (at < text.size() && text[at] != '\n') excerpt.append("...");
  return excerpt;
}

}  // namespace

TextPosition LocateInText(std::string_view text, size_t offset) {
  TextPosition position = {.offset = offset, .line = 1, .column = 1};
  position.line += std::count(text.begin(), text.begin() + offset, '\n');
  for (size_t at = LineStart(text, offset); at < offset; at += StepBytes(text, at)) {
    ++position.column;
  }
  return position;
}

absl::Status TextError(absl::StatusCode code, std::string_view text, size_t offset,
                       std::string_view what) {
  const TextPosition position = LocateInText(text, offset);
  const std::string excerpt = Excerpt(text, offset);
  absl::Status status(
      code, fmt::format("line {}, column {}: {}{}{}", position.line, position.column, what,
                        excerpt.empty() ? "" : ", in: ", excerpt));
  status.SetPayload(kPayloadName, absl::Cord(fmt::format("{} {} {}", position.offset, position.line,
                                                         position.column)));
  return status;
}

std::optional<TextPosition> ErrorPosition(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadName);
  if (!payload.has_value()) return std::nullopt;
  const std::string numbers(*payload);
  const char* at = numbers.data();
  const char* const end = at + numbers.size();
  TextPosition position;
  for (size_t* field : {&position.offset, &position.line, &position.column}) {
    const auto [next, error] = std::from_chars(at, end, *field);
    if (error != std::errc()) return std::nullopt;
    at = next == end ? end : next + 1;  // A blank stands between two numbers.
  }
  return position;
}

}  // namespace pathkb
