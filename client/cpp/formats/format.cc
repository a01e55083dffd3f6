#include "client/cpp/formats/format.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fmt/format.h"

#include "client/cpp/formats/json_lines.h"
#include "client/cpp/formats/metta.h"
#include "client/cpp/formats/n_triples.h"

namespace pathkb::client {
namespace {

constexpr std::array<std::pair<std::string_view, FactFormat>, 7> kNames = {{
    {"metta", FactFormat::kMetta},
    {"jsonl", FactFormat::kJsonLines},
    {"csv", FactFormat::kCsv},
    {"tsv", FactFormat::kTsv},
    {"nt", FactFormat::kNTriples},
    {"paths", FactFormat::kPaths},
    {"tree", FactFormat::kTree},
}};

constexpr std::string_view kGzipEnding = ".gz";

template <typename Reader>
absl::StatusOr<std::unique_ptr<FactReader>> Upcast(absl::StatusOr<std::unique_ptr<Reader>> reader) {
  if (!reader.ok()) return reader.status();
  return std::unique_ptr<FactReader>(*std::move(reader));
}

}  // namespace

std::optional<FactFormat> FormatOfName(std::string_view name) {
  for (const auto& [known, format] : kNames) {
    if (known == name) return format;
  }
  return std::nullopt;
}

std::string_view FormatName(FactFormat format) {
  for (const auto& [name, known] : kNames) {
    if (known == format) return name;
  }
  return "";
}

std::optional<FactFormat> FormatOfFile(std::string_view file_name) {
  if (IsGzipName(file_name)) file_name.remove_suffix(kGzipEnding.size());
  const size_t dot = file_name.rfind('.');
  return dot == file_name.npos ? std::nullopt : FormatOfName(file_name.substr(dot + 1));
}

bool IsGzipName(std::string_view file_name) { return file_name.ends_with(kGzipEnding); }

absl::StatusOr<std::unique_ptr<FactReader>> NewFactReader(const ReaderOptions& options) {
  switch (options.format) {
    case FactFormat::kMetta:
      return std::make_unique<MettaReader>(
          options.fact_bytes_max,
          options.skip_bad_rows ? FactSplitter::Recovery::kLines : FactSplitter::Recovery::kNone,
          options.keep_text);
    case FactFormat::kJsonLines:
      return std::make_unique<JsonLinesReader>(options.keep_text);
    case FactFormat::kCsv:
    case FactFormat::kTsv: {
      if (options.template_text.empty()) {
        return absl::InvalidArgumentError(
            "a table needs --template, the fact that a row becomes: '(edge $from $to)', with "
            "columns for variables");
      }
      CsvOptions csv = options.csv;
      csv.separator = options.format == FactFormat::kCsv ? ',' : '\t';
      csv.template_text = options.template_text;
      return Upcast(CsvReader::New(csv, options.keep_text));
    }
    case FactFormat::kNTriples:
      return Upcast(NTriplesReader::New(
          options.template_text.empty() ? kTripleTemplate : options.template_text,
          options.keep_text));
    case FactFormat::kPaths:
    case FactFormat::kTree:
      break;
  }
  return absl::InvalidArgumentError(
      fmt::format(".{} is a list of keys and no text", FormatName(options.format)));
}

std::string RemarkLine(FactFormat format, std::string_view text) {
  std::string line;
  switch (format) {
    case FactFormat::kCsv:
    case FactFormat::kTsv:
      line = "#pathkb: ";
      break;
    case FactFormat::kJsonLines:
    case FactFormat::kNTriples:
      line = "# ";
      break;
    default:
      line = "; ";
  }
  line += text;
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::replace(line.begin(), line.end(), '\r', ' ');
  return line + "\n";
}

}  // namespace pathkb::client
