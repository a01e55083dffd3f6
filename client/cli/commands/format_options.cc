#include "client/cli/commands/format_options.h"

#include <optional>
#include <utility>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/exit_code.h"

namespace pathkb::cli {
namespace {

absl::StatusOr<client::CellType> TypeOf(const std::string& name) {
  const std::optional<client::CellType> type = client::CellTypeOf(name);
  if (type) return *type;
  return UsageError(fmt::format(
      "'{}' is no type of a cell; they are auto, string, symbol, integer, float and term", name));
}

}  // namespace

void AddFormatOptions(CLI::App& app, FormatOptionsGiven& given) {
  app.add_option("--format", given.format,
                 fmt::format("{} (default: by the end of the file's name, else metta)",
                             client::kFormatNames))
      ->option_text("FORMAT");
  app.add_option("--template", given.template_text,
                 "Tables: the fact that a row is, columns for variables. Triples: with $s, $p, $o "
                 "(default: ($p $s $o))")
      ->option_text("TERM");
  app.add_option("--types", given.types,
                 "Tables: what cells are: auto (default), string, symbol, integer, float or term")
      ->option_text("TYPE");
  app.add_option("--column", given.columns, "Tables: what the cells of one column are")
      ->option_text("NAME=TYPE");
  app.add_flag("--no-header", given.no_header,
               "Tables: there is no first row with the names of the columns; they are $1, $2, ...");
  app.add_option("--confidence-column", given.confidence_column,
                 "Tables: the column that holds confidences")
      ->option_text("NAME");
  app.add_option("--source-column", given.source_column, "Tables: the column that holds sources")
      ->option_text("NAME");
  app.add_option("--name-column", given.name_column, "Tables: the column that holds names of facts")
      ->option_text("NAME");
}

absl::StatusOr<client::FactFormat> ChooseFormat(const FormatOptionsGiven& given,
                                                std::string_view file_name) {
  if (given.format.empty()) {
    return client::FormatOfFile(file_name).value_or(client::FactFormat::kMetta);
  }
  const std::optional<client::FactFormat> format = client::FormatOfName(given.format);
  if (format) return *format;
  return UsageError(
      fmt::format("'{}' is no format; they are {}", given.format, client::kFormatNames));
}

absl::StatusOr<client::CsvOptions> MakeCsvOptions(const FormatOptionsGiven& given,
                                                  client::FactFormat format) {
  client::CsvOptions csv;
  csv.separator = format == client::FactFormat::kTsv ? '\t' : ',';
  csv.header = !given.no_header;
  absl::StatusOr<client::CellType> type = TypeOf(given.types);
  if (!type.ok()) return type.status();
  csv.types = *type;
  for (const std::string& column : given.columns) {
    const size_t equals = column.rfind('=');
    if (equals == column.npos) {
      return UsageError(fmt::format("--column {}: should look like weight=float", column));
    }
    type = TypeOf(column.substr(equals + 1));
    if (!type.ok()) return type.status();
    csv.types_of_columns[column.substr(0, equals)] = *type;
  }
  csv.confidence_column = given.confidence_column;
  csv.source_column = given.source_column;
  csv.name_column = given.name_column;
  return csv;
}

}  // namespace pathkb::cli
