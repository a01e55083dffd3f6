#include "client/cpp/formats/csv_splitter.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

namespace pathkb::client {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

void CsvSplitter::Feed(std::string_view chunk) {
  buffer_.erase(0, std::exchange(read_, 0));
  buffer_.append(chunk);
}

bool CsvSplitter::Next() {
  error_.clear();
  if (offset_ == 0 && unread().size() < kByteOrderMark.size() && !finished_) return false;
  if (offset_ == 0 && unread().starts_with(kByteOrderMark)) {
    read_ += kByteOrderMark.size();
    offset_ += kByteOrderMark.size();
  }
  if (skipping_line_ && !SkipRestOfLine()) return false;
  while (SkipEmptyLine()) {
  }
  if (unread().empty()) return false;
  switch (ReadRecord()) {
    case Outcome::kComplete:
      Take();
      return true;
    case Outcome::kWrong:
      TakeWrongLine();
      return true;
    case Outcome::kIncomplete:
      break;
  }
  if (unread().size() <= record_bytes_max_) return false;
  Wrong(fmt::format("this row is longer than {} bytes; is a '\"' missing?", record_bytes_max_), 0);
  TakeWrongLine();
  return true;
}

CsvSplitter::Outcome CsvSplitter::ReadRecord() {
  cell_count_ = 0;
  size_t at = 0;
  bool ended = false;
  while (!ended) {
    const std::string_view text = unread();
    const bool quoted = at < text.size() && text[at] == '"';
    const Outcome outcome = quoted ? ReadQuotedCell(at, ended) : ReadCell(at, ended);
    if (outcome != Outcome::kComplete) return outcome;
    if (at > record_bytes_max_) {
      return Wrong(fmt::format("this row is longer than {} bytes", record_bytes_max_), 0);
    }
  }
  record_bytes_ = at;
  return Outcome::kComplete;
}

CsvSplitter::Outcome CsvSplitter::ReadCell(size_t& at, bool& ended) {
  const std::string_view text = unread();
  size_t end = at;
  while (end < text.size() && text[end] != separator_ && text[end] != '\n') ++end;
  if (end == text.size() && !finished_) return Outcome::kIncomplete;
  Cell& cell = AddCell(at);
  cell.text = text.substr(at, end - at);
  ended = end == text.size() || text[end] == '\n';
  at = std::min(end + 1, text.size());
  if (!ended) return Outcome::kComplete;
  line_end_bytes_ = at - end;
  if (cell.text.ends_with('\r')) {
    cell.text.pop_back();
    ++line_end_bytes_;
  }
  return Outcome::kComplete;
}

CsvSplitter::Outcome CsvSplitter::ReadQuotedCell(size_t& at, bool& ended) {
  const std::string_view text = unread();
  const size_t begin = at;
  Cell& cell = AddCell(begin);
  for (size_t from = begin + 1;;) {
    const size_t quote = text.find('"', from);
    if (quote == text.npos) {
      if (finished_) return Wrong("this quotation mark is not closed", begin);
      return Outcome::kIncomplete;
    }
    cell.text.append(text.substr(from, quote - from));
    from = quote + 1;
    if (from == text.size() && !finished_) return Outcome::kIncomplete;
    if (from == text.size() || text[from] != '"') {
      at = from;
      break;
    }
    cell.text.push_back('"');
    ++from;
  }
  if (at < text.size() && text[at] == separator_) {
    ++at;
    return Outcome::kComplete;
  }
  size_t end = at;
  if (end < text.size() && text[end] == '\r') ++end;
  if (end == text.size() && !finished_) return Outcome::kIncomplete;
  if (end < text.size() && text[end] != '\n') {
    if (text.substr(begin, at - begin).find('\n') != text.npos) {
      return Wrong("this quotation mark is not closed where a cell ends", begin);
    }
    return Wrong("something follows the closing quotation mark", at);
  }
  ended = true;
  line_end_bytes_ = std::min(end + 1, text.size()) - at;
  at += line_end_bytes_;
  return Outcome::kComplete;
}

CsvSplitter::Outcome CsvSplitter::Wrong(std::string what, size_t offset) {
  error_ = std::move(what);
  error_offset_ = offset;
  cell_count_ = 0;
  return Outcome::kWrong;
}

void CsvSplitter::Take() {
  text_ = unread().substr(0, record_bytes_ - line_end_bytes_);
  line_ = next_line_;
  next_line_ += std::count(text_.begin(), text_.end(), '\n') + 1;
  read_ += record_bytes_;
  offset_ += record_bytes_;
}

void CsvSplitter::TakeWrongLine() {
  const std::string_view all = unread();
  const size_t end = all.find('\n');
  skipping_line_ = end == all.npos && !finished_;
  text_ = all.substr(0, end);
  const size_t bytes = std::min(all.size(), text_.size() + 1);
  if (text_.ends_with('\r')) text_.remove_suffix(1);
  // What is wrong further on is in a line that is read again.
  error_offset_ = std::min(error_offset_, text_.size());
  line_ = next_line_;
  if (!skipping_line_) ++next_line_;
  read_ += bytes;
  offset_ += bytes;
}

bool CsvSplitter::SkipEmptyLine() {
  const std::string_view text = unread();
  const size_t bytes = text.starts_with('\n') ? 1 : text.starts_with("\r\n") ? 2 : 0;
  if (bytes == 0) return false;
  read_ += bytes;
  offset_ += bytes;
  ++next_line_;
  return true;
}

bool CsvSplitter::SkipRestOfLine() {
  const std::string_view all = unread();
  const size_t end = all.find('\n');
  const size_t bytes = end == all.npos ? all.size() : end + 1;
  read_ += bytes;
  offset_ += bytes;
  if (end == all.npos) return false;
  skipping_line_ = false;
  ++next_line_;
  return true;
}

CsvSplitter::Cell& CsvSplitter::AddCell(size_t offset) {
  if (cell_count_ == cells_.size()) cells_.emplace_back();
  Cell& cell = cells_[cell_count_++];
  cell.text.clear();
  cell.offset = offset;
  return cell;
}

}  // namespace pathkb::client
