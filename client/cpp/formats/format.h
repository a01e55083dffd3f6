// The formats by name and by the endings of files.

#ifndef PATHKB_CLIENT_CPP_FORMATS_FORMAT_H_
#define PATHKB_CLIENT_CPP_FORMATS_FORMAT_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "client/cpp/fact_splitter.h"
#include "client/cpp/formats/csv.h"
#include "client/cpp/formats/fact_reader.h"
#include "client/cpp/formats/fact_writer.h"

namespace pathkb::client {

// What an import reads and an export writes. kPaths and kTree are lists of keys and not texts: they
// have no FactReader and FactWriter.
enum class FactFormat { kMetta, kJsonLines, kCsv, kTsv, kNTriples, kPaths, kTree };

// All names, for messages: "metta, jsonl, csv, ...".
inline constexpr std::string_view kFormatNames = "metta, jsonl, csv, tsv, nt, paths, tree";

// The format that is called so, which is also how its files end; nullopt if none is.
std::optional<FactFormat> FormatOfName(std::string_view name);
// The name of `format`.
std::string_view FormatName(FactFormat format);
// By the end of `file_name`, a `.gz` behind it left out; nullopt if that says nothing.
std::optional<FactFormat> FormatOfFile(std::string_view file_name);
// True if `file_name` ends in .gz.
bool IsGzipName(std::string_view file_name);

// How a text is to be read.
struct ReaderOptions {
  FactFormat format = FactFormat::kMetta;
  CsvOptions csv;             // Of the two tables; the separator is set by the format.
  std::string template_text;  // Of tables and triples; empty for what a triple becomes by itself.
  size_t fact_bytes_max = FactSplitter::kFactBytesMax;
  bool skip_bad_rows = false;  // A bad row is to cost as little as possible of what follows it.
  bool keep_text = false;      // As InputRow::text says.
};

// InvalidArgument for a table without a template, a bad template, and formats that are no texts.
absl::StatusOr<std::unique_ptr<FactReader>> NewFactReader(const ReaderOptions& options);

// What a rejected row is written with, so that it is mended and read again: a line that the format
// takes for a remark, its line end included.
std::string RemarkLine(FactFormat format, std::string_view text);

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_FORMATS_FORMAT_H_
