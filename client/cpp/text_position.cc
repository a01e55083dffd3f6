#include "client/cpp/text_position.h"

#include "fmt/format.h"

namespace pathkb::client {

std::string ShowPosition(TextPosition position) {
  if (position.column == 0) return fmt::format("path {}", position.line);
  return fmt::format("line {}, column {}", position.line, position.column);
}

}  // namespace pathkb::client
