#include "client/cpp/fact_splitter.h"

#include <utility>

#include "fmt/format.h"

namespace pathkb::client {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
// The longest blank, which may have to be cut off the end of an atom again.
constexpr size_t kBlankBytesMax = 3;

bool IsAsciiBlank(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

bool IsAscii(char byte) { return static_cast<unsigned char>(byte) < 0x80; }

// True if `wide`, the bytes of a character in UTF-8, is one of Unicode's White_Space beyond ASCII.
bool IsWideBlank(uint32_t wide) {
  return wide == 0xC285 || wide == 0xC2A0 || wide == 0xE19A80 ||
         (wide >= 0xE28080 && wide <= 0xE2808A) || wide == 0xE280A8 || wide == 0xE280A9 ||
         wide == 0xE280AF || wide == 0xE2819F || wide == 0xE38080;
}

}  // namespace

FactScanner::Event FactScanner::Feed(char byte) {
  switch (part_) {
    case Part::kComment:
      if (byte == '\n') part_ = Part::kBlank;
      return Event::kNothing;
    case Part::kString:
      return FeedString(byte);
    case Part::kBlank:
      return FeedBlank(byte);
    case Part::kSigil:
      if (byte == '"') {
        part_ = Part::kString;
        return Event::kStringBegin;
      }
      return FeedAtom(byte);
    case Part::kAtom:
      return FeedAtom(byte);
  }
  return Event::kNothing;
}

FactScanner::Event FactScanner::FeedBlank(char byte) {
  const bool outside = depth_ == 0;
  switch (byte) {
    case ';':
      part_ = Part::kComment;
      return Event::kNothing;
    case '(':
      ++depth_;
      return outside ? Event::kBegin : Event::kOpen;
    case ')':
      if (outside) return Event::kStray;
      return --depth_ == 0 ? Event::kEnd : Event::kNothing;
    case '"':
      part_ = Part::kString;
      return outside ? Event::kBegin : Event::kStringBegin;
    default:
      if (IsAsciiBlank(byte)) return Event::kNothing;
      part_ = byte == '#' || byte == '$' ? Part::kSigil : Part::kAtom;
      // Perhaps the start of a blank; until that is known it counts as one of an atom.
      wide_ = IsAscii(byte) ? 0 : static_cast<unsigned char>(byte);
      return outside ? Event::kBegin : Event::kNothing;
  }
}

FactScanner::Event FactScanner::FeedAtom(char byte) {
  const bool outside = depth_ == 0;
  if (IsAsciiBlank(byte) || byte == '(' || byte == ')' || byte == ';') {
    part_ = Part::kBlank;
    return outside ? Event::kEndBefore : FeedBlank(byte);
  }
  part_ = Part::kAtom;
  if (IsAscii(byte)) return Event::kNothing;
  const auto code = static_cast<unsigned char>(byte);
  wide_ = code >= 0xC0 ? code : wide_ << 8 | code;
  if (!IsWideBlank(wide_)) return Event::kNothing;
  part_ = Part::kBlank;
  return outside ? Event::kEndAtBlank : Event::kNothing;
}

FactScanner::Event FactScanner::FeedString(char byte) {
  if (escaped_) {
    escaped_ = false;
  } else if (byte == '\\') {
    escaped_ = true;
  } else if (byte == '"') {
    part_ = Part::kBlank;
    if (depth_ == 0) return Event::kEnd;
  }
  return Event::kNothing;
}

void FactSplitter::Feed(std::string_view chunk) {
  chunk_ = chunk;
  offset_ = 0;
  piece_begin_ = 0;
}

void FactSplitter::Finish() { finished_ = true; }

std::optional<SplitFact> FactSplitter::Next() {
  while (!ready_ && offset_ < chunk_.size()) Step();
  if (!ready_) KeepRest();
  if (!ready_ && finished_) CompleteLast();
  return std::exchange(ready_, std::nullopt);
}

void FactSplitter::Step() {
  const char byte = chunk_[offset_];
  switch (scanner_.Feed(byte)) {
    case FactScanner::Event::kNothing:
    case FactScanner::Event::kOpen:
      break;
    case FactScanner::Event::kBegin:
      Begin();
      break;
    case FactScanner::Event::kStringBegin:
      string_begin_ = here_;
      break;
    case FactScanner::Event::kEnd:
      Complete(offset_ + 1, 0);
      break;
    case FactScanner::Event::kEndAtBlank:
      Complete(offset_ + 1, scanner_.blank_bytes());
      break;
    case FactScanner::Event::kEndBefore:
      Complete(offset_, 0);
      return;  // The byte comes again.
    case FactScanner::Event::kStray:
      ready_ = {.text = {}, .position = here_, .error = "this ')' closes nothing"};
      break;
  }
  ++offset_;
  here_.Advance(byte);
  if (++bytes_read_ == kByteOrderMark.size()) SkipByteOrderMark();
}

void FactSplitter::Begin() {
  begin_ = here_;
  string_begin_ = here_;
  piece_begin_ = offset_;
  partial_.clear();
  dropping_ = false;
}

void FactSplitter::Complete(size_t end, size_t blank_bytes) {
  if (std::exchange(dropping_, false)) return;
  std::string text = std::exchange(partial_, {});
  text.append(chunk_.substr(piece_begin_, end - piece_begin_));
  text.resize(text.size() - blank_bytes);
  if (text.empty()) return;  // What began like an atom was a blank.
  if (text.size() > fact_bytes_max_) {
    ReportTooLong();
    dropping_ = false;
    return;
  }
  ready_ = {.text = std::move(text), .position = begin_, .error = {}};
}

void FactSplitter::SkipByteOrderMark() {
  // If the input began with one, it looks like an atom that is not finished.
  if (scanner_.outside() || ready_ || dropping_) return;
  const std::string start =
      partial_ + std::string(chunk_.substr(piece_begin_, offset_ - piece_begin_));
  if (start != kByteOrderMark) return;
  partial_.clear();
  scanner_.Reset();
  here_ = {};
}

void FactSplitter::KeepRest() {
  const std::string_view piece = chunk_.substr(piece_begin_);
  Feed({});
  if (scanner_.outside() || dropping_) return;
  // An atom may yet lose the start of a blank; Complete() looks exactly.
  if (partial_.size() + piece.size() > fact_bytes_max_ + kBlankBytesMax) return ReportTooLong();
  partial_.append(piece);
}

void FactSplitter::ReportTooLong() {
  ready_ = {
      .text = {},
      .position = begin_,
      .error = fmt::format("this expression is longer than {} bytes; is a ')' or '\"' missing?",
                           fact_bytes_max_)};
  partial_ = {};
  dropping_ = true;
}

void FactSplitter::CompleteLast() {
  const FactScanner last = std::exchange(scanner_, {});
  if (last.outside()) return;
  if (last.depth() == 0 && !last.in_string()) return Complete(0, 0);  // An atom.
  // What was dropped cannot be searched; the outermost '(' is known all the same.
  const bool dropped = std::exchange(dropping_, false);
  SplitFact unclosed;
  if (last.in_string()) {
    unclosed.position = string_begin_;
    unclosed.error = "this string is not closed";
  } else {
    unclosed.position = dropped ? begin_ : InnermostOpen();
    unclosed.error = "this '(' is not closed";
  }
  if (last.depth() > 0 && unclosed.position != begin_) {
    unclosed.error += fmt::format(" (in the expression that begins at line {}, column {})",
                                  begin_.line, begin_.column);
  }
  partial_ = {};
  ready_ = std::move(unclosed);
}

// The last '(' that led to the depth at which the text ends is the innermost open one. Knowing that
// depth beforehand is what makes a stack of positions unnecessary.
TextPosition FactSplitter::InnermostOpen() const {
  FactScanner whole;
  for (const char byte : partial_) whole.Feed(byte);
  TextPosition here = begin_;
  TextPosition innermost = begin_;
  FactScanner scanner;
  for (const char byte : partial_) {
    const FactScanner::Event event = scanner.Feed(byte);
    if (event == FactScanner::Event::kOpen && scanner.depth() == whole.depth()) innermost = here;
    here.Advance(byte);
  }
  return innermost;
}

}  // namespace pathkb::client
