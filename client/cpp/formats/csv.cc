#include "client/cpp/formats/csv.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "fmt/format.h"

#include "client/cpp/formats/json_text.h"
#include "client/cpp/formats/term_text.h"
#include "client/cpp/utf8.h"

namespace pathkb::client {
namespace {

// A row that begins so is no row but a remark, such as a file of rejected rows has.
constexpr std::string_view kRemark = "#pathkb: ";

// The names of all columns, for a message.
std::string Names(const std::vector<CsvSplitter::Cell>& cells, size_t count) {
  std::string names;
  for (size_t i = 0; i < count; ++i) names += (i == 0 ? "" : ", ") + cells[i].text;
  return names;
}

}  // namespace

absl::StatusOr<std::unique_ptr<CsvReader>> CsvReader::New(const CsvOptions& options,
                                                          bool keep_text) {
  absl::StatusOr<TemplateText> term = TemplateText::Parse(options.template_text);
  if (!term.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("the template: {}", std::string(term.status().message())));
  }
  if (term->variables().empty()) {
    return absl::InvalidArgumentError(fmt::format(
        "the template {} has no variable, so every row would be the same", options.template_text));
  }
  return std::unique_ptr<CsvReader>(new CsvReader(options, *std::move(term), keep_text));
}

bool CsvReader::Next(v1::Fact& fact, InputRow& row) {
  while (!failed_ && rows_.Next()) {
    if (rows_.text().starts_with(kRemark)) continue;
    row = {.position = {.line = rows_.line(), .column = 1}, .error = {}, .text = {}};
    if (keep_text_) row.text = rows_.text();
    const std::optional<size_t> bad = FindInvalidUtf8(rows_.text());
    if (bad || !rows_.error().empty()) {
      const size_t offset = bad ? *bad : rows_.error_offset();
      row.position.Advance(rows_.text().substr(0, offset));
      row.error = bad ? InvalidUtf8Text(rows_.text(), *bad) : rows_.error();
      row.is_last = failed_ = !columns_known_ && options_.header;
      return true;
    }
    if (!columns_known_) {
      row.error = FindColumns(rows_);
      row.is_last = failed_ = !row.error.empty();
      if (failed_) return true;
      if (options_.header) {
        header_ = rows_.text();
        continue;
      }
    }
    if (rows_.cell_count() != column_count_) {
      row.error =
          fmt::format("{} cells, where there are {} columns", rows_.cell_count(), column_count_);
      return true;
    }
    if (FillFact(fact, row)) FillEntry(fact, row);
    return true;
  }
  return false;
}

std::string CsvReader::FindColumns(const CsvSplitter& rows) {
  column_count_ = rows.cell_count();
  const std::vector<CsvSplitter::Cell>& cells = rows.cells();
  // From 1; 0 if there is none.
  const auto find = [&](const std::string& name) -> size_t {
    for (size_t i = 0; options_.header && i < column_count_; ++i) {
      if (cells[i].text == name) return i + 1;
    }
    size_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    const bool is_number = error == std::errc() && end == name.data() + name.size();
    return is_number && number <= column_count_ ? number : 0;
  };
  const auto missing = [&](const std::string& name) {
    return options_.header
               ? fmt::format("there is no column '{}'; there are: {}", name,
                             Names(cells, column_count_))
               : fmt::format("there is no column '{}'; without a header they are called 1 to {}",
                             name, column_count_);
  };
  columns_.clear();
  std::map<size_t, CellType> types;
  for (const auto& [name, type] : options_.types_of_columns) {
    if (find(name) == 0) return missing(name);
    types[find(name)] = type;
  }
  for (const std::string& variable : template_.variables()) {
    const size_t column = find(variable);
    if (column == 0) return missing(variable);
    const auto type = types.find(column);
    columns_.push_back(
        {.index = column - 1, .type = type == types.end() ? options_.types : type->second});
  }
  for (const auto& [name, column] :
       {std::pair(&options_.confidence_column, &confidence_),
        std::pair(&options_.source_column, &source_), std::pair(&options_.name_column, &name_)}) {
    if (name->empty()) continue;
    *column = find(*name);
    if (*column == 0) return missing(*name);
  }
  columns_known_ = true;
  return "";
}

bool CsvReader::Reject(size_t column, std::string what, InputRow& row) const {
  row.position.Advance(rows_.text().substr(0, rows_.cells()[column].offset));
  row.error = std::move(what);
  return false;
}

bool CsvReader::FillFact(v1::Fact& fact, InputRow& row) {
  std::string& term = *fact.mutable_term();
  return template_.Fill([&](std::string_view literal) { term += literal; },
                        [&](size_t variable) {
                          const Column& column = columns_[variable];
                          std::string wrong =
                              AppendCellTerm(column.type, rows_.cells()[column.index].text, term);
                          return wrong.empty() || Reject(column.index, std::move(wrong), row);
                        });
}

bool CsvReader::FillEntry(v1::Fact& fact, InputRow& row) {
  const auto cell = [&](size_t column) -> std::string_view {
    return column == 0 ? std::string_view() : rows_.cells()[column - 1].text;
  };
  if (const std::string_view text = cell(confidence_); !text.empty()) {
    double confidence = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), confidence);
    if (error != std::errc() || end != text.data() + text.size() ||
        !(confidence >= 0 && confidence <= 1)) {
      return Reject(confidence_ - 1, "a confidence must be a number between 0 and 1", row);
    }
    if (confidence != 1) fact.mutable_entry()->set_confidence(confidence);
  }
  if (!cell(source_).empty()) fact.mutable_entry()->set_source(std::string(cell(source_)));
  if (!cell(name_).empty()) fact.set_name(std::string(cell(name_)));
  return true;
}

InputPlace CsvReader::place() const {
  return {.offset = rows_.offset(), .position = {.line = rows_.next_line(), .column = 1}};
}

void CsvReader::GoOnFrom(const InputPlace& place, const std::string& header) {
  if (!header.empty()) {
    CsvSplitter rows(options_.separator);
    rows.Feed(header);
    rows.Finish();
    if (rows.Next() && rows.error().empty()) FindColumns(rows);
    header_ = header;
  }
  rows_.GoOnFrom(place.offset, place.position.line);
}

bool CsvWriter::Append(const v1::Fact& fact, const Bindings& bindings, std::string& out) {
  if (!header_written_) {
    variables_.clear();
    for (const v1::Binding& binding : bindings) variables_.push_back(binding.variable());
  }
  WriteHeader(out);
  std::vector<std::string> cells;
  for (size_t i = 0; i < variables_.size(); ++i) {
    const auto by_name = options_.types_of_columns.find(variables_[i]);
    const CellType type =
        by_name == options_.types_of_columns.end() ? options_.types : by_name->second;
    // The server gives them in one order; a variable without a value leaves its cell empty.
    const auto index = static_cast<int>(i);
    bool exact = false;
    std::string cell;
    if (index < bindings.size() && bindings.Get(index).variable() == variables_[i]) {
      cell = CellOf(type, bindings.Get(index).term(), exact);
    }
    if (!exact) ++inexact_cells_;
    cells.push_back(std::move(cell));
  }
  const double confidence = fact.entry().has_confidence() ? fact.entry().confidence() : 1;
  if (!options_.confidence_column.empty()) AppendJsonNumber(confidence, cells.emplace_back());
  if (!options_.source_column.empty()) cells.push_back(fact.entry().source());
  if (!options_.name_column.empty()) cells.push_back(fact.name());
  if ((options_.confidence_column.empty() && confidence != 1) ||
      (options_.source_column.empty() && !fact.entry().source().empty()) ||
      (options_.name_column.empty() && !fact.name().empty()) || fact.entry().metadata_size() > 0) {
    ++entries_left_out_;
  }
  for (size_t i = 0; i < cells.size(); ++i) AppendCell(cells[i], i == 0, cells.size() == 1, out);
  out.push_back('\n');
  return true;
}

void CsvWriter::WriteHeader(std::string& out) {
  if (std::exchange(header_written_, true) || !options_.header) return;
  std::vector<std::string> names = variables_;
  for (const std::string* name :
       {&options_.confidence_column, &options_.source_column, &options_.name_column}) {
    if (!name->empty()) names.push_back(*name);
  }
  for (size_t i = 0; i < names.size(); ++i) AppendCell(names[i], i == 0, names.size() == 1, out);
  out.push_back('\n');
}

void CsvWriter::AppendCell(std::string_view text, bool first, bool only, std::string& out) const {
  if (!first) out.push_back(options_.separator);
  // An only cell that is empty would make an empty line, which is no row; and a first cell must not
  // look like a remark or a byte order mark.
  const bool quoted = text.find_first_of("\"\r\n") != text.npos ||
                      text.find(options_.separator) != text.npos || (only && text.empty()) ||
                      (first && (text.starts_with('#') || text.starts_with("\xEF\xBB\xBF")));
  if (!quoted) {
    out += text;
    return;
  }
  out.push_back('"');
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

std::vector<std::string> CsvWriter::Notes() const {
  std::vector<std::string> notes;
  if (inexact_cells_ > 0) {
    notes.push_back(fmt::format(
        "{} cells do not say their term exactly (a symbol that would be read as a string, say); "
        "--types=term does",
        inexact_cells_));
  }
  if (entries_left_out_ > 0) {
    notes.push_back(
        fmt::format("{} facts have a name, confidence, source or metadata that is in no column",
                    entries_left_out_));
  }
  return notes;
}

}  // namespace pathkb::client
