#include "client/cpp/fact_splitter.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

namespace pathkb::client {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
// The longest blank, which may have to be cut off the end of an atom again.
constexpr size_t kBlankBytesMax = 3;
// What a comment that is a note begins with, behind its semicolon.
constexpr std::string_view kNoteMark = "@ ";

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
      if (byte != '\n') return Event::kNothing;
      part_ = Part::kBlank;
      return depth_ == 0 ? Event::kCommentEnd : Event::kNothing;
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
      return outside ? Event::kComment : Event::kNothing;
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
  if (recovered_.empty()) {
    while (!ready_ && offset_ < chunk_.size()) Step();
    if (!ready_) KeepRest();
    if (!ready_ && recovered_.empty() && finished_) CompleteLast();
  }
  if (ready_ || recovered_.empty()) return std::exchange(ready_, std::nullopt);
  SplitFact piece = std::move(recovered_.front());
  recovered_.pop_front();
  return piece;
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
    case FactScanner::Event::kComment:
      in_comment_ = true;
      comment_begin_ = here_;
      piece_begin_ = offset_ + 1;
      partial_.clear();
      break;
    case FactScanner::Event::kCommentEnd:
      CompleteComment(offset_);
      break;
    case FactScanner::Event::kStray:
      ready_ = {
          .text = {}, .position = here_, .error = "this ')' closes nothing", .wrong_text = ")"};
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

void FactSplitter::CompleteComment(size_t end) {
  in_comment_ = false;
  std::string text = std::exchange(partial_, {});
  text.append(chunk_.substr(piece_begin_, end - piece_begin_));
  if (!text.starts_with(kNoteMark)) return;
  if (text.size() > fact_bytes_max_) {
    ready_ = {.text = {},
              .position = comment_begin_,
              .error = fmt::format("this note is longer than {} bytes", fact_bytes_max_)};
    return;
  }
  text.erase(0, kNoteMark.size());
  if (text.ends_with('\r')) text.pop_back();
  ready_ = {.text = std::move(text), .position = comment_begin_, .error = {}, .is_note = true};
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
  if (in_comment_) {
    // Of one that cannot be a note, or is too long for one, no more is kept than tells that.
    const size_t start = std::min(partial_.size(), kNoteMark.size());
    const bool may_be_note = partial_.substr(0, start) == kNoteMark.substr(0, start);
    if (may_be_note && partial_.size() <= fact_bytes_max_) partial_.append(piece);
    return;
  }
  if (scanner_.outside() || dropping_) return;
  // An atom may yet lose the start of a blank; Complete() looks exactly.
  if (partial_.size() + piece.size() > fact_bytes_max_ + kBlankBytesMax) {
    if (Recover(partial_ + std::string(piece), /*goes_on=*/true)) return;
    return ReportTooLong();
  }
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

bool FactSplitter::Recover(const std::string& text, bool goes_on) {
  if (recovery_ == Recovery::kNone || text.find("\n(") == text.npos) return false;
  TextPosition position = begin_;
  size_t at = 0;
  while (at < text.size()) {
    const size_t line_end = text.find("\n(", at);
    const bool is_last = line_end == text.npos;
    const std::string_view piece =
        std::string_view(text).substr(at, is_last ? text.npos : line_end + 1 - at);
    at += piece.size();
    FactSplitter splitter(fact_bytes_max_);
    splitter.here_ = position;
    splitter.bytes_read_ = 1;  // No byte order mark here.
    splitter.Feed(piece);
    const auto take = [&] {
      while (std::optional<SplitFact> fact = splitter.Next())
        recovered_.push_back(*std::move(fact));
    };
    take();
    position = splitter.here_;
    if (is_last && goes_on) {
      scanner_ = splitter.scanner_;
      partial_ = std::move(splitter.partial_);
      begin_ = splitter.begin_;
      string_begin_ = splitter.string_begin_;
      in_comment_ = splitter.in_comment_;
      comment_begin_ = splitter.comment_begin_;
      dropping_ = splitter.dropping_;
      return true;
    }
    splitter.Finish();
    take();
  }
  return true;
}

void FactSplitter::CompleteLast() {
  const FactScanner last = std::exchange(scanner_, {});
  if (in_comment_) return CompleteComment(0);
  if (last.outside()) return;
  if (last.depth() == 0 && !last.in_string()) return Complete(0, 0);  // An atom.
  if (!dropping_ && Recover(partial_, /*goes_on=*/false)) {
    partial_ = {};
    return;
  }
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
  unclosed.wrong_text = std::exchange(partial_, {});
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
