#include "client/cpp/rejection.h"

#include <charconv>

namespace pathkb::client {
namespace {

// Takes `word` from the front of `text`; false and no change if it is not there.
bool Take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

bool Take(std::string_view& text, uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(end - text.data());
  return true;
}

}  // namespace

Rejection ParseRejection(std::string_view message) {
  Rejection rejection;
  std::string_view rest = message;
  uint64_t index;
  if (Take(rest, "fact ") && Take(rest, index) && Take(rest, ": ")) {
    rejection.fact_index = index;
    message = rest;
  }
  rest = message;
  TextPosition position;
  if (Take(rest, "line ") && Take(rest, position.line) && Take(rest, ", column ") &&
      Take(rest, position.column) && Take(rest, ": ") && position.line > 0 && position.column > 0) {
    rejection.position = position;
    message = rest;
  }
  rejection.what = std::string(message);
  return rejection;
}

TextPosition PlaceInFile(TextPosition fact, TextPosition inside) {
  return {.line = fact.line + inside.line - 1,
          .column = inside.line == 1 ? fact.column + inside.column - 1 : inside.column};
}

}  // namespace pathkb::client
