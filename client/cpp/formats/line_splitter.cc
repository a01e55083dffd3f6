#include "client/cpp/formats/line_splitter.h"

#include <algorithm>
#include <utility>

namespace pathkb::client {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::optional<LineSplitter::Line> LineSplitter::Next() {
  const size_t end = rest_.find('\n');
  if (end == rest_.npos) {
    Keep(rest_);
    rest_ = {};
    if (!finished_ || partial_bytes_ == 0) return std::nullopt;
    handed_out_ = std::exchange(partial_, {});
    const uint64_t bytes = std::exchange(partial_bytes_, 0);
    return Make(handed_out_, bytes, bytes > line_bytes_max_);
  }
  const std::string_view piece = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  if (partial_bytes_ == 0 && piece.size() <= line_bytes_max_) {
    return Make(piece, piece.size() + 1, false);
  }
  Keep(piece);
  handed_out_ = std::exchange(partial_, {});
  const uint64_t bytes = std::exchange(partial_bytes_, 0);
  return Make(handed_out_, bytes + 1, bytes > line_bytes_max_);
}

void LineSplitter::Keep(std::string_view piece) {
  partial_bytes_ += piece.size();
  partial_.append(piece.substr(0, line_bytes_max_ - std::min(line_bytes_max_, partial_.size())));
}

LineSplitter::Line LineSplitter::Make(std::string_view text, size_t bytes, bool too_long) {
  if (offset_ == 0 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.ends_with('\r')) text.remove_suffix(1);
  offset_ += bytes;
  return {.text = text, .number = next_number_++, .too_long = too_long};
}

}  // namespace pathkb::client
