#include "client/cli/output/table.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "fmt/format.h"

namespace pathkb::cli {
namespace {

// Characters, not bytes.
size_t Width(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// So that a cell stays on its line and does nothing to the terminal.
std::string Printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

Table::Table(TextOutput& out, std::vector<std::string> column_names, size_t block_rows)
    : out_(out),
      column_names_(std::move(column_names)),
      block_rows_(block_rows),
      shown_(column_names_.size(), false),
      widths_(column_names_.size(), 0) {}

bool Table::AddRow(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = Printable(cell);
  rows_.push_back(std::move(cells));
  return rows_.size() < block_rows_ || PrintBlock();
}

bool Table::Finish() { return PrintBlock(); }

bool Table::PrintBlock() {
  if (rows_.empty()) return true;
  for (const std::vector<std::string>& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (row[i].empty()) continue;
      if (!shown_[i]) header_printed_ = false;
      shown_[i] = true;
      widths_[i] = std::max({widths_[i], Width(row[i]), Width(column_names_[i])});
    }
  }
  if (!header_printed_ && !PrintRow(column_names_)) return false;
  header_printed_ = true;
  for (const std::vector<std::string>& row : rows_) {
    if (!PrintRow(row)) return false;
  }
  rows_.clear();
  return true;
}

bool Table::PrintRow(const std::vector<std::string>& cells) {
  std::string line;
  size_t blanks = 0;  // Owed before the next text, so that no line ends in blanks.
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!shown_[i]) continue;
    if (!cells[i].empty()) {
      line.append(blanks, ' ');
      line += cells[i];
      blanks = 0;
    }
    blanks += widths_[i] - Width(cells[i]) + 2;
  }
  return out_.Write(line + "\n");
}

bool PrintPairs(TextOutput& out, const std::vector<std::pair<std::string, std::string>>& rows) {
  size_t width = 0;
  for (const auto& [name, value] : rows) width = std::max(width, Width(name));
  for (const auto& [name, value] : rows) {
    const std::string blanks(width - Width(name) + 2, ' ');
    if (!out.Write(name + blanks + Printable(value) + "\n")) return false;
  }
  return true;
}

}  // namespace pathkb::cli
