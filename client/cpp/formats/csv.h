// Tables as facts: each row fills a template, and the other way round.
//
//   from,to,weight        --template '(edge $from $to $weight)'        (edge "a" "b" 4)
//   a,b,4

#ifndef PATHKB_CLIENT_CPP_FORMATS_CSV_H_
#define PATHKB_CLIENT_CPP_FORMATS_CSV_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "client/cpp/formats/csv_cell.h"
#include "client/cpp/formats/csv_splitter.h"
#include "client/cpp/formats/fact_reader.h"
#include "client/cpp/formats/fact_writer.h"
#include "client/cpp/formats/template_text.h"

namespace pathkb::client {

// What a table looks like and means.
struct CsvOptions {
  char separator = ',';
  bool header = true;  // The first row names the columns. Else they are called 1, 2, ...
  // Variables stand for columns, by name or by number from 1.
  std::string template_text;
  CellType types = CellType::kAuto;
  std::map<std::string, CellType> types_of_columns;  // By the name of the column.
  // Columns that hold what a fact has beside its term; empty for none.
  std::string confidence_column;
  std::string source_column;
  std::string name_column;
};

// Reads a table. A row that is wrong costs only itself.
class CsvReader final : public FactReader {
 public:
  // InvalidArgument for a template that is none, or has no variable. `keep_text`: as
  // InputRow::text says.
  static absl::StatusOr<std::unique_ptr<CsvReader>> New(const CsvOptions& options, bool keep_text);

  void Feed(std::string_view chunk) override { rows_.Feed(chunk); }
  void Finish() override { rows_.Finish(); }
  // An error in the first row (a column that is missing) is the last row.
  bool Next(v1::Fact& fact, InputRow& row) override;
  InputPlace place() const override;
  std::string header() const override { return header_; }
  void GoOnFrom(const InputPlace& place, const std::string& header) override;

 private:
  CsvReader(const CsvOptions& options, TemplateText term, bool keep_text)
      : options_(options),
        template_(std::move(term)),
        keep_text_(keep_text),
        rows_(options.separator) {}

  // Where in a row something is to be taken from.
  struct Column {
    size_t index = 0;
    CellType type = CellType::kAuto;
  };

  // Finds the columns in the row at hand, which names them, or without a header has as many.
  // Returns what is wrong, or nothing.
  std::string FindColumns(const CsvSplitter& rows);
  // Fills `fact` from the row at hand; false if `row` says what is wrong with it.
  bool FillFact(v1::Fact& fact, InputRow& row);
  // Fills its confidence, source and name.
  bool FillEntry(v1::Fact& fact, InputRow& row);
  bool Reject(size_t column, std::string what, InputRow& row) const;

  const CsvOptions options_;
  const TemplateText template_;
  const bool keep_text_;
  CsvSplitter rows_;
  bool columns_known_ = false;
  bool failed_ = false;  // Nothing more is to be read.
  size_t column_count_ = 0;
  std::string header_;           // The row that names the columns.
  std::vector<Column> columns_;  // By variable of the template.
  // Columns of these, counted from 1; 0 for none.
  size_t confidence_ = 0;
  size_t source_ = 0;
  size_t name_ = 0;
};

// Writes the answers to a query as a table: a column for each variable, and those that the options
// name.
class CsvWriter final : public FactWriter {
 public:
  // `variables` are those of the query, in case it has no answer to say which it has.
  CsvWriter(const CsvOptions& options, std::vector<std::string> variables)
      : options_(options), variables_(std::move(variables)) {}

  bool Append(const v1::Fact& fact, const Bindings& bindings, std::string& out) override;
  void Finish(std::string& out) override { WriteHeader(out); }
  std::vector<std::string> Notes() const override;

 private:
  void WriteHeader(std::string& out);
  void AppendCell(std::string_view text, bool first, bool only, std::string& out) const;

  const CsvOptions options_;
  std::vector<std::string> variables_;
  bool header_written_ = false;
  uint64_t inexact_cells_ = 0;
  uint64_t entries_left_out_ = 0;
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FORMATS_CSV_H_
